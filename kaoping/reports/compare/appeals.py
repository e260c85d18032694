"""The list of appeals with what each is worth, and the published score beside the score of now."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from calendars.instants import show_iso
from calendars.periods import show_month
from kaoping.language.facts import at_told, item_told
from kaoping.language.language import Language
from kaoping.language.numbers import points
from kaoping.office.appeals import AppealList, LastPublished, Lines, Listed
from kaoping.office.publications import line_published
from kaoping.reports.page import Block, Column, Kind, Note, Paragraph, Table, page_of
from ledger.facts import Appeal
from ledger.sentences import sentence
from scoring.compare.appeals import AppealCase, Effect
from scoring.law.rulebook import Rulebook
from scoring.scores.scoring import stamps_json
from scoring.scores.sheets import UnitScore

UNTOUCHED = sentence("The unit lost nothing by this ticket under that item so far.")
UNMOVED = sentence(
    "By itself this moves no point: under that item the unit lost nothing by this ticket, or loses as much by others."
)
STATES = {"pending": "awaiting a ruling", "granted": "upheld", "refused": "dismissed"}


def effects_json(effects: Sequence[Effect], *, stands: bool = True) -> list[dict[str, Any]]:
    """What an exemption is worth, by sheet and month, and how the unit `stands` without it and with it."""
    return [
        {
            "sheet": one.sheet.id, "item": one.item.id, "period": show_month(one.month),
            "points": None if one.points is None else points(one.points),
            "without": _score(one.without) if stands else None, "with": _score(one.within) if stands else None,
        }
        for one in effects
    ]  # fmt: skip


def appeals_json(told: AppealList, *, stands: bool = True) -> dict[str, Any]:
    """The document of `kaoping appeals --json`; unless it is told how units stand (`stands`), nothing is restated."""
    return {
        "rulebook": told.scoring.book.id,
        "stamps": stamps_json(told.scoring.stamps),
        "appeals": [
            {
                "position": one.case.position, "key": one.case.key, "ticket": one.case.appeal.ticket, "unit": one.case.appeal.unit,
                "item": one.case.appeal.item, "at": show_iso(one.case.appeal.at), "reason": one.case.appeal.reason,
                "state": one.case.state,
                "ruling": None if one.case.ruling is None else {
                    "at": show_iso(one.case.ruling.at), "reason": one.case.ruling.reason, "document": one.case.ruling.document,
                },
                "worth": effects_json(one.effects, stands=stands),
            }
            for one in told.appeals
        ],
        "restated": [
            {
                "period": show_month(month), "sheet": sheet, "unit": unit, "published": was, "published_rank": was_rank,
                "restated": _score(line), "rank": line.rank,
            }
            for month, sheet, unit, line in _all(told.lines if stands else {})
            for was, was_rank in [line_published(told.published[month], sheet, unit)]
        ],
    }  # fmt: skip


@page_of
def effects_page(language: Language, effects: Sequence[Effect]) -> Iterator[Block]:
    """What the appeal asks for, in points."""
    for one in effects:
        worth = "-" if one.points is None else points(one.points)
        said = "{sheet}, {month}: if granted, {points} points ({before} to {after})"
        yield "  " + language.say(said, sheet=one.sheet.title, month=show_month(one.month), points=worth,
            before=_score(one.without) or "-", after=_score(one.within) or "-")  # fmt: skip
    if not any(one.points for one in effects):
        yield "  " + language.tell(UNMOVED if effects else UNTOUCHED)


@page_of
def worth_page(language: Language, effects: Sequence[Effect], *, stands: bool = True) -> Iterator[Block]:
    """What the appeal asks for: of each sheet and month what it is worth, and how the unit `stands` without the exemption, and with it:
    score and rank."""
    say = language.say
    if effects:
        keys = [
            Column(say("sheet"), [one.sheet.title for one in effects]),
            Column(say("month"), [show_month(one.month) for one in effects]),
        ]
        columns = [
            Column(say("item"), [one.item.title for one in effects]),
            Column(say("worth"), [one.points for one in effects], Kind.NUMBER, signed=True),
        ]
        if stands:
            columns[1:1] = [
                Column(say("score if refused"), [one.without.score for one in effects], Kind.NUMBER),
                Column(say("score if granted"), [one.within.score for one in effects], Kind.NUMBER),
            ]
            columns += [
                Column(say("rank if refused"), [one.without.rank for one in effects], Kind.COUNT),
                Column(say("rank if granted"), [one.within.rank for one in effects], Kind.COUNT),
            ]
        yield Table(say("What the ruling would change for {unit}", unit=effects[0].without.unit), keys, columns)
    if not any(one.points for one in effects):
        yield Note(language.tell(UNMOVED if effects else UNTOUCHED))


@page_of
def others_page(language: Language, effects: Sequence[Effect]) -> Iterator[Block]:
    """Whom else the ruling would move: score and rank of each other unit without the exemption, and with it."""
    say = language.say
    rows = [(one, *lines) for one in effects for lines in one.others]
    if rows:
        keys = [
            Column(say("sheet"), [one.sheet.title for one, *_ in rows]),
            Column(say("month"), [show_month(one.month) for one, *_ in rows]),
            Column(say("unit"), [line.unit for _, line, _ in rows], Kind.UNIT),
        ]
        columns = [
            Column(say("score if refused"), [line.score for _, line, _ in rows], Kind.NUMBER),
            Column(say("score if granted"), [line.score for *_, line in rows], Kind.NUMBER),
            Column(say("rank if refused"), [line.rank for _, line, _ in rows], Kind.COUNT),
            Column(say("rank if granted"), [line.rank for *_, line in rows], Kind.COUNT),
        ]
        yield Table(say("What the ruling would change for other units: {count}", count=len(rows)), keys, columns)
    elif effects:
        yield Paragraph(say("The ruling would change neither score nor rank of any other unit."))


def appeal_table(language: Language, book: Rulebook, fact: Appeal, title: str) -> Table:
    """What an appeal says, in one row."""
    say = language.say
    keys = [Column(say("ticket"), [fact.ticket], Kind.TICKET), Column(say("unit"), [fact.unit])]
    columns = [
        Column(say("item"), [item_told(language, book, fact)]),
        Column(say("time"), [at_told(language, fact)]),
        Column(say("reason"), [fact.reason]),
        Column(say("document"), [fact.document]),
    ]
    return Table(title, keys, columns)


@page_of
def case_page(language: Language, told: Listed, book: Rulebook, *, stands: bool = True) -> Iterator[Block]:
    """An appeal: who contests what and why, what became of it, and what it is worth (`worth_page`)."""
    say, case = language.say, told.case
    title = say("Appeal #{position}, {state}", position=case.position, state=say(STATES[case.state]))
    yield appeal_table(language, book, case.appeal, title)
    if case.ruling is not None:
        yield Paragraph(
            f"{say(STATES[case.state])} {at_told(language, case.ruling)}  {case.ruling.reason}  {case.ruling.document}"
        )
    yield from worth_page(language, told.effects, stands=stands).blocks


@page_of
def appeals_page(language: Language, told: AppealList, *, stands: bool = True) -> Iterator[Block]:
    """The list, then how the units it speaks of stand."""
    say = language.say
    if not told.appeals:
        yield say("There is no appeal.")
        return
    rows: list[tuple[AppealCase, Effect | None]] = [
        (one.case, effect) for one in told.appeals for effect in one.effects
    ]
    rows += [(one.case, None) for one in told.appeals if not one.effects]
    columns = [
        Column("#", [case.position for case, _ in rows], Kind.COUNT),
        Column(say("ticket"), [case.appeal.ticket for case, _ in rows], Kind.TICKET),
        Column(say("unit"), [case.appeal.unit for case, _ in rows], Kind.UNIT),
        Column(
            say("item"),
            [
                item_told(language, told.scoring.book, case.appeal) if effect is None else effect.item.title
                for case, effect in rows
            ],
        ),
        Column(say("month"), [None if effect is None else show_month(effect.month) for _, effect in rows]),
        Column(say("state"), [say(STATES[case.state]) for case, _ in rows]),
        Column(
            say("worth"), [None if effect is None else effect.points for _, effect in rows], Kind.NUMBER, absent="0.00"
        ),
        Column(say("document"), [case.ruling.document if case.ruling else None for case, _ in rows]),
    ]
    yield Table(say("Appeals"), columns, [])
    for one in told.appeals:
        case = one.case
        yield f"#{case.position} {at_told(language, case.appeal)}  {case.appeal.reason}"
        if case.ruling is not None:
            yield f"  {say(STATES[case.state])} {at_told(language, case.ruling)}  {case.ruling.reason}"
    shown = list(_all(told.lines if stands else {}))
    if shown:
        yield ""
        titles = {one.id: one.title for one in told.scoring.book.sheets}
        yield from _restated_blocks(language, shown, told.published, titles)


def _restated_blocks(
    language: Language,
    shown: Sequence[tuple[int, str, str, UnitScore]],
    published: LastPublished,
    titles: Mapping[str, str],
) -> Iterator[Block]:
    say = language.say
    was = [line_published(published[month], sheet, unit) for month, sheet, unit, _ in shown]
    columns = [
        Column(say("month"), [show_month(month) for month, *_ in shown]),
        Column(say("sheet"), [titles.get(sheet, sheet) for _, sheet, *_ in shown]),
        Column(say("unit"), [unit for _, _, unit, _ in shown], Kind.UNIT),
        Column(say("published"), [score and Fraction(score) for score, _ in was], Kind.NUMBER),
        Column(say("restated"), [line.score for *_, line in shown], Kind.NUMBER),
        Column(
            say("change"),
            [_change(score, line) for (score, _), (*_, line) in zip(was, shown, strict=True)],
            Kind.NUMBER,
            signed=True,
            absent="",
        ),
        Column(say("published rank"), [rank for _, rank in was], Kind.COUNT),
        Column(say("rank"), [line.rank for *_, line in shown], Kind.COUNT),
    ]
    yield Table(say("Published, and restated with all that is known now"), columns, [])


def _change(published: str | None, line: UnitScore) -> Fraction | None:
    return None if published is None or line.score is None else line.score - Fraction(published)


def _all(lines: Lines) -> Iterator[tuple[int, str, str, UnitScore]]:
    for month, found in lines.items():
        for (sheet, unit), line in found.items():
            yield month, sheet, unit, line


def _score(line: UnitScore) -> str | None:
    return None if line.score is None else points(line.score)
