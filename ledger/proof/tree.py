"""The hash tree over the ledger's events, as RFC 9162 (section 2.1, after RFC 6962) defines it: SHA-256, leaves and nodes apart.

A path proves that one event stands in a tree of so many; a consistency path that a later tree only added to an earlier.
"""

import hashlib
from collections.abc import Iterable, Sequence

EMPTY = hashlib.sha256().digest()


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf's data."""
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over two subtrees."""
    return hashlib.sha256(b"\1" + left + right).digest()


class Frontier:
    """A tree that grows leaf by leaf: `size`, and `peaks`, the hashes of its perfect subtrees, largest first."""

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size, self.peaks = size, list(peaks)
        if len(self.peaks) != size.bit_count():
            raise ValueError(f"{len(self.peaks)} peaks do not make a tree of {size} leaves")

    def push(self, leaf: bytes) -> None:
        """Add the hash of a leaf."""
        self.size += 1
        size = self.size
        while not size & 1:
            leaf = node_hash(self.peaks.pop(), leaf)
            size >>= 1
        self.peaks.append(leaf)

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaves by their data."""
        sha256, peaks, size = hashlib.sha256, self.peaks, self.size
        for data in leaves:
            top = sha256(b"\0" + data).digest()
            size += 1
            rest = size
            while not rest & 1:
                top = sha256(b"\1" + peaks.pop() + top).digest()
                rest >>= 1
            peaks.append(top)
        self.size = size

    @property
    def root(self) -> bytes:
        """The tree's hash."""
        if not self.peaks:
            return EMPTY
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root


class Tree:
    """A tree over hashes of leaves, with all its levels, for proofs."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.levels = [list(leaves)]
        while len(self.levels[-1]) > 1:
            below = self.levels[-1]
            self.levels.append([node_hash(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)])

    def root(self, size: int) -> bytes:
        """The hash of the tree over the first `size` leaves."""
        return self._range(0, size) if size else EMPTY

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """The path from leaf `index` (from 0) to the root of the tree of `size` leaves. Raises ValueError."""
        if not 0 <= index < size <= len(self.levels[0]):
            raise ValueError(f"there is no leaf {index} in a tree of {size}")
        path: list[bytes] = []
        start, end = 0, size
        while end - start > 1:
            split = start + _largest_power_below(end - start)
            if index < split:
                path.append(self._range(split, end))
                end = split
            else:
                path.append(self._range(start, split))
                start = split
        return path[::-1]

    def consistency(self, first: int, second: int) -> list[bytes]:
        """The path that proves that the tree of `second` leaves begins with that of `first`. Raises ValueError."""
        if not 0 < first <= second <= len(self.levels[0]):
            raise ValueError(f"a tree of {second} leaves does not begin with one of {first}")
        path: list[bytes] = []
        start, end, whole = 0, second, True
        while first != end:
            split = start + _largest_power_below(end - start)
            if first <= split:
                path.append(self._range(split, end))
                end = split
            else:
                path.append(self._range(start, split))
                start, whole = split, False
        return (path if whole else [*path, self._range(start, end)])[::-1]

    def _range(self, start: int, end: int) -> bytes:
        """The hash over leaves from `start` to before `end`, where start is a multiple of their power of two."""
        count = end - start
        if count & (count - 1) == 0:
            level = count.bit_length() - 1
            return self.levels[level][start >> level]
        split = start + _largest_power_below(count)
        return node_hash(self._range(start, split), self._range(split, end))


def root_from(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that a leaf's hash and its inclusion path lead to; None where the path does not fit (RFC 9162 2.1.3.2)."""
    if not 0 <= index < size:
        return None
    at, last, root = index, size - 1, leaf
    for node in path:
        if last == 0:
            return None
        if at & 1 or at == last:
            root = node_hash(node, root)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            root = node_hash(root, node)
        at, last = at >> 1, last >> 1
    return root if last == 0 else None


def is_consistent(first: tuple[int, bytes], second: tuple[int, bytes], path: Sequence[bytes]) -> bool:
    """Whether the tree (size, root) `second` begins with `first`, by a consistency path (RFC 9162 2.1.4.2)."""
    (size, root), (later, whole) = first, second
    if not 0 < size <= later:
        return False
    if size == later:
        return not path and root == whole
    nodes = [root, *path] if size & (size - 1) == 0 else list(path)
    if not nodes:
        return False
    at, last = size - 1, later - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old, new = node_hash(node, old), node_hash(node, new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, node)
        at, last = at >> 1, last >> 1
    return last == 0 and old == root and new == whole


def _largest_power_below(count: int) -> int:
    """The largest power of two below a count of 2 or more."""
    return 1 << ((count - 1).bit_length() - 1)
