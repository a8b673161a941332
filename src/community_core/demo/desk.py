"""What every part of the demo works with: its folder, its offices, and a clock that follows the days it plays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import define, frozen

from community_core.base.errors import LoadError, StoreError
from community_core.base.labels import Label
from community_core.demo.show import Show
from community_core.jurisdiction.loading import load
from community_core.jurisdiction.plugins import gather
from community_core.jurisdiction.rules import Rules
from community_core.office.office import Office, open_office
from community_core.office.publishing import example_values
from community_core.procedures.events import Case

SHENHE = "demo-shenhe"
FANGZI = "demo-fangzi"
#: The day of the hearings' district; the documents give no days, so these are made up.
DAY = dt.date(2006, 5, 1)
BOARD_DAY = dt.date(2007, 6, 20)
_SIZE = "demo.size"
_ZONE = dt.timezone(dt.timedelta(hours=8))


@define
class DemoClock:
    """Gives nine in the morning of the day that is being played, so that two runs of the demo have the same record."""

    day: dt.date = DAY

    def now(self) -> dt.datetime:
        """Return nine o'clock, Beijing time, of the day."""
        return dt.datetime.combine(self.day, dt.time(9), _ZONE)


@frozen
class Desk:
    """The demo's folder, its two districts over one record, and how it speaks."""

    folder: Path
    people: int
    contracts: int
    show: Show
    clock: DemoClock
    shenhe: Office
    fangzi: Office

    @property
    def record(self) -> Path:
        """The SQLite file with the record."""
        return record_path(self.folder)

    @property
    def rules(self) -> tuple[Rules, Rules]:
        """The rules of the two districts."""
        return self.shenhe.rules, self.fangzi.rules

    def open(self, office: Office, procedure: str, data: Mapping[str, Any], **who: Any) -> Case:
        """Open a case on the day given, under its key; a second time gives the case as it is."""
        self.clock.day = who["day"]
        return office.open(procedure, data, **who)

    def take(self, office: Office, case: Case | str, step: str, data: Mapping[str, Any], **who: Any) -> Case:
        """Take a step on the day given, under its key; a second time gives the case as it is."""
        self.clock.day = who["day"]
        return office.take(case, step, data, **who)

    def examples(self, office: Office, procedure: str, day: dt.date) -> None:
        """Say on which example values the cases of a procedure rest."""
        title = office.rules.procedure(procedure).title
        self.show.examples(item for item in example_values((office.rules,), day) if title in item.answers)

    def done(self, part: str) -> bool:
        """Whether a part of the demo was finished in an earlier run."""
        return self.shenhe.store.meta(f"demo.{part}") == "done"

    def finish(self, part: str) -> None:
        """Note that a part is finished."""
        self.shenhe.store.set_meta(f"demo.{part}", "done")

    def close(self) -> None:
        """Close the record."""
        self.shenhe.close()
        self.fangzi.close()


def record_path(folder: Path) -> Path:
    """Return where the demo's record stands in *folder*."""
    return folder / "record.sqlite"


def open_desk(folder: Path, people: int, contracts: int, show: Show) -> Desk:
    """Open the record in *folder*, made where it is missing.

    Raises:
        StoreError: if the folder holds a demo of another size.
        LoadError: if the plugins of the two districts are not installed.
    """
    gathered = gather()
    shenhe, fangzi = (load(name, gathered=gathered) for name in (SHENHE, FANGZI))
    wrong = [item for rules in (shenhe, fangzi) for item in rules.findings if item.level == "error"]
    if wrong:
        install = "pip install community-shenhe community-fangzi"
        raise LoadError(
            Label(
                f"演示要用的规则不完整；缺插件时请运行 {install}（克隆的文件夹里用 ./plugins/…）",
                f"the demo's rules are not whole; where plugins are missing, run {install} (in a clone: ./plugins/…)",
            ),
            wrong,
        )
    folder.mkdir(parents=True, exist_ok=True)
    clock = DemoClock()
    offices = [open_office(rules, record_path(folder), clock=clock) for rules in (shenhe, fangzi)]
    size = f"{people}/{contracts}"
    store = offices[0].store
    kept = store.meta(_SIZE)
    if kept is None:
        store.set_meta(_SIZE, size)
    elif kept != size:
        for office in offices:
            office.close()
        before = kept.split("/")
        raise StoreError(
            Label(
                f"{folder} 里已有 {before[0]} 人、{before[1]} 份契约的演示；请用 --folder 另指文件夹，或给出同样的规模",
                f"{folder} holds a demo of {before[0]} people and {before[1]} contracts; name another --folder",
            )
        )
    return Desk(folder, people, contracts, show, clock, offices[0], offices[1])
