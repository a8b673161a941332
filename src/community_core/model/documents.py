"""Documents by title, number, day and content hash; their text is kept elsewhere."""

from __future__ import annotations

import datetime as dt
import re

from attrs import field, frozen

from community_core.base.citations import Citation
from community_core.model.serving import FACT

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")


@frozen
class Document:
    """A paper or file: what it is called, who issued it and when, and the hash of its content where it is bound.

    *number* is the number its issuer gave it (文号). *digest* is ``sha256:`` and 64 hexadecimal digits.

    Raises:
        ValueError: if the digest has another form.
    """

    id: str = field(metadata={FACT: "document"})
    title: str
    issuer: str | None = None
    number: str | None = None
    day: dt.date | None = field(default=None, metadata={FACT: "document_day"})
    digest: str | None = field(default=None)

    @digest.validator
    def _sha256(self, _attribute: object, digest: str | None) -> None:
        if digest is not None and not _DIGEST.match(digest):
            raise ValueError(f"a digest is 'sha256:' and 64 hexadecimal digits: {digest!r}")

    def cite(self, *, heading: str = "", article: str = "", lines: str = "") -> Citation:
        """Return a citation of a heading, an article or lines of this document."""
        return Citation(self.title, heading, article, lines)
