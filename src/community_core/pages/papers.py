"""Papers as files: HTML from a template, ``.docx`` from the same record; a district may replace both.

Nothing is recorded here: see ``office.papers().issue`` for how a file is bound to its event.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from community_core.base.errors import MissingExtra
from community_core.base.findings import Origin
from community_core.base.labels import Label
from community_core.pages.printing import Printed
from community_core.pages.templating import NO_FOLDER, failed, render, sandbox

if TYPE_CHECKING:
    from docx.document import Document

_WHAT: Final = ("文书", "papers")
_FONT: Final = "SimSun"


def paper_file(printed: Printed, form: str = "html", *, templates: Path | None = None) -> bytes:
    """Return *printed* as the bytes of a file.

    Args:
        printed: what the paper says.
        form: ``html`` or ``docx``.
        templates: a folder with templates of the district's own: ``paper.html`` for all papers, or for one of them
            ``paper.<name>.html``, or for a form ``paper.<form>.html``; each may extend ``core/paper.html``. In the same
            way ``paper.docx``: a document with Jinja expressions over ``paper``.

    Raises:
        LoadError: if a template of the district fails.
        MissingExtra: if the libraries for ``.docx`` are not installed.
        ValueError: for a form that there is not.
    """
    if form not in PAPER_FILES:
        raise ValueError(f"no form {form!r} of papers; there are {', '.join(PAPER_FILES)}")
    return PAPER_FILES[form](printed, templates)


def _html(printed: Printed, templates: Path | None) -> bytes:
    return render(_names(printed, "html"), templates, escaped=True, what=_WHAT, paper=printed).encode()


def _names(printed: Printed, ending: str) -> list[str]:
    return [f"paper.{printed.name}.{ending}", f"paper.{printed.form}.{ending}", f"paper.{ending}"]


def _docx(printed: Printed, templates: Path | None) -> bytes:
    if templates is not None and not templates.is_dir():
        raise failed(_WHAT, templates, *NO_FOLDER, Origin(str(templates)))
    own = next((path for name in _names(printed, "docx") if templates and (path := templates / name).is_file()), None)
    buffer = io.BytesIO()
    try:
        if own is not None:
            _filled(own, printed).save(buffer)
        else:
            _document(printed).save(buffer)
    except ImportError as error:
        raise MissingExtra(
            Label(
                "写 .docx 文书需要另外安装：pip install 'community-core[papers]'",
                "papers as .docx need more: pip install 'community-core[papers]'",
            )
        ) from error
    return _timeless(buffer)


def _timeless(written: io.BytesIO) -> bytes:
    """Return the document without the moment at which it was written: the same paper has the same bytes."""
    found = io.BytesIO()
    with zipfile.ZipFile(written) as read, zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as write:
        for name in read.namelist():
            write.writestr(zipfile.ZipInfo(name), read.read(name), zipfile.ZIP_DEFLATED)
    return found.getvalue()


def _filled(path: Path, printed: Printed) -> Any:
    from docxtpl import DocxTemplate  # noqa: PLC0415 - an extra, needed only for a district's own document

    try:
        document = DocxTemplate(str(path))
        document.render({"paper": printed}, jinja_env=sandbox(path.parent, escaped=True))
    except ImportError:
        raise
    except Exception as error:
        said = str(error) or type(error).__name__
        raise failed(_WHAT, path, said, said, Origin(str(path))) from error
    return document


def _document(printed: Printed) -> Document:
    import docx  # noqa: PLC0415 - an extra, needed only here
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415 - as above
    from docx.oxml.ns import qn  # noqa: PLC0415 - as above

    zh = printed.lang == "zh"

    def both(chinese: str, english: str) -> str:
        return chinese if zh else english

    document = docx.Document()
    fonts = document.styles["Normal"].element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), _FONT)
    for style in ("Title", "Heading 1", "Heading 2"):
        document.styles[style].element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _FONT)
    if printed.draft:
        document.add_paragraph(both("样稿，未出具", "Draft, not issued"))
    head = " · ".join(part for part in (printed.district, printed.place) if part)
    document.add_paragraph(head).alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_heading(printed.title, 0).alignment = WD_ALIGN_PARAGRAPH.CENTER
    step = f"{printed.procedure}{both('：', ': ')}{printed.step}"
    under = f"{step} · {printed.day} · {both('编号', 'No.')} {printed.number}"
    document.add_paragraph(under).alignment = WD_ALIGN_PARAGRAPH.CENTER
    if printed.text:
        document.add_paragraph(printed.text)
    _table(document, both("事项", "Particulars"), (), [(line.label, line.value) for line in printed.details])
    for line in printed.people:
        document.add_heading(line.label, 1)
        names = (both("序号", "No."), both("姓名", "Name"), both("签名", "Signature"))
        rows = [(str(number), item, "") for number, item in enumerate(line.items, 1)]
        _table(document, line.label + both("：签名", ": signatures"), names, rows)
    for part in printed.parts:
        document.add_heading(part.title, 1)
        if not part.entries:
            document.add_paragraph(both("没有记录。", "Nothing was recorded."))
        for entry in part.entries:
            who = f"{entry.who}{both('，', ', ')}{entry.day}"
            document.add_paragraph(who, style="List Number")
            _table(document, f"{part.title} · {who}", (), [(line.label, line.value) for line in entry.lines])
    if printed.count is not None:
        document.add_heading(both("计票", "Count"), 1)
        heads = (both("选项", "Option"), both("票数", "Votes"))
        votes = [(option, str(number)) for option, number in printed.count.rows]
        _table(document, both("各选项的票数", "Votes for each option"), heads, votes)
        if printed.count.outcome:
            document.add_paragraph(f"{both('结果：', 'Outcome: ')}{printed.count.outcome}")
    for signer in printed.signatures:
        document.add_paragraph(f"\n{signer}{both('（签名）', ' (signature)')}：________________")
    if printed.source:
        document.add_paragraph(
            f"{both('依据：', 'Source: ')}{printed.source}{both('（', ' (')}{printed.standing}{both('）', ')')}"
        )
    if not printed.draft:
        document.add_paragraph(
            both(
                f"校验码 {printed.code}。本件的散列值已记入办件 {printed.case}，改动即可查出。",
                f"Code of this copy {printed.code}. The hash of this file is recorded in case {printed.case}; "
                "any change can be found.",
            )
        )
    return document


def _table(document: Document, caption: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """Add a table; its *caption* is for those who do not see it, and its *heads* stand on every page."""
    from docx.oxml import OxmlElement  # noqa: PLC0415 - as above
    from docx.oxml.ns import qn  # noqa: PLC0415 - as above

    if not rows:
        return
    table = document.add_table(rows=0, cols=len(rows[0]), style="Table Grid")
    title = OxmlElement("w:tblCaption")
    title.set(qn("w:val"), caption)
    table._tbl.tblPr.append(title)  # noqa: SLF001 - python-docx has no name for it
    for row in ((heads,) if heads else ()) + tuple(rows):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    if heads:
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001 - as above


PAPER_FILES: Final[Mapping[str, Callable[[Printed, Path | None], bytes]]] = {"html": _html, "docx": _docx}
"""The forms of file that a paper can have, and what makes each."""
