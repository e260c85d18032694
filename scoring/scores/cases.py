"""Worked cases: a unit's counts and findings, or a log, in, its score out, as a clerk would write them to check a rulebook."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import attrs
import narwhals as nw

from calendars.instants import SHANGHAI, day_start
from calendars.periods import month_of
from ledger.batches import Source
from ledger.exchange import read_fact
from ledger.facts import LIFECYCLE, Enrol, Fact, Finding
from ledger.files import MEMORY
from ledger.sentences import Mistake, Problem, Sentence, UnreadableFact, UnusableFile, sentence
from ledger.snapshot import Snapshot, snapshot_of
from ledger.store import Ledger
from metrics.derive import FRAMES, Derived, Spliced, derive
from metrics.engines.engine import settled
from metrics.measures import MEASURE
from metrics.tallies import Tally
from scoring.law.clauses import NUMBER
from scoring.law.rulebook import Rulebook, Sheet
from scoring.scores.evidence import Charge, Evidence, together
from scoring.scores.scoring import Scoring
from scoring.scores.sheets import Judging, UnitScore, sheet_of, unit_score
from scoring.scores.years import UnitYear, year_of

UNIT = "某单位"


@attrs.frozen(kw_only=True)
class Case:
    """One worked case of a `sheet`, or of a `year`, from a `line` of a `file`.

    What happened is told by a `log`, from dispatch on (`facts`, as the exchange format has them): the score is that of `unit`,
    the first one it names without. All its units are of the `group` unless it enrols them, all its tickets of the `channel`.
    Or by what was counted:
    `counts`: by measure, [judged, of them not met], in `month`; those of `channel`, the sheet's first without one.
    `findings` are written as facts (item, and mode, role, count, document, at where they matter). `score` is what `item`
    must get, or with `item` empty the whole sheet, then perhaps with a `grade` and a `board` (red, black); `lost` by cause is
    not written: it follows. `readings` are taken otherwise.
    """

    title: str
    score: str
    sheet: str = ""
    year: str = ""
    item: str = ""
    unit: str = ""
    group: str = "乡镇"
    month: str = "2023-05"
    channel: str = ""
    counts: Mapping[str, tuple[int, int]] = attrs.Factory(dict)
    findings: tuple[Mapping[str, Any], ...] = ()
    log: str = ""
    facts: tuple[Mapping[str, Any], ...] = ()
    grade: str = ""
    board: str = ""
    readings: Mapping[str, str] = attrs.Factory(dict)
    file: str = ""
    line: int = 0

    @property
    def name(self) -> str:
        """What it is a case of: an item, a sheet or a year."""
        return self.item or self.sheet or self.year

    @property
    def whose(self) -> str:
        """The unit whose score it tells."""
        told = next((str(raw["unit"]) for raw in self.facts if raw.get("unit")), UNIT)
        return self.unit or told


@attrs.frozen
class Outcome:
    """A case and what came out, with the unit's `line` that it came from."""

    case: Case
    got: Fraction
    grade: str = ""
    board: str = ""
    line: UnitScore | UnitYear | None = None

    @property
    def holds(self) -> bool:
        """Whether it is the score the case says, and the grade and the list, where it says any."""
        honoured = self.case.grade in ("", self.grade) and (not self.case.grade or self.case.board == self.board)
        return self.got == Fraction(self.case.score) and honoured


def mistakes_in(case: Case) -> Iterator[tuple[str, Sentence]]:
    """What no rulebook could make sense of, each with the key it stands under."""
    if not re.fullmatch(NUMBER, case.score):
        yield "score", _unreadable(case, "score", case.score)
    if bool(case.sheet) == bool(case.year):
        yield "title", sentence("case {title}: write either a sheet or a year", title=case.title)
    if (case.log and (case.counts or case.findings)) or (case.year and (case.item or not case.log)):
        yield "title", sentence("case {title}: a log stands alone, and a year needs one", title=case.title)
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", case.month):
        yield "month", _unreadable(case, "month", case.month)
        return
    for name, (count, breaches) in case.counts.items():
        if name not in MEASURE:
            known = " ".join(MEASURE)
            yield (
                f"counts.{name}",
                sentence(
                    "item {item}: there is no measure {measure}; known: {known}",
                    item=case.title,
                    measure=name,
                    known=known,
                ),
            )
        elif not 0 <= breaches <= count:
            yield f"counts.{name}", _unreadable(case, "counts", f"{name} = [{count}, {breaches}]")
    for number, raw in enumerate(case.findings):
        try:
            _finding(case, number + 1, raw)
        except UnreadableFact as error:
            for one in error.mistakes:
                told = {"title": case.title, "field": named_value(one), "why": one.why}
                yield f"findings[{number}]", sentence("case {title}: findings: {field} {why}", **told)


def named_value(mistake: Mistake) -> str:
    """The field of a mistake, with its value where it has one."""
    return mistake.column if mistake.value is None else f"{mistake.column} '{mistake.value}'"


MEND = sentence("Mend the case, or name the rulebook it is for with --rulebook.")


def _unreadable(case: Case, key: str, value: object) -> Sentence:
    return sentence("case {title}: {key} {value} cannot be read", title=case.title, key=key, value=value)


def _unusable(case: Case, mistakes: Iterable[Sentence], remedy: Sentence = MEND) -> UnusableFile:
    return UnusableFile.of(
        (case.file, Problem(row=case.line, column="", value="", why=why, remedy=remedy)) for why in mistakes
    )


def _misplaced(book: Rulebook, case: Case) -> Iterator[Sentence]:
    """What this rulebook makes nothing of: a sheet, an item or a finding it does not know."""
    if case.year:
        if case.year not in {rule.id for rule in book.years}:
            known = " ".join(rule.id for rule in book.years)
            yield sentence("there is no year {year}; known: {known}", year=case.year, known=known)
        return
    sheet = next((sheet for sheet in book.sheets if sheet.id == case.sheet), None)
    if sheet is None:
        known = " ".join(sheet.id for sheet in book.sheets)
        yield sentence("there is no sheet {sheet}; known: {known}", sheet=case.sheet, known=known)
        return
    items = {name for item in sheet.items for name in (item.id, *(item.name_of(part) for part in item.parts))}
    found = {name for item in sheet.items for part in item.parts for name in (part.finding, part.answered_by)}
    found |= {veto.finding for veto in sheet.vetoes}
    strange = [str(raw.get("item")) for raw in case.findings if raw.get("item") not in found]
    if case.item and case.item not in items:
        strange.append(case.item)
    yield from (_strange(case, name) for name in strange)


def _strange(case: Case, name: str) -> Sentence:
    return sentence("case {title}: sheet {sheet} has no item {item}", title=case.title, sheet=case.sheet, item=name)


def try_cases(court_under: Callable[[Mapping[str, str]], Judging], cases: Sequence[Case]) -> Iterator[Outcome]:
    """What comes out of each case; `court_under` gives the court with some readings taken otherwise.

    Raises UnusableFile for a case that means nothing under the rulebook.
    """
    courts: dict[tuple[tuple[str, str], ...], Judging] = {}
    judged: list[tuple[Judging, Case]] = []
    for case in cases:
        taken = tuple(sorted(case.readings.items()))
        if taken not in courts:
            courts[taken] = court_under(case.readings)
        judging = courts[taken]
        if misplaced := list(_misplaced(judging.book, case)):
            raise _unusable(case, misplaced)
        judged.append((judging, case))
    scored = _scored(judged)
    for number, (judging, case) in enumerate(judged):
        yield _by_log(scored[number], case) if number in scored else _by_counts(judging, case)


def _by_counts(judging: Judging, case: Case) -> Outcome:
    one = unit_score(judging, judging.book.sheet(case.sheet), _evidence(judging.book, case), UNIT)
    return Outcome(case, _got(one, case), line=one)


def _by_log(scoring: Scoring, case: Case) -> Outcome:
    """What the unit gets by the log, scored as any other: on the sheet, or in the year that the month lies in."""
    book, month = scoring.book, int(case.month.replace("-", ""))
    line: UnitScore | UnitYear | None
    if case.year:
        rule = next(rule for rule in book.years if rule.id == case.year)
        year = month // 100 + (rule.starts > 1 and month % 100 >= rule.starts)
        units = year_of(scoring, rule, year, rule.months(year)[-1]).units
        line = next((one for one in units if one.unit == case.whose), None)
    else:
        sheet = book.sheet(case.sheet)
        months = scoring.evidence(book.period(sheet, month))
        lines = sheet_of(scoring.judging, sheet, together([months[one] for one in sorted(months)])).units
        line = next((one for one in lines if one.unit == case.whose), None)
    if line is None or line.score is None:
        raise _without_score(book, case)
    got = _got(line, case) if isinstance(line, UnitScore) else line.score
    return Outcome(case, got, grade=line.grade, board=line.board, line=line)


def _without_score(book: Rulebook, case: Case) -> UnusableFile:
    """Why a case's unit has no score where the case looks, and what to write."""
    facts = [read_fact(raw) for raw in case.facts if raw.get("unit") == case.whose and raw["kind"] in LIFECYCLE]
    months = sorted({month_of(fact.at) for fact in facts})
    whole = case.year or set(months) & {*book.period(book.sheet(case.sheet), int(case.month.replace("-", "")))}
    told = {"title": case.title, "unit": case.whose, "month": case.month, "name": case.sheet or case.year}
    if not facts:
        why = sentence("case {title}: no line of the log gives {unit} a ticket, so it has no score.", **told)
        return _unusable(case, [why], sentence("Write a line with its 派单, or name another unit with unit."))
    if not whole:
        shown = [f"{one // 100}-{one % 100:02d}" for one in months]
        why = sentence("case {title}: {unit} has no ticket in {month}, the month looked at: its lines are of {months}.",
            months=" ".join(shown), **told)  # fmt: skip
        return _unusable(case, [why], sentence('Write month = "{month}" in the case.', month=shown[-1]))
    why = sentence(
        "case {title}: {unit} has tickets in {month}, but no line on {name}: its group is {group}, or nothing of it is judged there.",
        group=case.group, **told,
    )  # fmt: skip
    return _unusable(
        case, [why], sentence("Name the group of the unit with group, or the channel of its tickets with channel.")
    )


def _scored(cases: Sequence[tuple[Judging, Case]]) -> Mapping[int, Scoring]:
    """The cases with a log, by number, each scored. All logs that are measured alike are derived at once: that takes no longer
    than one of them."""
    alike: dict[str, list[int]] = {}
    for number, (judging, case) in enumerate(cases):
        if case.log:
            alike.setdefault(repr((judging.book.practice(), judging.book.exempts)), []).append(number)
    found: dict[int, Scoring] = {}
    for numbers in alike.values():
        judging = cases[numbers[0]][0]
        with Ledger(MEMORY, create=True) as ledger:
            for number in numbers:
                ledger.append(_source(number, cases[number][0].book, cases[number][1]), 0)
            seen = snapshot_of(ledger, ledger.head().position)
        whole = derive(seen.events, judging.book.practice(), judging.clock.calendar)
        derived = Spliced(clock=whole.clock, **{name: settled(getattr(whole, name)) for name in FRAMES})
        found |= {number: _alone(cases[number][0], number, seen, derived) for number in numbers}
    return found


def _source(number: int, book: Rulebook, case: Case) -> Source:
    """The facts of a case's log, its tickets told from those of other cases, with the units that it does not enrol."""
    channel = case.channel or next((_first_channel(one) for one in book.sheets if one.id == case.sheet), "")
    facts: list[Fact] = []
    for raw in case.facts:
        named = {**raw, "ticket": _mark(number) + raw["ticket"]} if "ticket" in raw else raw
        facts.append(read_fact({"channel": channel, **named} if channel and raw["kind"] == "dispatch" else named))
    first = min((day_start(book.valid_from, SHANGHAI), *(fact.at for fact in facts)))
    enrolled = {fact.unit for fact in facts if isinstance(fact, Enrol)}
    units = {fact.unit for fact in facts if fact.unit is not None} - enrolled
    facts += [Enrol(at=first, unit=unit, group=case.group) for unit in sorted(filter(None, units))]
    rows = [(row, attrs.evolve(fact, id=f"{_mark(number)}{row}")) for row, fact in enumerate(facts, 1)]
    return Source(name=f"{number} {case.file}", sha256="0" * 64, profile="events", rows=len(facts), facts=rows)


def _alone(judging: Judging, number: int, seen: Snapshot, derived: Derived) -> Scoring:
    """The scoring of one case, of all that was derived at once."""
    mine = nw.col("ticket").str.starts_with(_mark(number))
    frames = {name: getattr(derived, name).filter(mine) for name in FRAMES}
    findings, enrolments = (
        tuple(one for one in events if str(one.fact.id).startswith(_mark(number)))
        for events in (seen.findings, seen.enrolments)
    )
    return Scoring(
        snapshot=attrs.evolve(seen, whole=seen.events.filter(mine), findings=findings, enrolments=enrolments), book=judging.book,
        calendar=judging.clock.calendar, as_of=judging.as_of, given=Spliced(clock=derived.clock, **frames),
    )  # fmt: skip


def _mark(number: int) -> str:
    """How tickets and facts of a case begin."""
    return f"{number}-"


def _evidence(book: Rulebook, case: Case) -> Evidence:
    sheet = book.sheet(case.sheet)
    month = int(case.month.replace("-", ""))
    months = book.period(sheet, month)
    channel = case.channel or _first_channel(sheet)
    tallies = {(name, UNIT, channel, month): Tally(*counts) for name, counts in case.counts.items()}
    breaches = {
        (name, UNIT): [Charge(name, f"{name}-{n}", UNIT, 1, channel, True, n) for n in range(1, counts[1] + 1)]
        for name, counts in case.counts.items()
    }
    findings = [_finding(case, number, raw) for number, raw in enumerate(case.findings, 1)]
    return Evidence(
        months=months, tallies=tallies, breaches=breaches, exempted=(), exemptions=frozenset(),
        findings={UNIT: [one for one in findings if month_of(one.at) in months]}, every_finding={UNIT: findings},
        groups={UNIT: case.group},
    )  # fmt: skip


def _first_channel(sheet: Sheet) -> str:
    return sheet.channels[0] if sheet.channels else ""


def _finding(case: Case, number: int, raw: Mapping[str, Any]) -> Charge:
    at = f"{case.month}-15T10:00:00+08:00"
    fact = read_fact({"at": at, **raw, "kind": "finding", "unit": UNIT})
    assert isinstance(fact, Finding)
    return Charge(fact.item, fact.ticket, UNIT, 0, "", True, fact.at, fact, number)


def _got(one: UnitScore, case: Case) -> Fraction:
    """The sheet's total, the item's score, or that of a part with points of its own."""
    if not case.item:
        return one.score or Fraction(0)
    for item in one.items:
        if item.item.id == case.item:
            return item.score
        for part in item.parts:
            if part.name == case.item and part.part.points is not None:
                return part.score
    raise _unusable(case, [_strange(case, case.item)])
