"""Merkle trees; each test quotes the sentence of RFC 9162 that it proves."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pymerkle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_store.merkle import (
    EMPTY_ROOT,
    Frontier,
    Position,
    consistency_path,
    inclusion_path,
    leaf_hash,
    node_hash,
    root_at,
    root_of,
    verify_consistency,
    verify_inclusion,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

SIZES = st.integers(1, 200)


def leaves(size: int, salt: bytes = b"") -> list[bytes]:
    return [leaf_hash(salt + number.to_bytes(4, "big")) for number in range(size)]


def fetcher(hashes: Sequence[bytes]):  # type: ignore[no-untyped-def]
    nodes: dict[Position, bytes] = {(0, place): hashed for place, hashed in enumerate(hashes)}
    tree = Frontier()
    for hashed in hashes:
        nodes.update(tree.add(hashed))
    return lambda positions: {position: nodes[position] for position in positions}


def definition(hashes: Sequence[bytes]) -> bytes:
    """MTH of RFC 9162, 2.1.1, word for word."""
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return node_hash(definition(hashes[:k]), definition(hashes[k:]))


def flipped(hashed: bytes) -> bytes:
    return bytes([hashed[0] ^ 1]) + hashed[1:]


def test_the_empty_list() -> None:
    """2.1.1: "The hash of an empty list is the hash of an empty string"."""
    assert root_of([]) == EMPTY_ROOT == hashlib.sha256().digest() == root_at(0, lambda _: {})


def test_leaves_and_nodes_are_hashed_apart() -> None:
    """2.1.1: "the hash calculations for leaves and nodes differ; this domain separation is
    required to give second preimage resistance".
    """
    left, right = leaves(2)
    assert leaf_hash(left + right) != node_hash(left, right)
    assert leaf_hash(b"x") == hashlib.sha256(b"\x00x").digest()
    assert node_hash(left, right) == hashlib.sha256(b"\x01" + left + right).digest()


@given(st.integers(1, 300))
def test_the_root_is_the_definition(size: int) -> None:
    """2.1.1: "MTH(D_n) = HASH(0x01 || MTH(D[0:k]) || MTH(D[k:n]))", k "the largest power of
    two smaller than n".
    """
    hashes = leaves(size)
    assert root_of(hashes) == definition(hashes)
    assert root_at(size, fetcher(hashes)) == definition(hashes)


@given(st.integers(1, 64), st.data())
def test_roots_and_paths_equal_pymerkles(size: int, data: st.DataObject) -> None:
    other = pymerkle.InmemoryTree(algorithm="sha256")
    entries = [number.to_bytes(4, "big") for number in range(size)]
    for entry in entries:
        other.append_entry(entry)
    hashes = leaves(size)
    index = data.draw(st.integers(0, size - 1))
    assert root_of(hashes) == other.get_root(size)
    proof = other.prove_inclusion(index + 1, size)
    assert [hashes[index], *inclusion_path(index, size, fetcher(hashes))] == proof.path


@given(SIZES, st.data())
def test_an_inclusion_proof_proves(size: int, data: st.DataObject) -> None:
    """2.1.3.1: the path "is the shortest list of additional nodes in the Merkle Tree required
    to compute the Merkle Tree Hash for that tree".
    """
    hashes = leaves(size)
    index = data.draw(st.integers(0, size - 1))
    path = inclusion_path(index, size, fetcher(hashes))
    assert len(path) <= (size - 1).bit_length()
    assert verify_inclusion(hashes[index], index, size, path, root_of(hashes))


@given(SIZES, st.data())
def test_an_inclusion_proof_proves_nothing_else(size: int, data: st.DataObject) -> None:
    """2.1.3.2: "If sn is not 0 … fail the proof verification", and the roots must be equal."""
    hashes = leaves(size)
    root = root_of(hashes)
    index = data.draw(st.integers(0, size - 1))
    path = list(inclusion_path(index, size, fetcher(hashes)))
    assert not verify_inclusion(flipped(hashes[index]), index, size, path, root)
    assert not verify_inclusion(hashes[index], index, size, path, flipped(root))
    assert not verify_inclusion(hashes[index], index, size, [*path, bytes(32)], root)
    assert not verify_inclusion(hashes[index], size + index, size, path, root)
    assert not verify_inclusion(hashes[index], -1, size, path, root)
    if path:
        assert not verify_inclusion(hashes[index], index, size, path[:-1], root)
        place = data.draw(st.integers(0, len(path) - 1))
        broken = [*path[:place], flipped(path[place]), *path[place + 1 :]]
        assert not verify_inclusion(hashes[index], index, size, broken, root)
    other = data.draw(st.integers(0, size - 1))
    if other != index:
        assert not verify_inclusion(hashes[index], other, size, path, root)


@given(SIZES, st.data())
def test_a_consistency_proof_proves(size: int, data: st.DataObject) -> None:
    """2.1.4.1: it "proves the append-only property of the tree": the first leaves are the same."""
    hashes = leaves(size)
    old = data.draw(st.integers(1, size))
    path = consistency_path(old, size, fetcher(hashes))
    roots = root_of(hashes[:old]), root_of(hashes)
    assert verify_consistency(old, roots[0], size, roots[1], path)
    assert (path == ()) == (old == size)


@given(SIZES, st.data())
def test_a_consistency_proof_proves_nothing_else(size: int, data: st.DataObject) -> None:
    """2.1.4.2: "Compare the computed fr and sr hashes to the first_hash and second_hash"."""
    hashes = leaves(size)
    old = data.draw(st.integers(1, size))
    path = list(consistency_path(old, size, fetcher(hashes)))
    first, second = root_of(hashes[:old]), root_of(hashes)
    assert not verify_consistency(old, flipped(first), size, second, path)
    assert not verify_consistency(old, first, size, flipped(second), path)
    assert not verify_consistency(old, first, size, second, [*path, bytes(32)])
    assert not verify_consistency(0, EMPTY_ROOT, size, second, path)
    assert not verify_consistency(size + 1, first, size, second, path)
    for place in range(len(path)):
        broken = [*path[:place], flipped(path[place]), *path[place + 1 :]]
        assert not verify_consistency(old, first, size, second, broken)
        assert not verify_consistency(old, first, size, second, path[:place])


@given(SIZES, st.data())
def test_a_rewritten_past_has_no_consistency_proof(size: int, data: st.DataObject) -> None:
    """No path of the true or of the forged tree leads from the true old root to the forged new."""
    place = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(place + 1, size))
    hashes = leaves(size)
    forged = [*hashes[:place], flipped(hashes[place]), *hashes[place + 1 :]]
    for tree in (hashes, forged):
        path = consistency_path(old, size, fetcher(tree))
        assert not verify_consistency(old, root_of(hashes[:old]), size, root_of(forged), path)


@given(st.integers(0, 300))
def test_a_frontier_can_be_taken_up_again(size: int) -> None:
    hashes = leaves(301)
    tree = Frontier()
    for hashed in hashes[:size]:
        tree.add(hashed)
    again = Frontier(size, tree._peaks)
    again.add(hashes[size])
    assert again.root() == root_of(hashes[: size + 1])


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_there_is_no_path_to_what_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="there is no leaf"):
        inclusion_path(index, size, fetcher(leaves(3)))
    with pytest.raises(ValueError, match="no consistency proof"):
        consistency_path(0, 3, fetcher(leaves(3)))
