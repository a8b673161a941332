"""The letter that tells a person what was decided and why, as text or HTML; it decides nothing and publishes nothing.

A district may replace the templates, or blocks of them; where to complain stands in a letter only if its text says so.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from community_core.base.labels import Language
from community_core.jurisdiction.rules import Rules
from community_core.pages.lettering import Letter, make_letter
from community_core.pages.templating import render
from community_core.rules.answer import Answer

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
    return render([name], templates, escaped=form == "html", what=("信函", "letters"), letter=made)
