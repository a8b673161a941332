"""``community-core new-key``: keys made to encrypt sensitive values with."""

from __future__ import annotations

from pathlib import Path

import click

from community_core.cli import exits
from community_core.cli.options import json_option
from community_core.cli.output import print_json, say
from community_core.cli.speaking import lang_option
from community_core.cli.usage import Misuse

_NEW_KEY = """生成一把加密敏感信息的密钥，写入 FILE；以后的新值用它加密，旧密钥留着读旧值。

Make a fresh key called ID in the key file FILE, for new values from now on; older keys stay, to read what they
encrypted. Whoever loses the file loses the values.
"""


@click.command("new-key", help=_NEW_KEY, epilog=exits.HELP)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("id_", metavar="ID")
@lang_option
@json_option
def new_key(*, file: Path, id_: str, as_json: bool) -> int:
    """Make a key."""
    from community_core.store.keyfiles import add_key  # noqa: PLC0415 - with the store

    if not id_.strip() or not id_.isprintable():
        raise Misuse("请给密钥一个编号", "give the key an id", hint="ID")
    ring = add_key(file, id_)
    if as_json:
        print_json({"file": str(file), "current": ring.current, "keys": [name for name, _ in ring.keys]})
    else:
        say(f"新密钥：{ring.current} → {file}", f"new key: {ring.current} → {file}")
    return exits.FINE
