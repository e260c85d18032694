"""The application: the table of addresses behind the gate."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

import attrs
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from kaoping import now
from kaoping.office.accounts.views import Viewed, keep
from kaoping.web import assets
from kaoping.web.accounts import entering
from kaoping.web.accounts.entering import ENTER
from kaoping.web.accounts.pages import LEAVE, PASSWORD
from kaoping.web.accounts.rights import Caller, refuse_unless
from kaoping.web.answers import ROWS, answered, refusal, refused
from kaoping.web.desk import Desk, Inquiry
from kaoping.web.filled import Filled, Upload, head_now, refuse_forged
from kaoping.web.gate import HEADERS, KEPT, STRANGER, Door, Gate, Keys, SignIns, cookie_name
from kaoping.web.routes import ADDRESSES, Address
from kaoping.web.shelf.drawn import unchanged
from ledger.sentences import UserError, sentence
from ledger.texts import masked, visible

OPEN = frozenset({ENTER, *(f"/assets/{name}" for name in assets.ASSETS)})
"""The paths that ask for no cookie: nothing of the ledger is told there."""
KEEP = "private, max-age=31536000, immutable"
"""Of a file whose address names its version."""
MOST_FIELDS, MOST_FILES = 500, 50
MOST_OF_PATH = 500
"""Characters of an address in the log."""
Handler = Callable[[Request], Any]


def desk_app(desk: Desk, keys: Keys, port: int) -> Gate:
    """The application of a desk that answers at a port of this machine, to one clerk."""
    enter = Route(ENTER, _entering(keys, port), methods=["GET"], name="enter")
    return _gate(desk, keys, port, [enter], [one for one in ADDRESSES if not one.shared])


def shared_app(desk: Desk, port: int, public: Iterable[str] = ()) -> Gate:
    """The application of a desk with accounts; `public`: the names by which a proxy is asked for it."""
    assert desk.accounts is not None

    async def show(request: Request) -> Response:
        return await entering.show(desk, request)

    async def enter(request: Request) -> Response:
        try:
            return await entering.enter(desk, request, cookie_name(port))
        except UserError as error:
            return refused(desk.session.language, error)

    doors = [
        Route(ENTER, show, methods=["GET"], name="enter"),
        Route(ENTER, enter, methods=["POST"], name="entering"),
    ]
    gate = _gate(desk, SignIns(desk.accounts), port, doors, ADDRESSES)
    return attrs.evolve(gate, public=frozenset(public), signs_in=True)


def _gate(desk: Desk, door: Door, port: int, doors: Sequence[Route], addresses: Sequence[Address]) -> Gate:
    """The addresses behind the gate."""
    routes = [
        *doors,
        *(Route(f"/assets/{name}", _asset(name), methods=["GET"], name=name) for name in assets.ASSETS),
        *(Route(one.path, _handler(one, desk), methods=[one.method]) for one in addresses),
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
        caller = request.scope["caller"]
        told = refusal(desk.session.language, status, why, remedy, None if caller is None else _plain(desk, caller))
        told.headers.update((isinstance(error, HTTPException) and error.headers) or {})  # such as what is allowed there
        return told

    app = Starlette(routes=routes, exception_handlers={HTTPException: nowhere})
    large = frozenset(one.path for one in addresses if one.large)
    return Gate(
        app=app, door=door, port=port, open_paths=OPEN, large=large,
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
    async def asset(request: Request) -> Response:
        headers = {"Content-Type": assets.ASSETS[name]}
        if request.query_params.get("v") == assets.mark(name):
            headers[KEPT] = KEEP
        return FileResponse(assets.FOLDER / name, headers=headers)

    return asset


def _handler(address: Address, desk: Desk) -> Handler:
    """What answers at an address: in a thread of its own, as what it asks of the ledger takes time, unless the answer is there."""

    async def read(request: Request) -> Response:
        key = _key(request)
        async with desk.drawn.turn(address.path, key) as around:
            held = None if desk.accounts is not None else desk.drawn.held(around, key)
            if held is not None:  # no line of a log waits to be written, so no thread is needed
                return unchanged(held, request.headers)
            request.state.around = around
            return await run_in_threadpool(_logged, address, desk, request, None)

    async def write(request: Request) -> Response:
        try:
            refuse_unless(request.scope["caller"], address.right, own=address.own)  # before anything is taken in
            async with request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS) as form:
                filled = await _filled(form)
        except UserError as error:
            plain = _plain(desk, request.scope["caller"])
            return await run_in_threadpool(_kept, address, desk, request, refused(desk.session.language, error, plain))
        return await run_in_threadpool(_logged, address, desk, request, filled)

    return write if address.method == "POST" else read


def _logged(address: Address, desk: Desk, request: Request, filled: Filled | None) -> Response:
    """The answer; where there are accounts, a line of the log says who had it, or nobody has it."""
    return _kept(address, desk, request, _answer(address, desk, request, filled), filled)


def _kept(
    address: Address, desk: Desk, request: Request, answer: Response, filled: Filled | None = None
) -> Response:  # fmt: skip
    """The answer, once the log has its line; no browser that several may use keeps it."""
    caller: Caller = request.scope["caller"]
    if desk.accounts is None or address.quiet:
        return answer
    answer.headers[KEPT] = HEADERS[KEPT]
    asked, rows, form = str(request.url.query), answer.headers.get(ROWS), request.scope["form"]
    path = request.scope["path"] + ("" if form == "html" else f".{form}") + (f"?{asked}" if asked else "")
    viewed = Viewed(
        at=now.now_ms(), user=caller.name, role=str(caller.role), address=request.scope["address"], method=request.method,
        route=address.path, path=masked(visible(unquote(path)))[:MOST_OF_PATH],
        about=_about(request, filled), status=answer.status_code, rows=None if rows is None else int(rows),
    )  # fmt: skip
    try:
        keep(desk.accounts, viewed, request.scope["cookie"])
    except UserError as error:
        return refused(desk.session.language, error, _plain(desk, caller))
    return answer


def _about(request: Request, filled: Filled | None) -> str:
    """The ticket or unit that a request is about, where it names one."""
    told = {**request.query_params, **request.path_params}
    told |= {} if filled is None else {name: values[0] for name, values in filled.fields.items() if values}
    found = " ".join(str(told[name]) for name in ("ticket", "unit") if told.get(name))
    return masked(visible(found))[:MOST_OF_PATH]


async def _filled(form: FormData) -> Filled:
    """What was filled in: texts by name, and the files that were uploaded."""
    fields: dict[str, list[str]] = {}
    uploads = []
    for name, value in form.multi_items():
        if not isinstance(value, UploadFile):
            fields.setdefault(name, []).append(value)
        elif value.filename:  # without a name none was chosen
            uploads.append(Upload(name=value.filename, data=await value.read(), field=name))
    return Filled(fields=fields, uploads=uploads)


def _answer(address: Address, desk: Desk, request: Request, filled: Filled | None) -> Response:
    caller: Caller = request.scope["caller"]
    language, plain = desk.session.language, _plain(desk, caller)
    try:
        query: Mapping[str, list[str]] = {name: request.query_params.getlist(name) for name in request.query_params}
        asked = {name: query[name] for name in query if name == "lang"}
        language = attrs.evolve(plain, query=asked).language
        plain = attrs.evolve(plain, query=asked)
        refuse_unless(caller, address.right, own=address.own)
        if caller.must_change and address.path not in (PASSWORD, LEAVE):
            return RedirectResponse(PASSWORD, 303)
        inquiry = Inquiry(
            desk=desk, path=_path(request), form=request.scope["form"], query=query, asks=address.asks, is_form=filled is not None,
            caller=caller, client=request.scope["address"], cookie=request.scope["cookie"],
        )  # fmt: skip
        if filled is None:
            return unchanged(_read(address, inquiry, request), request.headers)
        refuse_forged(filled, caller.token)
        inquiry = attrs.evolve(inquiry, head=head_now(desk))
        with desk.writer:
            view = address.answer(inquiry, filled, **request.path_params)
        return answered(view, inquiry, caller.token)
    except Exception as error:  # told as a page, whatever it is
        return refused(language, error, plain)


def _read(address: Address, inquiry: Inquiry, request: Request) -> Response:
    """What is read at an address: drawn, or as it was drawn before for whoever sees the same."""
    around = request.state.around

    def draw() -> tuple[Response, int | None]:
        asked = attrs.evolve(inquiry, around=around, head=head_now(inquiry.desk))  # before anything of it is read
        return answered(address.answer(asked, **request.path_params), asked, asked.caller.token), None

    return inquiry.desk.drawn.answer(around, _key(request), draw)[0]


def _key(request: Request) -> tuple[Caller, str, str, str]:
    """What an answer that is given again is known by: who asks, and for what."""
    return request.scope["caller"], request.scope["form"], _path(request), str(request.url.query)


def _plain(desk: Desk, caller: Caller) -> Inquiry:
    """An inquiry that asks nothing: what the menu of a refusal leads from."""
    return Inquiry(desk=desk, path="", form="html", query={}, caller=caller)


def _path(request: Request) -> str:
    """The path as it is written in addresses, without its form."""
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    path = raw.decode("ascii", "replace").partition("?")[0]
    form = f".{request.scope['form']}"
    return path.removesuffix(form) or "/"
