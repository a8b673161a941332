"""What reading a table gives, and the copy of its refused rows; the reading itself is in the readers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from attrs import field, frozen

from community_core.base.errors import FactError
from community_core.base.findings import Finding
from community_core.base.labels import Label
from community_core.roll.extras import nw, pl
from community_core.roll.headings import LINE_HEADING, RAW_HEADING, REASONS_HEADING

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame

#: So many findings about single cells and rows are listed; the rest is counted, and stands in the file of refused rows.
MOST_LISTED = 1000


def in_polars(frame: IntoFrame) -> pl.DataFrame:
    """Return a table of whatever library as a Polars frame; a lazy one is collected.

    A number that pandas keeps as a float because others are missing stays a float, which serves as no whole number.

    Raises:
        FactError: if it is no table, or its columns cannot stand side by side by their names.
    """
    if isinstance(frame, pl.DataFrame):
        return frame
    try:
        table = nw.from_native(frame)
        eager = table.collect(backend="polars") if isinstance(table, nw.LazyFrame) else table
        return eager.to_polars()
    except (TypeError, nw.exceptions.NarwhalsError, pl.exceptions.PolarsError, ValueError) as error:
        said = str(error).partition("\n")[0]
        raise FactError(
            Label(
                f"名册应是一张表（Polars、pandas 或 PyArrow），不能读取：{said}",
                f"a roll is a table (of Polars, pandas or PyArrow), and this one cannot be read: {said}",
            )
        ) from error


@frozen
class TableRead:
    """A table as read: the rows that are good, what is wrong with the others, and how the file was written.

    *frame* is a Polars frame: the column ``row_number`` (the line in a text file, the row in a Parquet file), then one
    typed column for each heading that means a fact; a null is unknown. *aside* holds the columns that mean none, as
    they were. *rejected* holds the refused rows, all their cells as they were, with the line and the reasons.
    *findings* lists at most a thousand faults of single cells; *faults* counts them all.
    """

    frame: pl.DataFrame = field(eq=False)
    findings: tuple[Finding, ...]
    rejected: pl.DataFrame = field(eq=False)
    encoding: str
    aside: pl.DataFrame = field(factory=pl.DataFrame, eq=False)
    separator: str = ""
    faults: int = 0
    path: str = ""

    @property
    def usable(self) -> bool:
        """Whether there is anything to decide: at least one column that means a fact, and one good row."""
        return self.frame.width > 1 and self.frame.height > 0

    def write_rejected(self, path: str | Path | None = None) -> Path | None:
        """Write the refused rows with their reasons as CSV; ``None`` where none was refused.

        The file stands beside the table and is called ``NAME.rejected.csv``; corrected, it can be read like any other.
        """
        if not self.rejected.height:
            return None
        target = Path(path) if path is not None else rejected_path(self.path)
        target.write_bytes(b"\xef\xbb\xbf" + self.rejected.write_csv().encode())
        return target


def rejected_path(path: str | Path) -> Path:
    """Return where the refused rows of the table at *path* are written."""
    path = Path(path)
    return path.with_name(f"{path.stem}.rejected.csv")


def no_rows() -> pl.DataFrame:
    """Return a table of refused rows without any."""
    return pl.DataFrame(schema={LINE_HEADING: pl.Int64, RAW_HEADING: pl.String, REASONS_HEADING: pl.String})
