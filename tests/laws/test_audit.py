"""What an audit says is what was scored: each charge, each due, the evidence of each verdict, and the order of a ticket's life."""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import attrs
import narwhals as nw
import polars as pl
import pytest

from calendars.clock import local
from kaoping.files.places import data_folder
from kaoping.files.rulebooks import read_rulebook
from kaoping.office.tickets import in_order
from ledger.columns.events import EVENT
from ledger.facts import RANK, Appeal, Fact, Finding
from ledger.snapshot import snapshot_of
from ledger.store import Ledger
from metrics.derive import FRAMES, Spliced, clock_of, derive
from metrics.measures import CATALOGUE
from scoring.compare.appeals import effects_of
from scoring.explain.ticket import Audit, Explained, Moved, audit
from scoring.explain.unit import why
from scoring.law.rulebook import Item, Part, Rulebook, Sheet
from scoring.scores import scoring as recomputing
from scoring.scores.evidence import Charge, months_of
from scoring.scores.parts import counts
from scoring.scores.scoring import Scoring, recompute
from tests.logs import calendar, ledger_of, rulebook, translated
from tests.oracle.histories import GROUPS, history
from tests.oracle.oracle import FINDING_ITEMS, POSTS

Run = Any
CHANNELS = ("12345", *POSTS)
NAMES = {
    "12345热线": "12345", "微信小程序": "问政赣州", "市长信箱": "中国政府网", "街道": "乡镇", "部门": "职能单位",
}  # fmt: skip
EIGHTHS = [range(start, start + 10) for start in (0, *range(2000, 2290, 10))]
HISTORIES = [
    pytest.param(seeds, marks=[*([pytest.mark.slow] if place else []), *([pytest.mark.long] if place > 8 else [])])
    for place, seeds in enumerate(EIGHTHS)
]


# -------------------------------------------------------------------------------- random rulebooks


def random_book(rng: random.Random, plain: Rulebook) -> Rulebook:
    """The rules of the log, or others: parts with channels of their own, other measures, denominators and findings."""
    if rng.random() < 0.2:
        return plain
    if rng.random() < 0.5:
        text = (data_folder() / "rulebooks" / "yunshan-2025.toml").read_text("utf-8")
        for name, other in NAMES.items():
            text = text.replace(f'"{name}"', f'"{other}"')
        book = read_rulebook(text, "draft.toml")
        plain = attrs.evolve(book, taken={one.id: rng.choice([*one.options]) for one in book.readings})
    return attrs.evolve(plain, sheets=tuple(random_sheet(rng, sheet) for sheet in plain.sheets))


def random_sheet(rng: random.Random, sheet: Sheet) -> Sheet:
    return attrs.evolve(
        sheet, items=tuple(random_item(rng, item) for item in sheet.items),
        groups=rng.choice((sheet.groups, (), GROUPS[:1])),
        without_tickets=rng.choice((sheet.without_tickets, "everyone", "mean", "unranked")),
    )  # fmt: skip


def random_item(rng: random.Random, item: Item) -> Item:
    parts = [random_part(rng, part) for part in item.parts]
    if rng.random() < 0.2:
        parts.append(random_part(rng, rng.choice(parts)))
    full = Fraction(0) if rng.random() < 0.15 else item.full
    empty = rng.choice((item.when_empty, "full", "respread", "group_mean"))
    concerns = GROUPS[:2] if rng.random() < 0.1 else item.concerns
    return attrs.evolve(item, parts=tuple(parts), full=full, when_empty=empty, concerns=concerns)


def random_part(rng: random.Random, part: Part) -> Part:
    names = [one.name for one in CATALOGUE if one.name != "volume"]
    changes: dict[str, Any] = {"channels": rng.choice((part.channels, tuple(rng.sample(CHANNELS, rng.randint(1, 3)))))}
    if part.measure and part.kind != "bonus" and part.limit is None and rng.random() < 0.3:
        changes["measure"] = rng.choice(names)
    if part.kind == "rate" and part.at_most is not None and rng.random() < 0.5:
        changes["over"] = rng.choice(("volume", "count", *names))
    if part.finding and not part.answered_by and not part.prices and rng.random() < 0.5:
        changes["finding"] = rng.choice([*FINDING_ITEMS])
    if part.finding and rng.random() < 0.2 and part.kind == "findings" and part.price is not None:
        changes |= {"kind": "awards", "award": part.price}
    return attrs.evolve(part, id=rng.choice((part.id, part.id, "other")), **changes)


# -------------------------------------------------------------------------------- the laws


def told_of(seed: int, path: Path) -> tuple[Scoring, list[Audit], list[tuple[list[int], list[int]]]]:
    """A report under random rules, the audits of all its tickets, and the orders of each life: shown, and judged."""
    log, rng = history(seed), random.Random(seed)
    with ledger_of(path / f"{seed}.db", translated(log.facts)) as ledger:
        book = random_book(rng, rulebook(log.readings))
        scoring = recompute(snapshot_of(ledger, ledger.head().position), book, calendar(), log.as_of_ms)
        frames = {name: getattr(scoring.derived, name).collect().lazy() for name in FRAMES}
        derived = Spliced(clock=scoring.derived.clock, **frames)
        scoring = attrs.evolve(scoring, given=derived)
        tickets = sorted({event.fact.ticket for event in ledger.events() if event.fact.ticket is not None})
        return (
            scoring,
            [audit(scoring, ticket) for ticket in tickets],
            [orders(scoring, ledger, one) for one in tickets],
        )


def orders(scoring: Scoring, ledger: Ledger, ticket: str) -> tuple[list[int], list[int]]:
    """Positions of a ticket's facts as they are shown and as they are judged."""
    shown = in_order(ledger.events(ticket=ticket))
    places = [(event.fact.at, RANK[event.fact.kind]) for event in shown]
    assert places == sorted(places)
    mine = scoring.derived.events.filter(nw.col("ticket") == ticket).sort("step").select("position").collect()
    judged = [position for (position,) in mine.rows()]
    return [event.position for event in shown if event.position in judged], judged


Charges = dict[tuple[str, str, int, str], Fraction]


def charged_by_why(scoring: Scoring) -> Charges:
    """What `why` charges to a ticket, by unit, month and sheet."""
    months = {month for (month,) in scoring.derived.verdicts.select("month").unique().collect().rows()}
    charges: Charges = defaultdict(Fraction)
    for number, month in scoring.evidence(sorted(months | {*scoring.findings})).items():
        for sheet in scoring.sheets(month):
            for unit in (unit for unit in sheet.units if unit.score is not None):
                for line in (line for line in why(sheet.sheet, unit) if line.charge and line.charge.ticket):
                    assert line.charge
                    charges[str(line.charge.ticket), unit.unit, number, sheet.sheet.id] += line.points
    return {place: points for place, points in charges.items() if points}


def charged_by_audit(told: Sequence[Audit]) -> Charges:
    charges: Charges = defaultdict(Fraction)
    for one in told:
        found = [(each.unit, counted) for each in one.rounds for verdict in each.verdicts for counted in verdict.counts]
        found += [(charge.unit, counted) for charge, every in one.findings for counted in every]
        for unit, counted in found:
            charges[one.ticket, unit, counted.month, counted.sheet.id] += counted.lost
    return {place: points for place, points in charges.items() if points}


def verdicts_in(told: Sequence[Audit]) -> Iterator[Explained]:
    for one in told:
        for each in one.rounds:
            yield from each.verdicts


def check_due(scoring: Scoring, told: Explained, events: dict[int, dict[str, Any]]) -> None:
    """Start, limit, extensions and steps make the due, to the millisecond."""
    verdict, clock = told.verdict, clock_of(scoring.calendar, scoring.book.practice())
    facts = [events[position] for position in told.evidence]
    if verdict.due is None:
        assert (verdict.due_basis, told.limit, told.steps, told.extensions) == (None, None, (), ())
        return
    dispatch = next(fact for fact in facts if fact["rank"] == RANK["dispatch"] and fact["at"] == verdict.start)
    first = told.extensions[0].extension.start if told.extensions else verdict.due
    assert first is not None
    if verdict.due_basis == "month_end":
        closed = min(fact["at"] for fact in facts if fact["rank"] == RANK["close"])
        day = local(verdict.due + 1)
        assert day[1] == 0
        assert (verdict.due >= closed, verdict.due - closed < 32 * 86_400_000) == (True, True)
    elif told.limit is None:
        assert first == dispatch["due_at"]
    else:
        due = clock.deadline(verdict.start, told.limit)
        assert first == due.due_ms
        if told.steps:
            assert (told.steps[0].from_ms, told.steps[-1].to_ms) == (verdict.start, max(first, verdict.start))
            counted = sum((step.days for step in told.steps), Fraction(0))
            exactly = clock.elapsed(verdict.start, first) if due.reading == "elapsed" else told.limit
            assert counted == exactly
    for moved in told.extensions:
        assert moved.extension.start == first
        first = check_extension(clock, moved, events[moved.extension.position], dispatch["limit_halves"])
    assert first == verdict.due
    if verdict.measure == "closed":
        start = told.extensions[0].extension.start if told.extensions else verdict.due
        plain = "limit" if dispatch["due_at"] is None else "named"
        assert verdict.due_basis == ("extended" if verdict.due != start else plain)


def check_extension(clock: Any, moved: Moved, fact: dict[str, Any], limit: int | None) -> int | None:
    """The due it moves to, counted anew from the fact, the due before and the original limit."""
    one = moved.extension
    assert one.start is not None
    due, code, given = one.start, None, one.halves if limit is None else min(one.halves or 0, limit)
    after = "next_day"
    if fact["at"] > one.start:
        code = "extend_after_due"
    elif fact["until"] is not None and fact["until"] <= one.start:
        code = "extend_not_later"
    elif fact["until"] is not None:
        furthest = (
            fact["until"] if limit is None else clock.deadline(one.start, Fraction(limit, 2), _by(clock, limit)).due_ms
        )
        due, code = min(fact["until"], furthest), "extend_cut" if fact["until"] > furthest else None
    else:
        assert given
        after = _by(clock, given)
        due = clock.deadline(one.start, Fraction(given, 2), after).due_ms
        code = "extend_cut" if fact["halves"] > given else None
    assert (one.due, one.code, one.halves, one.until) == (due, code, fact["halves"], fact["until"])
    if moved.steps:
        assert (moved.steps[0].from_ms, moved.steps[-1].to_ms) == (one.start, due)
        assert after == "elapsed" or sum((step.days for step in moved.steps), Fraction(0)) == Fraction(given or 0, 2)
    return one.due


def _by(clock: Any, halves: int) -> str:
    return "next_day" if halves % 2 == 0 else str(clock.half_day)


def check_alone(scoring: Scoring, told: Sequence[Explained], events: dict[int, dict[str, Any]]) -> None:
    """Each verdict derived from its evidence alone, all of them at once: each as a ticket of its own."""
    rows = [
        {**events[position], "ticket": str(number)}
        for number, one in enumerate(told)
        for position in one.evidence
    ]  # fmt: skip
    rows = [{**row, "position": number} for number, row in enumerate(rows, 1)]  # no two events have one position
    schema = {name: getattr(pl, kind) for name, kind in EVENT.items()}
    frame = pl.DataFrame([{name: row[name] for name in EVENT} for row in rows], schema=schema)
    alone = derive(nw.from_native(frame.lazy()), scoring.book.practice(), scoring.calendar).verdicts
    names = ("measure", "ticket", "start", "unit", "channel", "breached", "due", "due_basis", "done", "decided_at")
    found = set(alone.select(*names).collect().rows())
    for number, one in enumerate(told):
        wanted = tuple(str(number) if name == "ticket" else getattr(one.verdict, name) for name in names)
        assert wanted in found, one


@pytest.mark.parametrize("seeds", HISTORIES, ids=str)
def test_an_audit_is_what_was_scored(seeds: range, tmp_path: Path) -> None:
    for seed in seeds:
        scoring, told, lives = told_of(seed, tmp_path)
        assert charged_by_audit(told) == charged_by_why(scoring), f"charges of seed {seed}"
        for shown, judged in lives:
            assert shown == judged, f"order of seed {seed}"
        placed = scoring.derived.events.collect().iter_rows(named=True)
        events = {row["position"]: row for row in placed}
        explained = list(verdicts_in(told))
        for one in explained:
            check_due(scoring, one, events)
        if explained:
            check_alone(scoring, explained, events)


# -------------------------------------------------------------------------------- stories


def facts_of(*raw: dict[str, Any]) -> list[Fact]:
    return translated([{"ticket": "T", "unit": "茅店镇", **one} for one in raw])


def on(day: int, clock: str = "10:00:00") -> str:
    return f"2023-05-{day:02d}T{clock}+08:00"


def report_on(ledger: Ledger, book: Rulebook | None = None) -> Scoring:
    """What is known of May, at the end of June."""
    as_of = 1_688_000_000_000
    return recompute(snapshot_of(ledger, ledger.head().position), book or rulebook(), calendar(), as_of)


def told_of_ticket(path: Path, *raw: dict[str, Any], book: Rulebook | None = None) -> Audit:
    with ledger_of(path / "kaoping.db", facts_of(*raw)) as ledger:
        return audit(report_on(ledger, book), "T")


def of_measure(told: Audit, measure: str) -> Explained:
    (found,) = [one for one in verdicts_in([told]) if one.verdict.measure == measure]
    return found


SENT = {"kind": "dispatch", "at": on(8), "limit_days": 1}


def test_a_part_with_channels_of_its_own_charges_what_it_counts(tmp_path: Path) -> None:
    """A post closed late costs the hotline's closing, where that item looks at posts; and nothing of the posts' own."""
    plain = rulebook()
    hotline, closing = plain.sheets[0], plain.sheets[0].items[0]
    part = attrs.evolve(closing.parts[0], channels=("问政赣州",))
    items = (attrs.evolve(closing, parts=(part,)), *hotline.items[1:])
    book = attrs.evolve(plain, sheets=(attrs.evolve(hotline, items=items), *plain.sheets[1:]))
    other = translated(
        [{"kind": "dispatch", "ticket": "O", "unit": "茅店镇", "at": on(8)}]
    )  # makes it stand on the sheet
    facts = facts_of({**SENT, "channel": "问政赣州"}, {"kind": "close", "at": on(19)})
    with ledger_of(tmp_path / "kaoping.db", facts + other) as ledger:
        told = audit(report_on(ledger, book), "T")
    lost = {(one.sheet.id, one.name): one.lost for one in of_measure(told, "closed").counts}
    assert lost == {("hotline", "closing"): 25, ("posts", "reply_rate"): 50}


def test_what_an_item_that_starts_from_nothing_earned_is_no_cost_of_a_ticket(tmp_path: Path) -> None:
    """`why` tells what was not earned in one line; what was earned is charged to no ticket, there or in an audit."""
    plain = rulebook()
    hotline, closing = plain.sheets[0], plain.sheets[0].items[0]
    part = Part(kind="awards", finding="praise", award=Fraction(2))
    items = (attrs.evolve(closing, parts=(part,), full=Fraction(0)), *hotline.items[1:-1])
    book = attrs.evolve(plain, sheets=(attrs.evolve(hotline, items=items), *plain.sheets[1:]))
    with ledger_of(
        tmp_path / "kaoping.db", facts_of(SENT, {"kind": "finding", "item": "praise", "at": on(9)})
    ) as ledger:
        scoring = report_on(ledger, book)
        told = audit(scoring, "T")
    ((_, (counted,)),) = told.findings
    assert (counted.name, counted.lost, counted.marginal) == ("closing", Fraction(0), Fraction(-2))
    assert charged_by_audit([told]) == charged_by_why(scoring)


def test_an_extension_until_an_evening_is_told_as_what_it_is(tmp_path: Path) -> None:
    """Sent on the 8th, due on the 9th; moved to 20:30 of the 9th: no working day more, and yet another due."""
    told = told_of_ticket(
        tmp_path, SENT, {"kind": "extend", "at": on(9), "until": on(9, "20:30:00")},
        {"kind": "decide", "at": on(9, "11:00:00"), "about": "extend", "granted": True},
        {"kind": "close", "at": on(9, "20:31:00")},
    )  # fmt: skip
    closed = of_measure(told, "closed")
    assert (closed.verdict.due_basis, closed.limit, closed.state) == ("extended", Fraction(1), "breached")
    assert closed.evidence == (1, 2, 3, 4)
    (moved,) = closed.extensions
    assert (moved.extension.position, moved.extension.code, moved.steps) == (2, None, ())
    assert closed.steps[-1].to_ms == moved.extension.start
    assert moved.extension.due == closed.verdict.due
    assert sum(step.days for step in closed.steps) == 1


def test_what_was_cut_off_an_extension_is_told(tmp_path: Path) -> None:
    told = told_of_ticket(tmp_path, SENT, {"kind": "extend", "at": on(9), "days": 3})
    (moved,) = of_measure(told, "closed").extensions
    assert (moved.extension.halves, moved.extension.given, moved.extension.code) == (6, 2, "extend_cut")
    assert sum(step.days for step in moved.steps) == 1


def test_an_extension_that_moves_nothing_leaves_the_basis(tmp_path: Path) -> None:
    sent = {**SENT, "due_at": on(9)}
    told = of_measure(told_of_ticket(tmp_path, sent, {"kind": "extend", "at": on(10), "days": 1}), "closed")
    assert (told.verdict.due_basis, told.limit, told.evidence) == ("named", None, (1, 2))
    assert [moved.extension.code for moved in told.extensions] == ["extend_after_due"]


@pytest.mark.parametrize("seed", range(5))
def test_facts_of_one_instant_are_shown_as_they_are_judged(tmp_path: Path, seed: int) -> None:
    """By the source's own order, then by key, however they came in; a finding stands after what happened at its instant."""
    raw: list[dict[str, Any]] = [{"kind": "dispatch", "at": on(8)}, {"kind": "finding", "item": "praise", "at": on(9)}]
    raw += [{"kind": "survey", "at": on(9), "rating": word} for word in ("满意", "不满意", "非常满意")]
    raw += [{"kind": "close", "at": on(9), "seq": number} for number in (3, 1, 2)]
    random.Random(seed).shuffle(raw)
    with ledger_of(tmp_path / "kaoping.db", facts_of(*raw)) as ledger:
        shown, judged = orders(report_on(ledger), ledger, "T")
        events = in_order(ledger.events(ticket="T"))
    assert shown == judged
    assert [event.fact.seq for event in events if event.fact.kind == "close"] == [1, 2, 3]
    assert [event.fact.kind for event in events] == ["dispatch", *["close"] * 3, *["survey"] * 3, "finding"]


def test_eight_appeals_in_one_month_derive_its_evidence_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Sequence[int]] = []

    def counted(*args: Any, **named: Any) -> Any:
        asked.append(args[3])
        return months_of(*args, **named)

    monkeypatch.setattr(recomputing, "months_of", counted)
    facts = [fact for number in range(8) for fact in facts_of({**SENT, "ticket": f"T{number}"})]
    with ledger_of(tmp_path / "kaoping.db", facts) as ledger:
        scoring = report_on(ledger)
        told = [
            effect
            for number in range(8)
            for effect in effects_of(scoring, Appeal(at=0, ticket=f"T{number}", unit="茅店镇", item="closing", reason="系统故障"))
        ]  # fmt: skip
        scoring.sheets(scoring.evidence([202305])[202305])
    assert len(told) == 8
    assert asked == [[202305]]
    again = attrs.evolve(scoring, as_of=scoring.as_of + 1)
    again.evidence([202305])
    assert len(asked) == 2, "another report has evidence of its own"


def test_how_a_part_counts() -> None:
    plain = rulebook()
    sheet = plain.sheet("hotline")
    item = {one.id: one for one in sheet.items}
    late = Finding(at=0, unit="茅店镇", item="praise")

    def way(name: str, measure: str, channel: str = "12345", finding: Finding | None = None) -> list[str]:
        charge = Charge(measure, "T", "茅店镇", 1, channel, True, 0, finding)
        return [counts(sheet, part, charge) for part in item[name].parts]

    assert way("closing", "closed") == ["judged"]
    assert way("closing", "closed", "问政赣州") == [""]
    assert way("redo", "volume") == ["counted"]
    assert way("conduct", "volume", "问政赣州")[0] == "counted"
    assert way("conduct", "praise", "", late)[:2] == ["", "judged"]
    base = plain.sheet("base")
    (pairs,) = [part for one in base.items for part in one.parts if part.kind == "pairs"]
    answer = Charge(pairs.answered_by, None, "茅店镇", 0, "", True, 0, late)
    assert counts(base, pairs, answer) == "answers"
