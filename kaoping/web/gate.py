"""What stands before every page: which host is asked, who asks, from where a form comes, and what no answer lacks."""

import hmac
from collections.abc import Awaitable, Callable, Container, Mapping
from hashlib import sha256
from ipaddress import ip_address
from secrets import token_urlsafe
from typing import Protocol

import attrs
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kaoping.office.accounts.entries import sitting
from kaoping.office.accounts.file import Accounts
from kaoping.web.accounts.entering import sent_to_enter
from kaoping.web.accounts.rights import Caller
from kaoping.web.desk import FORMS
from ledger.sentences import Sentence, UserError, as_sentence, sentence

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""What every answer carries, errors too: nothing inline, nothing from elsewhere, nothing kept by the browser but the desk's own
styles and scripts, which are the same for everybody (`Cache-Control` of an answer's own)."""
KEPT = "Cache-Control"
HTTP = 80
MEGABYTE = 1024 * 1024
LARGEST = 50 * MEGABYTE
"""The most that is uploaded, with what a form adds to it (`ROOM`)."""
ROOM = MEGABYTE

ASKED_ELSEWHERE = (
    sentence("this desk does not answer by the name {host}."),
    sentence("Open the address that kaoping desk printed, or one that kaoping serve was told with --behind-proxy."),
)
STRANGER = (
    sentence("this browser has not been let in."),
    sentence("Open the address that kaoping desk printed; it lets one browser in. For another, start the desk again."),
)
FROM_ELSEWHERE = (
    sentence("the form does not come from this desk."),
    sentence("Open the page again and fill in the form there."),
)
NOT_IN = (sentence("nobody is signed in here."), sentence("Sign in, then ask again."))
NO_SUCH_WAY = (sentence("the desk knows no {method}."), sentence("Go back, and follow a link of the desk."))
TOO_LARGE = (
    sentence("the upload is larger than {size} MB."),
    sentence("Import it with kaoping import, or in parts."),
)

Refusing = Callable[[int, Sentence, Sentence], Response]


class Door(Protocol):
    """What knows who asks."""

    def caller(self, cookie: str) -> Caller | None:
        """Whoever holds this cookie; nobody, where it lets nobody in."""


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

    def caller(self, cookie: str) -> Caller | None:
        """The clerk of this machine, in the browser that was let in."""
        return Caller(token=self.form) if self.holds(cookie) else None

    @property
    def form(self) -> str:
        """What each form of this session carries, and no other site knows."""
        return form_token(self.session)


@attrs.frozen
class SignIns:
    """Who is let in where there are accounts: whoever signed in, for as long as that lasts."""

    accounts: Accounts

    def caller(self, cookie: str) -> Caller | None:
        """The account that signed in with this cookie. Raises AccountsError."""
        found = sitting(self.accounts, cookie) if cookie else None
        if found is None:
            return None
        one = found.account
        return Caller(
            name=one.name, role=one.role, unit=one.unit, token=form_token(cookie), must_change=one.must_change
        )


def form_token(cookie: str) -> str:
    """What each form carries of whoever holds a cookie: it follows from the cookie, and does not tell it."""
    return hmac.new(cookie.encode(), b"form", sha256).hexdigest()


def cookie_name(port: int) -> str:
    """The cookie of the desk at a port: cookies of one host know no ports, so it is in the name."""
    return f"kaoping_desk_{port}"


@attrs.frozen(kw_only=True)
class Gate:
    """The ASGI application that answers only whom it should. `door`: knows who asks; `open_paths`: those that ask for no cookie,
    `large`: the paths that take uploads, `refusing`: draws a refusal; `public`: the names by which a proxy is asked for the desk;
    `signs_in`: whoever is not in is sent to where one signs in."""

    app: ASGIApp
    door: Door
    port: int
    open_paths: Container[str]
    large: Container[str]
    refusing: Refusing
    public: frozenset[str] = frozenset()
    signs_in: bool = False

    @property
    def hosts(self) -> frozenset[str]:
        """The names it answers by: those by which this machine alone is meant, and the public ones."""
        names = ("127.0.0.1", "localhost")  # browsers leave out the port that http has anyway
        return frozenset(name if self.port == HTTP else f"{name}:{self.port}" for name in names) | self.public

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        sending = _with_headers(send)
        address, proto = _asked_from(scope, behind_proxy=bool(self.public))
        path, form = _parted(scope["path"])
        origin = f"{proto}://{Headers(scope=scope).get('host', '')}"
        scope = {
            **scope,
            "form": form,
            "address": address,
            "origin": origin,
            "caller": None,
            "cookie": self._cookie(Headers(scope=scope)),
        }
        # Who signed in is looked up in a file; whether one cookie is the right one, at once.
        refused = await run_in_threadpool(self._refusal, scope) if self.signs_in else self._refusal(scope)
        if refused is not None:
            await refused(scope, receive, sending)
            return
        bounded = _bounded(receive, LARGEST + ROOM if path in self.large else ROOM)
        await self.app({**scope, "path": path}, bounded, sending)

    def _refusal(self, scope: Scope) -> Response | None:
        """The refusal, if it is refused; else the scope says who asks."""
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if host not in self.hosts:
            return self._told(403, ASKED_ELSEWHERE, host=host[:80])
        if scope["method"] not in (("GET", "HEAD", "POST") if scope["form"] == "html" else ("GET", "HEAD")):
            told = self._told(405, NO_SUCH_WAY, method=scope["method"][:20])
            told.headers["Allow"] = "GET, HEAD, POST" if scope["form"] == "html" else "GET, HEAD"
            return told
        if scope["path"] not in self.open_paths:
            try:
                scope["caller"] = self.door.caller(scope["cookie"])
            except UserError as error:
                return self.refusing(500, error.why, as_sentence(error.remedy))
            if scope["caller"] is None:
                return self._stranger(scope)
        if scope["method"] == "POST" and not _is_from_here(headers, scope["origin"]):
            return self._told(403, FROM_ELSEWHERE)
        size = headers.get("content-length", "0")
        most = LARGEST + ROOM if scope["path"] in self.large else ROOM
        if not size.isdecimal() or int(size) > most:
            return self._told(413, TOO_LARGE, size=LARGEST // MEGABYTE)
        return None

    def _stranger(self, scope: Scope) -> Response:
        if not self.signs_in:
            return self._told(403, STRANGER)
        if scope["method"] == "POST" or scope["form"] != "html":
            return self._told(401, NOT_IN)
        raw: bytes = scope.get("raw_path") or scope["path"].encode()
        return sent_to_enter(
            raw.decode("ascii", "replace").partition("?")[0], scope["query_string"].decode("ascii", "replace")
        )

    def _cookie(self, headers: Headers) -> str:
        return cookie_parser(headers.get("cookie", "")).get(cookie_name(self.port), "")

    def _told(self, status: int, told: tuple[Sentence, Sentence], **values: object) -> Response:
        return self.refusing(status, sentence(told[0].template, **values), told[1])


class TooLarge(UserError):
    """More came than is taken, whatever length was announced."""


def _is_from_here(headers: Headers, origin: str) -> bool:
    """Whether a form was sent from a page of this desk, as the browser says."""
    return headers.get("origin") == origin and headers.get("sec-fetch-site", "same-origin") == "same-origin"


def _asked_from(scope: Scope, *, behind_proxy: bool) -> tuple[str, str]:
    """(address, protocol) by which somebody asks; what a proxy says of it is believed of one on this machine alone."""
    address = (scope.get("client") or ("", 0))[0]
    if not behind_proxy or not _is_loopback(address):
        return address, "http"
    headers = Headers(scope=scope)
    proto = "https" if headers.get("x-forwarded-proto", "").strip().lower() == "https" else "http"
    told = headers.getlist("x-forwarded-for") or [""]
    named = (
        told[-1].rpartition(",")[2].strip()
    )  # the last of the last line is who asked the proxy; others can be made up
    return (named[:45] or address), proto


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


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
