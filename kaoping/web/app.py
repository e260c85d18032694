"""The application: the table of addresses behind the gate."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import attrs
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from kaoping.web.answers import answered, refusal, refused
from kaoping.web.desk import Desk, Inquiry
from kaoping.web.filled import Filled, Upload, refuse_forged
from kaoping.web.gate import STRANGER, Gate, Keys, cookie_name
from kaoping.web.routes import ADDRESSES, Address
from kaoping.web.shelf.drawn import unchanged
from ledger.sentences import UserError, sentence

ASSETS = {"desk.css": "text/css; charset=utf-8"}
"""The files that pages load, each by its name."""
ENTER = "/enter"
OPEN = frozenset({ENTER, *(f"/assets/{name}" for name in ASSETS)})
"""The paths that ask for no cookie: nothing of the ledger is told there."""
MOST_FIELDS = 200
Handler = Callable[[Request], Any]


def desk_app(desk: Desk, keys: Keys, port: int) -> Gate:
    """The application of a desk that answers at a port of this machine."""
    routes = [
        Route(ENTER, _entering(keys, port), methods=["GET"], name="enter"),
        *(Route(f"/assets/{name}", _asset(name), methods=["GET"], name=name) for name in ASSETS),
        *(Route(one.path, _handler(one, desk, keys), methods=[one.method]) for one in ADDRESSES),
    ]

    def nowhere(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        why = sentence("there is no page {path}.", path=request.url.path[:80])
        remedy = sentence("Follow a link of the desk, or begin at its first page.")
        if status == 403:
            why, remedy = STRANGER
        elif status not in (404, 405):
            why, remedy = (
                sentence("the form could not be read."),
                sentence("Open the page again and fill in the form there."),
            )
        return refusal(desk.session.language, status, why, remedy, None if request.url.path == ENTER else _plain(desk))

    app = Starlette(routes=routes, exception_handlers={HTTPException: nowhere})
    large = frozenset(one.path for one in ADDRESSES if one.large)
    return Gate(
        app=app, keys=keys, port=port, open_paths=OPEN, large=large,
        refusing=lambda status, why, remedy: refusal(desk.session.language, status, why, remedy),
    )  # fmt: skip


def _entering(keys: Keys, port: int) -> Handler:
    """Lets in whoever has the token, once: the browser gets its cookie."""

    async def enter(request: Request) -> Response:
        if request.method != "GET":  # a look at the address lets nobody in
            return Response(status_code=204)
        held = keys.holds(request.cookies.get(cookie_name(port), ""))
        if not held and not keys.enters(request.query_params.get("token", "")):
            raise HTTPException(403)
        answer = RedirectResponse("/", 303)
        if not held:
            answer.set_cookie(cookie_name(port), keys.session, httponly=True, samesite="strict", path="/")
        return answer

    return enter


def _asset(name: str) -> Handler:
    async def asset(_: Request) -> Response:
        return FileResponse(Path(__file__).parent / "assets" / name, headers={"Content-Type": ASSETS[name]})

    return asset


def _handler(address: Address, desk: Desk, keys: Keys) -> Handler:
    """What answers at an address: in a thread of its own, as what it asks of the ledger takes time."""

    async def read(request: Request) -> Response:
        async with desk.drawn.turn(address.path, _key(request, keys.form)) as request.state.around:
            return await run_in_threadpool(_answer, address, desk, keys, request, None)

    async def write(request: Request) -> Response:
        try:
            async with request.form(max_files=1, max_fields=MOST_FIELDS) as form:
                filled = await _filled(form)
        except UserError as error:
            return refused(desk.session.language, error, _plain(desk))
        return await run_in_threadpool(_answer, address, desk, keys, request, filled)

    return write if address.method == "POST" else read


async def _filled(form: FormData) -> Filled:
    """What was filled in: texts by name, each once, and the file that was uploaded."""
    fields: dict[str, list[str]] = {}
    upload = None
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            upload = Upload(name=value.filename or "", data=await value.read())
        else:
            fields.setdefault(name, []).append(value)
    return Filled(fields=fields, upload=upload)


def _answer(address: Address, desk: Desk, keys: Keys, request: Request, filled: Filled | None) -> Response:
    language, plain = desk.session.language, _plain(desk)
    try:
        query: Mapping[str, list[str]] = {name: request.query_params.getlist(name) for name in request.query_params}
        inquiry = Inquiry(
            desk=desk, path=_path(request), form=request.scope["form"], query=query, asks=address.asks, is_form=filled is not None
        )  # fmt: skip
        language = inquiry.language
        plain = attrs.evolve(plain, query={name: query[name] for name in query if name == "lang"})
        if filled is None:
            return unchanged(_read(address, inquiry, request, keys.form), request.headers)
        refuse_forged(filled, keys.form)
        with desk.writer:
            view = address.answer(inquiry, filled, **request.path_params)
        return answered(view, inquiry, keys.form)
    except Exception as error:  # told as a page, whatever it is
        return refused(language, error, plain)


def _read(address: Address, inquiry: Inquiry, request: Request, token: str) -> Response:
    """What is read at an address: drawn, or as it was drawn before for whoever sees the same."""
    around = request.state.around
    asked = attrs.evolve(inquiry, around=around)

    def draw() -> tuple[Response, int | None]:
        return answered(address.answer(asked, **request.path_params), asked, token), None

    return inquiry.desk.drawn.answer(around, _key(request, token), draw)[0]


def _key(request: Request, token: str) -> tuple[str, str, str, str]:
    """What an answer that is given again is known by: who asks, and for what."""
    return token, request.scope["form"], _path(request), str(request.url.query)


def _plain(desk: Desk) -> Inquiry:
    """An inquiry that asks nothing: what the menu of a refusal leads from."""
    return Inquiry(desk=desk, path="", form="html", query={})


def _path(request: Request) -> str:
    """The path as it is written in addresses, without its form."""
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    path = raw.decode("ascii", "replace").partition("?")[0]
    form = f".{request.scope['form']}"
    return path.removesuffix(form) or "/"
