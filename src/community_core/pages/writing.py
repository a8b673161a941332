"""What board and handbook share: templates, names of pages, and writing them; it knows nothing of what they say."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import jinja2
    from markupsafe import Markup

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}\Z")


def file_name(kind: str, name: str) -> str:
    """Return the name of the page about *name*; a name that is not plain ASCII is replaced by its hash."""
    if not _SAFE.match(name):
        name = hashlib.sha256(name.encode()).hexdigest()[:16]
    return f"{kind}-{name}.html"


def environment(**names: object) -> jinja2.Environment:
    """Return the templates of the library; *names* are what they may call beside what every page calls."""
    import jinja2  # noqa: PLC0415 - only the writing of pages needs it

    env = jinja2.Environment(
        loader=jinja2.PackageLoader("community_core.pages"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    env.globals.update(file_name=file_name, **names)
    env.filters["breakable"] = breakable
    env.filters["thousands"] = lambda number: f"{number:,}"
    return env


def breakable(text: str) -> Markup:
    """Return a name or an expression with places where its line may be broken: after a dot, bracket or ``_``."""
    from markupsafe import Markup, escape  # noqa: PLC0415 - comes with Jinja2, and is needed with it only

    return Markup(re.sub(r"([._(\[])(?=\w)", r"\1<wbr>", str(escape(text))))  # noqa: S704 - escaped just before


def shipped(name: str) -> str:
    """Return the text of a file that stands beside the templates, such as a style sheet."""
    return resources.files("community_core.pages").joinpath(f"templates/{name}").read_text("utf-8")


def write_pages(pages: Mapping[str, str], folder: str | Path, own: tuple[str, ...]) -> tuple[Path, ...]:
    """Write *pages* into *folder* (made where it is missing) and return what was written or already there.

    A page whose text is unchanged is left alone. Pages whose name begins with one of *own* and that are no longer
    among them are removed; other files are not touched.

    Raises:
        OSError: if the folder cannot be written.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.html"):
        if old.name not in pages and old.name.startswith(own):
            old.unlink()
    written = []
    for name, text in sorted(pages.items()):
        path = folder / name
        data = text.encode()
        if not path.exists() or path.read_bytes() != data:
            draft = path.with_suffix(path.suffix + ".part")
            draft.write_bytes(data)
            draft.replace(path)
        written.append(path)
    return tuple(written)
