"""What a well-formed rulebook can still say wrongly: (path, sentence) of every mistake."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction

from calendars.clock import DAY_ENDS, HALF_DAY, WHOLE_DAYS
from ledger.sentences import sentence
from metrics.measures import MEASURE
from scoring.law.arithmetic import held
from scoring.law.clauses import NUMBER, Mistakes, directions, limits_of, part_mistakes
from scoring.law.rulebook import NEEDED, PERIODS, Item, Reading, Rulebook, Sheet, Veto, Year
from scoring.law.terms import Board, Grade, Term

CHOICES = {
    "period": tuple(PERIODS),
    "ranking": ("sheet", "group"),
    "order": ("sum_then_clamp", "clamp_then_add"),
    "without_tickets": ("mean", "unranked", "everyone"),
}
APART = ("no_tickets", "none_due")
OPTIONS: Mapping[str, tuple[str, ...]] = {
    "half_day": HALF_DAY,
    "whole_days": WHOLE_DAYS,
    "day_ends": DAY_ENDS,
    "month_of": ("decided", "dispatched", "closed"),
    "returned_rounds": ("leave", "stay"),
    "undecided_requests": ("granted", "refused"),
    "assist_rounds": ("count", "leave"),
    "neutral_rating": ("unrated", "satisfied", "unsatisfied"),
    "steps": ("proportional", "whole"),
    "rounding": ("staged", "final"),
    "exemptions": ("provided", "not_provided"),
    "idle_mean": ("all", "group"),
    "moved_rounds": ("leave", "stay"),
    "repeated_dispatch": ("anew", "stay"),
    "redo_scope": ("ticket", "round"),
    "volume_of": ("tickets", "dispatches"),
    "response_population": ("all", "surveyed"),
    "redone_closing": ("first", "last"),
    "seal_by": ("month_end", "any_time"),
    "unexplained_returns": ("count", "late"),
    "basic_rating": ("satisfied", "unrated", "unsatisfied"),
    "reward_bounds": ("net", "each_side"),
    "unreviewed_knowledge": ("part", "whole"),
    "idle_findings": ("ignored", "applied"),
    "idle_unit": ("no_verdict", "no_dispatch"),
    "idle_months": ("count", "leave"),
}
"""What the readings that the computation knows can say."""
EXACT = "{value} is no exact number"


def mistakes_of(book: Rulebook) -> Mistakes:
    """Every mistake, in the order of the text."""
    if book.format != 1:
        yield "format", sentence("there is no format {format}; known: {known}", format=book.format, known=1)
    if book.valid_from > book.valid_until:
        yield "valid_until", sentence("valid_until lies before valid_from.")
    yield from _readings(book)
    for number, sheet in enumerate(book.sheets):
        yield from _sheet(book, sheet, f"sheets[{number}]")
    names = [sheet.id for sheet in book.sheets]
    for number, name in enumerate(names):
        if names.index(name) < number:
            yield f"sheets[{number}].id", sentence("sheet {sheet} is there twice.", sheet=name)
    yield from _channels(book)
    yield from limits_of(book)
    for number, year in enumerate(book.years):
        yield from _year(book, year, f"years[{number}]")


def _readings(book: Rulebook) -> Mistakes:
    known: dict[str, Reading] = {}
    for reading in book.readings:
        known.setdefault(reading.id, reading)
    for name in NEEDED:
        if name not in known:
            yield "readings", sentence("the reading {name} is not given: say how it is read, and why.", name=name)
    for name, value in book.taken.items():
        if name not in known or value not in known[name].options:
            options = " ".join(known[name].options) if name in known else " ".join(known)
            yield (
                "",
                sentence(
                    "there is no reading {name} = {value}; known: {options}", name=name, value=value, options=options
                ),
            )
    for number, reading in enumerate(book.readings):
        yield from _options(book, reading, f"readings[{number}].options")
        if known[reading.id] is not reading:
            yield f"readings[{number}].id", sentence("reading {name} is there twice.", name=reading.id)
        if reading.default not in reading.options:
            say = sentence(
                "reading {name}: its default {value} is none of its options.", name=reading.id, value=reading.default
            )
            yield f"readings[{number}].default", say
        if not reading.source or not reading.reason:
            yield (
                f"readings[{number}]",
                sentence("reading {name}: its reason or its source is missing.", name=reading.id),
            )


def _options(book: Rulebook, reading: Reading, path: str) -> Mistakes:
    """Options that nothing computes: of a reading the computation knows, or of one that is a price but no number."""
    able = OPTIONS.get(reading.id)
    for option in reading.options:
        if able and option not in able:
            known = " ".join(able)
            yield (
                path,
                sentence(
                    "there is no reading {name} = {value}; known: {options}",
                    name=reading.id,
                    value=option,
                    options=known,
                ),
            )
    if any(part.price_reading == reading.id for _, _, part in book.parts()):
        for option in reading.options:
            if not re.fullmatch(NUMBER, option):
                yield path, sentence(EXACT, value=repr(option))


def _channels(book: Rulebook) -> Mistakes:
    """Tickets of one channel are scored on one sheet, for one group of units and one kind of period."""
    seen: list[tuple[str, Sheet]] = []
    for number, sheet in enumerate(book.sheets):
        for channel in sheet.channels:
            for other, before in seen:
                apart = set(sheet.groups).isdisjoint(before.groups) and sheet.groups and before.groups
                if other == channel and sheet.period == before.period and not apart:
                    yield f"sheets[{number}].channels", sentence("channel {channel} is on two sheets.", channel=channel)
            seen.append((channel, sheet))


def _sheet(book: Rulebook, sheet: Sheet, path: str) -> Mistakes:
    for name, choices in CHOICES.items():
        if getattr(sheet, name) not in choices:
            yield (
                f"{path}.{name}",
                sentence("sheet {sheet}: {key} is one of: {known}", sheet=sheet.id, key=name, known=" ".join(choices)),
            )
    names = [item.id for item in sheet.items]
    if sheet.ties != "share" and sheet.ties not in names:
        yield f"{path}.ties", sentence("sheet {sheet}: ties is share, or an item of it.", sheet=sheet.id)
    for start in _turns(book, sheet.items):
        full = sum((i.points for i in sheet.items if not i.extra and i.in_force(start)), Fraction(0))
        if full != sheet.points:
            say = sentence(
                "sheet {sheet}: its items add up to {full}, not to {points}.",
                sheet=sheet.id,
                full=full,
                points=sheet.points,
            )
            yield f"{path}.points", say
    for number, item in enumerate(sheet.items):
        place = f"{path}.items[{number}]"
        if any(item.id == other.id and _overlap(book, item, other) for other in sheet.items[:number]):
            yield (
                f"{place}.id",
                sentence("sheet {sheet}: item {item} is there twice for the same time.", sheet=sheet.id, item=item.id),
            )
        yield from _item(book, item, place)
    for number, group in enumerate(sheet.caps):
        for name in set(group.items) - set(names):
            yield (
                f"{path}.caps[{number}].items",
                sentence("sheet {sheet}: there is no item {item}.", sheet=sheet.id, item=name),
            )
    yield from _vetoes(sheet.vetoes, path)
    for number, name in enumerate(sheet.apart):
        if name not in APART:
            known = " ".join(APART)
            yield (
                f"{path}.apart[{number}]",
                sentence("sheet {sheet}: apart is of: {known}", sheet=sheet.id, known=known),
            )
    if "no_tickets" in sheet.apart and sheet.without_tickets == "everyone":
        say = sentence(
            "sheet {sheet}: without_tickets = everyone ranks who apart takes out of the ranking.", sheet=sheet.id
        )
        yield f"{path}.apart", say
    yield from _grades(book, sheet.grades, path)
    yield from _board(sheet.board, path)
    for number, one in enumerate((*sheet.caps, *sheet.vetoes)):
        if one.valid_from and one.valid_until and one.valid_from > one.valid_until:
            place = f"caps[{number}]" if number < len(sheet.caps) else f"vetoes[{number - len(sheet.caps)}]"
            yield f"{path}.{place}.valid_until", sentence("valid_until lies before valid_from.")


def _grades(book: Rulebook, grades: Sequence[Grade], path: str) -> Mistakes:
    """Each grade by itself, and those in force at any time together; every mistake once."""
    for number, one in enumerate(grades):
        place = f"{path}.grades[{number}]"
        if one.valid_from and one.valid_until and one.valid_from > one.valid_until:
            yield f"{place}.valid_until", sentence("valid_until lies before valid_from.")
        if one.first is not None and one.first < 1:
            yield place, sentence("grade {grade}: first is 1 or more.", grade=one.grade)
        if one.first_percent is not None and not 0 < one.first_percent < 100:
            yield place, sentence("grade {grade}: first_percent lies between 0 and 100.", grade=one.grade)
    found = [
        mistake
        for start in _turns(book, grades)
        for mistake in _scale([(f"{path}.grades[{n}]", one) for n, one in enumerate(grades) if one.in_force(start)])
    ]
    yield from ((place, say) for n, (place, say) in enumerate(found) if (place, say) not in found[:n])


def _scale(grades: Sequence[tuple[str, Grade]]) -> Mistakes:
    """Grades go from the best to the one that everyone else gets; none asks for what a better one is content with."""
    for number, (place, one) in enumerate(grades):
        better = [other for _, other in grades[:number]]
        if one.grade in {other.grade for other in better}:
            yield place, sentence("grade {grade} is there twice.", grade=one.grade)
        if number == len(grades) - 1 and one.asks:
            yield (
                place,
                sentence("grade {grade}: the last grade asks for nothing: it is for all the others.", grade=one.grade),
            )
        if number < len(grades) - 1 and not one.asks:
            yield (
                place,
                sentence(
                    "grade {grade}: only the last grade asks for nothing.",
                    grade=one.grade,
                ),
            )
        if one.asks and any(other.asks and _harder(one, other) for other in better):
            yield place, sentence("grade {grade}: nobody gets it: who could has a better grade.", grade=one.grade)


def _harder(one: Grade, better: Grade) -> bool:
    """Whether a grade is out of reach, because whoever fulfils it fulfils a better one too."""
    scores = one.at_least is not None and better.at_least is not None and one.at_least >= better.at_least
    ranks = [
        mine is not None and other is not None and mine <= other
        for mine, other in ((one.first, better.first), (one.first_percent, better.first_percent))
    ]
    asked = [better.at_least is not None, better.first is not None, better.first_percent is not None]
    return all(met for met, needed in zip((scores, *ranks), asked, strict=True) if needed)


def _board(board: Board | None, path: str) -> Mistakes:
    if board is None:
        return
    place = f"{path}.board"
    if not board.words or not board.place:
        yield place, sentence("the red and black list: the law's words or their place are missing.")
    if min(board.red, board.black) < 0 or not board.red + board.black:
        yield place, sentence("the red and black list: red and black say how many, and one of them is 1 or more.")
    for count, bound, key in (
        (board.red, board.red_at_least, "red_at_least"),
        (board.black, board.black_below, "black_below"),
    ):
        if bound is not None and not count:
            yield f"{place}.{key}", sentence("the red and black list: {key} bounds a list of nobody.", key=key)


def _turns(book: Rulebook, terms: Sequence[Term]) -> list[date]:
    """The days from which other terms are in force."""
    starts = {one.valid_from for one in terms if one.valid_from}
    starts |= {one.valid_until + timedelta(days=1) for one in terms if one.valid_until}
    return sorted({book.valid_from} | {day for day in starts if book.valid_from <= day <= book.valid_until})


def _overlap(book: Rulebook, one: Item, other: Item) -> bool:
    starts = [item.valid_from or book.valid_from for item in (one, other)]
    ends = [item.valid_until or book.valid_until for item in (one, other)]
    return max(starts) <= min(ends)


def _item(book: Rulebook, item: Item, path: str) -> Mistakes:
    if not item.words or not item.place:
        yield path, sentence("item {item}: the law's words or their place are missing.", item=item.id)
    if held(item.full, item.floor, item.cap) != item.full:
        yield path, sentence("item {item}: floor, full and cap are not in order.", item=item.id)
    else:
        yield from _idle(book, item, path)
    if item.valid_from and item.valid_until and item.valid_from > item.valid_until:
        yield f"{path}.valid_until", sentence("valid_until lies before valid_from.")
    if item.when_empty not in ("full", "respread", "group_mean"):
        yield (
            f"{path}.when_empty",
            sentence("item {item}: when_empty is one of: full respread group_mean", item=item.id),
        )
    if not item.parts:
        yield path, sentence("item {item}: it has no parts: nothing judges it.", item=item.id)
    for number, part in enumerate(item.parts):
        for mistake in part_mistakes(book, item, part):
            yield f"{path}.parts[{number}]", mistake


def _idle(book: Rulebook, item: Item, path: str) -> Mistakes:
    """An item that would never move: what takes has no room below what it starts from, and what gives has none above."""
    moves = [directions(book, part) for part in item.parts]
    takes, gives = any(taking for taking, _ in moves), any(giving for _, giving in moves)
    if (takes and item.floor != item.full) or (gives and item.cap != item.full) or not (takes or gives):
        return
    if takes:
        yield (
            path,
            sentence(
                "item {item}: it can take nothing: its floor is {full}, and that is where it starts from. Write floor = -10 (at most 10 "
                'off) or floor = "none" (no bound of its own).',
                item=item.id,
                full=item.full,
            ),
        )
    if gives:
        yield (
            path,
            sentence(
                "item {item}: it can give nothing: its cap is {full}, and that is where it starts from. Write full = 0 (it is earned), a "
                'higher cap, or cap = "none" (no bound of its own).',
                item=item.id,
                full=item.full,
            ),
        )


def _year(book: Rulebook, year: Year, path: str) -> Mistakes:
    known = {sheet.id for sheet in book.sheets}
    for component in year.components:
        if component.sheet not in known:
            yield path, sentence("year {year}: there is no sheet {sheet}.", year=year.id, sheet=component.sheet)
    weight = sum((component.weight for component in year.components), Fraction(0))
    if weight != 100:
        yield path, sentence("year {year}: its weights add up to {weight}, not to 100.", year=year.id, weight=weight)
    if year.ranking not in CHOICES["ranking"]:
        known_rankings = " ".join(CHOICES["ranking"])
        yield f"{path}.ranking", sentence("year {year}: ranking is one of: {known}", year=year.id, known=known_rankings)
    if not 1 <= year.starts <= 12:
        yield f"{path}.starts", sentence("year {year}: starts is a month, 1 to 12.", year=year.id)
    if not year.words or not year.place:
        yield path, sentence("year {year}: the law's words or their place are missing.", year=year.id)
    yield from _vetoes(year.vetoes, path)
    yield from _grades(book, year.grades, path)
    dated: Sequence[tuple[str, Term]] = [(f"vetoes[{n}]", one) for n, one in enumerate(year.vetoes)]
    for place, term in (*dated, *((f"grades[{n}]", one) for n, one in enumerate(year.grades))):
        if term.is_dated:
            yield (
                f"{path}.{place}",
                sentence("year {year}: what holds for a year has no dates of its own.", year=year.id),
            )
    yield from _board(year.board, path)


def _vetoes(vetoes: tuple[Veto, ...], path: str) -> Mistakes:
    for number, veto in enumerate(vetoes):
        place = f"{path}.vetoes[{number}]"
        if bool(veto.finding) == bool(veto.measure) or (veto.measure and veto.measure not in MEASURE):
            yield place, sentence("veto {veto}: it needs a finding or a measure.", veto=veto.title)
        if not veto.words or not veto.place:
            yield place, sentence("veto {veto}: the law's words or their place are missing.", veto=veto.title)
