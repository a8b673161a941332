"""Wrong use of a command, said in both languages; click itself speaks English alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from community_core.base.labels import Label


class Misuse(click.BadParameter):
    """What is wrong with an option, an argument, or several together; click adds which one it read."""

    def __init__(self, zh: str, en: str, *, hint: str | None = None) -> None:
        super().__init__(f"{zh} / {en}", param_hint=hint)
        self.label = Label(zh, en)


#: What click says, and the Chinese for it; the groups are values, names and lists.
_CHINESE: Final = tuple(
    (re.compile(said, re.DOTALL), zh)
    for said, zh in (
        (r"No such option:? '?(.+?)'?\.?", "没有选项 {0}"),
        (r"No such command '(.+?)'\.?", "没有命令 {0}"),
        (r"Missing command\.?", "没有写命令"),
        (r"Got unexpected extra arguments? \((.+?)\)", "多出的参数：{0}"),
        (r"Option '?(.+?)'? requires an argument\.?", "选项 {0} 后面要写一个值"),
        (r"Option '?(.+?)'? does not take a value\.?", "选项 {0} 不带值"),
        (r"(.+) is not one of (.+?)\.?", "{0} 不是可用的值；可用：{1}"),
        (r"(.+) is not a valid integer(?: range)?\.?", "{0} 不是整数"),
        (r"(.+) is not a valid boolean\..*", "{0} 应写成 true 或 false"),
        (r"(.+) is not in the range (.+?)\.?", "{0} 不在范围 {1} 之内"),
        (r"\w+ '(.+)' does not exist\.?", "没有“{0}”；请检查路径"),
        (r"\w+ '(.+)' is a file\.?", "“{0}”是文件，这里要文件夹"),
        (r"\w+ '(.+)' is a directory\.?", "“{0}”是文件夹，这里要文件"),
        (r"\w+ '(.+)' is not readable\.?", "“{0}”不可读；请检查权限"),
        (r"\w+ '(.+)' is not writable\.?", "“{0}”不可写；请检查权限"),
    )
)


def usage_label(error: click.ClickException) -> Label:
    """Return what *error* says of a command line, with the option or argument that it is about."""
    if isinstance(error, click.MissingParameter):
        hint = _hint(error)
        return Label(f"缺少 {hint}，请补上", f"{hint} is missing; give it")
    hint = _hint(error) if isinstance(error, click.BadParameter) else ""
    own = error.label if isinstance(error, Misuse) else _translated(error)
    if not hint:
        return own
    return Label(f"{hint}：{own.zh}", f"{hint}: {own.en}")


def _hint(error: click.BadParameter) -> str:
    hint = error.param_hint
    if hint is None and error.param is not None:
        hint = error.param.get_error_hint(error.ctx) if error.ctx is not None else error.param.human_readable_name
    text = hint if hint is None or isinstance(hint, str) else " / ".join(hint)
    return (text or "").replace("'", "")


def _translated(error: click.ClickException) -> Label:
    english = error.message if isinstance(error, click.BadParameter) else error.format_message()
    said, _, near = english.partition(" Did you mean ")
    said, _, among = said.partition(" (Did you mean one of: ")
    near = near.removesuffix("?") or among.removesuffix("?)")
    for pattern, zh in _CHINESE:
        match = pattern.fullmatch(said.strip())
        if match is not None:
            return Label(zh.format(*match.groups()) + (f"；是否指 {near}" if near else ""), english)
    return Label(f"用法有误：{english}", english)


def ending_of(out: Path, endings: Sequence[str]) -> str:
    """Return which of *endings*, such as ``.csv``, the name of *out* has.

    Raises:
        Misuse: if it has none of them.
    """
    ending = out.suffix.lower()
    if ending not in endings:
        raise Misuse(
            f"{out}：文件名应以 {' 或 '.join(endings)} 结尾",
            f"{out}: the name should end in {' or '.join(endings)}",
        )
    return ending


def new_file(out: Path) -> Path:
    """Return *out*.

    Raises:
        Misuse: if it is there already; a command that keeps what was written before does not write over it.
    """
    if out.exists():
        raise Misuse(f"{out} 已存在，不会覆盖；请换一个文件名", f"{out} exists and is kept; name another file")
    return out
