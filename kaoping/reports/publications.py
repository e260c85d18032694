"""Publications: what went out, and whether it comes out the same again."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console

from calendars.instants import show_iso
from kaoping.language.language import Language
from kaoping.language.numbers import moment
from kaoping.office.publications import Issue, Publication, Recomputed
from kaoping.papers.terminal import Column, print_table
from kaoping.reports.score import print_stamps, stamps_json

SHOWN = 40


def publication_json(one: Publication) -> dict[str, Any]:
    """A publication as JSON: its place, stamps, version and digest."""
    fact = one.fact
    return {
        "position": one.position, "period": fact.period, "published_at": show_iso(fact.at), "digest": fact.digest,
        "stamps": {
            "ledger": fact.ledger, "rulebook": fact.rulebook, "calendar": fact.calendar, "as_of": show_iso(fact.as_of),
        },
        "register": fact.register, "version": fact.version, "readings": fact.readings, "provisional": fact.provisional,
        "document": fact.document,
    }  # fmt: skip


def recomputed_json(told: Sequence[Recomputed], elsewhere: Sequence[Publication]) -> dict[str, Any]:
    """The document of `kaoping recompute --json` where something was published."""
    last = told[-1]
    return {
        "period": last.publication.fact.period,
        "digest": last.issue.digest,
        "identical": all(one.identical for one in told),
        "stamps": stamps_json(last.issue.report.stamps),
        "publications": [
            {
                **publication_json(one.publication), "identical": one.identical, "recomputed": one.issue.digest,
                "differences": [
                    dict(zip(("sheet", "unit", "item", "published", "recomputed"), change, strict=True))
                    for change in one.changes
                ],
            }
            for one in told
        ],
        "elsewhere": [publication_json(one) for one in elsewhere],
    }  # fmt: skip


def print_published(
    console: Console, tongue: Language, one: Publication, earlier: Sequence[Publication], *, standing: bool = False
) -> None:
    """What was published, or was `standing` already, and how it stands to what was published before."""
    say, fact = tongue.say, one.fact
    said = "#{position} published: {period}, result {digest}"
    if standing:
        said = "#{position} stands published already: {period}, result {digest}; nothing was added."
    console.print(say(said, position=one.position, period=fact.period, digest=fact.digest), soft_wrap=True)
    for before in earlier:
        same = say("the same result") if before.fact.digest == fact.digest else say("another result")
        at = moment(before.fact.at, tongue.code)
        console.print(
            "  " + say("published before as #{position} on {at}: {same}", position=before.position, at=at, same=same)
        )
    console.print("  " + say("register") + f" {fact.register}", soft_wrap=True)
    console.print("  " + say("version") + f" {fact.version}")


def print_all_recomputed(
    console: Console, tongue: Language, told: Sequence[Recomputed], elsewhere: Sequence[Publication] = ()
) -> None:
    """One line a publication, and beneath it what differs; those made in another ledger cannot be recomputed here."""
    say = tongue.say
    rows = [(one.publication, say("identical") if one.identical else say("DIFFERS")) for one in told]
    keys = [
        Column(say("position"), [f"#{one.position}" for one, _ in rows]),
        Column(say("period"), [one.fact.period for one, _ in rows], number=False),
        Column(say("published"), [moment(one.fact.at, tongue.code) for one, _ in rows], number=False),
        Column(say("recomputed"), [state for _, state in rows], number=False),
    ]
    columns = [Column(say("result"), [one.fact.digest for one, _ in rows], number=False)]
    print_table(console, say("Recomputed from history"), keys, columns)
    for one in told:
        if not one.identical:
            _print_changes(console, tongue, one)
    for other in elsewhere:
        said = (
            "Note: the publication of {period} (#{position}) was made in another ledger, and cannot be recomputed here."
        )
        console.print(say(said, period=other.fact.period, position=other.position), soft_wrap=True)


def _print_changes(console: Console, tongue: Language, one: Recomputed) -> None:
    changes = one.changes
    title = tongue.say("{period} (#{position}): published, and recomputed", period=one.publication.fact.period,
        position=one.publication.position)  # fmt: skip
    shown = changes[:SHOWN]
    names = ("sheet", "unit", "item", "published", "recomputed")
    columns = [
        Column(tongue.say(name), [change[place] for change in shown], number=place > 2)
        for place, name in enumerate(names)
    ]
    print_table(console, title, columns, [])
    if len(changes) > SHOWN:
        console.print(tongue.say("… and {count} more; --json lists them all.", count=len(changes) - SHOWN))


def print_fresh(console: Console, tongue: Language, one: Issue, period: str, expect: str | None) -> None:
    """What a recomputation of something never published gave."""
    console.print(
        tongue.say("{month} recomputed from history: result {digest}", month=period, digest=one.digest), soft_wrap=True
    )
    if one.digest == expect:
        console.print(tongue.say("identical to what was expected"))
    print_stamps(console, tongue, one.report.stamps)
