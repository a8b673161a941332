"""What went wrong in the database, said as the library's own exceptions; nothing is retried here."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Final

from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError, StatementError

from community_core.base.errors import StoreError
from community_core.base.labels import Label


class Unserialized(StoreError):
    """The database gave up one of two transactions that met; the same work may succeed when repeated."""


_LOCKED: Final = Label(
    "数据库被占用，等待超时；本次没有写入任何内容，请稍后重试，或检查是否有别的程序长时间占用",
    "the database stayed locked past the timeout; nothing was written: try again, or look for a program that holds it",
)
_FULL: Final = Label(
    "磁盘已满，无法写入；本次没有写入任何内容，请腾出空间后重试",
    "the disk is full; nothing was written: free some space and try again",
)
_LOST: Final = Label(
    "与数据库的连接中断；本次工作没有生效，除非中断恰在提交之时（请先读取再重试），下一次调用会重新连接",
    "the connection to the database was lost; the work did not take effect, unless it broke at the very commit "
    "(read before you repeat); the next call connects anew",
)
_MEETING: Final = Label(
    "与另一个事务冲突，数据库撤销了本次工作；没有写入任何内容，请整体重做",
    "the database gave up this work in favour of another transaction; nothing was written: repeat the whole of it",
)
_DAMAGED: Final = Label(
    "数据库文件已损坏或不是数据库；请停止写入并从备份恢复",
    "the database file is damaged or no database; stop writing and restore it from a backup",
)
_READONLY: Final = Label(
    "数据库是只读的；请检查文件和文件夹的写权限",
    "the database is read-only; check that file and folder may be written",
)
_CANNOT_OPEN: Final = Label(
    "无法打开数据库文件；请检查文件夹是否存在、是否可读写",
    "the database file cannot be opened; check that its folder exists and may be read and written",
)
_UNREADABLE: Final = Label(
    "有一行的文字不是 UTF-8，可能被改动过；请运行 verify 查明",
    "a row holds text that is not UTF-8, it may have been changed; run verify to find out",
)
_SQLITE: Final = (
    ("could not decode", _UNREADABLE),
    ("locked", _LOCKED),
    ("disk is full", _FULL),
    ("readonly database", _READONLY),
    ("unable to open", _CANNOT_OPEN),
    ("malformed", _DAMAGED),
    ("not a database", _DAMAGED),
    ("disk i/o error", _DAMAGED),
)
_UNREACHED: Final = ("connection failed", "could not connect", "connection to server", "failed to resolve host")
_SQLSTATES: Final = {"40001": _MEETING, "40P01": _MEETING, "53100": _FULL, "55P03": _LOCKED, "25006": _READONLY}


def translated(error: SQLAlchemyError) -> StoreError:
    """Return the library's exception for what SQLAlchemy raised; no value of a statement is in its message."""
    if isinstance(error, StatementError):
        # The values of a statement may be personal; a traceback in a log must not show them.
        error.hide_parameters = True
    if not isinstance(error, DBAPIError):
        text = str(error).partition("\n")[0]
        return StoreError(Label(f"数据库调用失败：{text}", f"the database call failed: {text}"))
    if error.connection_invalidated:
        return StoreError(_LOST)
    state = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None)
    known = _SQLSTATES.get(state or "")
    if known is not None:
        return Unserialized(known) if known is _MEETING else StoreError(known)
    text = str(error.orig).partition("\n")[0]
    for sign, message in _SQLITE:
        if sign in text.lower():
            return StoreError(message)
    if any(sign in text.lower() for sign in _UNREACHED):
        return StoreError(
            Label(
                f"连接不上数据库服务器，请检查地址、用户名、密码和服务器是否在运行：{text}",
                f"the database server was not reached; check address, user, password, and that it runs: {text}",
            )
        )
    if isinstance(error, IntegrityError):
        return StoreError(Label(f"与已有记录矛盾：{text}", f"it contradicts what is already kept: {text}"))
    return StoreError(Label(f"数据库调用失败：{text}", f"the database call failed: {text}"))


class _Checked:
    """The block of :func:`checked`; it knows nothing of its own, so that one serves all."""

    def __enter__(self) -> None: ...

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        if isinstance(error, SQLAlchemyError):
            raise translated(error) from error


_CHECKED: Final = _Checked()


def checked() -> AbstractContextManager[None]:
    """Raise what the database raises in the block as :class:`StoreError`."""
    return _CHECKED
