"""Bilingual labels: Chinese first, English beside it; not a translation system."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

from attrs import frozen

Language: TypeAlias = Literal["zh", "en"]


@frozen
class Label:
    """A title, reason or message in Chinese and, where given, English.

    Chinese may stand alone (``en`` empty), English may not; asked for a language
    it lacks, a label answers in the other one.

    Raises:
        ValueError: if ``zh`` is empty while ``en`` is not.
    """

    zh: str = ""
    en: str = ""

    def __attrs_post_init__(self) -> None:
        if self.en and not self.zh:
            raise ValueError(f"a label needs its Chinese text: {self.en!r}")

    def text(self, lang: Language = "zh") -> str:
        """Return the text in *lang*, or in the other language where it is missing."""
        return (self.en or self.zh) if lang == "en" else (self.zh or self.en)

    def __bool__(self) -> bool:
        return bool(self.zh)

    def __str__(self) -> str:
        return self.zh


def label(zh: str = "", en: str = "") -> Label:
    """Build a :class:`Label` from its two texts."""
    return Label(zh, en)


def joined(labels: Iterable[Label], zh: str = "、", en: str = ", ") -> Label:
    """Return *labels* as one list in each language."""
    parts = tuple(labels)
    return Label(zh.join(part.zh for part in parts), en.join(part.text("en") for part in parts))
