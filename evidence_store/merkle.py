"""Merkle trees as in RFC 9162, section 2.1: hashes, roots, and the two kinds of proof.

A tree is a list of leaf hashes. `Fetch` returns the hash of a *complete* subtree: `level` 0 is a
leaf, level k covers 2^k leaves from `index * 2^k`. Everything else is computed from those, so that
proofs need a logarithmic number of stored hashes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

Position: TypeAlias = tuple[int, int]
"""(level, index) of a complete subtree."""

Fetch: TypeAlias = Callable[[Sequence[Position]], Mapping[Position, bytes]]
"""Looks up several complete subtrees at once."""

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""RFC 9162: "The hash of an empty list is the hash of an empty string"."""


def leaf_hash(leaf: bytes) -> bytes:
    """Hash a leaf's bytes: SHA-256(0x00 || leaf)."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into their parent: SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """A growing tree, represented by the complete subtrees along its right edge."""

    __slots__ = ("_peaks", "size")

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        """Start from `size` leaves whose complete subtrees, left to right, are `peaks`."""
        self.size = size
        self._peaks = list(peaks)
        if len(self._peaks) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} peaks")

    def add(self, hashed_leaf: bytes) -> list[tuple[Position, bytes]]:
        """Add a leaf hash; returns the inner nodes (level 1 and up) that it completed."""
        made = []
        node, index, level = hashed_leaf, self.size, 0
        while index & 1:
            node = node_hash(self._peaks.pop(), node)
            index >>= 1
            level += 1
            made.append(((level, index), node))
        self._peaks.append(node)
        self.size += 1
        return made

    def root(self) -> bytes:
        """Return the root over all leaves so far."""
        return _fold(self._peaks)


def root_of(leaf_hashes: Iterable[bytes]) -> bytes:
    """Return the root of a tree over these leaf hashes, read once, in constant memory."""
    tree = Frontier()
    for hashed in leaf_hashes:
        tree.add(hashed)
    return tree.root()


def peaks(size: int) -> list[Position]:
    """List the complete subtrees that make up a tree of `size` leaves, left to right."""
    return list(_cover(0, size))


def root_at(size: int, fetch: Fetch) -> bytes:
    """Return the root of the first `size` leaves."""
    positions = peaks(size)
    found = fetch(positions)
    return _fold([found[position] for position in positions])


def inclusion_path(index: int, size: int, fetch: Fetch) -> tuple[bytes, ...]:
    """Return PATH(index, D[size]) of RFC 9162, 2.1.3.1, from the leaf's sibling upward."""
    if not 0 <= index < size:
        raise ValueError(f"there is no leaf {index} in a tree of {size}")
    return _resolve(list(_path(index, 0, size)), fetch)


def consistency_path(old_size: int, new_size: int, fetch: Fetch) -> tuple[bytes, ...]:
    """Return PROOF(old_size, D[new_size]) of RFC 9162, 2.1.4.1; empty for equal sizes."""
    if not 0 < old_size <= new_size:
        raise ValueError(f"no consistency proof from {old_size} to {new_size} leaves")
    if old_size == new_size:
        return ()
    return _resolve(list(_subproof(old_size, 0, new_size, whole=True)), fetch)


def inclusion_root(
    hashed_leaf: bytes, index: int, size: int, path: Sequence[bytes]
) -> bytes | None:
    """Return the root that a path leads to (RFC 9162, 2.1.3.2); None if the path is invalid."""
    if not 0 <= index < size:
        return None
    fn, sn, node = index, size - 1, hashed_leaf
    for sibling in path:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            node = node_hash(sibling, node)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            node = node_hash(node, sibling)
        fn, sn = fn >> 1, sn >> 1
    return node if sn == 0 else None


def verify_inclusion(
    hashed_leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes
) -> bool:
    """Whether the leaf is at `index` in the tree of that size and root."""
    return inclusion_root(hashed_leaf, index, size, path) == root


def verify_consistency(
    old_size: int, old_root: bytes, new_size: int, new_root: bytes, path: Sequence[bytes]
) -> bool:
    """Whether the new tree begins with all leaves of the old one (RFC 9162, 2.1.4.2)."""
    if old_size == new_size:
        return not path and old_root == new_root
    if not 0 < old_size < new_size or not path:
        return False
    steps = list(path)
    if old_size & (old_size - 1) == 0:
        steps.insert(0, old_root)
    fn, sn = old_size - 1, new_size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            old, new = node_hash(step, old), node_hash(step, new)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            new = node_hash(new, step)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and old == old_root and new == new_root


def _fold(peak_hashes: Sequence[bytes]) -> bytes:
    """Join complete subtrees, left to right, into one root, smallest first."""
    if not peak_hashes:
        return EMPTY_ROOT
    root = peak_hashes[-1]
    for peak in reversed(peak_hashes[:-1]):
        root = node_hash(peak, root)
    return root


def _cover(begin: int, end: int) -> Iterator[Position]:
    """Cover the leaves begin..end-1 of one RFC 9162 subtree with complete subtrees."""
    while begin < end:
        level = (end - begin).bit_length() - 1
        yield level, begin >> level
        begin += 1 << level


def _split(begin: int, end: int) -> int:
    """Return the split of a subtree: the largest power of two below its number of leaves."""
    return begin + (1 << ((end - begin - 1).bit_length() - 1))


def _path(index: int, begin: int, end: int) -> Iterator[tuple[int, int]]:
    if end - begin == 1:
        return
    middle = _split(begin, end)
    if index < middle:
        yield from _path(index, begin, middle)
        yield middle, end
    else:
        yield from _path(index, middle, end)
        yield begin, middle


def _subproof(old: int, begin: int, end: int, *, whole: bool) -> Iterator[tuple[int, int]]:
    if old == end:
        if not whole:
            yield begin, end
        return
    middle = _split(begin, end)
    if old <= middle:
        yield from _subproof(old, begin, middle, whole=whole)
        yield middle, end
    else:
        yield from _subproof(old, middle, end, whole=False)
        yield begin, middle


def _resolve(ranges: Sequence[tuple[int, int]], fetch: Fetch) -> tuple[bytes, ...]:
    """Turn ranges of leaves into the hashes of their subtrees, with one look-up for all."""
    covers = [list(_cover(begin, end)) for begin, end in ranges]
    found = fetch([position for cover in covers for position in cover])
    return tuple(_fold([found[position] for position in cover]) for cover in covers)
