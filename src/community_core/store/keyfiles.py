"""Key rings in a file of their owner's: read, and made with a fresh key; nothing is encrypted here."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any

from community_core.base.errors import StoreError
from community_core.base.files import file_trouble
from community_core.base.labels import Label
from community_core.ports.keys import KEY_BYTES, KeyRing


def read_keys(path: str | Path) -> KeyRing:
    """Read a key ring from a JSON file: ``{"current": "2006-a", "keys": {"2006-a": "<64 hexadecimal digits>"}}``.

    Raises:
        StoreError: if the file cannot be read or is no key ring; the message repeats nothing of what is in it.
    """
    try:
        data = json.loads(Path(path).read_text("utf-8"))
        keys = {str(name): bytes.fromhex(key) for name, key in data["keys"].items()}
        return KeyRing(str(data["current"]), keys)
    except OSError as error:
        why = file_trouble(error)
        raise StoreError(
            Label(f"密钥文件 {path} 无法读取：{why.zh}", f"the key file {path} cannot be read: {why.en}")
        ) from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise StoreError(
            Label(
                f"{path} 不是密钥文件；请用 community-core new-key 生成",
                f"{path} is no key file; make one with community-core new-key",
            )
        ) from None


def add_key(path: str | Path, name: str) -> KeyRing:
    """Put a fresh key called *name* into a key file, made where it is missing, and make it the one for new values.

    Only its owner may read the file. Older keys stay: values that were encrypted with them are read with them.

    Raises:
        StoreError: if the file has a key of that name, or is no key file.
    """
    file = Path(path)
    held: dict[str, bytes] = dict(read_keys(file).keys) if file.exists() else {}
    if name in held:
        raise StoreError(
            Label(f"{file} 里已有密钥 {name}；请换一个编号", f"{file} has a key {name!r} already; choose another id")
        )
    ring = KeyRing(name, {**held, name: secrets.token_bytes(KEY_BYTES)})
    data: dict[str, Any] = {"current": ring.current, "keys": {one: key.hex() for one, key in ring.keys}}
    draft = file.with_name(f"{file.name}.part")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write(json.dumps(data, indent=2) + "\n")
        out.flush()
        os.fsync(out.fileno())
    draft.replace(file)
    return ring
