"""A view as the answer to a request: a page, the command's JSON, the rows shown as csv, or the workbook; and what went wrong."""

import sys
import traceback
from collections.abc import Mapping
from urllib.parse import quote

from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from calendars.workdays import OutsideCalendar
from kaoping.language.language import Language
from kaoping.office.accounts.drafts import OwnDraft
from kaoping.office.accounts.entries import TooOften
from kaoping.office.period.published import NotPublished
from kaoping.papers.terminal import json_text
from kaoping.web import rows
from kaoping.web.accounts.rights import NotAllowed
from kaoping.web.desk import FILTERS, Download, Elsewhere, HeadText, Inquiry, View
from kaoping.web.drawing import page_html, refusal_html
from kaoping.web.filled import Forged
from kaoping.web.gate import TooLarge
from kaoping.web.pages.wording import DeskLanguage
from ledger.sentences import NoLedger, Sentence, UserError, as_sentence, sentence

TYPES: Mapping[str, str] = {
    "json": "application/json; charset=utf-8", "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip
ROWS = "Kaoping-Rows"
"""The header that says how many rows a file has."""
STATUS = {1: 422, 2: 400, 3: 500}
"""The exit code of a command -> how an answer says it: the data, the question, or the ledger is at fault."""


class NoSuchForm(UserError):
    """A page is not to be had in this form."""

    code = 2


class NoSuchAddress(UserError):
    """There is no page there."""

    code = 2


class Stale(UserError):
    """The ledger has moved since the form was made, and the form cannot be shown again."""


def answered(view: View | Elsewhere | HeadText | Download, inquiry: Inquiry, token: str) -> Response:
    """The answer. Raises NoSuchForm."""
    if isinstance(view, Elsewhere):
        return RedirectResponse(view.address, 303)
    if isinstance(view, HeadText) and inquiry.form == "html":
        return PlainTextResponse(view.text, headers={"ETag": f'"{view.tag}"'})
    if isinstance(view, HeadText):
        raise _no_such_form(inquiry)
    if isinstance(view, Download):
        name = quote(view.name, safe="")
        disposition = f"attachment; filename*=UTF-8''{name}"
        return Response(view.data, headers={"Content-Type": view.type, "Content-Disposition": disposition})
    if inquiry.form == "html":
        return HTMLResponse(page_html(view, inquiry, token), view.status)
    data = _data(view, inquiry)
    name = quote(f"{view.title}.{inquiry.form}", safe="")
    headers = {
        "Content-Type": TYPES[inquiry.form], "Content-Disposition": f"inline; filename*=UTF-8''{name}",
        ROWS: str(_taken_away(view, inquiry)),
    }  # fmt: skip
    return Response(data, headers=headers)


def _data(view: View, inquiry: Inquiry) -> bytes:
    if inquiry.form == "csv" and rows.tables(view.body):
        shown = rows.narrowed(view.body, inquiry.filters, inquiry.language) if view.filtered else view.body
        return rows.csv_text(shown, inquiry.language).encode()
    narrows = (*FILTERS, "act") if inquiry.form == "json" else (*FILTERS, "sheet")
    given = [name for name in narrows if inquiry.one(name) is not None]
    if given and inquiry.form in ("json", "xlsx"):
        raise NoSuchForm(
            sentence("the {form} knows no {names}: it tells all.", form=inquiry.form, names=" ".join(given)),
            "Leave that out; or take .csv, which holds the rows that are shown.",
        )
    if inquiry.form == "json" and view.document is not None:
        return (json_text(view.document(), indent=1) + "\n").encode()
    if inquiry.form == "xlsx" and view.workbook is not None:
        return bytes(view.workbook())
    raise _no_such_form(inquiry)


def _no_such_form(inquiry: Inquiry) -> NoSuchForm:
    return NoSuchForm(
        sentence("this page cannot be had as {form}.", form=inquiry.form), "Its head lists the forms that it has."
    )


def _taken_away(view: View, inquiry: Inquiry) -> int:
    """How many rows leave the desk with a file."""
    narrows = inquiry.form == "csv" and view.filtered
    return rows.count_rows(rows.narrowed(view.body, inquiry.filters, inquiry.language) if narrows else view.body)


def refused(language: Language, error: Exception, inquiry: Inquiry | None = None) -> Response:
    """What a request ended with, as a page; an error of our own is told to whoever runs the desk too."""
    if isinstance(error, UserError):
        named = {
            TooLarge: 413, NoLedger: 404, NoSuchAddress: 404, Stale: 409, Forged: 403, NotAllowed: 403, OwnDraft: 403, TooOften: 429,
            NotPublished: 404,
        }  # fmt: skip
        status = named.get(type(error), STATUS.get(error.code, 500))
        return refusal(language, status, error.why, as_sentence(error.remedy), inquiry)
    if isinstance(error, OutsideCalendar):
        remedy = sentence("Name another moment or month.")
        return refusal(
            language, 422, sentence("the calendar does not know that day: {why}", why=error), remedy, inquiry
        )
    if isinstance(error, OSError) and error.strerror:
        why = sentence("{path} cannot be used: {message}", path=error.filename or "-", message=error.strerror)
        return refusal(language, 500, why, sentence("Check the path and its permissions."), inquiry)
    sys.stderr.write("".join(traceback.format_exception(error)))
    why = sentence("Kaoping made a mistake ({kind}).", kind=type(error).__name__)
    remedy = sentence("Look at the log before doing it again. What the desk's window says helps those who mend it.")
    return refusal(language, 500, why, remedy, inquiry)


def refusal(
    language: Language, status: int, why: Sentence, remedy: Sentence, inquiry: Inquiry | None = None
) -> Response:
    """A page that says what cannot be done, and what can."""
    return HTMLResponse(refusal_html(DeskLanguage(language.code), why, remedy, inquiry), status)
