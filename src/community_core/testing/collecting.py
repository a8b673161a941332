"""Case files as pytest collects and reports them; the cases are read and run elsewhere."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import pytest

from community_core.base.findings import Finding
from community_core.jurisdiction.plugins import Gathered, gather
from community_core.testing.cases import CaseGroup, CaseText, read_cases
from community_core.testing.running import rules_of, run_case

#: What plugins offer, asked once for all case files of a run.
_GATHERED = pytest.StashKey[Gathered]()


class CaseFailed(Exception):
    """A case did not go as it expects; ``findings`` say where it differs."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(each) for each in self.findings))


class _Item(pytest.Item):
    """An item that reports findings instead of a traceback."""

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, CaseFailed):
            return "\n".join(f"{each}" for each in excinfo.value.findings)
        return super().repr_failure(excinfo, style)


class CaseItem(_Item):
    """One case of a case file."""

    case: CaseText
    group: CaseGroup

    def runtest(self) -> None:
        """Run the case.

        Raises:
            CaseFailed: if it does not go as it expects.
        """
        collector = self.parent
        assert isinstance(collector, CaseFileCollector)  # noqa: S101 - it is made there only
        result = run_case(self.case, collector.rules(self.group), day=self.group.day)
        if result.findings:
            raise CaseFailed(result.findings)

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        """Return file, line (from 0) and name for pytest's report."""
        return self.path, max(self.case.origin.line - 1, 0), self.name


class ReadingItem(_Item):
    """Fails for what of a case file could not be read."""

    findings: tuple[Finding, ...]

    def runtest(self) -> None:
        """Report the findings.

        Raises:
            CaseFailed: always.
        """
        raise CaseFailed(self.findings)


class CaseFileCollector(pytest.File):
    """The cases of one file, in its order."""

    _rules: dict[int, Any]

    def collect(self) -> Iterable[pytest.Item]:
        """Read the file; what could not be read is an item of its own, so that the rest still runs."""
        self._rules = {}
        read = read_cases(self.path)
        if read.findings:
            broken = ReadingItem.from_parent(self, name="reading")
            broken.findings = read.findings
            yield broken
        for group in read.groups:
            for case in group.cases:
                item = CaseItem.from_parent(self, name=case.name)
                item.case, item.group = case, group
                yield item

    def rules(self, group: CaseGroup) -> Any:
        """Return the rules of *group*, composed once for all its cases."""
        if id(group) not in self._rules:
            if _GATHERED not in self.session.stash:
                self.session.stash[_GATHERED] = gather()
            self._rules[id(group)] = rules_of(group, self.path, self.session.stash[_GATHERED])
        return self._rules[id(group)]
