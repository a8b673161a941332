"""``community-core schema``: the JSON Schema that an editor completes and checks rulebooks and cases with."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import click

from community_core.cli import exits

_HELP = """规则文本或例子的 JSON Schema，供编辑器补全和检查。

Print the JSON Schema of rulebooks or of cases, for an editor to complete and check with.

\b
community-core schema rulebook --to rulebook.schema.json
"""


@click.command(help=_HELP, epilog=exits.HELP)
@click.argument("kind", type=click.Choice(["rulebook", "cases"]), default="rulebook")
@click.option(
    "--to", "to", type=click.Path(path_type=Path, dir_okay=False), help="写入文件 · The file it is written to."
)
def schema(*, kind: str, to: Path | None) -> int:
    """Print or write the schema that was shipped."""
    shipped = resources.files("community_core") / "schemas" / f"{kind}.schema.json"
    text = shipped.read_text("utf-8")
    if to is None:
        click.echo(text, nl=False)
    else:
        to.write_text(text, "utf-8", newline="\n")
    return exits.FINE
