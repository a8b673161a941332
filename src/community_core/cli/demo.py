"""``community-core demo``: two districts govern in one folder, from the counter to the public board."""

from __future__ import annotations

from pathlib import Path

import click

from community_core.cli import exits

_HELP = """两个区从头到尾演示一遍：判定、名册、听证、契约、核验、公示栏。

Let two districts govern, end to end. A second run says what is there and changes nothing; a killed one goes on.
"""


@click.command(help=_HELP, epilog=exits.HELP)
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("community-core-demo"),
    show_default=True,
    help="写到哪里 · Where it is written.",
)
@click.option(
    "--people",
    type=click.IntRange(min=610),
    default=610_000,
    show_default=True,
    help="名册人数；各项按比例折算 · Residents of the roll; margins are scaled.",
)
@click.option(
    "--contracts",
    type=click.IntRange(min=60),
    default=21_000,
    show_default=True,
    help="契约份数 · Contracts of the campaign.",
)
@click.option("--picture", type=click.Path(path_type=Path, dir_okay=False), hidden=True, help="SVG for the README.")
def demo(*, folder: Path, people: int, contracts: int, picture: Path | None) -> int:
    """Play the demo."""
    from community_core.demo.run import run_demo  # noqa: PLC0415 - the demo loads nearly everything
    from community_core.demo.show import Show  # noqa: PLC0415 - as above

    show = Show(drawn=picture is not None)
    run_demo(folder, people=people, total_contracts=contracts, show=show)
    if picture is not None:
        picture.write_text(show.picture("community-core demo"), "utf-8")
    return exits.FINE
