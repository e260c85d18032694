"""A period as it was published: what its units are shown before anything newer is."""

import attrs

from kaoping.office.period.losses import UnitLosses, losses_of
from kaoping.office.publications import Issue, Publication, issue, publications, report_of
from kaoping.office.session import Session, read_period
from ledger.sentences import UserError, sentence
from ledger.store import Ledger


class NotPublished(UserError):
    """A period of which nothing went out yet, or not as this version would tell it."""


@attrs.frozen
class PublishedPeriod:
    """A publication that stands, and its period scored as it was then."""

    publication: Publication
    issue: Issue


def last_publications(session: Session) -> list[Publication]:
    """Of each period the last publication that stands, the newest period first."""
    with session.ledger() as opened:
        last = {one.fact.period: one for one in publications(opened, opened.head().position)}
    return [last[period] for period in sorted(last, reverse=True)]


def is_published(session: Session, period: str) -> bool:
    """Whether a publication of the period stands."""
    with session.ledger() as opened:
        return bool(publications(opened, opened.head().position, period))


def published_period(session: Session, period: str) -> PublishedPeriod:
    """The period as it was last published. Raises WrongArgument, NotPublished, NotHere."""
    read_period(period, session.book())
    with session.ledger() as opened:
        return _standing(session, opened, period)


def _standing(session: Session, opened: Ledger, period: str) -> PublishedPeriod:
    found = publications(opened, opened.head().position, period)
    if not found:
        raise NotPublished(
            sentence("{period} is not published yet.", period=period), "It is shown here as soon as it is."
        )
    last = found[-1]
    one = session.once(
        ("published", last.position),
        lambda: issue(report_of(session, opened, last), period, provisional=last.fact.provisional),
    )
    if one.digest != last.fact.digest:
        raise NotPublished(
            sentence("{period} cannot be shown as it was published.", period=period),
            "Ask the office: kaoping recompute tells what differs.",
        )
    return PublishedPeriod(last, one)


def published_losses(session: Session, unit: str, period: str) -> UnitLosses:
    """How a unit lost its points in a month or year as it was last published. Raises WrongArgument, NotPublished, NotHere."""
    read_period(period, session.book())
    with session.ledger() as opened:
        told = _standing(session, opened, period)
        return losses_of(
            session, opened, told.issue.scoring, unit, period, provisional=told.publication.fact.provisional, brief=True
        )
