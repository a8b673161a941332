"""Whatever of a rule text can carry a standing: what its source only proposes waits until it is adopted by name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from attrs import frozen

import community_core as cc
from community_core import Rules, Standing, Status
from community_core.jurisdiction import Gathered, compose
from community_core.jurisdiction.compose import compose_to_check
from community_core.rulebook import documents, read_file
from community_core.rulebook.reading import Key, Reader, Record

DAY = dt.date(2027, 3, 1)
WAITING = ("proposal", "plan", "aim", "failed")
HEAD = "title: 试\nsource: {document: 甲文件}\n"
#: A practice in force that everything else adds to.
BASE = (
    "practice: town.base\n"
    + HEAD
    + """\
facts:
  number: {type: int, zh: 数, privacy: public}
parameters:
  most: {type: int, zh: 上限, open_to: [district], stricter: lower}
decisions:
  size:
    open_to: [district]
    yields: [small, large]
    rows: [{when: number > 5, then: large, because: 大, name: by_number}]
    otherwise: {then: small, because: 小}
procedures:
  visit:
    open_to: [district]
    facts: {report: {type: text, zh: 报告, privacy: public}}
    ends: {done: decided}
    steps:
      plan: {to: planned, by: [clerk]}
      report: {from: [planned], to: done, by: [clerk], takes: [report]}
code_lists:
  kinds: {zh: 种类, open_to: [district], codes: [{code: a, zh: 甲}]}
"""
)
STEPS = (
    "steps: {open: {to: opened, by: [clerk]}, close: {from: [opened], to: done, by: [clerk]}}, ends: {done: decided}"
)
SIZE = "yields: [small, large], rows: [{when: number > 0, then: large, because: 大%s}]"


def outcome(rules: Rules, number: int = 3) -> object:
    """Return what the decision of the base says."""
    return rules.decide("town.base.size", {"number": number}, on=DAY).outcome


def steps(rules: Rules, name: str) -> tuple[str, ...]:
    """Return the steps of a procedure in force; none where it is none."""
    try:
        return tuple(step.name for step in rules.procedure(name).steps)
    except cc.UnknownTerm:
        return ()


def value(rules: Rules, name: str) -> object:
    """Return the value of a parameter on the day."""
    use = rules.parameter(name, on=DAY)
    return None if use is None else use.value


def codes(rules: Rules, name: str) -> list[str]:
    """Return the codes of a list in force."""
    return [entry.code for full, each in rules.terms.code_lists if full == name for entry in each.on(DAY)]


@frozen
class Case:
    """A text with a standing to be filled in, how to see whether that part is in force, and what to adopt for it."""

    text: str
    holds: Callable[[Rules], bool]
    name: str

    def rules(self, standing: str, *names: str, tmp_path: Path, checked: bool = False) -> Rules:
        """Return the rules of a district that adopts the text, and *names* by name."""
        own = self.text.replace("STANDING", standing)
        practices = BASE + "".join(f"---\n{part}" for part in own.split("---\n") if part.startswith("practice:"))
        district = next((part for part in own.split("---\n") if part.startswith("district:")), "district: town\n")
        adopted = [line.partition(": ")[2] for line in practices.split("\n") if line.startswith("practice:")]
        file = tmp_path / "rules.yaml"
        text = f"{practices}---\n{district}adopts: [{', '.join([*adopted, *names])}]\n"
        file.write_text(text, "utf-8")
        loaded = read_file(file)
        assert loaded.findings == ()
        put_together = compose_to_check if checked else compose
        return put_together(loaded.districts[0], Gathered(practices=loaded.practices))


def more(text: str, standing: str = "") -> str:
    """Return a practice beside the base."""
    return f"practice: town.more\n{HEAD}{standing}{text}\n"


def amended(text: str, standing: str = "") -> str:
    """Return a practice that amends the base."""
    return more(f"amend: [{{{text}, from: 2000-01-01, cite: {{document: 乙文件}}}}]", standing)


INSERTED = (
    "insert: town.base.visit, facts: {seen: {type: bool, zh: 见, privacy: public}}, ends: {left: withdrawn}, "
    "steps: {leave: {from: [planned], to: left, by: [chair], takes: [seen]}}"
)
HEADED = "standing: STANDING\n"
SAYS = ", standing: STANDING"
CASES = {
    # a whole practice, and each kind of term in it
    "practice": Case(
        more(f"decisions: {{own: {{{SIZE % ''}}}}}", HEADED),
        lambda rules: rules.decide("own", {"number": 3}, on=DAY).status is Status.DETERMINED,
        "town.more.own",
    ),
    "practice.workdays": Case(
        more("workdays: [{year: 2027, holidays: [2027-03-02]}]", HEADED),
        lambda rules: bool(rules.terms.workdays),
        "",
    ),
    "parameters.standing": Case(
        more("parameters: {own: {type: int, zh: 数, values: [{value: 3, from: undated}], standing: STANDING}}"),
        lambda rules: value(rules, "own") == 3,
        "town.more.own",
    ),
    "parameters.values.standing": Case(
        more(f"parameters: {{own: {{type: int, zh: 数, values: [{{value: 3, from: undated{SAYS}}}]}}}}"),
        lambda rules: value(rules, "own") == 3,
        "town.more.own",
    ),
    "parameters.values.standing, beside one in force": Case(
        more(
            "parameters: {own: {type: int, zh: 数, values: [{value: 2, from: 2020-01-01}, "
            f"{{value: 3, from: 2025-01-01{SAYS}}}]}}}}"
        ),
        lambda rules: value(rules, "own") == 3,
        "town.more.own",
    ),
    "set.standing": Case(
        more(f"set: {{town.base.most: [{{value: 3, from: undated{SAYS}}}]}}"),
        lambda rules: value(rules, "most") == 3,
        "town.base.most",
    ),
    "set of a practice": Case(
        more("set: {town.base.most: [{value: 3, from: undated}]}", HEADED),
        lambda rules: value(rules, "most") == 3,
        "town.base.most",
    ),
    "set of a district": Case(
        f"district: town\nset: {{town.base.most: [{{value: 3, from: undated{SAYS}}}]}}\n",
        lambda rules: value(rules, "most") == 3,
        "town.base.most",
    ),
    "district": Case(
        f"district: town\n{HEADED}set: {{town.base.most: [{{value: 3, from: undated}}]}}\n",
        lambda rules: value(rules, "most") == 3,
        "town.base.most",
    ),
    "decisions.standing": Case(
        more(f"decisions: {{own: {{{SIZE % ''}{SAYS}}}}}"),
        lambda rules: rules.decide("own", {"number": 3}, on=DAY).status is Status.DETERMINED,
        "town.more.own",
    ),
    "decisions.rows.standing": Case(
        more(f"decisions: {{own: {{{SIZE % SAYS}, otherwise: {{then: small, because: 小}}}}}}"),
        lambda rules: rules.decide("own", {"number": 3}, on=DAY).outcome == "large",
        "town.more.own",
    ),
    "decisions.otherwise.standing": Case(
        more(f"decisions: {{own: {{{SIZE % ''}, otherwise: {{then: small, because: 小{SAYS}}}}}}}"),
        lambda rules: rules.decide("own", {"number": 0}, on=DAY).outcome == "small",
        "town.more.own",
    ),
    "decisions.rows.standing, of the library in a proposal": Case(
        more(f"decisions: {{own: {{{SIZE % ', standing: library'}{SAYS}}}}}"),
        lambda rules: rules.decide("own", {"number": 3}, on=DAY).outcome == "large",
        "town.more.own",
    ),
    "procedures.standing": Case(
        more(f"procedures: {{own: {{{STEPS}{SAYS}}}}}"),
        lambda rules: steps(rules, "own") == ("open", "close"),
        "town.more.own",
    ),
    "procedures.steps.standing": Case(
        more(
            "procedures:\n  own:\n    ends: {done: decided}\n    steps:\n      open: {to: opened, by: [clerk]}\n"
            "      review: {in: [opened], by: [chair], standing: STANDING}\n"
            "      close: {from: [opened], to: done, by: [clerk]}"
        ),
        lambda rules: steps(rules, "own") == ("open", "review", "close"),
        "town.more.own",
    ),
    "procedures.steps.standing, of a procedure that extends": Case(
        more(
            "procedures:\n  own:\n    extends: town.base.visit\n    steps:\n"
            "      review: {in: [planned], by: [chair], standing: STANDING}\n"
        ),
        lambda rules: steps(rules, "own") == ("plan", "report", "review"),
        "town.more.own",
    ),
    "procedures.steps.standing, in the place of one in force": Case(
        more(
            "procedures:\n  own:\n    extends: town.base.visit\n    steps:\n"
            "      report: {from: [planned], to: done, by: [chair], standing: STANDING}\n"
        ),
        lambda rules: rules.procedure("own").step("report").by == ("chair",),
        "town.more.own",
    ),
    "procedures.steps.standing, of what is extended": Case(
        more(
            "procedures:\n  own: {extends: town.more.whole, title: 甲}\n  whole:\n    ends: {done: decided}\n"
            "    steps:\n      open: {to: opened, by: [clerk]}\n"
            "      review: {in: [opened], by: [chair], standing: STANDING}\n"
            "      close: {from: [opened], to: done, by: [clerk]}"
        ),
        lambda rules: "review" in steps(rules, "own"),
        "town.more.whole",
    ),
    "procedures.standing, of what is extended": Case(
        more(f"procedures: {{own: {{extends: town.more.whole, title: 甲}}, whole: {{{STEPS}{SAYS}}}}}"),
        lambda rules: bool(steps(rules, "own")),
        "town.more.whole",
    ),
    "procedures.discloses.standing": Case(
        more(
            "procedures:\n  own:\n    facts: {item: {type: [one, two], zh: 项, privacy: public}}\n"
            "    ends: {done: decided}\n    discloses:\n      one: {by: [clerk], zh: 甲}\n"
            "      two: {by: [clerk], zh: 乙, standing: STANDING}\n"
            "    steps: {post: {to: done, by: [clerk], takes: [item]}}"
        ),
        lambda rules: [item.name for item in rules.procedure("own").discloses] == ["one", "two"],
        "town.more.own",
    ),
    "services.standing": Case(
        more("services: {meals: {zh: 助餐, standing: STANDING}}"),
        lambda rules: [name for name, _ in rules.terms.services] == ["town.more.meals"],
        "town.more.meals",
    ),
    "code_lists.standing": Case(
        more(f"code_lists: {{own: {{zh: 种类, codes: [{{code: a, zh: 甲}}]{SAYS}}}}}"),
        lambda rules: codes(rules, "town.more.own") == ["a"],
        "town.more.own",
    ),
    # amendments of what is in force, by their own standing, by that of their practice, and by that of what they carry
    **{
        f"amend.{kind}{where}": Case(amended(text + own, head), holds, name)
        for where, own, head in (("", "", HEADED), (".standing", SAYS, ""))
        for kind, text, holds, name in (
            (
                "add rows",
                "add: town.base.size, before: first, rows: [{when: number > 2, then: large, because: 大}]",
                lambda rules: outcome(rules) == "large",
                "town.base.size",
            ),
            (
                "add codes",
                "add: town.base.kinds, codes: [{code: b, zh: 乙}]",
                lambda rules: codes(rules, "town.base.kinds") == ["a", "b"],
                "town.base.kinds",
            ),
            (
                "replace a decision",
                f"replace: town.base.size, decision: {{{SIZE % ''}}}",
                lambda rules: outcome(rules) == "large",
                "town.base.size",
            ),
            (
                "replace a procedure",
                f"replace: town.base.visit, procedure: {{{STEPS}}}",
                lambda rules: steps(rules, "visit") == ("open", "close"),
                "town.base.visit",
            ),
            (
                "replace a code list",
                "replace: town.base.kinds, code_list: {zh: 种类, codes: [{code: b, zh: 乙}]}",
                lambda rules: codes(rules, "town.base.kinds") == ["b"],
                "town.base.kinds",
            ),
            (
                "insert",
                INSERTED,
                lambda rules: "leave" in steps(rules, "visit"),
                "town.base.visit",
            ),
            (
                "tighten a guard",
                "tighten: town.base.visit.report, when: number > 5",
                lambda rules: rules.procedure("visit").step("report").when is not None,
                "town.base.visit",
            ),
            (
                "tighten a number",
                "tighten: town.base.most, at_most: 4",
                lambda rules: bool(dict(rules.terms.parameters)["town.base.most"].bounds),
                "town.base.most",
            ),
        )
    },
    "amend.rows.standing": Case(
        amended(f"add: town.base.size, before: first, rows: [{{when: number > 2, then: large, because: 大{SAYS}}}]"),
        lambda rules: outcome(rules) == "large",
        "town.base.size",
    ),
    "amend.decision.standing": Case(
        amended(f"replace: town.base.size, decision: {{{SIZE % ''}{SAYS}}}"),
        lambda rules: outcome(rules) == "large",
        "town.base.size",
    ),
    "amend.decision.rows.standing": Case(
        amended(f"replace: town.base.size, decision: {{{SIZE % SAYS}}}"),
        lambda rules: outcome(rules) == "large",
        "town.base.size",
    ),
    "amend.decision.otherwise.standing": Case(
        amended(
            "replace: town.base.size, decision: {yields: [small, large], "
            "rows: [{when: number > 7, then: small, because: 小}], "
            f"otherwise: {{then: large, because: 大{SAYS}}}}}"
        ),
        lambda rules: outcome(rules) == "large",
        "town.base.size",
    ),
    "amend.procedure.standing": Case(
        amended(f"replace: town.base.visit, procedure: {{{STEPS}{SAYS}}}"),
        lambda rules: steps(rules, "visit") == ("open", "close"),
        "town.base.visit",
    ),
    "amend.procedure.steps.standing": Case(
        amended(
            "replace: town.base.visit, procedure: {ends: {done: decided}, steps: {open: {to: opened, by: [clerk]}, "
            "review: {in: [opened], by: [chair], standing: STANDING}, close: {from: [opened], to: done, by: [clerk]}}}"
        ),
        lambda rules: "review" in steps(rules, "visit"),
        "town.base.visit",
    ),
    "amend.procedure.discloses.standing": Case(
        amended(
            "replace: town.base.visit, procedure: {facts: {item: {type: [one, two], zh: 项, privacy: public}}, "
            "ends: {done: decided}, discloses: {one: {by: [clerk], zh: 甲}, "
            "two: {by: [clerk], zh: 乙, standing: STANDING}}, "
            "steps: {post: {to: done, by: [clerk], takes: [item]}}}"
        ),
        lambda rules: [item.name for item in rules.procedure("visit").discloses] == ["one", "two"],
        "town.base.visit",
    ),
    "amend.code_list.standing": Case(
        amended(f"replace: town.base.kinds, code_list: {{zh: 种类, codes: [{{code: b, zh: 乙}}]{SAYS}}}"),
        lambda rules: codes(rules, "town.base.kinds") == ["b"],
        "town.base.kinds",
    ),
    "amend.steps.standing": Case(
        amended("insert: town.base.visit, steps: {look: {in: [planned], by: [chair], standing: STANDING}}"),
        lambda rules: "look" in steps(rules, "visit"),
        "town.base.visit",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_in_force_applies(name, tmp_path):
    """Each part applies where its source reports it, so that the table below can fail."""
    rules = CASES[name].rules("reported", tmp_path=tmp_path)
    assert rules.findings == ()
    assert CASES[name].holds(rules)


@pytest.mark.parametrize("standing", WAITING)
@pytest.mark.parametrize("name", CASES)
def test_what_is_only_proposed_waits_inside_a_whole_in_force(name, standing, tmp_path):
    """No part applies that is only proposed, planned, aimed at or has failed; the rest is sound without it."""
    rules = CASES[name].rules(standing, tmp_path=tmp_path)
    assert not CASES[name].holds(rules)
    assert [found for found in rules.findings if found.level == "error"] == []
    assert {found.code for _, found in rules.terms.broken} <= {"only-proposed"}
    assert rules.decide("town.base.size", {"number": 9}, on=DAY).status is Status.DETERMINED
    assert steps(rules, "visit")


@pytest.mark.parametrize("standing", WAITING)
@pytest.mark.parametrize("name", [name for name in CASES if CASES[name].name])
def test_it_applies_where_the_district_names_it(name, standing, tmp_path):
    """Naming the term takes up what is proposed of it; what was tried and failed does not come back."""
    case = CASES[name]
    rules = case.rules(standing, case.name, tmp_path=tmp_path)
    assert [found for found in rules.findings if found.level == "error"] == []
    assert case.holds(rules) is (standing != "failed")


@pytest.mark.parametrize("name", CASES)
def test_check_takes_it_up(name, tmp_path):
    """A sound proposal is sound where the check takes it up as well."""
    rules = CASES[name].rules("proposal", tmp_path=tmp_path, checked=True)
    assert [found for found in rules.findings if found.level == "error"] == []


def _carriers(record: Record, path: str, seen: frozenset[int]) -> Iterator[str]:
    """Yield where below *record* a key ``standing`` can be written."""
    for key in record.keys:
        here = f"{path}.{key.name}".strip(".")
        if key.name == "standing":
            yield here
        for inner in _records(key):
            if id(inner) not in seen:
                yield from _carriers(inner, here, seen | {id(inner)})


def _records(key: Key) -> Iterator[Record]:
    """Yield the records that a key's reader reads."""
    waiting: list[Reader] = [key.reads]
    while waiting:
        reader = waiting.pop()
        if isinstance(reader, Record):
            yield reader
        else:
            parts = (getattr(reader, name, None) for name in getattr(reader, "__slots__", ()))
            waiting += [part for part in parts if hasattr(part, "read")]


def test_the_table_has_every_construct_that_carries_a_standing():
    """What the readers let carry a standing stands in the table above, but for figures, which no rule reads."""
    read = {*_carriers(documents.PRACTICE, "", frozenset()), *_carriers(documents.DISTRICT, "", frozenset())}
    shown = {name.partition(",")[0] for name in CASES} | {
        "standing",  # practice, district
        "amend.standing",  # amend.<kind>.standing
        "profile.standing",
    }
    assert len(read) > 15
    assert read - shown == set()


WHOLE = """\
procedures:
  own:
    ends: {done: decided}
    steps:
      open: {to: opened, by: [clerk]}
      review: {from: [opened], to: reviewed, by: [chair], standing: plan}
      close: {from: [reviewed], to: done, by: [clerk]}"""


def test_what_is_not_whole_without_its_proposal_is_refused_and_says_what_to_do(tmp_path):
    """A procedure whose steps in force rest on one that waits is unavailable, until it is adopted by name."""
    case = Case(more(WHOLE), lambda rules: bool(steps(rules, "own")), "town.more.own")
    rules = case.rules("plan", tmp_path=tmp_path)
    (found,) = rules.findings
    text = (tmp_path / "rules.yaml").read_text("utf-8")
    assert (found.code, found.line) == ("rests-on-proposal", text[: text.index("review:")].count("\n") + 1)
    assert "insert" in found.message.zh
    assert "adopts" in found.message.en
    assert not case.holds(rules)
    rules = case.rules("plan", case.name, tmp_path=tmp_path)
    assert rules.findings == ()
    assert case.holds(rules)


def test_what_tightens_a_step_that_waits_waits_with_it(tmp_path):
    """A guard that is in force for a step that is not is no fault; both hold where the procedure is adopted by name."""
    inserted = "insert: town.base.visit, standing: plan, steps: {look: {in: [planned], by: [chair]}}"
    guard = "tighten: town.base.visit.look, when: number > 5"
    both = [f"{{{text}, from: 2000-01-01, cite: {{document: 乙文件}}}}" for text in (inserted, guard)]
    case = Case(more(f"amend: [{', '.join(both)}]"), lambda rules: "look" in steps(rules, "visit"), "town.base.visit")
    rules = case.rules("plan", tmp_path=tmp_path)
    assert rules.findings == ()
    assert not case.holds(rules)
    rules = case.rules("plan", case.name, tmp_path=tmp_path)
    assert rules.findings == ()
    assert rules.procedure("visit").step("look").when is not None


def test_why_tells_of_a_step_that_waits(tmp_path):
    """The step that is only proposed is among the claims, with its standing, and does not hold."""
    rules = CASES["procedures.steps.standing"].rules("plan", tmp_path=tmp_path)
    claims = {claim.says.partition(":")[0]: (claim.standing, claim.holds) for claim in rules.why("own")}
    assert claims == {
        "open": (Standing.IN_FORCE, True),
        "close": (Standing.IN_FORCE, True),
        "review": (Standing.PLAN, False),
    }


def test_working_days_that_are_only_proposed_say_what_to_do(tmp_path):
    """A table of working days has no name to be adopted by: it is left out with a warning."""
    (found,) = CASES["practice.workdays"].rules("plan", tmp_path=tmp_path).findings
    assert (found.code, found.level) == ("workdays-proposed", "warning")


BOUNDED = """\
parameters:
  own: {type: days, zh: 期限, open_to: [district], stricter: lower, bounds: [{at_most: days(30)}], values: [VALUE]}
"""
UNFIT = {
    "of its declarer": (more(BOUNDED, HEADED), "days(31)", "out-of-bounds"),
    "set by a district": (
        more(BOUNDED.replace("values: [VALUE]", "gap: 未写")) + "---\ndistrict: town\n"
        f"set: {{town.more.own: [VALUE]}}\n{HEADED}",
        "days(31)",
        "out-of-bounds",
    ),
    "beyond what tightens": (
        more(BOUNDED)
        + "amend: [{tighten: town.more.own, at_most: days(20), from: 2000-01-01, cite: {document: 乙文件}}]\n",
        "days(25)",
        "out-of-bounds",
    ),
    "beyond what is proposed to tighten": (
        more(BOUNDED) + "amend: [{tighten: town.more.own, at_most: days(20), from: 2000-01-01, standing: STANDING, "
        "cite: {document: 乙文件}}]\n",
        "days(25)",
        "out-of-bounds",
    ),
    "in another unit": (
        more(BOUNDED.replace("values: [VALUE]", "gap: 未写")) + "---\ndistrict: town\nset: {town.more.own: [VALUE]}\n",
        "months(1)",
        "wrong-unit",
    ),
}


@pytest.mark.parametrize("standing", WAITING)
@pytest.mark.parametrize("name", UNFIT)
def test_a_proposed_value_is_held_to_the_bounds_where_the_check_takes_it_up(name, standing, tmp_path):
    """A value that waits and does not fit is told by the check, once, where it stands; a fitting one is not."""
    text, unfit, code = UNFIT[name]
    dated = f"{{value: {unfit}, from: undated, standing: {standing}}}"
    rules = Case(text.replace("VALUE", dated), bool, "").rules(standing, tmp_path=tmp_path, checked=True)
    (found,) = rules.findings
    written = (tmp_path / "rules.yaml").read_text("utf-8")
    assert (found.code, found.line) == (code, written[: written.index(unfit)].count("\n") + 1)
    fitting = text.replace("VALUE", dated.replace(unfit, "days(9)"))
    assert Case(fitting, bool, "").rules(standing, tmp_path=tmp_path, checked=True).findings == ()


def test_a_proposed_value_out_of_bounds_is_in_nobodys_way(tmp_path):
    """The district that does not name the parameter has its value in force, and no finding."""
    values = "{value: days(9), from: undated}, {value: days(31), from: undated, standing: plan}"
    rules = Case(more(BOUNDED.replace("VALUE", values)), bool, "").rules("plan", tmp_path=tmp_path)
    assert rules.findings == ()
    assert value(rules, "own") == 9
    named = Case(more(BOUNDED.replace("VALUE", values)), bool, "").rules("plan", "town.more.own", tmp_path=tmp_path)
    assert [found.code for found in named.findings] == ["out-of-bounds"]


def test_a_value_proposed_in_the_place_of_one_in_force_holds_where_it_is_named(tmp_path):
    """A value in force and one proposed for the same day are no two values: the parameter is named for the latter."""
    values = "{value: days(9), from: undated}, {value: days(8), from: undated, standing: plan}"
    case = Case(more(BOUNDED.replace("VALUE", values)), bool, "town.more.own")
    waits, adopted = case.rules("plan", tmp_path=tmp_path), case.rules("plan", case.name, tmp_path=tmp_path)
    assert (waits.findings, value(waits, "own")) == ((), 9)
    assert (adopted.findings, value(adopted, "own")) == ((), 8)
