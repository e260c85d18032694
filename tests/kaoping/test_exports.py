"""The ledger in the formats of other programs: whole and typed, imported again the same, and never half a file."""

import csv
import errno
import io
import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import attrs
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from calendars.instants import read_iso
from kaoping.files import folder
from kaoping.language.language import Language
from kaoping.office.exports import Export
from kaoping.papers.exchange import parquet
from kaoping.papers.exchange.fields import FIELDS
from kaoping.papers.exchange.spreadsheet import csv_pieces
from kaoping.papers.exchange.xes import xes_pieces
from ledger.batches import Event, Source
from ledger.exchange import canonical, content
from ledger.facts import Alias, Fact, Survey
from ledger.intake.headings import choose
from ledger.intake.tables.files import read_table
from ledger.intake.take import intake
from ledger.snapshot import snapshot_of
from ledger.store import Ledger
from ledger.texts import UNSEEN, guarded, unguarded
from metrics.custody import placed
from tests.kaoping.test_cli import Run, may, run
from tests.ledger.test_store import FACTS

__all__ = ["may", "run"]
ROOT = Path(__file__).parents[2]
HOSTILE = (
    "=HYPERLINK(1)",
    "+cmd",
    "-1+1",
    "@x",
    "<b>&\"'",
    "{{7*7}}",
    "𠮷\U0001f600",
    "'=1",
    "0012",
    "12345678901234567890",
    "1e5",
)


def lines(ran: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ran.splitlines()]


@pytest.fixture
def lived(may: Run) -> Run:
    """The month with an alias, a fact taken back, and hostile words."""
    given = [
        {
            "kind": "dispatch",
            "at": f"2023-05-1{n}T09:00:00.250+08:00",
            "ticket": f"GX-{9 + n}",
            "unit": word,
            "limit_days": 0.5,
        }
        for n, word in enumerate(HOSTILE[:9])
    ]
    given += [
        {"kind": "survey", "at": "2023-05-12T09:00:00+08:00", "ticket": word, "resolved": True} for word in HOSTILE
    ]
    given += [{"kind": "survey", "at": "2023-05-13T09:00:00+08:00", "ticket": "GX-9", "resolved": "true"}]
    Path("more.jsonl").write_text("".join(json.dumps(one) + "\n" for one in given), "utf-8")
    assert may("import", "more.jsonl").code == 0
    assert may("alias", "区城管局", "城管").code == 0
    assert may("void", "3", "--reason", "误记", "--at", "2023-06-05").code == 0
    return may


# each format


def test_csv_is_as_excel_opens_it(lived: Run) -> None:
    out, facts = lived("export", "--format", "csv").out, lines(lived("export").out)
    assert out.startswith("\ufeffkind,at,ticket,unit,")
    assert out.count("\r\n") == out.count("\n") == len(facts) + 1
    rows = list(csv.DictReader(io.StringIO(out.removeprefix("\ufeff"), newline="")))
    assert [row["kind"] for row in rows] == [fact["kind"] for fact in facts]
    assert [unguarded(row["ticket"]) for row in rows] == [fact.get("ticket", "") for fact in facts]
    assert not [cell for row in rows for cell in row.values() if cell[:1] in ("=", "+", "-", "@", "\t")]
    assert next(row for row in rows if unguarded(row["ticket"]) == "0012")["ticket"] == "'0012"


@given(st.text(st.sampled_from("'=+-@0123e\t＝茅"), max_size=20))
def test_what_is_guarded_comes_back(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert guarded(text)[:1] not in ("=", "+", "-", "@", "\t", "＝")


def test_xes_is_a_trace_a_ticket(lived: Run) -> None:
    root = etree.fromstring(lived("export", "--format", "xes").out.encode())
    space = {"x": "http://www.xes-standard.org/"}
    assert float(root.get("xes.version")) == 1849.2016  # the standard's schema asks for a decimal
    assert [etree.QName(one).localname for one in root if etree.QName(one).localname != "trace"] == [
        *["extension"] * 4, *["global"] * 2, *["classifier"] * 2, *["string"] * 2,
    ]  # fmt: skip
    traces = {one.find("x:string", space).get("value"): one for one in root.iterfind("x:trace", space)}
    told = [
        {inner.get("key"): inner.get("value") for inner in event} for event in traces["GX-1"].iterfind("x:event", space)
    ]
    assert [one["concept:name"] for one in told] == ["派单", "签收", "办结", "回访"], "the contact was taken back"
    assert {one["org:resource"] for one in told} == {"茅店镇"}, "a survey is of the unit that led"
    assert {one["kaoping:round"] for one in told} == {"1"}
    assert told[0]["time:timestamp"] == "2023-04-28T16:30:00+08:00"
    assert [one.get("unit") for one in told] == ["茅店镇"] * 3 + [None], "as it was told"
    for scope in root.iterfind("x:global", space):
        keys = {one.get("key") for one in scope}
        found = traces.values() if scope.get("scope") == "trace" else root.iterfind(".//x:event", space)
        assert all(keys <= {inner.get("key") for inner in one} for one in found)


def test_xes_says_what_it_cannot_hold(lived: Run) -> None:
    told = lived("export", "--format", "xes", "--lang", "en")
    ticketless = [one for one in lines(lived("export").out) if "ticket" not in one and one["kind"] != "void"]
    assert told.err.startswith(f"{len(ticketless)} facts without a ticket are not in this file")
    assert "take --format jsonl or csv" in told.err
    assert [lived("export", "--format", name).err for name in ("csv", "ocel", "jsonl")] == ["", "", ""]


def test_ocel_says_its_types_and_relates_what_is_there(lived: Run) -> None:
    log = lived("export", "--format", "ocel", "--lang", "en").document
    assert {*log} == {"objectTypes", "eventTypes", "objects", "events"}
    kinds: dict[str, Any] = {"string": str, "time": str, "integer": int, "float": (int, float), "boolean": bool}
    for group, types in (("events", "eventTypes"), ("objects", "objectTypes")):
        named = {one["name"]: {part["name"]: kinds[part["type"]] for part in one["attributes"]} for one in log[types]}
        assert len({one["id"] for one in log[group]}) == len(log[group])
        for one in log[group]:
            for part in one["attributes"]:
                assert isinstance(part["value"], named[one["type"]][part["name"]]), part
            for part in (one, *(one["attributes"] if group == "objects" else ())):
                assert "time" not in part or datetime.fromisoformat(part["time"]).tzinfo
    there = {one["id"] for one in log["objects"]}
    related = [part["objectId"] for one in (*log["events"], *log["objects"]) for part in one["relationships"]]
    assert {*related} <= there
    assert {"ticket:GX-1", "unit:茅店镇", "unit:区城管局"} <= there
    standing = [one for one in lines(lived("export").out) if one["kind"] != "void"]
    assert len(log["events"]) == len(standing) - 1
    assert Counter(part["qualifier"] for one in log["events"] for part in one["relationships"])["lead"] == 13


def test_parquet_is_typed(lived: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "ROWS", 7)
    assert lived("export", "--format", "parquet", "--out", "台账.parquet").code == 0
    frame, facts = pl.read_parquet("台账.parquet"), lines(lived("export").out)
    assert frame.schema["at"] == pl.Datetime("ms", "Asia/Shanghai")
    assert frame["position"].to_list() == list(range(1, len(facts) + 1))
    assert frame["at_ms"].to_list() == [read_iso(fact["at"]) for fact in facts]
    assert (frame["at"].dt.epoch("ms") == frame["at_ms"]).all()
    for name in ("kind", "ticket", "unit", "seq", "rating", "contacted", "limit_days"):
        held = [None if value is None else float(value) if name == "limit_days" else value for value in frame[name]]
        assert held == [fact.get(name) for fact in facts], name
    assert frame.filter(~pl.col("stands"))["position"].to_list() == [3]
    assert {path.name for path in Path().iterdir() if path.name.startswith(".")} == set()


# and back


@pytest.mark.parametrize("format_", ["csv", "xes"])
def test_an_export_imports_as_the_same_facts(lived: Run, format_: str) -> None:
    assert lived("export", "--format", format_, "--out", "出").code == 0
    (known,) = lived("import", "出", "--dry-run", "--json").document["batches"]
    assert (known["events_added"], known["quarantined"], known["profile"]) == (0, 0, "events")
    assert lived("import", "出", "--ledger", "new.db").code == 0
    before, after = (lines(lived("export", "--ledger", path).out) for path in ("kaoping.db", "new.db"))
    if format_ == "xes":
        before = [fact for place, fact in enumerate(before, 1) if "ticket" in fact and place != 3]
        before, after = (sorted(several, key=json.dumps) for several in (before, after))
    assert after == before


def heard(fact: Fact) -> bool:
    """Whether an import would take the fact, whatever others are beside it: an alias may be another unit's name."""
    if isinstance(fact, Alias):
        return False
    texts = [value for value in attrs.astuple(fact) if isinstance(value, str)]
    return not any(
        UNSEEN.search(text) or "\ufffe" <= text[-1] <= "\uffff" or set(text) & {"\ufffe", "\uffff"} for text in texts
    )


def taken(pieces: Iterator[str]) -> list[str]:
    (table,) = read_table("".join(pieces).encode(), "出")
    profile = choose(folder.profiles(), table)
    read = intake(
        table, attrs.evolve(profile, store=dict.fromkeys(("reason", "category", "resolved", "rating", "mode"), "kept"))
    )
    assert read.problems == ()
    return [content(fact) for _, fact in read.facts]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(st.lists(FACTS.filter(heard), min_size=1, max_size=6))
def test_any_fact_comes_back_from_csv_and_xes(facts: list[Fact]) -> None:
    with Ledger(":memory:", create=True) as ledger:
        ledger.append(
            Source(name="a", sha256="0" * 64, profile="events", rows=len(facts), facts=list(enumerate(facts, 1))), 1
        )
        export = Export(ledger, ledger.head(), frozenset(), {})
        held = [content(event.fact) for event in export.events()]
        assert taken(csv_pieces(export)) == held
        of_tickets = [content(event.fact) for event in export.events() if event.fact.ticket is not None]
        if of_tickets:
            assert sorted(taken(xes_pieces(Language("zh"), export))) == sorted(of_tickets)


def test_what_no_xml_can_hold_is_replaced() -> None:
    with Ledger(":memory:", create=True) as ledger:
        fact = Survey(at=1683162600000, ticket="GX-1", rating="a\uffff\x0bb")
        ledger.append(Source(name="a", sha256="0" * 64, profile="events", rows=1, facts=[(1, fact)]), 1)
        text = "".join(xes_pieces(Language("zh"), Export(ledger, ledger.head(), frozenset(), {})))
    assert 'key="rating" value="a\ufffd\ufffdb"' in text


def test_rounds_are_those_that_are_judged(run: Run) -> None:
    assert run("import", *(str(ROOT / "data" / "samples" / name) for name in ("units.jsonl", "2023-05.csv"))).code == 0
    book = folder.rulebook("ganxian-2023")
    with Ledger("kaoping.db") as ledger:
        head = ledger.head()
        export = Export(ledger, head, frozenset(), ledger.names())
        acts = {act.event.position: (act.unit, act.round or 0) for _, several in export.lives() for act in several}
        frame = (
            placed(snapshot_of(ledger, head.position).events, book.practice())
            .select("position", "unit", "round")
            .collect()
        )
    judged = {position: (unit, number) for position, unit, number in frame.to_native().rows()}
    assert {position: acts[position] for position in judged} == judged
    assert len(judged) > 600


# where it is written


def test_a_file_is_new_and_parquet_needs_one(may: Run) -> None:
    Path("there.csv").write_text("mine", "utf-8")
    assert may("export", "--format", "csv", "--out", "there.csv").code == 2
    assert Path("there.csv").read_text("utf-8") == "mine"
    assert may("export", "--format", "parquet").code == 2
    for format_ in ("jsonl", "csv", "xes", "ocel"):
        assert may("export", "--format", format_, "--out", f"a.{format_}").code == 0
        assert Path(f"a.{format_}").read_bytes().decode() == may("export", "--format", format_).out


@pytest.mark.parametrize("format_", ["jsonl", "csv", "xes", "ocel", "parquet"])
def test_no_half_file_is_left(may: Run, monkeypatch: pytest.MonkeyPatch, format_: str) -> None:
    def some(events: Iterator[Event]) -> Iterator[Event]:
        for number, event in enumerate(events):
            if number == 15:
                raise OSError(errno.ENOSPC, "No space left on device")
            yield event

    whole, by_ticket = Ledger.events, Ledger.events_by_ticket
    monkeypatch.setattr(Export, "events", lambda self: some(whole(self.ledger, self.head.position)))
    monkeypatch.setattr(Ledger, "events_by_ticket", lambda self, upto: some(by_ticket(self, upto)))
    there = {path.name for path in Path().iterdir()}
    ran = may("export", "--format", format_, "--out", "a.out")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "a.out 不能使用：磁盘已满\n改正办法：请腾出空间后重做。\n"
    assert {path.name for path in Path().iterdir()} == there


def test_an_export_as_of_then_is_the_same_bytes(may: Run) -> None:
    before = {name: may("export", "--format", name, "--as-of", "21").out for name in ("csv", "xes", "ocel")}
    assert may("alias", "区城管局", "城管").code == 0
    assert {name: may("export", "--format", name, "--as-of", "21").out for name in before} == before


def test_the_columns_are_the_fields_of_the_exchange_format(may: Run) -> None:
    with Ledger("kaoping.db") as ledger:
        assert {name for event in ledger.events() for name in canonical(event.fact)} <= {*FIELDS}
    assert len(set(FIELDS)) == len(FIELDS)
