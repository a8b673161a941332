"""The letter that tells a person what was decided and why, as text or HTML; it decides nothing and publishes nothing.

A district may replace the templates, or blocks of them; where to complain stands in a letter only if its text says so.
"""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from community_core.base.errors import LoadError
from community_core.base.findings import Origin, finding
from community_core.base.labels import Language
from community_core.jurisdiction.rules import Rules
from community_core.pages.lettering import Letter, make_letter
from community_core.rules.answer import Answer

if TYPE_CHECKING:
    import jinja2

Form = Literal["text", "html"]

_ENDINGS: dict[str, str] = {"text": "txt", "html": "html"}


def letter(
    answer: Answer,
    rules: Rules,
    lang: Language = "zh",
    *,
    form: Form = "text",
    templates: Path | None = None,
    for_person: bool = True,
) -> str:
    """Return the letter about *answer* to the person concerned.

    Args:
        answer: what was decided, by *rules*.
        rules: the rules of the district that decided.
        lang: the language of the letter.
        form: plain text, or one HTML page.
        templates: a folder with templates of the district's own (``letter.zh.txt``, ``letter.en.html`` …). One that is
            there takes the place of the library's, which it may extend as ``core/letter.zh.txt``.
        for_person: whether the letter goes to the person concerned; else the values of personal and sensitive facts
            are masked. Outcome and reasons are not, and may still tell of the person.

    Raises:
        LoadError: if a template of the district fails; its finding names file and line.
    """
    return render_letter(make_letter(answer, rules, lang, for_person=for_person), form=form, templates=templates)


def render_letter(made: Letter, *, form: Form = "text", templates: Path | None = None) -> str:
    """Return *made* as text or HTML; see :func:`letter`.

    Raises:
        LoadError: if a template of the district fails; its finding names file and line.
    """
    name = f"letter.{made.lang}.{_ENDINGS[form]}"
    if templates is not None and not templates.is_dir():
        raise _failed(templates, "没有这个文件夹", "there is no such folder", Origin(str(templates)))
    env = _environment(form, templates)
    try:
        return env.get_template(name).render(letter=made)
    except Exception as error:
        if templates is None:
            raise
        said = str(error) or type(error).__name__
        raise _failed(templates / name, said, said, _place(error, templates, name)) from error


def _environment(form: Form, templates: Path | None) -> jinja2.Environment:
    """Templates may come from a plugin: they see plain records only, in a sandbox, and nothing that is undefined."""
    import jinja2  # noqa: PLC0415 - only the writing of letters needs it
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415 - as above

    core = jinja2.PackageLoader("community_core.pages")
    own = [] if templates is None else [jinja2.FileSystemLoader(templates)]
    return ImmutableSandboxedEnvironment(
        loader=jinja2.ChoiceLoader([*own, jinja2.PrefixLoader({"core": core}), core]),
        autoescape=form == "html",  # a text has no markup; whatever a page takes in is escaped, a .txt as well
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _place(error: Exception, templates: Path, name: str) -> Origin:
    """Return the place in the district's templates that *error* comes from."""
    line: Any = getattr(error, "lineno", None)
    if isinstance(line, int):
        return Origin(str(getattr(error, "filename", None) or templates / name), line, 1)
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(str(templates))]
    return Origin(frames[-1].filename, frames[-1].lineno or 0, 1) if frames else Origin(str(templates / name))


def _failed(path: Path, zh: str, en: str, origin: Origin) -> LoadError:
    found = finding(
        "template-failed",
        f"信函模板 {path.name} 用不了：{zh}；请改正模板，或删去它以使用本库的模板",
        f"the template {path.name} of letters fails: {en}; correct it, or delete it to use the library's own",
        origin,
        name=path.name,
    )
    return LoadError(found.message, [found])
