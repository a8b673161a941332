"""What errors of the file system mean, and what to do about them, in both languages; no file is opened here."""

from __future__ import annotations

import errno
from typing import Final

from community_core.base.labels import Label

_MEANT: Final = {
    errno.ENOENT: Label("没有这个文件或文件夹；请检查路径", "there is no such file or folder; check the path"),
    errno.EACCES: Label("没有权限；请检查文件和文件夹的权限", "no permission; check that of the file and its folder"),
    errno.EPERM: Label("没有权限；请检查文件和文件夹的权限", "no permission; check that of the file and its folder"),
    errno.EROFS: Label("只读，不能写入；请换一个位置", "read-only; choose another place"),
    errno.EISDIR: Label("是文件夹，这里要文件", "is a folder, and a file is wanted"),
    errno.ENOTDIR: Label("路径中有一段是文件，不是文件夹", "a part of the path is a file and no folder"),
    errno.ENOSPC: Label("磁盘已满；请腾出空间再试", "the disk is full; make room and try again"),
    errno.ENAMETOOLONG: Label("文件名太长；请缩短", "the name is too long; shorten it"),
    errno.ELOOP: Label("链接指向自己；请改正链接", "the link leads to itself; mend the link"),
}


def file_trouble(error: OSError | ValueError) -> Label:
    """Return what *error* of opening, reading or writing a file means; rare ones in the system's words."""
    said = getattr(error, "strerror", None) or str(error)
    return _MEANT.get(getattr(error, "errno", None) or 0, Label(said, said))
