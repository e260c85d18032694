"""What was computed before: taken from the shelf as long as what it rests on has not moved, and computed once for all who ask at once."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Any, TypeVar

import attrs

Thing = TypeVar("Thing")


class Shelf:
    """Things by key, up to `most` in all (each weighs 1 unless it is weighed), those asked for longest ago going first. All of them rest
    on one `basis`: as soon as another is asked for, the shelf is empty."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._things: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._coming: dict[Hashable, Future[Any]] = {}
        self._basis: Hashable = None
        self._weight = 0

    def on(self, basis: Hashable) -> "Drawer":
        """The part of the shelf that rests on something; what rested on something else is thrown away."""
        with self._lock:
            if self._basis != basis:
                self._things.clear()
                self._basis, self._weight = basis, 0
        return Drawer(self, basis)

    def holds(self, basis: Hashable, key: Hashable) -> bool:
        """Whether the thing is there."""
        return (basis, key) in self._things

    def find(self, basis: Hashable, key: Hashable) -> Any:
        """The thing, if it is there; else None."""
        with self._lock:
            held = self._touched(basis, key)
            return None if held is None else held[0]

    def _touched(self, basis: Hashable, key: Hashable) -> tuple[Any, int] | None:
        held = self._things.get((basis, key))
        if held is not None:
            self._things.move_to_end((basis, key))
        return held

    @property
    def weight(self) -> int:
        """What is on it."""
        return self._weight

    def take(
        self, basis: Hashable, key: Hashable, make: Callable[[], Thing],
        weigh: Callable[[Thing], int] = lambda _: 1, still: Callable[[], bool] = lambda: True,
    ) -> Thing:  # fmt: skip
        """The thing of a key, made if it is not there; whoever asks while it is being made waits, and gets the same, or the same error.
        It is put on the shelf if its basis is `still` the one."""
        with self._lock:
            held = self._touched(basis, key)
            if held is not None:
                thing: Thing = held[0]
                return thing
            coming = self._coming.get((basis, key))
            if coming is None:
                mine = self._coming[basis, key] = Future()
        if coming is not None:
            return coming.result()  # type: ignore[no-any-return]
        try:
            thing = make()
            self._put(basis, key, thing, weigh, still)
        except BaseException as error:
            mine.set_exception(error)
            raise
        finally:
            with self._lock:
                del self._coming[basis, key]
        mine.set_result(thing)
        return thing

    def _put(
        self, basis: Hashable, key: Hashable, thing: Thing, weigh: Callable[[Thing], int], still: Callable[[], bool]
    ) -> None:
        weight = weigh(thing)
        if (weight * 4 > self._most and weight > 1) or not still():
            return
        with self._lock:
            if basis != self._basis:
                return
            self._things[basis, key] = thing, weight
            self._weight += weight
            while self._weight > self._most:
                self._weight -= self._things.popitem(last=False)[1][1]


@attrs.frozen
class Drawer:
    """A shelf's things that rest on one basis."""

    shelf: Shelf
    basis: Hashable

    def take(
        self, key: Hashable, make: Callable[[], Thing],
        weigh: Callable[[Thing], int] = lambda _: 1, still: Callable[[], bool] = lambda: True,
    ) -> Thing:  # fmt: skip
        """As `Shelf.take`."""
        return self.shelf.take(self.basis, key, make, weigh, still)
