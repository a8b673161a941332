"""Verify an exported record from its lines alone, by anyone; neither a database nor the rules are needed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from attrs import define, field

from community_core.base.errors import CommunityError, StoreError
from community_core.base.findings import Finding, finding
from community_core.base.labels import Label
from community_core.codec.texts import digest
from community_core.instruments.ledger import Entry
from community_core.instruments.merkle import ALGORITHM, Frontier, Hash, hasher, sha256
from community_core.ports.keys import KeyRing
from community_core.ports.store import Checkpoint, Coverage, KnownRoot
from community_core.store.checkpoints import (
    ALGORITHMS,
    broken_checkpoint,
    changed_checkpoint,
    entry,
    removed_checkpoint,
    root_beyond,
    root_differs,
    root_unknown,
    rooted,
)
from community_core.store.exporting import FORMAT, VERSION, end_line, header_line
from community_core.store.ledgers import entry_of
from community_core.store.private import Expected, PrivateCheck
from community_core.store.records import checkpoint_hash, event_found, event_hash, read_effects, shown
from community_core.store.sealing import PrivateRow, Sealing, written

_EVERY: Final = 5000
_WHOLE: Final = {"entered", "event", "hash", "previous", "seq"}
_HASHES: Final = {"case", "hash", "previous", "seq", "version"}


@define
class ExportCheck:
    """One reading of an export; after :meth:`verify` is through, *coverage* says how far its checkpoints reach.

    With *keys*, private values that are encrypted are held against their commitments too.
    """

    coverage: Coverage = field(factory=lambda: Coverage(0))
    keys: KeyRing | None = None
    _tree: Frontier = field(factory=Frontier)
    _heads: dict[str, tuple[int, str]] = field(factory=dict)
    _texts: list[str] = field(factory=list)
    _used: set[str] = field(factory=set)
    _begun: tuple[str, str] | None = None
    _cases: int = 0
    _roots: list[str] = field(factory=list)
    _hashes: list[str] = field(factory=list)
    _bound: Checkpoint | None = None
    _previous: str = ""
    _broken: bool = False
    _hashes_only: bool = False
    _with_private: bool = False
    _bare: int = 0
    _values: int = 0
    #: After which line private values may stand: that of their event, or of the one with the field before.
    _after: tuple[str, int, str] | None = None
    _expected: dict[str, Expected] = field(factory=dict)
    _check: PrivateCheck = field(factory=lambda: PrivateCheck(Sealing()))
    _algorithm: str = ALGORITHM
    _hash: Hash = sha256

    def verify(
        self,
        lines: Iterable[str | bytes],
        roots: Sequence[KnownRoot] = (),
        *,
        progress: Callable[[int], object] | None = None,
    ) -> Iterator[Finding]:
        """Yield a finding for each line that is not as it was written; none means that the export holds together.

        A changed, removed, inserted or moved line is found, the last one included. An export that somebody wrote anew
        as a whole is found against *roots* that were published, or exported, before.

        Raises:
            StoreError: if a checkpoint's hash algorithm is not on this machine.
        """
        self._check = PrivateCheck(Sealing(self.keys))
        asked: dict[int, list[KnownRoot]] = {}
        for item in roots:
            if item.size is not None:
                asked.setdefault(item.size, []).append(item)
        ended = False
        for number, raw in enumerate(lines, start=1):
            data = _read(raw)
            if data is None or ended:
                yield _line(number, "不是导出时的写法，已被改动", "is not as an export writes it: it was changed")
                continue
            if number == 1:
                yield from self._header(data)
            elif set(data) == {"end"}:
                ended = True
                if written(data) != self._end():
                    yield _line(
                        number,
                        "的计数与前面各行不符：有行被删除或插入",
                        "counts otherwise than the lines before it: some were removed or inserted",
                    )
            else:
                yield from self._body(number, data)
            if self._tree.size in asked and set(data) in (_WHOLE, _HASHES):
                yield from self._asked(asked.pop(self._tree.size))
            if progress is not None and number % _EVERY == 0:
                progress(self._tree.size)
        if not ended:
            yield finding(
                "export-cut-off", "导出文件没有末行：文件不完整", "the export has no last line: it is cut off"
            )
        for size in sorted(asked):
            for given in asked[size]:
                yield root_beyond(size, given.root, self._tree.size)
        for given in roots:
            if given.size is None and given.root not in (*self._roots, *self._hashes):
                yield root_unknown(given.root)
        for missing in sorted(self._used - {*self._texts, ""}) if not self._hashes_only else ():
            yield finding(
                "rule-text-missing",
                f"有办件依据规则文本 {missing}，但导出文件中没有",
                f"cases run under the rule text {missing}, which is not in the export",
                hash=missing,
            )
        if self._with_private:
            for case, expected in self._expected.items():
                yield from self._check.missing(case, expected)
        self.coverage = Coverage(self._tree.size, self._bound, unchecked=self._check.unchecked)

    def _header(self, data: Mapping[str, Any]) -> Iterator[Finding]:
        self._hashes_only = data.get("hashes_only") is True
        named = data.get("algorithm")
        if named in ALGORITHMS:
            self._algorithm, self._hash = named, hasher(named)
        self._with_private = data.get("private") is True
        bare = data.get("bare", 0)
        self._bare = bare if type(bare) is int else 0
        told = header_line(self._algorithm, hashes_only=self._hashes_only, private=self._with_private, bare=self._bare)
        if written(data) != told:
            yield finding(
                "export-format",
                f"第一行不是 {FORMAT} 第 {VERSION} 版的标头：文件不是导出文件，或由别的版本写出",
                f"the first line is no header of {FORMAT}, version {VERSION}: this is no export, or another version's",
            )

    def _end(self) -> str:
        root = rooted(self._algorithm, self._tree.root(self._hash))
        values = self._values if self._with_private else None
        return end_line(len(self._texts), self._cases, self._tree.size, len(self._roots), root, values)

    def _body(self, number: int, data: Mapping[str, Any]) -> Iterator[Finding]:
        keys = set(data)
        after, self._after = self._after, None
        try:
            if keys == {"rules"}:
                if self._cases or (self._texts and data["rules"]["hash"] <= self._texts[-1]):
                    yield _line(number, "不在应在的位置", "is not where it belongs")
                yield from self._rules(_typed(data["rules"]))
            elif keys == {"case"}:
                own = data["case"]
                if self._begun is not None:
                    yield self._alone(number)
                self._cases += 1
                self._begun = own["id"], digest(written(own))
                self._used.add(own["rules"])
            elif keys == {"checkpoint", "hash"}:
                if self._begun is not None:
                    yield _line(number, "不在应在的位置", "is not where it belongs")
                yield from self._checkpoint(data["checkpoint"], data["hash"])
            elif keys == {"private"} and self._with_private:
                yield from self._private(number, PrivateRow(**_typed(data["private"], number=("version",))), after)
            elif keys == (_HASHES if self._hashes_only or self._tree.size < self._bare else _WHOLE):
                own = data.get("event", data)
                if self._begun is not None and (own["case"], own["version"]) != (self._begun[0], 1):
                    yield self._alone(number)
                    self._begun = None
                yield from self._event(data, own)
            else:
                yield _line(number, "既不是记录也不是检查点", "is neither an event nor a checkpoint")
        except (KeyError, TypeError, ValueError, AttributeError):
            yield _line(number, "缺少内容或类型不对", "lacks a part, or one is of another type")

    def _rules(self, data: Mapping[str, Any]) -> Iterator[Finding]:
        kept, text = data["hash"], data["text"]
        self._texts.append(kept)
        if digest(text) != kept:
            yield finding(
                "rule-text-changed",
                f"规则文本与其哈希 {kept} 不符，已被改动",
                f"the rule text kept under {kept} has another hash: it was changed",
                hash=kept,
            )

    def _alone(self, number: int) -> Finding:
        return _line(number, "之前的办件没有首条记录", "follows a case that lacks its first event")

    def _event(self, data: Mapping[str, Any], own: Mapping[str, Any]) -> Iterator[Finding]:
        case, version, kept, previous = own["case"], own["version"], data["hash"], data["previous"]
        if "event" in data:
            self._used.add(own.get("rules", ""))
            if event_hash(written(own), previous, data["entered"]) != kept:
                yield event_found(
                    "event-changed",
                    case,
                    version,
                    "的内容与其哈希不符，已被改动",
                    "has another hash than is kept: it was changed",
                )
            if self._with_private:
                self._expects(case).read(version, own["step"], own.get("data", ()))
        last, head = self._heads.get(case, (0, ""))
        if version == 1 and last == 0:
            begun, self._begun = self._begun, None
            if begun is None:
                yield event_found("event-without-case", case, 1, "没有对应的办件", "belongs to no case")
            elif begun[1] != previous:
                yield event_found(
                    "case-changed",
                    case,
                    0,
                    "的立案记录与首条记录不符：其中之一已被改动",
                    "has another record of its own than its first event follows: one of the two was changed",
                )
        elif version != last + 1:
            yield event_found(
                "event-missing",
                case,
                version,
                f"之前应是第 {version - 1} 条，实际是第 {last} 条：中间的记录被删除或换了次序",
                f"should follow event {version - 1} and follows event {last}: others were removed or moved",
            )
        elif previous != head:
            yield event_found(
                "chain-broken",
                case,
                version,
                "不接在前一条之后：前一条被替换、插入或换了次序",
                "does not follow the event before it: that one was replaced, inserted or moved",
            )
        self._heads[case] = (version, kept)
        self._after = (case, version, "")
        self._tree = self._tree.grown([entry(kept)], self._hash)
        if data["seq"] != self._tree.size:
            yield event_found(
                "sequence-disordered",
                case,
                version,
                f"的总序号是 {data['seq']}，位置在第 {self._tree.size}：有记录被删除、插入或换序",
                f"is number {data['seq']} of the record and stands at place {self._tree.size}: "
                "events were removed, inserted or moved",
            )

    def _private(self, number: int, row: PrivateRow, after: tuple[str, int, str] | None) -> Iterator[Finding]:
        self._values += 1
        self._after = (row.case_id, row.version, row.field)
        if after is None or after[:2] != self._after[:2] or after[2] >= row.field:
            yield _line(number, "不在应在的位置", "is not where it belongs")
        yield from self._check.row(row, self._expects(row.case_id))

    def _expects(self, case: str) -> Expected:
        return self._expected.setdefault(case, Expected())

    def _checkpoint(self, data: Mapping[str, Any], kept: str) -> Iterator[Finding]:
        size, root, algorithm = data["size"], data["root"], data["algorithm"]
        beside = written(data["beside"]) if "beside" in data else ""
        if checkpoint_hash(size, root, algorithm, data["entered"], data["previous"], beside) != kept:
            yield changed_checkpoint(shown(size))
        if data["previous"] != self._previous:
            yield removed_checkpoint(shown(size))
        self._previous = kept
        self._roots.append(root)
        self._hashes.append(kept)
        made = rooted(self._algorithm, self._tree.root(self._hash))
        if (made != root or size != self._tree.size) and not self._broken:
            self._broken = True
            yield broken_checkpoint(0 if self._bound is None else self._bound.size, size, self._tree.size)
        elif not self._broken:
            entered = dt.datetime.fromisoformat(data["entered"])
            self._bound = Checkpoint(size, root, entered, algorithm, kept, data["previous"])

    def _asked(self, roots: Iterable[KnownRoot]) -> Iterator[Finding]:
        for given in roots:
            made = rooted(self._algorithm, self._tree.root(self._hash))
            if made != given.root:
                yield root_differs(self._tree.size, given.root, made)


def verify_export(
    lines: Iterable[str | bytes], roots: Sequence[KnownRoot] = (), *, progress: Callable[[int], object] | None = None
) -> Iterator[Finding]:
    """Yield what is wrong with an export; see :meth:`ExportCheck.verify`."""
    yield from ExportCheck().verify(lines, roots, progress=progress)


def exported_entries(lines: Iterable[str | bytes], name: str, *, place: str = "") -> Iterator[Entry]:
    """Yield the entries of the ledger *name*, of all places or of one, that the events of an export made.

    In the order in which they were made; those entered before events said what they caused are in no export. The
    export itself is to be verified by :func:`verify_export`.

    Raises:
        StoreError: if the export has only hashes, or an entry cannot be read.
    """
    for number, raw in enumerate(lines, start=1):
        data = _read(raw) or {}
        if number == 1 and data.get("hashes_only") is True:
            raise StoreError(
                Label("导出文件只有散列值，里面没有账簿", "the export has only hashes, and so no ledger is in it")
            )
        event = data.get("event")
        if not isinstance(event, dict) or "effects" not in event:
            continue
        try:
            effects = read_effects(written(event["effects"]))
            entries = [entry_of(effect, event["case"]) for effect in effects if effect.kind == "enter"]
        except (ValueError, TypeError, KeyError, AttributeError, CommunityError) as error:
            raise StoreError(
                Label(f"第 {number} 行的入账读不懂，可能被改动过", f"the entry in line {number} cannot be read")
            ) from error
        yield from (entry for entry in entries if entry.ledger == name and place in ("", entry.place))


def _read(raw: str | bytes) -> Mapping[str, Any] | None:
    """Return a line's object, or ``None`` where it is not written exactly as an export writes it."""
    try:
        text = (raw.decode() if isinstance(raw, bytes) else raw).removesuffix("\n")
        data = json.loads(text)
        same = isinstance(data, dict) and written(data) == text
    except (ValueError, RecursionError):
        return None
    return data if same else None


def _typed(data: Mapping[str, Any], number: Sequence[str] = ()) -> Mapping[str, Any]:
    """Return an object of texts, but for whole numbers under the names in *number*.

    Raises:
        TypeError: if one is of another type.
    """
    for name, value in data.items():
        if type(value) is not (int if name in number else str):
            raise TypeError(name)
    return data


def _line(number: int, zh: str, en: str) -> Finding:
    return finding("export-line", f"导出文件第 {number} 行{zh}", f"line {number} of the export {en}", line=number)
