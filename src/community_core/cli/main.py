"""The ``community-core`` command: imports its commands when they are used, turns errors into words and exit codes."""

from __future__ import annotations

import contextlib
import importlib
import io
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import click

from community_core.base.errors import CommunityError, FactError, LoadError, Refused, StoreError, UnknownTerm
from community_core.base.files import file_trouble
from community_core.base.findings import Finding
from community_core.base.labels import Label, Language
from community_core.cli import exits
from community_core.cli.output import error_data, print_json, print_trouble
from community_core.cli.speaking import chosen_in
from community_core.cli.usage import usage_label

#: Each command, the module it lives in, and one line about it; modules are imported only when a command is used.
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("demo", "两个区从头到尾演示一遍 · Let two districts govern, end to end."),
    "districts": ("districts", "已安装的区县 · List the installed districts."),
    "check": ("check", "检查规则文本 · Check rulebooks and districts."),
    "catalogue": ("catalogue", "材料的每一行由什么实现 · What implements each row of the documents."),
    "test": ("test", "运行例子，改动规则看例子能否发现 · Run cases, and try them on changed rules."),
    "schema": ("schema", "供编辑器用的 JSON Schema · Print the JSON Schema for editors."),
    "decide": ("decide", "判定一个对象 · Decide one subject."),
    "replay": ("replay", "按回执重做判定 · Give an answer again from its receipt."),
    "why": ("why", "一个条款项从何而来 · Say where a term comes from."),
    "open": ("open_values", "还没有人设定的数值 · What nobody has set on a day."),
    "roll": ("roll", "判定一份名册 · Decide a whole table."),
    "case": ("case", "办件：开始、办理、查看 · Open, take, show and list cases."),
    "paper": ("paper", "文书：打印、出具、核对 · Print, issue and check papers."),
    "may": ("may", "某人某日可以办什么 · What a person may do on a day."),
    "register": ("register", "登记簿和选民名册 · Registers and electoral rolls."),
    "new-key": ("keys", "生成加密密钥 · Make a key for sensitive values."),
    "campaign": ("campaign", "一类办件的进度和尚余 · How far a campaign has come, and what is left."),
    "due": ("due", "到期未办 · What is overdue on a day."),
    "measure": ("figures", "一个程序的统计 · What a procedure's measures come to."),
    "ledger": ("ledger", "账簿的各笔和余额 · A ledger's entries and balances."),
    "packet": ("figures", "投诉交接包 · Hand complaints over to other platforms."),
    "verify": ("record", "核验记录 · Verify the record of a store."),
    "checkpoint": ("keeping", "记检查点 · Bind the record by a checkpoint."),
    "export": ("keeping", "导出记录，供任何人核验 · Export the record for anyone to verify."),
    "backup": ("keeping", "备份 · Back a store up."),
    "restore": ("keeping", "恢复备份 · Make a store from a backup."),
    "board": ("record", "写公示栏 · Write the public board."),
    "handbook": ("handbook", "写规则手册 · Write a district's rules as a handbook."),
    "diagram": ("handbook", "画一个程序的图 · Draw a procedure."),
}


#: What stands before how a command is used, in one language or in both.
_USAGE: dict[Language | None, str] = {"zh": "用法：", "en": "Usage: ", None: "用法 Usage: "}
#: What a command's function is called where its name is a word of Python's own.
_FUNCTIONS = {"open": "open_"}


class Commands(click.Group):
    """A group that imports a command's module when it is used, and reports errors in words."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the commands in the order of a newcomer's use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """Return the command, importing its module."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"community_core.cli.{COMMANDS[cmd_name][0]}")
        command = getattr(module, _FUNCTIONS.get(cmd_name) or cmd_name.replace("-", "_"))
        assert isinstance(command, click.Command)  # noqa: S101 - a test asks each of them
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        """List the commands from their one line each, importing none."""
        with formatter.section("命令 Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def main(  # type: ignore[override]  # click's overloads tell whether it returns
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> NoReturn:
        """Run a command and leave with its exit code; errors from outside never show a traceback."""
        given = list(sys.argv[1:] if args is None else args)
        extra["standalone_mode"] = False
        as_json, lang = "--json" in given, chosen_in(given)
        _print_whatever_happens()
        try:
            code = super().main(given, prog_name, **extra)
        except click.ClickException as error:
            code = _misused(error, lang, as_json=as_json)
        except SystemExit:
            # So click and rich leave, whatever is asked of them, where nobody reads the output any more.
            code = exits.UNREAD
        except (click.Abort, KeyboardInterrupt):
            code = _say(Label("已中断", "interrupted"), exits.INTERRUPTED, lang, as_json=as_json)
        except CommunityError as error:
            code = _say(error.message, _code_of(error), lang, error.findings, as_json=as_json)
        except Exception as error:
            outside = _outside(error)
            if outside is None:
                raise
            code = _say(outside, exits.ENVIRONMENT, lang, as_json=as_json)
        sys.exit(code if isinstance(code, int) else exits.FINE)


def _print_whatever_happens() -> None:
    """Let a sign that a stream's encoding lacks (GBK has no ✓) become a question mark, and a closed stream take all."""
    sys.stdout, sys.stderr = sys.stdout or _nowhere(), sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and not stream.encoding.lower().startswith("utf"):
            stream.reconfigure(errors="replace")


def _nowhere() -> io.TextIOBase:
    return Path(os.devnull).open("w", encoding="utf-8")


def _say(message: Label, code: int, lang: Language | None, findings: Sequence[Finding] = (), *, as_json: bool) -> int:
    """Tell what went wrong, as JSON on standard output or as text on standard error, and return the exit code."""
    try:
        if as_json:
            print_json(error_data(message, findings, exit_code=code))
            return code
    except OSError:
        sys.stdout = _nowhere()
    with contextlib.suppress(OSError):
        print_trouble(message, findings, lang)
    return code


def _misused(error: click.ClickException, lang: Language | None, *, as_json: bool) -> int:
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is not None and type(error).__name__ == "NoArgsIsHelpError" and not as_json:
        click.echo(context.get_help(), err=True)
        return exits.WRONG_USE
    code = _say(usage_label(error), exits.WRONG_USE, lang, as_json=as_json)
    if not as_json and context is not None:
        usage = context.get_usage().partition(": ")[2]
        click.echo(f"{_USAGE[lang]}{usage}\n{context.command_path} --help", err=True)
    return code


def _code_of(error: CommunityError) -> int:
    if isinstance(error, StoreError) and type(error).__name__ == "Contradiction":
        return exits.FINDINGS
    if isinstance(error, StoreError | ImportError):
        return exits.ENVIRONMENT
    if isinstance(error, FactError | UnknownTerm):
        return exits.WRONG_USE
    if isinstance(error, Refused) or error.findings:
        return exits.FINDINGS
    return exits.WRONG_USE if isinstance(error, LoadError) else exits.FINDINGS


def _outside(error: Exception) -> Label | None:
    """Return what to say of an error of the outer world, or ``None`` where it is the library's own fault."""
    if isinstance(error, OSError):
        return _unreadable(error)
    if isinstance(error, UnicodeError):
        return Label(f"不是 UTF-8 文本：{error}", f"this is no UTF-8 text: {error}")
    sqlalchemy = sys.modules.get("sqlalchemy.exc")
    if sqlalchemy is not None and isinstance(error, sqlalchemy.SQLAlchemyError):
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        return Label(f"数据库出错：{first}", f"the database failed: {first}")
    return None


def _unreadable(error: OSError) -> Label:
    name = f" {error.filename}" if error.filename else ""
    meant = file_trouble(error)
    return Label(f"无法读写{name}：{meant.zh}", f"cannot read or write{name}: {meant.en}")


_HELP = """把一个区治理社区的规则写一次：判定、说明、办理、公示、检查。

Write down once how a district governs its communities; then decide, explain, run, publish and check from that text.
Every command that answers takes --json.
"""


@click.group(cls=Commands, help=_HELP, context_settings={"help_option_names": ["-h", "--help"]}, epilog=exits.HELP)
@click.version_option(package_name="community-core", prog_name="community-core")
def main() -> None:
    """Run one of the commands."""
    # Whoever runs a command is told of warnings; a host of the library says himself where logs go.
    if logging.lastResort is not None:
        logging.getLogger("community_core").addHandler(logging.lastResort)
