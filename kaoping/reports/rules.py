"""The rulebook as a person reads it: item, words of the law, how it is judged, readings."""

from collections.abc import Iterator, Sequence
from typing import Any

from kaoping.language.language import Language
from kaoping.language.numbers import points, short
from kaoping.reports.page import Block, Heading, page_of
from metrics.measures import MEASURE
from scoring.law.rulebook import Item, Part, Rulebook, Sheet
from scoring.scores.cases import Outcome


def rules_json(book: Rulebook) -> dict[str, Any]:
    """The document of `kaoping rules --json`."""
    return {
        "rulebook": book.id, "title": book.title, "issuer": book.issuer, "source": book.source,
        "valid_from": str(book.valid_from), "valid_until": str(book.valid_until), "digest": book.digest,
        "sheets": [_sheet_json(sheet) for sheet in book.sheets],
        "readings": [
            {
                "reading": one.id, "title": one.title, "words": one.words, "options": dict(one.options),
                "taken": book.reading(one.id), "default": one.default, "reason": one.reason, "source": one.source,
            }
            for one in book.readings
        ],
    }  # fmt: skip


def _sheet_json(sheet: Sheet) -> dict[str, Any]:
    return {
        "sheet": sheet.id, "title": sheet.title, "place": sheet.place, "period": sheet.period,
        "points": short(sheet.points), "channels": list(sheet.channels),
        "items": [
            {
                "item": item.id, "title": item.title, "points": short(item.points), "place": item.place, "words": item.words,
                "parts": [_part_json(item, part) for part in item.parts],
            }
            for item in sheet.items
        ],
    }  # fmt: skip


def _part_json(item: Item, part: Part) -> dict[str, Any]:
    measures, finding = list(part.measures), part.finding or None
    return {"part": item.name_of(part), "kind": part.kind, "measures": measures, "finding": finding}


@page_of
def rules_page(language: Language, book: Rulebook) -> Iterator[Block]:
    """Every sheet, item by item."""
    yield Heading(book.title, 1)
    yield f"{book.issuer}  {book.valid_from} - {book.valid_until}"
    for sheet in book.sheets:
        yield ""
        yield Heading(f"{sheet.place}  {sheet.title}  {short(sheet.points)}  {'、'.join(sheet.channels)}")
        for item in sheet.items:
            yield from _item_blocks(language, book, item)
        for veto in sheet.vetoes:
            yield f"  {veto.title}: {veto.words} ({veto.place})"
    for year in book.years:
        yield ""
        yield Heading(f"{year.title} ({year.place}): {year.words}")
        for component in year.components:
            yield f"  {short(component.weight)}%  {book.sheet(component.sheet).title}"
        for veto in year.vetoes:
            yield f"  {veto.title}: {veto.words} ({veto.place})"
    yield ""
    yield from _readings_blocks(language, book)


def _item_blocks(language: Language, book: Rulebook, item: Item) -> Iterator[Block]:
    full = (
        f"±{short(item.points)}"
        if item.extra and item.cap
        else f"-{short(item.points)}"
        if item.extra
        else short(item.points)
    )
    yield f"  {item.title} [{item.id}] {full}"
    yield f"    {item.place}: {item.words}"
    for part in item.parts:
        if part.words:
            yield f"    {part.words}"
        yield f"      → {_judged(language, book, part)}"


def _judged(language: Language, book: Rulebook, part: Part) -> str:
    """How a part is judged, in a sentence."""
    say = language.say
    names = "、".join(MEASURE[name].word if language.code == "zh" else name for name in part.measures)
    title = part.title or part.finding
    if part.kind == "rate":
        over = say("of the volume") if part.over == "volume" else say("of those judged")
        bound = (
            say("at least {rate}% met", rate=short(part.at_least))
            if part.at_least is not None
            else say("at most {rate}% breached", rate=short(part.at_most or part.slope))
        )
        return say(
            "{measure}: {bound} {over}; {slope} a percentage point",
            measure=names,
            bound=bound,
            over=over,
            slope=short(part.slope),
        )
    if part.kind in ("findings", "awards", "pairs", "cases"):
        prices = " ".join(f"{say(name)} {short(price)}" for name, price in part.prices.items())
        price = (
            prices or short(part.award if part.kind == "awards" else part.price or part.slope * 0)
            if not part.price_reading
            else book.reading(part.price_reading)
        )
        return say(
            "{kind}: {title}, {price} each",
            kind=say(part.kind),
            title=names or f"{title} [{part.finding}]",
            price=price,
        )
    if part.kind == "bonus":
        per = " ".join(f"{group} {count}" for group, count in part.per.items())
        return say("{measure}: {award} for each full {per}", measure=names, award=short(part.award), per=per)
    return say("{kind} by {measure}", kind=say(part.kind), measure=names)


def _readings_blocks(language: Language, book: Rulebook) -> Iterator[Block]:
    yield Heading(language.say("Readings"))
    for one in book.readings:
        yield f"  {one.title} [{one.id}]: {one.words}"
        for option, meaning in one.options.items():
            mark = "●" if option == book.reading(one.id) else "○"
            yield f"    {mark} {option}: {meaning}"
        yield f"    {one.reason} ({one.source})"


def outcomes_json(book: Rulebook, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The document of `kaoping rules --check --json`."""
    return {
        "rulebook": book.id, "cases": len(outcomes), "failed": sum(not one.holds for one in outcomes),
        "outcomes": [_outcome_json(one) for one in outcomes],
    }  # fmt: skip


def _outcome_json(one: Outcome) -> dict[str, Any]:
    case = one.case
    judged = {"expected": case.score, "got": points(one.got), "holds": one.holds}
    return {"title": case.title, "item": case.name, **judged}


@page_of
def outcomes_page(language: Language, outcomes: Sequence[Outcome]) -> Iterator[Block]:
    """Each case with what came out."""
    for one in outcomes:
        mark = "√" if one.holds else "×"
        came = " ".join(filter(None, (points(one.got), one.grade, one.board)))
        got = "" if one.holds else "  " + language.say("came out as {got}", got=came)
        yield f"{mark} {one.case.name}  {one.case.title}  {one.case.score}{got}"
    failed = sum(not one.holds for one in outcomes)
    yield language.say("{count} cases, {failed} failed", count=len(outcomes), failed=failed)
