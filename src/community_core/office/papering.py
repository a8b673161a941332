"""The desk where papers are printed, issued and checked: what is issued is bound to its event by its file's hash."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from community_core.base.digests import Digest, digest_of
from community_core.base.findings import Finding, finding
from community_core.base.labels import Label, Language
from community_core.office.bindings import Binding, Bindings, refused, require_day
from community_core.office.commands import id_of, other_command
from community_core.office.restoring import restore
from community_core.office.views import covered_data
from community_core.office.work import Work, no_delegation
from community_core.pages.papers import paper_file
from community_core.pages.printing import Printed, print_paper
from community_core.ports.signing import Signer, Verifier
from community_core.procedures.definition import Paper
from community_core.procedures.events import PAPER, Case, Event
from community_core.procedures.papers import (
    CODE,
    Issued,
    PaperFile,
    Signature,
    Yielded,
    about,
    issue,
    issued,
    not_issuable,
    sealed_text,
    yielded,
)
from community_core.procedures.step import Refusal

if TYPE_CHECKING:
    from community_core.office.office import Office

#: How many random bytes stand on each copy: more than anybody can try.
_CODE = 16


#: Why the same copy cannot be made again.
_NO_CODE = (
    "校验码已经删除，或者出具时没有留存",
    "the code that stood on it was erased, or was not kept when it was issued",
)
_OTHERWISE = (
    "现在打印出来的与当时的不同（模板、语言、名称变了，或者其中的个人信息已经删除），或者当时没有出具这种文件",
    (
        "what is printed now differs (another template, language or name, or a personal value that was erased), or no "
        "such file was issued"
    ),
)


@frozen
class Handed:
    """What issuing gives: the *record* in the case, and the bytes of each file by its form.

    Where the same key had been used before, the record is that of the first time and the files are the same copies,
    made again byte for byte. Where one cannot be made again it is left out, and *why* says what stands against it:
    another template, another name of a place, a value that was erased since. For another copy issue the paper again,
    under another key.
    """

    record: Issued
    files: Mapping[str, bytes]
    why: Finding | None = None


@frozen
class Checked:
    """What a file turned out to be: which issued paper, in which form, and whether its seal holds.

    *sealed* is ``None`` where the file was not sealed, or no verifier was given.
    """

    record: Issued
    form: str
    sealed: bool | None = None


class Papers:
    """The papers of an office, printed in one way; made by ``office.papers()``."""

    def __init__(
        self,
        office: Office,
        begin: Callable[[], Work],
        write: Callable[[Work], object],
        told: Callable[[], object],
        *,
        lang: Language,
        templates: Path | None,
        named: Callable[[str], str] | None,
    ) -> None:
        self._office = office
        self._begin = begin
        self._write = write
        self._told = told
        self._lang: Language = lang
        self._templates = templates
        self._named = named

    def of(self, case: Case | str) -> tuple[tuple[Yielded, tuple[Issued, ...]], ...]:
        """Return each paper that the events of a case yield, with the times it was issued.

        Raises:
            Refused: if there is no such case.
        """
        _, binding, history = self._read(case)
        done = issued(history)
        return tuple(
            (item, tuple(one for one in done if (one.name, one.of) == (item.name, item.of)))
            for item in yielded(binding.procedure, history)
        )

    def draft(self, case: Case | str, name: str, form: str = "html", *, of: int | None = None) -> bytes:
        """Return the paper *name* to look at, as ``html`` or ``docx`` and marked as a draft; nothing is recorded.

        Sensitive values are covered on a draft: a copy that shows them is issued, and the record says to whom.
        *of* is the version of the event that yields it; the last one that does unless given.

        Raises:
            Refused: if there is no such case, or it yields no such paper.
            LoadError: if a template of the district fails.
        """
        now, binding, history = self._read(case)
        paper, item = self._about(binding, now, history, name, of)
        shown = [evolve(event, data=covered_data(event)) for event in history]
        return self._file(self._printed(binding, now, shown, paper, item, ""), form)

    def issue(
        self,
        case: Case | str,
        name: str,
        *,
        actor: str,
        day: dt.date,
        behalf: str = "",
        of: int | None = None,
        forms: Sequence[str] = ("html",),
        algorithm: str = "sha256",
        signer: Signer | None = None,
        key: str | None = None,
    ) -> Handed:
        """Print a paper and record that it was issued, with the digest of each file and its seal.

        The record keeps no copy: whoever has the file can be told what it is (:meth:`check`), and a changed one is
        none of those issued. Each copy carries a random code, so that its content cannot be guessed from its digest.

        Args:
            case: the case.
            name: the name of the paper.
            actor: who issues it; somebody who may take the step that yields it.
            day: the day of issue.
            behalf: in whose name, where a delegation lets *actor* act for him; both are recorded.
            of: the version of the event that yields it; the last one that does unless given.
            forms: the files to make, of ``html`` and ``docx``.
            algorithm: ``sha256`` or ``sm3``; its name stands in the record.
            signer: seals the files, where given.
            key: an idempotency key; see :class:`Handed`.

        Raises:
            Refused: if there is no such case or paper, or *actor* may not issue it; nothing is recorded.
            LoadError: if a template of the district fails.
            DigestError: if this machine does not have the algorithm.
            ValueError: if no form is named, or one that there is not.
        """
        require_day(day)
        if not forms:
            raise ValueError("name at least one form of files")
        case_id = id_of(case)

        def do() -> Handed:
            work = self._begin()
            before = work.before(key or "")
            if before is not None:
                return self._again(_same(before, case_id, name, actor, day, behalf, of), forms)
            now, binding, history = self._read(case_id, work)
            paper, item = self._about(binding, now, history, name, of)
            step = binding.procedure.step_names[item.step]
            if behalf and not work.charged(actor, now.place, day).get(behalf, frozenset()).intersection(step.by):
                raise refused(no_delegation(step, actor, behalf, day))
            held = work.held(binding.procedure, now, actor, behalf, day)
            found = not_issuable(binding.procedure, now, item, actor=actor, day=day, held=held, behalf=behalf)
            if found:
                raise refused(*found)
            code = secrets.token_hex(_CODE)
            printed = self._printed(binding, now, history, paper, item, code)
            files = {form: self._file(printed, form) for form in forms}
            rows = [
                _signed(PaperFile(form, digest_of(data, algorithm)), now.id, item, actor, day, behalf, signer)
                for form, data in files.items()
            ]
            taken = issue(
                binding.procedure,
                now,
                item,
                rows,
                actor=actor,
                day=day,
                held=held,
                behalf=behalf,
                key=key or "",
                code=code,
            )
            if isinstance(taken, Refusal):
                raise refused(*taken.findings)
            work.add(taken)
            self._write(work)
            return Handed(issued(taken.events)[0], files)

        handed = self._office.store.run(do)
        self._told()
        return handed

    def check(self, case: Case | str, data: bytes, *, verifier: Verifier | None = None) -> Checked | None:
        """Return which issued paper of a case the file *data* is, or ``None`` where it is none of them, byte for byte.

        Raises:
            Refused: if there is no such case.
            DigestError: if this machine does not have an algorithm that the record names.
        """
        _, _, history = self._read(case)
        made: dict[str, Digest] = {}
        for record in issued(history):
            for file in record.files:
                algorithm = file.digest.algorithm
                if algorithm not in made:
                    made[algorithm] = digest_of(data, algorithm)
                if file.digest == made[algorithm]:
                    return Checked(record, file.form, _seal_holds(record, file, verifier))
        return None

    def _again(self, record: Issued, forms: Sequence[str]) -> Handed:
        """Make the same copies again, from what the case was when they were issued and the code that stands on them."""
        store = self._office.store
        stored, events = store.load([record.case])[record.case]
        code = dict(events[record.version - 1].event.data).get(CODE)
        if not isinstance(code, str):
            return Handed(record, {}, _no_copy(record, *_NO_CODE))
        earlier = events[: record.version - 1]
        bindings = Bindings(self._office.rules, store)
        case = restore(bindings, stored, earlier)
        binding, history = bindings.of(case.procedure, case.rules), tuple(item.event for item in earlier)
        paper, item = self._about(binding, case, history, record.name, record.of)
        printed = self._printed(binding, case, history, paper, item, code)
        files = {}
        for file in record.files:
            if file.form in forms:
                data = self._file(printed, file.form)
                if file.digest.fits(data):
                    files[file.form] = data
        lacking = [form for form in forms if form not in files]
        return Handed(record, files, _no_copy(record, *_OTHERWISE, lacking) if lacking else None)

    def _read(self, case: Case | str, work: Work | None = None) -> tuple[Case, Binding, tuple[Event, ...]]:
        work = work or self._begin()
        now = work.case(id_of(case))
        return now, work.binding(now), tuple(item.event for item in self._office.store.events(now.id))

    def _about(
        self, binding: Binding, case: Case, history: Sequence[Event], name: str, of: int | None
    ) -> tuple[Paper, Yielded]:
        found = about(binding.procedure, case, history, name, of)
        if isinstance(found, Finding):
            raise refused(found)
        return found

    def _printed(
        self, binding: Binding, case: Case, history: Sequence[Event], paper: Paper, item: Yielded, code: str
    ) -> Printed:
        return print_paper(
            binding.procedure,
            case,
            history,
            paper,
            item.of,
            lang=self._lang,
            district=self._office.rules.district.title,
            place=self._office.store.place_names().get(case.place) or Label(case.place, case.place),
            named=self._named,
            code=code,
        )

    def _file(self, printed: Printed, form: str) -> bytes:
        return paper_file(printed, form, templates=self._templates)


def _signed(
    file: PaperFile, case: str, item: Yielded, actor: str, day: dt.date, behalf: str, signer: Signer | None
) -> PaperFile:
    if signer is None:
        return file
    value = signer.sign(sealed_text(case, item.name, item.of, file, actor=actor, day=day, behalf=behalf))
    return evolve(file, signature=Signature(signer.key, signer.algorithm, value.hex()))


def _no_copy(record: Issued, zh: str, en: str, forms: Sequence[str] = ()) -> Finding:
    listed = ", ".join(forms)
    return finding(
        "no-same-copy",
        f"文书 {record.name}（办件 {record.case} 第 {record.version} 条记录出具）的同一份{listed}不能再做出来：{zh}；"
        "需要的话，换一个请求编号另出具一份",
        f"the same copy {listed} of the paper {record.name!r}, issued by event {record.version} of case {record.case}, "
        f"cannot be made again: {en}; issue another one under another key if it is needed",
        case=record.case,
        version=record.version,
        forms=listed,
    )


def _seal_holds(record: Issued, file: PaperFile, verifier: Verifier | None) -> bool | None:
    seal = file.signature
    if seal is None or verifier is None:
        return None
    text = sealed_text(
        record.case, record.name, record.of, file, actor=record.actor, day=record.day, behalf=record.behalf
    )
    return verifier.verify(seal.key, seal.algorithm, text, bytes.fromhex(seal.value))


def _same(event: Event, case_id: str, name: str, actor: str, day: dt.date, behalf: str, of: int | None) -> Issued:
    """Return what was issued under a key before, where it is what is asked for now."""
    who = (event.actor, event.behalf, event.day)
    if event.case == case_id and event.step == PAPER and who == (actor, behalf, day):
        record = issued([event])[0]
        if record.name == name and of in (None, record.of):
            return record
    raise refused(other_command(event.key, event.case))
