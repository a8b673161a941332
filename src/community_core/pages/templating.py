"""Templates that a district may replace: its folder first, then the library's own, in a sandbox of plain records."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from community_core.base.errors import LoadError
from community_core.base.findings import Origin, finding

if TYPE_CHECKING:
    import jinja2

#: Why a folder of templates that is not there cannot be used.
NO_FOLDER: Final = ("没有这个文件夹", "there is no such folder")


def render(names: Sequence[str], templates: Path | None, *, escaped: bool, what: tuple[str, str], **values: Any) -> str:
    """Return the first template of *names* that is there, rendered with *values*.

    A template in the folder *templates* takes the place of the library's, which it may extend as ``core/…``. *what*
    says in both languages what the templates are of.

    Raises:
        LoadError: if a template of the district fails; its finding names file and line.
    """
    if templates is not None and not templates.is_dir():
        raise failed(what, templates, *NO_FOLDER, Origin(str(templates)))
    env = sandbox(templates, escaped=escaped)
    name = names[-1]
    try:
        template = env.select_template(list(names))
        name = template.name or name
        return template.render(**values)
    except Exception as error:
        if templates is None:
            raise
        said = str(error) or type(error).__name__
        raise failed(what, templates / name, said, said, _place(error, templates, name)) from error


def sandbox(templates: Path | None, *, escaped: bool) -> jinja2.Environment:
    """Return an environment whose templates, a plugin's perhaps, see plain records only and nothing undefined."""
    import jinja2  # noqa: PLC0415 - only what is printed needs it
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415 - as above

    core = jinja2.PackageLoader("community_core.pages")
    own = [] if templates is None else [jinja2.FileSystemLoader(templates)]
    return ImmutableSandboxedEnvironment(
        loader=jinja2.ChoiceLoader([*own, jinja2.PrefixLoader({"core": core}), core]),
        autoescape=escaped,  # a text has no markup; whatever a page takes in is escaped, a .txt as well
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def failed(what: tuple[str, str], path: Path, zh: str, en: str, origin: Origin) -> LoadError:
    """Return the exception that a district's template cannot be used, and why."""
    found = finding(
        "template-failed",
        f"{what[0]}模板 {path.name} 用不了：{zh}；请改正模板，或删去它以使用本库的模板",
        f"the template {path.name} of {what[1]} fails: {en}; correct it, or delete it to use the library's own",
        origin,
        name=path.name,
    )
    return LoadError(found.message, [found])


def _place(error: Exception, templates: Path, name: str) -> Origin:
    """Return the place in the district's templates that *error* comes from."""
    line: Any = getattr(error, "lineno", None)
    if isinstance(line, int):
        return Origin(str(getattr(error, "filename", None) or templates / name), line, 1)
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(str(templates))]
    return Origin(frames[-1].filename, frames[-1].lineno or 0, 1) if frames else Origin(str(templates / name))
