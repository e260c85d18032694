"""A JSON text -> its tables, whichever way they are written in it."""

import re

import attrs

from ledger.intake.tables.json.arrays import ARRAY_LINES, Arrays, array_lines, other_tables, table_of_arrays
from ledger.intake.tables.json.objects import Document, broken_json, table_of_objects
from ledger.intake.tables.json.values import (
    AS_LIST,
    MAX_DEPTH,
    ONE_PER_LINE,
    SPACE,
    json_lines,
    load,
    rows_within,
    sound_array,
    sound_object,
)
from ledger.intake.tables.letters import lines_of
from ledger.intake.tables.packed import Budget
from ledger.intake.tables.table import EXPORT_AGAIN, LogTable
from ledger.sentences import UnreadableFile

EMPTY = re.compile(r"\[\s*\]")
STARTS = re.compile(r'\{|\[\s*(?:\{|\]|\[\s*"|$)')
CALL = re.compile(r'\s*(?:/\*\*/\s*)?[A-Za-z_$][\w$.]*\s*\(\s*(?=[\[{]\s*[\[{"])', re.ASCII)


def is_json(start: str) -> bool:
    """JSON by how it begins: an object, an array of objects, arrays of texts."""
    return STARTS.match(start) is not None or ARRAY_LINES.match(start) is not None


def uncalled(text: str) -> str:
    """The JSON in the call of a script, `callback([{...}]);`, on its lines; nothing of another text. Raises UnreadableFile."""
    call = CALL.match(text)
    if call is None:
        return ""
    whole = text.rstrip(SPACE + ";")
    if not whole.endswith(")"):
        raise broken_json(text.count("\n") + 1)
    return "\n" * call[0].count("\n") + whole[call.end() : -1]


def read_json(text: str, name: str, budget: Budget) -> tuple[LogTable, ...]:
    """The tables of a JSON text: of JSON Lines one; of an object around arrays, one of each. Raises UnreadableFile."""
    if _is_lines(text):
        return (table_of_objects(name, "", list(rows_within(json_lines(text, sound_object), budget))),)
    try:
        if ARRAY_LINES.match(text):
            return (table_of_arrays(name, array_lines(text, budget)),)
        arrays = list(Document(text, budget).arrays())
        full = [(path, rows) for path, rows in arrays if rows]
        if not full:
            return (_otherwise(text, name, budget),)
    except RecursionError as refused:
        raise UnreadableFile("is nested too deeply to be a log", ONE_PER_LINE) from refused
    return tuple(
        table_of_objects(f"{name}[{path}]" if len(full) > 1 else name, path if len(full) > 1 else "", rows)
        for path, rows in full
    )


def _is_lines(text: str) -> bool:
    """JSON Lines: the first line that is not blank is a whole object, and no array stands in it alone, or other lines follow."""
    if text.lstrip().startswith("["):
        return False
    lines = (line for line in lines_of(text) if line.strip())
    first, more = next(lines), next(lines, "")
    try:
        found = load(first)
    except (ValueError, RecursionError):
        return more.lstrip().startswith("{")
    return isinstance(found, dict) and (
        bool(more) or not any(isinstance(value, dict | list) for value in found.values())
    )


def _otherwise(text: str, name: str, budget: Budget) -> LogTable:
    """The one table in a JSON text that has no array of objects. Raises UnreadableFile where there is none, or more."""
    budget.hold(text.count(",") + text.count(":"))
    fits = [*other_tables(load(text), MAX_DEPTH)]
    if len(fits) != 1:
        raise UnreadableFile("has no array of JSON objects", EXPORT_AGAIN if EMPTY.search(text) else AS_LIST)
    fit, escaped = fits[0], "\\u" if "\\u" in text else ""
    if isinstance(fit, Arrays):
        return table_of_arrays(
            name, attrs.evolve(fit, rows=((at, None, sound_array(row, escaped)) for at, _, row in fit.rows))
        )
    return table_of_objects(name, "", [(at, None, sound_object(row, escaped)) for at, row in enumerate(fit, start=1)])
