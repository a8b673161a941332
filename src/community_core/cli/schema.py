"""``community-core schema``: the JSON Schema that an editor completes and checks rulebooks and cases with."""

from __future__ import annotations

from importlib import resources

import click

from community_core.cli import exits

_HELP = """规则文本或例子的 JSON Schema，供编辑器补全和检查。

Print the JSON Schema of rulebooks or of cases, for an editor to complete and check with.

\b
community-core schema rulebook > rulebook.schema.json
"""


@click.command(help=_HELP, epilog=exits.HELP)
@click.argument("kind", type=click.Choice(["rulebook", "cases"]), default="rulebook")
def schema(*, kind: str) -> int:
    """Print the schema that was shipped."""
    shipped = resources.files("community_core") / "schemas" / f"{kind}.schema.json"
    click.echo(shipped.read_text("utf-8"), nl=False)
    return exits.FINE
