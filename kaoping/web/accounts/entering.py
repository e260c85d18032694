"""How one comes in at a desk with accounts: the page that asks for name and password, and the sign-in it gives."""

from urllib.parse import urlencode, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from kaoping import now
from kaoping.office.accounts.entries import TooOften, WrongEntry, sign_in
from kaoping.office.accounts.file import Accounts
from kaoping.office.accounts.people import account_of
from kaoping.office.accounts.views import Viewed, keep
from kaoping.office.session import WrongArgument
from kaoping.web.desk import Desk
from kaoping.web.drawing import sign_in_html

ENTER = "/enter"
CHANGED = f"{ENTER}?changed=1"
"""The same, for whoever has just taken another password."""


async def show(desk: Desk, request: Request) -> Response:
    """The page that asks for name and password."""
    to = _within(request.query_params.get("to", ""))
    return HTMLResponse(sign_in_html(desk.session.language, to, changed="changed" in request.query_params))


async def enter(desk: Desk, request: Request, cookie: str) -> Response:
    """Whoever says the right password is let in, and gets a cookie of that name."""
    async with request.form(max_files=0, max_fields=5) as form:
        name, password, to = (str(form.get(field, "")) for field in ("name", "password", "to"))
    return await run_in_threadpool(_entered, desk, request, cookie, (name, password, _within(to)))


def _entered(desk: Desk, request: Request, cookie: str, said: tuple[str, str, str]) -> Response:
    name, password, to = said
    accounts, language = desk.accounts, desk.session.language
    assert accounts is not None
    address = request.scope["address"]
    try:
        made = sign_in(accounts, name, password, address)
    except (WrongEntry, TooOften) as error:
        status = 429 if isinstance(error, TooOften) else 401
        _log(accounts, name, request, status)
        return HTMLResponse(sign_in_html(language, to, error=error), status)
    _log(accounts, name, request, 303)
    answer = RedirectResponse(to or "/", 303)
    answer.set_cookie(
        cookie, made, httponly=True, samesite="strict", path="/", secure=request.scope["origin"].startswith("https:")
    )
    return answer


def _log(accounts: Accounts, name: str, request: Request, status: int) -> None:
    """A line of the log; a name that is no account's may be a password that was typed in the wrong field, and is not kept."""
    try:
        account = account_of(accounts, name)
        user, role = account.name, str(account.role)
    except WrongArgument:
        user, role = "", ""
    line = Viewed(
        at=now.now_ms(), user=user, role=role, address=request.scope["address"], method="POST", route=ENTER, path=ENTER, about="",
        status=status,
    )  # fmt: skip
    keep(accounts, line)


def sent_to_enter(path: str, query: str) -> Response:
    """On to the page that asks for name and password, and from there back."""
    to = path + (f"?{query}" if query else "")
    return RedirectResponse(ENTER if to == "/" else f"{ENTER}?{urlencode({'to': to})}", 303)


def _within(address: str) -> str:
    """An address of this desk; nothing of any other."""
    parts = urlsplit(address)
    fits = address.startswith("/") and not address.startswith("//") and not (parts.scheme or parts.netloc)
    return address if fits and "\\" not in address and address.isprintable() else ""
