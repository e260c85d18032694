"""The hash tree: the shapes of RFC 9162 written out by hand, every path, and that no other path passes."""

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.proof.tree import Frontier, Tree, is_consistent, leaf_hash, root_from


def leaf(text: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + text).digest()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


DATA = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"@ABC",
    b"PQRSTUVW",
    b"`abcdefghijklmno",
    b"8",
    b"9",
    b"10",
    b"11",
    b"12",
]
A, B, C, D, E, F, G, H, I, J, K, L, M = map(leaf, DATA)  # noqa: E741
AB, CD, EF, GH, IJ, KL = node(A, B), node(C, D), node(E, F), node(G, H), node(I, J), node(K, L)
# The trees as drawn: a split at the largest power of two below the size, over and over.
SHAPES = {
    0: hashlib.sha256(b"").digest(),
    1: A,
    2: AB,
    3: node(AB, C),
    4: node(AB, CD),
    5: node(node(AB, CD), E),
    6: node(node(AB, CD), EF),
    7: node(node(AB, CD), node(EF, G)),
    8: node(node(AB, CD), node(EF, GH)),
    13: node(node(node(AB, CD), node(EF, GH)), node(node(IJ, KL), M)),
}
LEAVES = [leaf_hash(data) for data in DATA]
TREE = Tree(LEAVES)


@pytest.mark.parametrize("size", SHAPES)
def test_the_shapes(size: int) -> None:
    frontier = Frontier()
    for one in LEAVES[:size]:
        frontier.push(one)
    assert TREE.root(size) == frontier.root == SHAPES[size]


def test_known_hashes() -> None:
    """Of the empty tree, of an empty leaf, and of the tree over these eight leaves, as certificate logs test with them."""
    assert SHAPES[0].hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert SHAPES[1].hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert SHAPES[8].hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def test_paths_drawn_by_hand() -> None:
    assert TREE.inclusion(0, 7) == [B, CD, node(EF, G)]
    assert TREE.inclusion(6, 7) == [EF, node(AB, CD)]
    assert TREE.inclusion(12, 13) == [node(IJ, KL), SHAPES[8]]
    assert TREE.consistency(3, 7) == [C, D, AB, node(EF, G)]
    assert TREE.consistency(4, 7) == [node(EF, G)]
    assert TREE.consistency(6, 7) == [EF, G, node(AB, CD)]


PAIRS = [(first, second) for second in range(1, 14) for first in range(1, second + 1)]


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_every_consistency_path_passes_and_no_other(first: int, second: int) -> None:
    path = TREE.consistency(first, second)
    old, new = (first, TREE.root(first)), (second, TREE.root(second))
    assert is_consistent(old, new, path)
    for wrong in others(path):
        assert not is_consistent(old, new, wrong)
    assert not is_consistent((first, M), new, path)
    assert not is_consistent(old, (second, leaf(b"x")), path)


@pytest.mark.parametrize("size", range(1, 14))
def test_every_inclusion_path_passes_and_no_other(size: int) -> None:
    for index in range(size):
        path = TREE.inclusion(index, size)
        assert root_from(LEAVES[index], index, size, path) == TREE.root(size)
        for wrong in others(path):
            assert root_from(LEAVES[index], index, size, wrong) != TREE.root(size)
        for other in range(-1, size + 1):
            if other != index:
                assert root_from(LEAVES[index], other, size, path) != TREE.root(size)


def others(path: Sequence[bytes]) -> list[list[bytes]]:
    """A path with a bit turned, two neighbours swapped, one too many, one too few."""
    found = [[*path, M], [M, *path]]
    for place, one in enumerate(path):
        turned = bytes([one[0] ^ 1]) + one[1:]
        found.append([*path[:place], turned, *path[place + 1 :]])
        found.append([*path[:place], *path[place + 1 :]])
        if place and path[place - 1] != one:
            found.append([*path[: place - 1], one, path[place - 1], *path[place + 1 :]])
    return found


def naive(leaves: Sequence[bytes]) -> bytes:
    """The definition, word for word."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256().digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node(naive(leaves[:split]), naive(leaves[split:]))


@given(st.integers(1, 300), st.data())
def test_larger_trees(size: int, data: st.DataObject) -> None:
    leaves = [leaf(str(number).encode()) for number in range(size)]
    tree, first, index = Tree(leaves), data.draw(st.integers(1, size)), data.draw(st.integers(0, size - 1))
    assert tree.root(size) == naive(leaves)
    assert root_from(leaves[index], index, size, tree.inclusion(index, size)) == naive(leaves)
    assert is_consistent((first, naive(leaves[:first])), (size, naive(leaves)), tree.consistency(first, size))


@given(st.integers(0, 200), st.integers(0, 200))
def test_a_frontier_goes_on_from_its_peaks(size: int, more: int) -> None:
    leaves = [leaf(str(number).encode()) for number in range(size + more)]
    one = Frontier()
    for each in leaves[:size]:
        one.push(each)
    other = Frontier(one.size, one.peaks)
    for each in leaves[size:]:
        other.push(each)
    assert other.root == naive(leaves)


def test_what_is_no_frontier_or_path() -> None:
    with pytest.raises(ValueError, match="do not make"):
        Frontier(3, [A])
    for index, size in ((3, 3), (-1, 2), (0, 99)):
        with pytest.raises(ValueError, match="no leaf"):
            TREE.inclusion(index, size)
    for first, second in ((0, 3), (4, 3), (1, 99)):
        with pytest.raises(ValueError, match="begin"):
            TREE.consistency(first, second)
    assert not is_consistent((0, SHAPES[0]), (3, SHAPES[3]), [])
