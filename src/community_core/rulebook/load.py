"""From bytes or text to practices, districts and catalogues, and findings; nothing is put together here."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from attrs import evolve, frozen

from community_core.base.files import file_trouble
from community_core.base.findings import Finding, Origin, finding
from community_core.base.labels import Label
from community_core.declarations.catalogue import Catalogue
from community_core.declarations.practice import District, Practice
from community_core.rulebook.catalogue import CATALOGUE
from community_core.rulebook.documents import DISTRICT, PRACTICE
from community_core.rulebook.nodes import Document, Mapping, Scalar, Source, compose
from community_core.rulebook.reading import BAD, Reading, Record, near
from community_core.rulebook.scalars import Form, form

#: The kinds of document, by the key that names them.
DOCUMENTS: Final[dict[str, Record]] = {"practice": PRACTICE, "district": DISTRICT, "catalogue": CATALOGUE}
_BIGGEST = 8 * 1024 * 1024


@frozen
class Loaded:
    """What a file held: practices, districts, catalogues, and every finding, those that they carry included."""

    practices: tuple[Practice, ...] = ()
    districts: tuple[District, ...] = ()
    findings: tuple[Finding, ...] = ()
    catalogues: tuple[Catalogue, ...] = ()


def read_file(path: str | os.PathLike[str], plugin: str = "") -> Loaded:
    """Read the rulebook at *path*; origins name the file as given, and *plugin*.

    Never raises for what the file is or holds: what cannot be read is a finding.
    """
    name = os.fspath(path)
    try:
        data = Path(path).read_bytes()
    except (OSError, ValueError) as error:
        said = file_trouble(error)
        return Loaded(
            findings=(
                finding(
                    "unreadable-file",
                    f"读不了文件“{name}”：{said.zh}",
                    f"the file {name!r} cannot be read: {said.en}",
                    Origin(name, plugin=plugin),
                ),
            )
        )
    return read_text(data, name, plugin)


def read_text(text: str | bytes, file: str = "", plugin: str = "") -> Loaded:
    """Read a rulebook from its text, or from bytes in UTF-8; *file* and *plugin* are named in origins.

    Several documents may stand in one text. Never raises for what the text holds.
    """
    if isinstance(text, bytes):
        decoded = _decoded(text, file, plugin)
        if isinstance(decoded, Finding):
            return Loaded(findings=(decoded,))
        text = decoded
    source = Source(text.removeprefix("\ufeff"), file, plugin)
    if len(text) > _BIGGEST:
        return Loaded(
            findings=(
                finding(
                    "too-big",
                    f"文件超过 {_BIGGEST} 个字符，请分成几份",
                    f"the file has more than {_BIGGEST} characters; split it",
                    source.origin(0),
                ),
            )
        )
    documents, findings = compose(source)
    practices: list[Practice] = []
    districts: list[District] = []
    catalogues: list[Catalogue] = []
    empty = True
    for document in documents:
        if isinstance(document.root, Scalar) and form(document.root) is Form.NULL and not document.faults:
            continue
        empty = False
        read, found = _read_document(document, source)
        findings += found
        if isinstance(read, Practice):
            practices.append(read)
        elif isinstance(read, District):
            districts.append(read)
        elif isinstance(read, Catalogue):
            catalogues.append(read)
    if empty and not findings:
        findings.append(
            finding(
                "empty-file",
                "文件里没有内容；请写 practice:、district: 或 catalogue:",
                "the file is empty; begin it with practice:, district: or catalogue:",
                source.origin(0),
            )
        )
    for kind, zh, named in (("practice", "做法", practices), ("district", "区县", districts)):
        findings += _repeated(kind, zh, named)
    return Loaded(tuple(practices), tuple(districts), _in_order(findings), tuple(catalogues))


def _repeated(kind: str, zh: str, named: Iterable[Practice | District]) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for item in named:
        line = first.setdefault(item.name, item.origin.line)
        if line != item.origin.line:
            yield finding(
                "duplicate-document",
                f"{zh} {item.name} 写了两次（先在第 {line} 行）；请合并，或改一个名称",
                f"the {kind} {item.name} stands twice (first in line {line}); put them together, or rename one",
                item.origin,
                name=item.name,
            )


def _decoded(data: bytes, file: str, plugin: str) -> str | Finding:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode().removeprefix("\ufeff")
        line = before.count("\n") + 1
        column = len(before) - (before.rfind("\n") + 1) + 1
        return finding(
            "not-utf8",
            "文件不是 UTF-8 编码；请另存为 UTF-8",
            "the file is not in UTF-8; save it as UTF-8",
            Origin(file, line, column, plugin),
        )


def _in_order(findings: list[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda each: (each.line, each.column)))


def _read_document(document: Document, source: Source) -> tuple[Any, tuple[Finding, ...]]:
    reading = Reading(source, document)
    record = _kind(document, reading)
    read: Any = BAD if record is None else record.read(document.root, reading)
    findings = _in_order([*reading.findings, *(each for _, each in document.faults)])
    return (BAD if read is BAD else evolve(read, findings=findings)), findings


def _kind(document: Document, reading: Reading) -> Record | None:
    root = document.root
    if not isinstance(root, Mapping):
        reading.expected(
            root,
            Label(
                "practice:、district: 或 catalogue: 开头的键值",
                "a mapping that begins with practice:, district: or catalogue:",
            ),
        )
        return None
    names = [key.text for key, _ in root.pairs if isinstance(key, Scalar)]
    kinds = [kind for kind in DOCUMENTS if kind in names]
    if len(kinds) == 1:
        return DOCUMENTS[kinds[0]]
    first = next((name for name in names if near(name, DOCUMENTS)), "")
    zh = en = ""
    if first and not kinds:
        zh, en = (
            f"；“{first}”是不是“{near(first, DOCUMENTS)}”？",
            f"; is {first!r} meant as {near(first, DOCUMENTS)!r}?",
        )
    reading.report(
        "unknown-document",
        f"一份文档写 practice:、district:、catalogue: 中的一个，不多不少{zh}",
        f"a document has exactly one of practice:, district: and catalogue:{en}",
        reading.origin(root),
    )
    return None
