"""What stands before every page: which host is asked, who asks, from where a form comes, and what no answer lacks."""

import hmac
from collections.abc import Awaitable, Callable, Container, Mapping
from hashlib import sha256
from secrets import token_urlsafe

import attrs
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kaoping.web.desk import FORMS
from ledger.sentences import Sentence, UserError, sentence

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""What every answer carries, errors too: nothing inline, nothing from elsewhere, nothing kept by the browser."""
HTTP = 80
MEGABYTE = 1024 * 1024
LARGEST = 50 * MEGABYTE
"""The most that is uploaded, with what a form adds to it (`ROOM`)."""
ROOM = MEGABYTE

ASKED_ELSEWHERE = (
    sentence("this desk does not answer by the name {host}."),
    sentence("Open the address that kaoping desk printed."),
)
STRANGER = (
    sentence("this browser has not been let in."),
    sentence("Open the address that kaoping desk printed; it lets one browser in. For another, start the desk again."),
)
FROM_ELSEWHERE = (
    sentence("the form does not come from this desk."),
    sentence("Open the page again and fill in the form there."),
)
NO_SUCH_WAY = (sentence("the desk knows no {method}."), sentence("Go back, and follow a link of the desk."))
TOO_LARGE = (
    sentence("the upload is larger than {size} MB."),
    sentence("Import it with kaoping import, or in parts."),
)

Refusing = Callable[[int, Sentence, Sentence], Response]


@attrs.frozen(kw_only=True)
class Keys:
    """Who is let in: `entry` opens the desk once, `session` is what a browser then holds; `used`: how often entry was asked."""

    entry: str = attrs.field(factory=lambda: token_urlsafe(32))
    session: str = attrs.field(factory=lambda: token_urlsafe(32))
    used: list[str] = attrs.field(factory=list, eq=False)

    def enters(self, token: str) -> bool:
        """Whether this token lets a browser in: the right one, for the first time."""
        if self.used or not hmac.compare_digest(token.encode(), self.entry.encode()):
            return False
        self.used.append(token)
        return True

    def holds(self, cookie: str) -> bool:
        """Whether a browser that shows this cookie was let in."""
        return hmac.compare_digest(cookie.encode(), self.session.encode())

    @property
    def form(self) -> str:
        """What each form of this session carries, and no other site knows."""
        return hmac.new(self.session.encode(), b"form", sha256).hexdigest()


def cookie_name(port: int) -> str:
    """The cookie of the desk at a port: cookies of one host know no ports, so it is in the name."""
    return f"kaoping_desk_{port}"


@attrs.frozen(kw_only=True)
class Gate:
    """The ASGI application that answers only whom it should. `hosts`: the names it answers by, `open_paths`: those that ask for no
    cookie, `large`: the paths that take uploads, `refusing`: draws a refusal."""

    app: ASGIApp
    keys: Keys
    port: int
    open_paths: Container[str]
    large: Container[str]
    refusing: Refusing

    @property
    def hosts(self) -> frozenset[str]:
        """The names by which this machine alone is meant."""
        names = ("127.0.0.1", "localhost")  # browsers leave out the port that http has anyway
        return frozenset(name if self.port == HTTP else f"{name}:{self.port}" for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        sending = _with_headers(send)
        refused = self._refusal(scope)
        if refused is not None:
            await refused(scope, receive, sending)
            return
        path, form = _parted(scope["path"])
        bounded = _bounded(receive, LARGEST + ROOM if path in self.large else ROOM)
        await self.app({**scope, "path": path, "form": form}, bounded, sending)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if host not in self.hosts:
            return self._told(403, ASKED_ELSEWHERE, host=host[:80])
        if scope["method"] not in ("GET", "HEAD", "POST"):
            return self._told(405, NO_SUCH_WAY, method=scope["method"][:20])
        if scope["path"] not in self.open_paths and not self.keys.holds(self._cookie(headers)):
            return self._told(403, STRANGER)
        if scope["method"] == "POST" and headers.get("origin") != f"http://{host}":
            return self._told(403, FROM_ELSEWHERE)
        size = headers.get("content-length", "0")
        most = LARGEST + ROOM if scope["path"] in self.large else ROOM
        if not size.isdecimal() or int(size) > most:
            return self._told(413, TOO_LARGE, size=LARGEST // MEGABYTE)
        return None

    def _cookie(self, headers: Headers) -> str:
        return cookie_parser(headers.get("cookie", "")).get(cookie_name(self.port), "")

    def _told(self, status: int, told: tuple[Sentence, Sentence], **values: object) -> Response:
        return self.refusing(status, sentence(told[0].template, **values), told[1])


class TooLarge(UserError):
    """More came than is taken, whatever length was announced."""


def _parted(path: str) -> tuple[str, str]:
    """(/2023-05, csv) of /2023-05.csv."""
    begun, dot, ending = path.rpartition(".")
    return (begun, ending) if dot and ending in FORMS else (path, "html")


def _with_headers(send: Send) -> Callable[[Message], Awaitable[None]]:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending


def _bounded(receive: Receive, most: int) -> Callable[[], Awaitable[Message]]:
    """What comes in, up to a size; what lies about its length is stopped there."""
    taken = 0

    async def receiving() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise TooLarge(sentence(TOO_LARGE[0].template, size=LARGEST // MEGABYTE), TOO_LARGE[1])
        return message

    return receiving
