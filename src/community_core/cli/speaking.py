"""In which language a command speaks: ``--lang``, else the environment, else Chinese; what is wrong then in both."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final

import click

from community_core.base.labels import Label, Language

#: The languages, the first where nobody chooses.
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")
#: The environment variable of those who do not want to write ``--lang`` each time.
VARIABLE: Final = "COMMUNITY_CORE_LANG"
_KEPT = "community_core.lang"


def _keep(ctx: click.Context, _param: click.Parameter, value: Language | None) -> None:
    ctx.meta[_KEPT] = value


lang_option = click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    envvar=VARIABLE,
    callback=_keep,
    is_eager=True,
    expose_value=False,
    help="用哪种语言说，默认中文 · The language that is spoken; Chinese where it is left out.",
)


def chosen() -> Language | None:
    """Return the language that somebody chose for the present command, if anybody did."""
    context = click.get_current_context(silent=True)
    return None if context is None else context.meta.get(_KEPT)


def chosen_in(arguments: Sequence[str]) -> Language | None:
    """Return the language that the *arguments* of a command line, or the environment, choose.

    What is wrong with them is told before any of them is read.
    """
    given = [os.environ.get(VARIABLE, "")]
    for place, argument in enumerate(arguments):
        if argument == "--lang":
            given += arguments[place + 1 : place + 2]
        elif argument.startswith("--lang="):
            given.append(argument.partition("=")[2])
    return next((lang for lang in LANGUAGES if lang == given[-1]), None)


def spoken() -> Language:
    """Return the language in which the present command answers."""
    return chosen() or LANGUAGES[0]


def either(zh: str, en: str) -> str:
    """Return the text in the language in which the present command answers."""
    return Label(zh, en).text(spoken())
