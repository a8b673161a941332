"""What a district writes where several that are of one rank say different things of a term: one line, ready to copy."""

from __future__ import annotations

from collections.abc import Iterable

from community_core.base.labels import Label


def let_prefer(term: str, names: Iterable[str]) -> Label:
    """Return the lines of which the district's text needs one, each letting one of *names* speak for *term*."""
    lines = [f"prefer: [{{term: {term}, practice: {name}}}]" for name in sorted(names)]
    return Label(
        f"没有哪一个在先，请在区县的文本里写一行选定（已有 prefer 的并入它的列表）：{' 或 '.join(lines)}",
        "none of them goes first; write one line into the district's text (into the list of its prefer, where it has "
        f"one): {' or '.join(lines)}",
    )
