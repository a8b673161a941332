"""Citations: which document or statute a rule, value or step comes from."""

from __future__ import annotations

from attrs import frozen

from community_core.base.labels import Language


@frozen
class Citation:
    """A place in a document: its name, and the heading, article or lines where the rule stands.

    *lines* are line numbers of the source text, such as ``L111``; *article* is an article of a statute, or several
    (``9、10``), or says itself of what it is one (``2018 年文本第 6 条``).
    """

    document: str
    heading: str = ""
    article: str = ""
    lines: str = ""

    def text(self, lang: Language = "zh") -> str:
        """Return the citation as one line of prose in *lang*."""
        parts = [self.document, self.heading]
        if self.article:
            parts.append(_article(self.article, lang))
        parts.append(self.lines)
        return " ".join(part for part in parts if part)

    def __str__(self) -> str:
        return self.text()


def _article(article: str, lang: Language) -> str:
    if "条" in article:
        return article
    return f"第{article}条" if lang == "zh" else f"Art. {article.replace('、', ', ')}"
