"""Files as offices send them, and what is known while one is read."""

import io

import pytest

from community_core.base.identity import check_digit
from community_core.registers.categories import library_categories, names_of


class Register:
    """What a file is read against, in plain dictionaries."""

    def __init__(self, **keys):
        self.keys = {name: dict(found) for name, found in keys.items()}
        self.numbers = {}
        self.ends = {}
        self.members = {}
        self.parents = {}
        self.owners = {}
        self.made = 0

    def resolve(self, register, value, since):
        key = self.keys.get(register, {}).get(value)
        return key if key not in self.ends or self.ends[key] > since else None

    def memberships(self, person):
        return self.members.get(person, ())

    def parent_of(self, place):
        return self.parents.get(place)

    def owners_of(self, dwelling):
        return self.owners.get(dwelling, ())

    def person_of(self, number):
        return self.numbers.get(number)

    def new_person(self):
        self.made += 1
        return f"r-{self.made}"

    def code(self, code_list, value):
        return names_of(library_categories()).get(code_list, {}).get(value)

    def has_list(self, code_list):
        return code_list in names_of(library_categories())


def identity(day, number=1):
    """Return an identity number of somebody born on *day* (eight digits); no living person's."""
    begun = f"999999{day}{number:03d}"
    return begun + check_digit(begun)


def workbook(**sheets):
    """Return a workbook's bytes from rows by the names of its sheets."""
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture
def known():
    """A community with two places, and nobody in it yet."""
    return Register(places={"c-1": "c-1", "文艺社区": "c-1", "c-2": "c-2"})
