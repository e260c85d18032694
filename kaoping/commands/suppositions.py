"""`audit --if` and `--without`: what the scores had been, had one ticket's facts been otherwise."""

from collections.abc import Iterator, Sequence

from calendars.periods import show_month
from kaoping.office.session import Session, WrongArgument, read_moment
from kaoping.papers import terminal
from kaoping.reports.diff import diff_json, diff_page
from ledger.sentences import sentence
from scoring.compare.reports import Difference, Leg, difference
from scoring.compare.trials import ACTS, RATED, Supposition, months_of_ticket, supposed
from scoring.scores.scoring import Scoring

FORMS = "signed=2023-05-04T11:20, closed=…, due=…, satisfied=满意"


def suppose(
    session: Session,
    ticket: str,
    ifs: Sequence[str],
    without: Sequence[str],
    unit: str | None,
    number: int | None,
    as_of: str | None,
) -> None:
    """Show what each month of the ticket would be, this being so and everything else the same. Raises WrongArgument,
    CannotSuppose."""
    suppositions = [*map(_read_if, ifs), *map(_read_without, without)]
    with session.ledger() as opened:
        before = session.scoring(opened, as_of)
        if not any(True for _ in opened.events(before.snapshot.head.position, ticket=ticket)):
            raise WrongArgument(
                sentence("the ledger knows no ticket {ticket}.", ticket=ticket),
                "Check the number; it is text, every digit counts.",
            )
        after = supposed(before, ticket, suppositions, unit, number)
        with session.busy("comparing"):
            told = list(_by_month(before, after, ticket))
    names = (
        session.language.say("as it is"),
        " ".join([*(f"--if {one}" for one in ifs), *(f"--without {one}" for one in without)]),
    )
    if session.json:
        shown = [diff_json(one, show_month(one.months[0]), names, None, None) for one in told]
        terminal.answer({"ticket": ticket, "if": list(ifs), "without": list(without), "months": shown})
        return
    for one in told:
        terminal.show(diff_page(session.language, one, show_month(one.months[0]), names, None, None))
        terminal.tell()


def _by_month(before: Scoring, after: Scoring, ticket: str) -> Iterator[Difference]:
    for month in sorted(months_of_ticket(before, ticket) | months_of_ticket(after, ticket)):
        yield difference(before, after, [month], legs=[Leg(reason="supposed", before=before, after=after)])


def _read_if(text: str) -> Supposition:
    name, mark, value = text.partition("=")
    if not mark or not value:
        raise WrongArgument(
            sentence("{text} supposes nothing.", text=text), sentence("Write it like: {forms}", forms=FORMS)
        )
    if name in RATED:
        return Supposition(name=name, rating=value)
    if name in ACTS or name == "due":
        return Supposition(name=name, at=read_moment(value))
    raise WrongArgument(
        sentence("{name} cannot be supposed; known: {known}", name=name, known=" ".join((*ACTS, *RATED, "due"))),
        sentence("Write it like: {forms}", forms=FORMS),
    )


def _read_without(text: str) -> Supposition:
    if text.removeprefix("#").isdecimal():
        return Supposition(position=int(text.removeprefix("#")))
    return Supposition(name=text)
