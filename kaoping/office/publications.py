"""Publications: a score that went out, kept with all it rests on, and issued again from that alone."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from calendars.periods import month_of
from calendars.workdays import Calendar
from kaoping import __version__, now
from kaoping.files.rulebooks import read_kept
from kaoping.office.period.ground import ACCEPTABLE, Ground, ground_of, ground_text, objections
from kaoping.office.period.untold import NO_GAPS, PeriodGaps, refuse_untold
from kaoping.office.session import Differs, Session, WrongArgument, read_period, read_scored, scoring_alone
from ledger.batches import Source
from ledger.facts import Enrol, Publish
from ledger.proof.chain import digest_of
from ledger.sentences import NoSuchText, UserError, listed, sentence
from ledger.snapshot import Snapshot, standing
from ledger.store import Ledger
from scoring.law.rulebook import Rulebook
from scoring.scores.evidence import Evidence, together
from scoring.scores.published import Document, document_of, text_of
from scoring.scores.scoring import Scoring, refuse_provisional
from scoring.scores.sheets import SheetScore
from scoring.scores.years import year_of

PROFILE = "publish"


class NotHere(UserError):
    """A publication that this ledger cannot issue again: it was made in another one."""


@attrs.frozen
class Publication:
    """A publication and its place in the ledger."""

    position: int
    fact: Publish

    @property
    def base(self) -> tuple[int, str]:
        """The last position it rests on, and the hash of everything up to it."""
        position, _, hashed = self.fact.ledger.partition(":")
        return int(position), hashed


@attrs.frozen(kw_only=True)
class Issue:
    """A period scored: the report, its evidence and sheets, the document that goes out (`scores.published`), what it rests
    on, and what no source tells of it, where that was asked for."""

    scoring: Scoring
    month: Evidence
    sheets: Sequence[SheetScore]
    document: Document
    ground: Ground | None = None
    gaps: PeriodGaps = NO_GAPS

    @property
    def text(self) -> str:
        """The document's canonical text."""
        return text_of(self.document)

    @property
    def digest(self) -> str:
        """SHA-256 of the text."""
        return digest_of(self.text)


def issue(scoring: Scoring, period: str, *, provisional: bool) -> Issue:
    """A month, quarter, half-year or year scored. Raises ProvisionalPeriod, WrongArgument."""
    asked = read_scored(period, scoring.book)
    kind, months = asked.kind, asked.months
    if not provisional:
        for month in months:
            refuse_provisional(scoring.calendar, month)
    found = scoring.evidence(months)
    evidence = together([found[month] for month in months])
    sheets = scoring.sheets(evidence, kind)
    rules, last = scoring.book.years if kind == "year" else (), month_of(scoring.as_of)
    years = [year_of(scoring, rule, int(period), last) for rule in rules]
    document = document_of(scoring.book, period, sheets, years)
    return Issue(scoring=scoring, month=evidence, sheets=sheets, document=document)


def register_of(what: Snapshot) -> str:
    """The register as a canonical text: every enrolment that stands, by unit and instant."""
    facts = [event.fact for event in what.enrolments]
    lines = sorted((str(fact.unit), fact.at, fact.group) for fact in facts if isinstance(fact, Enrol))
    return json.dumps(lines, ensure_ascii=False, separators=(",", ":"))


def book_text(book: Rulebook) -> str:
    """The text whose digest is the rulebook's: its own, what was read otherwise, and what was said of what no source tells."""
    return book.text + book.ending


def readings_text(book: Rulebook) -> str:
    """The readings taken otherwise, a line each."""
    return "".join(f"\n{name}={value}" for name, value in sorted(book.taken.items()))


def publish(
    ledger: Ledger, one: Issue, at: int, *, provisional: bool = False, document: str | None = None
) -> Publication:
    """The issue kept as published at the instant `at`, with every text it rests on; where it stands so already, as when
    somebody does again what was broken off, the publication there is, and the line that attests it."""
    scoring = one.scoring
    stamps = scoring.stamps
    register = register_of(scoring.snapshot)
    fact = Publish(
        at=at, period=str(one.document["period"]), digest=one.digest, ledger=stamps.ledger, rulebook=stamps.rulebook,
        calendar=stamps.calendar, register=digest_of(register), as_of=stamps.as_of, version=__version__,
        readings=" ".join(readings_text(scoring.book).split("\n")[1:]) or None, provisional=provisional, document=document,
        untold=scoring.book.untold or None, accepted=None if one.ground is None else " ".join(one.ground.accepted) or None,
        ground=None if one.ground is None else digest_of(ground_text(one.ground)),
    )  # fmt: skip
    there = next((old for old in publications(ledger, ledger.head().position) if _same(ledger, old, fact)), None)
    if there is not None:
        ledger.attest()
        return there
    texts = [one.text, book_text(scoring.book), scoring.calendar.text(), register]
    texts += [] if one.ground is None else [ground_text(one.ground)]
    source = Source(name="kaoping publish", sha256="", profile=PROFILE, rows=1, facts=[(1, fact)], texts=texts)
    batch = ledger.append(source, at)
    return Publication(batch.last_position, fact)


def _same(ledger: Ledger, old: Publication, new: Publish) -> bool:
    """Whether a publication says all that the new one would say, and rests on the same facts: what came between the two
    is nothing but publications."""
    if attrs.evolve(old.fact, at=new.at, ledger=new.ledger, as_of=new.as_of) != new:
        return False
    position, hashed = old.base
    upto = int(new.ledger.partition(":")[0])
    if position > upto or ledger.head(position).hash != hashed:
        return False
    between = map(ledger.at, range(position + 1, upto + 1))
    return all(event is not None and isinstance(event.fact, Publish) for event in between)


def publications(ledger: Ledger, upto: int, period: str | None = None) -> list[Publication]:
    """The publications known at a position and not voided, oldest first; of one period, or of all."""
    found = [
        Publication(event.position, event.fact)
        for event in standing(ledger, upto, ("publish",))
        if isinstance(event.fact, Publish)
    ]
    return [one for one in found if period is None or one.fact.period == period]


def published_text(ledger: Ledger, one: Publication) -> str:
    """The canonical text that went out. Raises NotHere."""
    return _text(ledger, one, one.fact.digest)


def last_document(ledger: Ledger, period: str, upto: int | None = None) -> Mapping[str, Any] | None:
    """The document last published for a period, as known at a position (none: now); None where none was. Raises NotHere."""
    found = publications(ledger, ledger.head().position if upto is None else upto, period)
    return json.loads(published_text(ledger, found[-1])) if found else None


def line_published(document: Mapping[str, Any] | None, sheet: str, unit: str) -> tuple[str | None, int | None]:
    """(score, rank) of a unit on a sheet of a published document."""
    sheets = () if document is None else document.get("sheets", ())
    found = [line for one in sheets if one["sheet"] == sheet for line in one["units"] if line["unit"] == unit]
    return (found[0]["score"], found[0]["rank"]) if found else (None, None)


def report_of(session: Session, ledger: Ledger, one: Publication) -> Scoring:
    """The report a publication was made from, from the ledger alone. Raises NotHere, UnusableFile."""
    position, hashed = one.base
    if position > ledger.head().position or ledger.head(position).hash != hashed:
        raise NotHere(
            sentence(
                "the publication of {period} (#{position}) was made in another ledger.",
                period=one.fact.period,
                position=one.position,
            ),
            "Recompute it in the ledger file it was published from.",
        )
    book = _book(ledger, one)
    calendar = Calendar.from_text(_text(ledger, one, one.fact.calendar))
    with session.busy("deriving rounds and verdicts"):
        return scoring_alone(ledger, position, book, calendar, one.fact.as_of, one.fact.period, mirrored=False)


def _book(ledger: Ledger, one: Publication) -> Rulebook:
    taken = dict(pair.split("=", 1) for pair in (one.fact.readings or "").split())
    whole = _text(ledger, one, one.fact.rulebook)
    said = one.fact.untold or ""
    book = read_kept(_own_text(whole, taken, said), f"#{one.position}", taken)
    return attrs.evolve(book, untold=said)


def _own_text(whole: str, taken: Mapping[str, str], said: str) -> str:
    """A rulebook's own text, without what follows it in what is hashed; what was `said` of what no source tells did not always."""
    ending = "".join(f"\n{name}={value}" for name, value in sorted(taken.items()))
    return whole.removesuffix(f"\nuntold={said}").removesuffix(ending)


def published_ground(ledger: Ledger, one: Publication) -> Mapping[str, Any] | None:
    """What a publication rested on, as it was kept; None of one that is older than that. Raises NotHere."""
    if one.fact.ground is None:
        return None
    found: Mapping[str, Any] = json.loads(_text(ledger, one, one.fact.ground))
    return found


def _text(ledger: Ledger, one: Publication, digest: str) -> str:
    try:
        return ledger.text(digest)
    except NoSuchText as error:
        raise NotHere(
            sentence(
                "the ledger does not hold what the publication of {period} (#{position}) rests on.",
                period=one.fact.period, position=one.position,
            ),
            "Recompute it in the ledger file it was published from.",
        ) from error  # fmt: skip


@attrs.frozen(kw_only=True)
class Recomputed:
    """A publication and what comes out of its history now."""

    publication: Publication
    issue: Issue
    published: str

    @property
    def identical(self) -> bool:
        """Whether it is the same, byte for byte."""
        return self.issue.text == self.published and self.issue.digest == self.publication.fact.digest

    @property
    def changes(self) -> Sequence[tuple[str, ...]]:
        """What differs: (sheet, unit, item or "", published, recomputed)."""
        return changes_of(json.loads(self.published), self.issue.document)


def recomputed(session: Session, ledger: Ledger, one: Publication) -> Recomputed:
    """The publication computed again from its history. Raises NotHere."""
    published = published_text(ledger, one)
    again = issue(report_of(session, ledger, one), one.fact.period, provisional=one.fact.provisional)
    return Recomputed(publication=one, issue=again, published=published)


def changes_of(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Scores of two documents that differ, unit by unit: (sheet, unit, item or "", old, new); "-" where there is none."""
    sides = [_scores(document) for document in (old, new)]
    return [
        (*place, sides[0].get(place, "-"), sides[1].get(place, "-"))
        for place in dict.fromkeys((*sides[0], *sides[1]))
        if sides[0].get(place) != sides[1].get(place)
    ]


def _scores(document: Mapping[str, Any]) -> dict[tuple[str, str, str], str]:
    found: dict[tuple[str, str, str], str] = {}
    for sheet in document["sheets"]:
        for unit in sheet["units"]:
            found[sheet["sheet"], unit["unit"], ""] = f"{unit['score'] or '-'} ({unit['rank'] or '-'})"
            found |= {(sheet["sheet"], unit["unit"], one["item"]): one["score"] for one in unit["items"]}
    for year in document.get("years", ()):
        found |= {
            (year["year"], one["unit"], ""): f"{one['score'] or '-'} ({one['rank'] or '-'})" for one in year["units"]
        }
    return found


@attrs.frozen
class Published:
    """What publishing a period came to; `earlier`: its publications before; `standing`: it stood there already; `ground` as JSON."""

    publication: Publication
    earlier: Sequence[Publication]
    standing: bool
    ground: Mapping[str, Any] | None = None


class Objected(UserError):
    """A period that is not published as it is unless that is accepted by name."""


class NotAsShown(UserError):
    """What would be published is another than was looked at: the rules, the calendar or the hour have changed."""


def publish_period(
    session: Session, period: str, *, as_of: str | None = None, provisional: bool = False, document: str | None = None,
    accept: Sequence[str] = (), shown: str | None = None,
) -> Published:  # fmt: skip
    """The ledger verified and the period published; `shown`: the digest of what somebody looked at and means to publish. Raises
    WrongArgument, ProvisionalPeriod, Untold, Objected, NotAsShown, LedgerMoved, DamagedLedger."""
    read_scored(period, session.book())
    _refuse_unknown(accept)
    with session.ledger() as opened:
        _verify(session, opened)
        one = issue(session.scoring(opened, as_of, mirrored=False, period=period), period, provisional=provisional)
        if shown not in (None, one.digest):
            raise NotAsShown(
                sentence("the result is no longer what was shown: nothing is published."),
                "Look at it as it is now, and publish that.",
            )
        one = _grounded(opened, one, refuse_untold_of(opened, one), period, accept)
        refuse_nothing(one, period)
        known = publications(opened, opened.head().position, period)
        made = publish(opened, one, now.now_ms(), provisional=provisional, document=document)
        ground = published_ground(opened, made)
    return Published(made, [old for old in known if old.position < made.position], made in known, ground)


def refuse_nothing(one: Issue, period: str) -> None:
    """Raises WrongArgument where no unit has a score to publish."""
    if not any(sheet["units"] for sheet in one.document["sheets"]) and not one.document.get("years"):
        raise WrongArgument(
            sentence("there is nothing to publish for {period}.", period=period), "Import its log first."
        )


def _refuse_unknown(accept: Sequence[str]) -> None:
    """Raises WrongArgument for a name of nothing that can be accepted."""
    for name in accept:
        if name not in ACCEPTABLE:
            known = " ".join(ACCEPTABLE)
            raise WrongArgument(
                sentence("there is nothing to accept by the name {name}.", name=name),
                sentence("Known: {known}", known=known),
            )


def refuse_untold_of(ledger: Ledger, one: Issue) -> PeriodGaps:
    """What no source tells of an issue's period. Raises Untold where it cannot be scored for that."""
    asked = read_period(str(one.document["period"]), one.scoring.book)
    return refuse_untold(ledger, one.scoring, asked.kind, asked.months)


def _grounded(ledger: Ledger, one: Issue, gaps: PeriodGaps, period: str, accept: Sequence[str]) -> Issue:
    """The issue with its ground. Raises Objected where something speaks against it that is not accepted."""
    ground = ground_of(ledger, one.scoring, one.month, one.sheets, gaps)
    against = list(objections(one.scoring, one.month, ground, period))
    refused = [each for each in against if each.name not in accept]
    if refused:
        names = " ".join(f"--accept {each.name}" for each in refused)
        remedy = sentence(
            "Mend that first; or publish all the same, so that it is printed and kept: {names}", names=names
        )
        raise Objected(listed([each.why for each in refused], " "), remedy)
    return attrs.evolve(one, ground=attrs.evolve(ground, accepted=tuple(each.name for each in against)))


@attrs.frozen
class Replay:
    """Publications computed again, oldest first; `elsewhere`: those made in another ledger."""

    recomputed: Sequence[Recomputed]
    elsewhere: Sequence[Publication]

    def refuse_differing(self) -> None:
        """Raises Differs where one does not come out as it was published."""
        differing = [one.publication for one in self.recomputed if not one.identical]
        if differing:
            shown = " ".join(f"{one.fact.period} (#{one.position}, kaoping {one.fact.version})" for one in differing)
            raise Differs(
                sentence("not identical to what was published: {periods}", periods=shown),
                "Compare the versions of Kaoping.",
            )


def recompute_period(
    session: Session,
    period: str | None = None,
    *,
    published: bool = True,
    last: bool = False,
    as_of: str | None = None,
    provisional: bool = False,
) -> Replay | Issue:
    """The ledger verified, and what was published computed again: of a period or all, or the `last` alone. Where a period was
    not, or what was `published` is not asked about: the period computed from history. Raises WrongArgument, NotHere where all
    were made in another ledger, ProvisionalPeriod, Untold, DamagedLedger."""
    if period is not None:
        read_period(period, session.book())
    with session.ledger() as opened:
        _verify(session, opened)
        found = publications(opened, opened.head().position, period) if published else []
        if found:
            return _replay(session, opened, found[-1:] if last else found)
        if period is None or last:
            why = sentence("nothing was published as {name}.", name=period) if period else None
            raise WrongArgument(why or sentence("nothing was published yet."), "kaoping publish PERIOD publishes.")
        one = issue(session.scoring(opened, as_of, mirrored=False, period=period), period, provisional=provisional)
        return attrs.evolve(one, gaps=refuse_untold_of(opened, one))


def _replay(session: Session, ledger: Ledger, found: Sequence[Publication]) -> Replay:
    again: list[Recomputed] = []
    elsewhere: list[Publication] = []
    for one in found:
        try:
            again.append(recomputed(session, ledger, one))
        except NotHere:
            elsewhere.append(one)
    if not again:
        recomputed(session, ledger, found[-1])  # says why not
    return Replay(again, elsewhere)


def refuse_another(one: Issue, period: str, expect: str | None) -> None:
    """Raises Differs where a digest is expected and the issue has another."""
    if expect is not None and one.digest != expect:
        raise Differs(
            sentence("{month} comes out as {digest}, not as {expect}.", month=period, digest=one.digest, expect=expect),
            "Compare the four stamps with those of the expected result.",
        )


def _verify(session: Session, ledger: Ledger) -> None:
    with session.busy("re-deriving every hash"):
        ledger.verify()
