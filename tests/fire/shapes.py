"""Structured inputs of every reader: sound files with a few of their parts replaced by the oddest values there are."""

import json
import re
from typing import Any

from hypothesis import strategies as st

from tests.fire.readers import DISGUISED, FuzzedReader
from tests.ledger import test_formats as written

ODD = (
    "", " ", "\t", "0", "-0", "1e999", "1e-999", "NaN", "∞", "９９９", "²", "⑤", "2023-02-30 25:61:61", "0000-00-00 00:00:00",
    "9999-12-31 23:59:59.999999999", "1582-10-10 00:00:00", "2023-05-04T09:10:00+99:99", "45050.5", "-1", "2958466", "1" * 400, "9" * 5000,
    "=1+1",
    '="x"', "'", '"', "\x00", "\x1b[2J", "\u202e", "\ud7ff", "\U0010ffff", "\ufeff", "\ufffe", "{why}", "{0}", "%s", "\\u001b", "]]>",
    "<![CDATA[", "&amp;#0;", "派单", "转督办", "合计", "工单编号", "是", "否", "茅店镇、区城管局", "镇" * 300, "true", "null", "[]", "{}",
    "2023/5/4", "5月4日",
    "2023年5月4日 9时10分", "1683162600", "1683162600000", "99999999999999999999", "0x10", "1_000", "五", "一天",
)  # fmt: skip
VALUES = st.one_of(st.sampled_from(ODD), st.text(max_size=12))
JSON_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(VALUES, inner, max_size=3),
    max_leaves=5,
)
TOML_VALUES = st.one_of(
    VALUES.map(lambda text: json.dumps(text, ensure_ascii=True)), st.integers().map(str), st.floats().map(str),
    st.sampled_from([
        "true", "[]", "{}", "[[]]", "[{}]", "inf", "nan", "-0.0", "1e400", "2023-05-04", "2023-05-04T09:10:00Z", "09:10:00", "0001-01-01",
        "9999-12-31", '"0/0"', '"1/0"', '"1e9999"', '"99:99"', '["12:00", "09:00"]', "[1, [2, [3]]]", '{a = {b = 1}}', "-1",
        "10" + "0" * 30, "9" * 5000,
        '"%c"', '"%"', '"("', '"[a-"', '"02-29"', '"02-30"', '["x", "x"]', '"{"', '"10000000000"', "0xffffffffffffffff",
    ]),
)  # fmt: skip
ASSIGNED = re.compile(r"^(\s*[\w.\-\"]+\s*=\s*)(.*)$")


def inputs_for(reader: FuzzedReader) -> st.SearchStrategy[bytes]:
    """Inputs for a reader."""
    if reader.name == "proof":
        return st.one_of([_changed(json.loads(seed)) for seed in reader.seeds()]).map(_json)
    if reader.name in WRITERS:
        return _tables(WRITERS[reader.name])
    return _toml([seed.decode() for seed in reader.seeds()])


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=True).encode()


# tables


def _safe(rows: written.Rows) -> written.Rows:
    """Without what no XML can hold: a file of it would be refused as a whole."""
    return [
        [re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", cell) for cell in row] for row in rows
    ]


def _xml(name: str) -> Any:
    return lambda rows: written.FORMATS[name](_safe(rows))


WRITERS: dict[str, tuple[Any, ...]] = {
    "text": tuple(
        lambda rows, mark=mark, code=code: written.text(rows, mark).decode().encode(code, "replace")
        for mark in ",\t;|"
        for code in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk")
    ),
    "xlsx": tuple(map(_xml, ("xlsx", "xlsx among empty sheets", "hidden sheet beside it"))),
    "xls": (_xml("xls"),), "xlsb": (written.xlsb,), "ods": (_xml("ods"),), "html": (_xml("html"),),
    "xml-2003": (lambda rows: written.xml2003(_safe(rows)).replace(b"\0", b""),),
    "json": tuple(written.FORMATS[name] for name in ("json", "json in an object", "json lines")),
    "xes": (_xml("xes"),), "zip": tuple(map(_xml, ("zip", "zip of xlsx, zipped"))), "gzip": tuple(map(_xml, ("xes.gz", "csv.gz"))),
    "form": (written.text, written.json_lines, _xml("xlsx")),
}  # fmt: skip


@st.composite
def _tables(draw: st.DrawFn, writers: tuple[Any, ...]) -> bytes:
    """A table with some cells, rows and headings changed, in one of the formats; a few bytes of the whole perhaps too."""
    rows = [[*row] for row in draw(st.sampled_from([written.ROWS, DISGUISED, written.MERGED, FORM, EVENTS]))]
    for _ in range(draw(st.integers(1, 6))):
        at, column = draw(st.integers(0, len(rows) - 1)), draw(st.integers(0, len(rows[0]) - 1))
        rows[at][column] = draw(VALUES)
    if draw(st.booleans()):
        rows.insert(
            draw(st.integers(0, len(rows))), draw(st.lists(VALUES, min_size=len(rows[0]), max_size=len(rows[0])))
        )
    try:
        data: bytes = draw(st.sampled_from(writers))(rows)
    except (UnicodeError, ValueError):
        data = written.text(rows).decode().encode("utf-8", "replace")
    if draw(st.integers(0, 3)):
        return data
    at = len(data) * draw(st.integers(0, 1000)) // 1000  # the length of a zip differs from one second to the next
    return data[:at] + draw(st.binary(max_size=8)) + data[at + draw(st.integers(0, 8)) :]


FORM = [
    ["承办单位", "项目", "日期", "文号", "工单编号", "kind"],
    ["茅店镇", "表扬", "2023-05-20", "×府办〔2023〕1号", "GX-2", "考评记录"],
]
EVENTS = [
    ["kind", "ticket", "unit", "at", "limit_days", "seq", "rating", "granted", "times", "key"],
    ["dispatch", "GX-1", "茅店镇", "2023-05-04T09:10:00+08:00", "5", "1", "", "", "", ""],
    ["survey", "GX-1", "", "2023-05-04T09:10:00+08:00", "", "", "satisfied", "", "", ""],
]


# trees


@st.composite
def _changed(draw: st.DrawFn, sound: Any) -> Any:
    """A sound document with one to three of its parts replaced or left out."""
    value = json.loads(json.dumps(sound))
    for _ in range(draw(st.integers(1, 3))):
        holder, key = _place(draw, value)
        if holder is None:
            continue
        if isinstance(holder, dict) and draw(st.integers(0, 4)) == 0:
            del holder[key]
        else:
            holder[key] = draw(JSON_VALUES)
    return value


def _place(draw: st.DrawFn, value: Any) -> tuple[Any, Any]:
    """A part of a document: what holds it, and under which key."""
    holder, key = None, None
    for _ in range(draw(st.integers(1, 7))):
        keys = [*value] if isinstance(value, dict) else [*range(len(value))] if isinstance(value, list) else []
        if not keys:
            break
        holder, key = value, draw(st.sampled_from(keys))
        value = holder[key]
    return holder, key


@st.composite
def _toml(draw: st.DrawFn, texts: list[str]) -> bytes:
    """A sound file with some values replaced, and some lines left out or doubled."""
    lines = draw(st.sampled_from(texts)).splitlines()
    for _ in range(draw(st.integers(1, 3))):
        told = [number for number, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")]
        if not told:
            break
        at = draw(st.sampled_from(told))
        found = ASSIGNED.match(lines[at])
        how = draw(st.integers(0, 5))
        if found and how < 4:
            lines[at] = found[1] + draw(TOML_VALUES)
        elif how == 4:
            del lines[at]
        else:
            lines.insert(at, lines[draw(st.sampled_from(told))])
    return "\n".join(lines).encode()
