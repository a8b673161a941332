"""Citations: which document or statute a rule, value or step comes from."""

from __future__ import annotations

from attrs import frozen

from community_core.base.labels import Language


@frozen
class Citation:
    """A place in a document: its name, and the heading, article or lines where the rule stands.

    *lines* are line numbers of the source text, such as ``L111``; *article* is an article of a statute.
    """

    document: str
    heading: str = ""
    article: str = ""
    lines: str = ""

    def text(self, lang: Language = "zh") -> str:
        """Return the citation as one line of prose in *lang*."""
        parts = [self.document, self.heading]
        if self.article:
            parts.append(f"第{self.article}条" if lang == "zh" else f"Art. {self.article}")
        parts.append(self.lines)
        return " ".join(part for part in parts if part)

    def __str__(self) -> str:
        return self.text()
