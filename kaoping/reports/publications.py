"""Publications: what went out, and whether it comes out the same again."""

from collections.abc import Iterator, Sequence
from typing import Any

from calendars.instants import show_iso
from kaoping.language.language import Language
from kaoping.language.moments import moment
from kaoping.office.publications import Issue, Publication, Published, Recomputed
from kaoping.reports.ground import ground_lines
from kaoping.reports.page import Block, Column, Kind, Note, Paragraph, Table, page_of
from kaoping.reports.score import imprint
from scoring.scores.scoring import stamps_json

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
        "document": fact.document, "untold": fact.untold, "accepted": (fact.accepted or "").split(),
    }  # fmt: skip


def recomputed_json(told: Sequence[Recomputed], elsewhere: Sequence[Publication]) -> dict[str, Any]:
    """The document of `kaoping recompute --json` where something was published."""
    last = told[-1]
    return {
        "period": last.publication.fact.period,
        "digest": last.issue.digest,
        "identical": all(one.identical for one in told),
        "stamps": stamps_json(last.issue.scoring.stamps),
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


@page_of
def published_page(language: Language, told: Published) -> Iterator[Block]:
    """What was published, or was standing already, how it stands to what was published before, and what it rests on."""
    one, say, fact = told.publication, language.say, told.publication.fact
    said = "#{position} published: {period}, result {digest}"
    if told.standing:
        said = "#{position} stands published already: {period}, result {digest}; nothing was added."
    yield say(said, position=one.position, period=fact.period, digest=fact.digest)
    for before in told.earlier:
        same = say("the same result") if before.fact.digest == fact.digest else say("another result")
        at = moment(before.fact.at, language.code)
        yield "  " + say("published before as #{position} on {at}: {same}", position=before.position, at=at, same=same)
    yield "  " + say("register") + f" {fact.register}"
    yield "  " + say("version") + f" {fact.version}"
    if told.ground is not None:
        yield from ground_lines(language, told.ground)


@page_of
def recomputed_page(
    language: Language, told: Sequence[Recomputed], elsewhere: Sequence[Publication] = ()
) -> Iterator[Block]:
    """One line a publication, and beneath it what differs; those made in another ledger cannot be recomputed here."""
    say = language.say
    rows = [(one.publication, say("identical") if one.identical else say("DIFFERS")) for one in told]
    keys = [
        Column(say("position"), [one.position for one, _ in rows], Kind.FACT),
        Column(say("period"), [one.fact.period for one, _ in rows]),
        Column(say("published"), [one.fact.at for one, _ in rows], Kind.INSTANT),
        Column(say("recomputed"), [state for _, state in rows]),
    ]
    columns = [Column(say("result"), [one.fact.digest for one, _ in rows])]
    yield Table(say("Recomputed from history"), keys, columns)
    for one in told:
        if not one.identical:
            yield from _changes_blocks(language, one)
    for other in elsewhere:
        said = (
            "Note: the publication of {period} (#{position}) was made in another ledger, and cannot be recomputed here."
        )
        yield Note(say(said, period=other.fact.period, position=other.position))


def _changes_blocks(language: Language, one: Recomputed) -> Iterator[Block]:
    changes = one.changes
    title = language.say("{period} (#{position}): published, and recomputed", period=one.publication.fact.period,
        position=one.publication.position)  # fmt: skip
    shown = changes[:SHOWN]
    names = ("sheet", "unit", "item", "published", "recomputed")
    columns = [Column(language.say(name), [change[place] for change in shown]) for place, name in enumerate(names)]
    yield Table(title, columns, [])
    if len(changes) > SHOWN:
        yield language.say("… and {count} more; --json lists them all.", count=len(changes) - SHOWN)


@page_of
def publication_page(language: Language, one: Publication) -> Iterator[Block]:
    """What was published, in a table: its number, stamps and versions; and the checkpoint, as it is to be copied."""
    say, fact = language.say, one.fact
    rows = [
        (say("period"), fact.period),
        (say("published"), moment(fact.at, language.code)),
        (say("document number of the notice"), fact.document or "-"),
        (say("result"), fact.digest),
        (say("ledger"), fact.ledger),
        (say("rulebook"), fact.rulebook),
        (say("calendar"), fact.calendar),
        (say("as of"), moment(fact.as_of, language.code)),
        (say("register"), str(fact.register)),
        (say("version"), str(fact.version)),
        (say("readings"), fact.readings or "-"),
        (say("accepted"), fact.accepted or "-"),
    ]
    keys = [Column(say("what"), [name for name, _ in rows])]
    title = say("Publication #{position}: {period}", position=one.position, period=fact.period)
    yield Table(title, keys, [Column(say("value"), [value for _, value in rows])])
    yield Paragraph(say("The checkpoint, to be copied into the notice:"))
    yield fact.ledger


@page_of
def fresh_page(language: Language, one: Issue, period: str, expect: str | None) -> Iterator[Block]:
    """What a recomputation of something never published gave."""
    yield language.say("{month} recomputed from history: result {digest}", month=period, digest=one.digest)
    if one.digest == expect:
        yield language.say("identical to what was expected")
    yield imprint(language, one.scoring.stamps)
