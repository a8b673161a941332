"""What my town offers to the core: rulebooks, a decision in Python, a catalogue; nothing happens at import."""

from collections.abc import Sequence
from pathlib import Path

from community_core import District, Fact, Label, Practice, Privacy, Standing, hookimpl
from community_core.declarations import Catalogue
from community_core.practices.folder import read_folder, read_rows
from community_core.rules import INT, list_of
from my_town.sharing import shared_hours

FOLDER = Path(__file__).parent

SHARING = Practice(
    "my-town.sharing",
    title=Label("时数分配", "Sharing hours"),
    source=shared_hours.cite,
    standing=Standing.EXAMPLE,
    facts=(
        Fact(
            "hours_asked",
            list_of(INT),
            of="body",
            label=Label("各方所提小时数", "hours asked by each"),
            privacy=Privacy.PUBLIC,
        ),
        Fact("hours_offered", INT, of="body", label=Label("可用小时数", "hours offered"), privacy=Privacy.PUBLIC),
    ),
    decisions=(shared_hours,),
)


@hookimpl
def community_practices() -> Sequence[Practice]:
    """Return the practices in YAML and the one in Python."""
    return (*read_folder(FOLDER, "my-town").practices, SHARING)


@hookimpl
def community_districts() -> Sequence[District]:
    """Return the district."""
    return read_folder(FOLDER, "my-town").districts


@hookimpl
def community_catalogues() -> Sequence[Catalogue]:
    """Return the rows of the document, with what of them runs."""
    return read_rows(FOLDER, "my-town")
