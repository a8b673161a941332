"""``community-core checkpoint``, ``export``, ``backup`` and ``restore``: what the keeper of a store does with it."""

from __future__ import annotations

from pathlib import Path

import click

from community_core.base.errors import StoreError
from community_core.base.labels import Label
from community_core.cli import exits
from community_core.cli.options import json_option, store_option
from community_core.cli.output import print_json, say
from community_core.cli.speaking import lang_option
from community_core.cli.stores import where
from community_core.cli.usage import Misuse

_CHECKPOINT = """把尚未包括的记录接入一棵增长的散列树（RFC 6962），记下条数和根；
登记簿、选民名册、查阅记录里新增的行一并计入检查点的散列值。公示栏此后列出根和散列值。

Append all events not yet included to one growing log (RFC 6962) and keep its size and root; lines of registers,
electoral rolls and the trace of readings that are new since come under the checkpoint's hash. The board shows both from
then on. What is removed from under a checkpoint is found and named. A second time, where nothing is new, changes
nothing.
"""
_EXPORT = """把记录写成逐行的 JSON；任何人不用数据库就能核验：verify --export。

Write the record as lines of JSON, which anyone verifies without a database: verify --export. The file has no personal
values, and commitments in their place; with --private it has them, and only its owner may read it; with --hashes-only
it holds nothing of what was recorded.
"""
_BACKUP = """把 SQLite 库复制成新文件并核验；别人可以继续办理。

Copy an SQLite store to a new file and verify the copy; others may go on working.
"""
_RESTORE = """由备份做出新的库：复制、升级、核验；从不覆盖已有的库。

Make a new store from a backup: copied, upgraded, verified. A store that is there is never overwritten.
"""

out_option = click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="写到哪里 · The new file."
)


@click.command(help=_CHECKPOINT, epilog=exits.HELP)
@store_option
@lang_option
@json_option
def checkpoint(*, store: str, as_json: bool) -> int:
    """Append a checkpoint."""
    from community_core.office.clock import SystemClock  # noqa: PLC0415 - with the store
    from community_core.store.sql import open_store  # noqa: PLC0415 - needs a database

    opened = open_store(where(store), create=False)
    try:
        made = opened.checkpoint(SystemClock().now())
    finally:
        opened.close()
    if as_json:
        data = {} if made is None else {"size": made.size, "root": made.root, "hash": made.hash}
        print_json({"checkpoint": None if made is None else {**data, "entered": made.entered.isoformat()}})
    elif made is None:
        say("还没有任何记录", "nothing is recorded yet")
    else:
        say(f"检查点覆盖前 {made.size:,} 条", f"the checkpoint covers the first {made.size:,} events")
        click.echo(f"{made.size}:{made.root}")
        say(f"检查点的散列值：{made.hash}", f"the hash of the checkpoint: {made.hash}")
    return exits.FINE


@click.command(help=_EXPORT, epilog=exits.HELP)
@store_option
@out_option
@click.option("--hashes-only", is_flag=True, help="只写散列值，不写内容 · Hashes alone, nothing of what was recorded.")
@click.option(
    "--private", is_flag=True, help="连同个人信息；已加密的仍是密文 · With personal values; encrypted ones stay so."
)
@lang_option
@json_option
def export(*, store: str, out: Path, hashes_only: bool, private: bool, as_json: bool) -> int:
    """Write an export."""
    from community_core.store.sql import open_store  # noqa: PLC0415 - needs a database

    if hashes_only and private:
        raise Misuse("--hashes-only 和 --private 不能同时给", "--hashes-only and --private exclude each other")
    if out.exists():
        raise StoreError(Label(f"{out} 已存在；请换一个文件名", f"{out} exists; name another file"))
    draft = out.with_name(f"{out.name}.part")
    draft.unlink(missing_ok=True)
    opened = open_store(where(store), create=False)
    lines = 0
    try:
        draft.touch(mode=0o600)
        with draft.open("w", encoding="utf-8", newline="\n") as file:
            for lines, line in enumerate(  # noqa: B007 - the count
                opened.export(hashes_only=hashes_only, private=private), start=1
            ):
                file.write(f"{line}\n")
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)
        opened.close()
    if as_json:
        print_json({"file": str(out), "lines": lines, "hashes_only": hashes_only, "private": private})
    else:
        say(f"{lines:,} 行：{out}", f"{lines:,} lines: {out}")
        if private:
            say("文件含个人信息，请妥善保管", "it holds personal values; keep it as you keep the record")
    return exits.FINE


@click.command(help=_BACKUP, epilog=exits.HELP)
@store_option
@out_option
@click.option("--unchecked", is_flag=True, help="不核验副本 · Do not verify the copy.")
@lang_option
@json_option
def backup(*, store: str, out: Path, unchecked: bool, as_json: bool) -> int:
    """Back a store up."""
    from community_core.store.sql import open_store  # noqa: PLC0415 - needs a database

    opened = open_store(where(store), create=False)
    try:
        opened.backup(out, check=not unchecked)
    finally:
        opened.close()
    if as_json:
        print_json({"file": str(out), "verified": not unchecked})
        return exits.FINE
    said = ("没有核验", "not verified") if unchecked else ("已核验", "verified")
    say(f"已备份（{said[0]}）：{out}", f"backed up ({said[1]}): {out}")
    return exits.FINE


@click.command(help=_RESTORE, epilog=exits.HELP)
@click.argument("backup_file", metavar="BACKUP", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@out_option
@lang_option
@json_option
def restore(*, backup_file: Path, out: Path, as_json: bool) -> int:
    """Restore a backup."""
    from community_core.store.backups import restore as put_back  # noqa: PLC0415 - needs a database

    put_back(backup_file, out)
    if as_json:
        print_json({"store": str(out), "verified": True})
        return exits.FINE
    say(f"已恢复并核验：{out}", f"restored and verified: {out}")
    return exits.FINE
