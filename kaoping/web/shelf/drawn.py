"""Answers that were drawn before: given again as long as nothing moved that they rest on, to whoever may see just the same."""

import asyncio
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager
from hashlib import sha256

import attrs
from starlette.datastructures import Headers
from starlette.responses import Response

from kaoping.office.session import Session
from kaoping.office.shelf.shelf import Drawer, Shelf
from kaoping.office.shelf.standing import Footing, Sentry

MOST = 64 * 1024 * 1024
"""Bytes of answers held; an answer larger than a quarter of that is not."""
AT_ONCE = 2
"""How many answers are drawn at once; the rest is for those that are there."""
SCORINGS = 64
"""Scorings and the like held, from which answers are drawn."""
PATHS = frozenset({
    "/due", "/published", "/rules", "/calendar/{month}", "/log", "/ticket/{ticket:path}", "/{period}/unit/{unit:path}", "/{period}",
})  # fmt: skip
"""The addresses whose answers rest on the ledger, the rules, the calendar and the instant alone."""
QUICK = frozenset({"/rules", "/calendar/{month}", "/log"})
"""Those that are drawn so quickly that they wait for no others."""


@attrs.frozen
class Around:
    """What a request is answered from: how things stand (`standing`: None where nothing may rest on that), and what was computed of it."""

    standing: Footing | None = None
    drawer: Drawer | None = None

    def on(self, session: Session) -> Session:
        """The session at the instant of all that stands so."""
        if self.standing is None:
            return session
        return attrs.evolve(session, now=self.standing.instant, drawer=self.drawer)


NOTHING_STANDS = Around()


Answer = tuple[Response, int | None]
"""An answer, and how many rows leave with it as a file."""


class Answers:
    """The answers of a desk, and what they were drawn from. Who asks is part of an answer's key, so nobody gets another's."""

    def __init__(self, session: Session, *, shared: bool = False) -> None:
        """`shared`: several people use it, so that their browsers keep nothing."""
        self._shared = shared
        self._sentry = Sentry(session)
        self._answers = Shelf(MOST)
        self._scorings = Shelf(SCORINGS)
        self._drawing = asyncio.Semaphore(AT_ONCE)
        self._turns: dict[Hashable, asyncio.Lock] = {}

    def surroundings(self, path: str) -> Around:
        """What a request for an address is answered from."""
        standing = self._sentry.standing() if path in PATHS else None
        return NOTHING_STANDS if standing is None else Around(standing, self._scorings.on(standing))

    @asynccontextmanager
    async def turn(self, path: str, key: Hashable) -> AsyncIterator[Around]:
        """Around a request, what it is answered from. Who asks for what must be drawn waits until less than `AT_ONCE` others draw; of
        several who ask for the same only the first draws. They wait in no thread, so that whoever asks for what is there is answered."""
        around = self.surroundings(path)
        if path not in PATHS or self._is_there(around, key):
            yield around
            return
        turn = self._turns.setdefault(key, asyncio.Lock())
        try:
            async with turn:
                around = self.surroundings(path)
                if self._is_there(around, key):
                    yield around
                    return
                if path in QUICK:
                    yield around
                    return
                async with self._drawing:
                    yield self.surroundings(path)
        finally:
            if not turn.locked():
                self._turns.pop(key, None)

    def _is_there(self, around: Around, key: Hashable) -> bool:
        return around.standing is not None and self._answers.holds(around.standing, key)

    def answer(self, around: Around, key: Hashable, draw: Callable[[], Answer]) -> Answer:
        """The answer to a request: drawn, or as it was drawn before; only what succeeded is held, and only if nothing moved meanwhile."""
        if around.standing is None:
            return draw()
        held, rows = self._answers.on(around.standing).take(
            key, lambda: self._with_tag(draw()), weigh=_weight, still=lambda: self._sentry.standing() == around.standing
        )
        return (held if held.status_code != 200 else _again(held)), rows

    def held(self, around: Around, key: Hashable) -> Response | None:
        """The answer as it was drawn before, if it is there; whoever it was drawn for may have it."""
        if around.standing is None:
            return None
        found = self._answers.find(around.standing, key)
        return None if found is None else _again(found[0])

    def _with_tag(self, drawn: Answer) -> Answer:
        answer, _ = drawn
        if answer.status_code == 200:
            answer.headers["ETag"] = f'"{sha256(bytes(answer.body)).hexdigest()[:32]}"'
            if not self._shared:
                answer.headers["Cache-Control"] = "private, no-cache"
        return drawn

    def close(self) -> None:
        """Let go of the ledger."""
        self._sentry.close()


def unchanged(answer: Response, headers: Headers) -> Response:
    """The answer; to whoever has it already, that it is the same (304)."""
    tag = answer.headers.get("etag")
    asked = [one.strip().removeprefix("W/") for one in headers.get("if-none-match", "").split(",")]
    if tag is None or (tag not in asked and "*" not in asked):
        return answer
    return Response(
        status_code=304,
        headers={name: answer.headers[name] for name in ("etag", "cache-control") if name in answer.headers},
    )


def _weight(drawn: Answer) -> int:
    """What it takes on the shelf; what did not succeed is too heavy for it."""
    answer, _ = drawn
    return len(answer.body) + 1024 if answer.status_code == 200 else MOST + 1


def _again(held: Response) -> Response:
    """An answer of its own for each request, as whoever sends it may add to it."""
    answer = Response(held.body, held.status_code)
    answer.raw_headers = [*held.raw_headers]
    return answer
