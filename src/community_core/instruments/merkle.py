"""Hash trees over a growing list of entries, as RFC 6962 defines them; a pure calculator that knows no record.

A tree is bound by its size and its root. A proof of inclusion shows that an entry stands at its place in a tree, a
proof of consistency that a larger tree begins with all of a smaller one; either can be checked without the entries.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

from attrs import frozen

from community_core.base.errors import StoreError
from community_core.base.labels import Label

Hash = Callable[[bytes], bytes]

#: The algorithm of trees unless another one is named.
ALGORITHM = "sha256"


def hasher(algorithm: str = ALGORITHM) -> Hash:
    """Return the hash function of that name, such as ``sha256`` or ``sm3``.

    Raises:
        StoreError: if this machine's Python has none of that name.
    """
    if algorithm not in hashlib.algorithms_available or algorithm.startswith("shake"):
        raise StoreError(
            Label(f"没有名为 {algorithm!r} 的散列算法", f"there is no hash algorithm {algorithm!r} on this machine")
        )
    return lambda data: hashlib.new(algorithm, data).digest()


def sha256(data: bytes) -> bytes:
    """Return the SHA-256 of *data*."""
    return hashlib.sha256(data).digest()


def leaf(entry: bytes, hash_: Hash = sha256) -> bytes:
    """Return the hash of an entry at the edge of a tree."""
    return hash_(b"\x00" + entry)


def node(left: bytes, right: bytes, hash_: Hash = sha256) -> bytes:
    """Return the hash of two subtrees."""
    return hash_(b"\x01" + left + right)


@frozen
class Frontier:
    """A tree of which only the roots of its whole subtrees are kept, the largest first: enough to let it grow.

    There is one root for each bit that is set in *size*.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def __attrs_post_init__(self) -> None:
        if self.size < 0 or len(self.peaks) != self.size.bit_count():
            raise ValueError(f"a tree of {self.size} entries has no frontier of {len(self.peaks)} roots")

    def grown(self, entries: Iterable[bytes], hash_: Hash = sha256) -> Frontier:
        """Return the tree with *entries* appended."""
        peaks = list(self.peaks)
        size = self.size
        for entry in entries:
            made = hash_(b"\x00" + entry)
            filled = size
            while filled & 1:
                made = hash_(b"\x01" + peaks.pop() + made)
                filled >>= 1
            peaks.append(made)
            size += 1
        return Frontier(size, tuple(peaks))

    def root(self, hash_: Hash = sha256) -> bytes:
        """Return the root of the tree; that of an empty one is the hash of nothing."""
        if not self.peaks:
            return hash_(b"")
        made = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            made = node(peak, made, hash_)
        return made


def tree_root(entries: Sequence[bytes], hash_: Hash = sha256) -> bytes:
    """Return the root of the tree over *entries*."""
    return Frontier().grown(entries, hash_).root(hash_)


def inclusion_proof(entries: Sequence[bytes], index: int, hash_: Hash = sha256) -> tuple[bytes, ...]:
    """Return the proof that the entry at *index* (from 0) is in the tree over *entries*.

    Raises:
        IndexError: if there is no such entry.
    """
    if not 0 <= index < len(entries):
        raise IndexError(index)
    if len(entries) == 1:
        return ()
    split = _split(len(entries))
    left, right = entries[:split], entries[split:]
    if index < split:
        return (*inclusion_proof(left, index, hash_), tree_root(right, hash_))
    return (*inclusion_proof(right, index - split, hash_), tree_root(left, hash_))


def included(entry: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes, hash_: Hash = sha256) -> bool:
    """Whether *proof* shows that *entry* stands at *index* in the tree of *size* entries with *root*."""
    if not 0 <= index < size:
        return False
    place, last = index, size - 1
    made = leaf(entry, hash_)
    for part in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            made = node(part, made, hash_)
            while place and not place & 1:
                place >>= 1
                last >>= 1
        else:
            made = node(made, part, hash_)
        place >>= 1
        last >>= 1
    return last == 0 and made == root


def consistency_proof(entries: Sequence[bytes], smaller: int, hash_: Hash = sha256) -> tuple[bytes, ...]:
    """Return the proof that the tree over *entries* begins with the tree over the first *smaller* of them.

    Raises:
        ValueError: if *smaller* is not between 1 and the number of entries.
    """
    if not 0 < smaller <= len(entries):
        raise ValueError(f"no tree of {smaller} entries is at the beginning of one of {len(entries)}")
    return _consistency(entries, smaller, hash_, whole=True)


def _consistency(entries: Sequence[bytes], smaller: int, hash_: Hash, *, whole: bool) -> tuple[bytes, ...]:
    if smaller == len(entries):
        return () if whole else (tree_root(entries, hash_),)
    split = _split(len(entries))
    left, right = entries[:split], entries[split:]
    if smaller <= split:
        return (*_consistency(left, smaller, hash_, whole=whole), tree_root(right, hash_))
    return (*_consistency(right, smaller - split, hash_, whole=False), tree_root(left, hash_))


def consistent(
    smaller: int, smaller_root: bytes, size: int, root: bytes, proof: Sequence[bytes], hash_: Hash = sha256
) -> bool:
    """Whether *proof* shows that the tree of *size* with *root* begins with that of *smaller* with *smaller_root*."""
    if not 0 < smaller <= size:
        return False
    if smaller == size:
        return not proof and smaller_root == root
    parts = list(proof)
    if smaller & (smaller - 1) == 0:
        # The smaller tree is a whole subtree of the larger one, so its root is the first part of the way up.
        parts.insert(0, smaller_root)
    if not parts:
        return False
    place, last = smaller - 1, size - 1
    while place & 1:
        place >>= 1
        last >>= 1
    old = new = parts[0]
    for part in parts[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old = node(part, old, hash_)
            new = node(part, new, hash_)
            while place and not place & 1:
                place >>= 1
                last >>= 1
        else:
            new = node(new, part, hash_)
        place >>= 1
        last >>= 1
    return last == 0 and old == smaller_root and new == root


def _split(size: int) -> int:
    """Return the largest power of two that is smaller than *size*."""
    return 1 << (size - 1).bit_length() - 1
