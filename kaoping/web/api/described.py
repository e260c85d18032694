"""The JSON of the pages as an OpenAPI document, made from the table of addresses."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from kaoping import __version__
from kaoping.reports.page import Page
from kaoping.web.desk import FILTERS, Inquiry, View

VERSION = "3.1.0"
Schema = Mapping[str, Any]
TEXT: Schema = {"type": "string"}
LIST: Schema = {"type": "array", "items": {"type": "object"}}
THING: Schema = {"type": "object"}
COUNT: Schema = {"type": "integer", "minimum": 0}
YES: Schema = {"type": "boolean"}
MAYBE: Schema = {"type": ["string", "null"]}
MONTH: Schema = {"type": "string", "pattern": "^20[0-9]{2}-(0[1-9]|1[0-2])$"}
PERIOD: Schema = {"type": "string", "pattern": "^20[0-9]{2}(-(0[1-9]|1[0-2]|Q[1-4]|H[12]))?$"}
NAME: Schema = {"type": "string", "minLength": 1, "maxLength": 100}
SOME: Schema = {"type": "string", "maxLength": 100}
STAMPS: Schema = {
    "type": "object",
    "required": ["ledger", "rulebook", "calendar", "as_of"],
    "properties": {
        "ledger": {"type": "string", "pattern": "^[0-9]+:[0-9a-f]{64}$"},
        "rulebook": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "calendar": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "as_of": TEXT,
    },
}
ASKED: Mapping[str, tuple[str, Schema]] = {
    "as_of": ("as known then: an instant (ISO 8601), or a position in the ledger", TEXT),
    "known_on": ("the calendar as known that day", {"type": "string", "pattern": "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"}),
    "reading": ("another reading, READING=OPTION", {"type": "array", "items": TEXT}),
    "untold": ("what no source tells", {"enum": ["full", "breach", ""]}),
    "provisional": ("score days past the last official notice too: any text says so", TEXT),
    "full": ("with what other readings would make of it: any text says so", TEXT),
    "sheet": ("one sheet", SOME),
    "at": ("the instant (ISO 8601)", TEXT),
    "unit": ("one unit", SOME),
    "within": ("within so many working days", {"type": "string", "pattern": "^([0-9]{1,4}(\\.[0-9]{1,4})?)?$"}),
    "month": ("one month", {"type": "string", "pattern": "^(20[0-9]{2}-(0[1-9]|1[0-2]))?$"}),
    "period": ("one period", {"type": "string", "pattern": "^(20[0-9]{2}(-(0[1-9]|1[0-2]|Q[1-4]|H[12]))?)?$"}),
    "act": ("the acts of one kind", {"enum": ["signed", "responded", "closed", "sealed", ""]}),
    "settled": ("those that were settled too: any text says so", TEXT),
    "round": ("the round of the ticket that is supposed otherwise", {"type": "string", "pattern": "^[0-9]{0,8}$"}),
    "without": ("an act, or a position, that is supposed not there", SOME),
    **{
        name: (f"{name} supposed otherwise: an instant, or a rating", SOME)
        for name in ("signed", "contacted", "returned", "closed", "sealed", "due", "satisfied")
    },
    "lang": ("the language of what is told in words", {"enum": ["zh", "en", ""]}),
}
"""What a query may ask, with what it means; an empty text asks nothing."""
PLACES: Mapping[str, Schema] = {
    "period": PERIOD,
    "month": MONTH,
    "unit": NAME,
    "ticket": NAME,
    "position": COUNT,
    "batch": COUNT,
    "batches": NAME,
}
"""What stands in a path."""
STAMPED: Mapping[str, Schema] = {"rulebook": TEXT, "stamps": STAMPS}
DOCUMENTS: Mapping[str, tuple[str, Mapping[str, Schema]]] = {
    "/due": (
        "kaoping due --json",
        {
            **STAMPED,
            "at": TEXT,
            "fed_at": TEXT,
            "fed_by": TEXT,
            "old": YES,
            "last_at": MAYBE,
            "unit": MAYBE,
            "within": MAYBE,
            "alert": COUNT,
            "due": LIST,
            "omitted": COUNT,
            "exempted": COUNT,
            "untold": THING,
            "aside": COUNT,
        },
    ),
    "/published": ("kaoping recompute --json", {"publications": LIST, "elsewhere": LIST}),
    "/rules": (
        "kaoping rules --json",
        {
            "rulebook": TEXT,
            "title": TEXT,
            "issuer": TEXT,
            "source": TEXT,
            "valid_from": TEXT,
            "valid_until": TEXT,
            "digest": TEXT,
            "sheets": LIST,
            "years": LIST,
            "readings": LIST,
        },
    ),
    "/calendar/{month}": (
        "the days of a month; no command tells them",
        {"month": MONTH, "calendar": TEXT, "official_until": TEXT, "days": LIST},
    ),
    "/log": ("kaoping batches --json", {"batches": LIST}),
    "/aside": ("kaoping aside --json", {"batches": LIST}),
    "/aside/{batch}": ("kaoping aside BATCH --json", {"batches": LIST}),
    "/import/taken/{batches}": ("the batches of an import; no command tells them so", {"batches": LIST, "aside": LIST}),
    "/published/{position}": (
        "kaoping diff '#POSITION' now --json",
        {
            "period": TEXT,
            "before": THING,
            "after": THING,
            "legs": LIST,
            "sheets": LIST,
        },
    ),
    "/rules/cases": (
        "kaoping rules --check --json",
        {"rulebook": TEXT, "cases": COUNT, "failed": COUNT, "outcomes": LIST},
    ),
    "/rules/readings": ("kaoping readings --json", {**STAMPED, "period": TEXT}),
    "/{period}/unit/{unit}/months": (
        "a unit over twelve months; no command tells it",
        {**STAMPED, "unit": TEXT, "sheets": LIST},
    ),
    "/appeals": ("kaoping appeals --json", {**STAMPED, "appeals": LIST, "ground": {"type": ["object", "null"]}}),
    "/ticket/{ticket}": (
        "kaoping audit --json, or with --if",
        {},
    ),
    "/{period}/unit/{unit}": (
        "kaoping why --brief --json; with full=1 kaoping why --json",
        {
            **STAMPED,
            "unit": TEXT,
            "period": TEXT,
            "sheets": LIST,
        },
    ),
    "/{period}": (
        "kaoping score --json",
        {
            **STAMPED,
            "period": TEXT,
            "sheets": LIST,
            "within_validity": YES,
            "provisional_verdicts": COUNT,
            "readings": THING,
            "ground": THING,
        },
    ),
    "/openapi": ("this document", {"openapi": TEXT, "info": THING, "paths": THING}),
}
"""The documents: which command's each is, and what each always holds. All else in them is told in docs/commands.md."""
WORDLESS = frozenset({
    "/", "/calendar", "/import", "/appeals/new", "/appeals/{position}", "/publish/{period}", "/search", "/head", "/record",
    "/recorded/{position}", "/import/waiting/{upload}", "/import/waiting/{upload}/rows", "/import/waiting/{upload}/proposed",
    "/import/waiting/{upload}/profile/{name}",
})  # fmt: skip
"""The addresses that are read, and are forms or lead on: they have no JSON."""
REFUSED: Mapping[str, str] = {
    "400": "what is asked cannot be",
    "403": "nobody was let in by this, or it is not for this role",
    "404": "there is no such page",
    "422": "the data do not allow an answer",
}


def described(inquiry: Inquiry) -> View:
    """The description, as a document."""
    say = inquiry.language.say
    text = say("The JSON of every page is described for programs: add .json to this address.")
    return View(title=say("Description for programs"), body=Page((text,), inquiry.language.code), document=openapi)


def openapi() -> dict[str, Any]:
    """The OpenAPI document of the table of addresses."""
    from kaoping.web.routes import ADDRESSES  # the table has this page too

    paths = {
        f"{plain(one.path)}.json": {"get": _operation(plain(one.path), one.asks)}
        for one in ADDRESSES
        if one.method == "GET" and plain(one.path) in DOCUMENTS
    }
    return {
        "openapi": VERSION,
        "info": {
            "title": "Kaoping",
            "version": __version__,
            "description": "Each document is that of a command, byte for byte, at the same moment. "
            "Ask with the cookie of a browser that was let in.",
        },
        "paths": paths,
        "components": {"schemas": {_name(path): _schema(keys) for path, (_, keys) in DOCUMENTS.items()}},
    }


def plain(path: str) -> str:
    """A path as OpenAPI writes it: /ticket/{ticket} of /ticket/{ticket:path}."""
    return re.sub(r"\{(\w+):\w+\}", r"{\1}", path)


def _operation(path: str, asks: tuple[str, ...]) -> dict[str, Any]:
    told, _ = DOCUMENTS[path]
    refusal = {"text/html": {"schema": {"type": "string"}}}
    return {
        "operationId": _name(path),
        "summary": told,
        "parameters": [*_parameters(path, asks)],
        "responses": {
            "200": {
                "description": told,
                "headers": {"ETag": {"schema": TEXT}},
                "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{_name(path)}"}}},
            },
            "304": {"description": "it is as it was (If-None-Match)"},
            **{status: {"description": why, "content": refusal} for status, why in REFUSED.items()},
        },
    }


def _parameters(path: str, asks: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for name in re.findall(r"\{(\w+)\}", path):
        yield {"name": name, "in": "path", "required": True, "schema": PLACES[name]}
    for name in (*asks, "lang"):
        if name not in FILTERS:
            about, schema = ASKED[name]
            yield {"name": name, "in": "query", "description": about, "schema": schema}


def _schema(keys: Mapping[str, Schema]) -> dict[str, Any]:
    return {"type": "object", "required": [*keys], "properties": dict(keys)}


def _name(path: str) -> str:
    return "_".join(re.findall(r"\w+", path))
