"""Whether a period can be published as it is: the ledger verified, what speaks against it, and what was published before."""

from collections.abc import Sequence

import attrs

from kaoping.office.appeals import appeals_waiting
from kaoping.office.period.ground import Ground, Objection, ground_of, objections
from kaoping.office.publications import Issue, Publication, issue, publications, refuse_nothing, refuse_untold_of
from kaoping.office.session import Session, read_scored


@attrs.frozen(kw_only=True)
class Readiness:
    """A period as it would be published now, and what its office should know before: `against` must each be accepted by name,
    `waiting` appeals that touch it have no ruling yet, `earlier` publications of it stand, the oldest first; `provisional`: past the
    last official notice too."""

    period: str
    position: int
    issue: Issue
    ground: Ground
    against: Sequence[Objection]
    waiting: Sequence[int]
    earlier: Sequence[Publication]
    provisional: bool = False


def readiness(session: Session, period: str, *, provisional: bool = False) -> Readiness:
    """What `publish` would publish, and what it would refuse; nothing is written. Raises WrongArgument, ProvisionalPeriod, Untold,
    DamagedLedger."""
    read_scored(period, session.book())
    with session.ledger() as opened:
        with session.busy("re-deriving every hash"):
            found = opened.verify()
        one = issue(session.scoring(opened, mirrored=False), period, provisional=provisional)
        gaps = refuse_untold_of(opened, one)
        refuse_nothing(one, period)
        ground = ground_of(opened, one.scoring, one.month, one.sheets, gaps)
        return Readiness(
            period=period, position=found.position, provisional=provisional, issue=one, ground=ground,
            against=[*objections(one.scoring, one.month, ground, period)],
            waiting=appeals_waiting(opened, one.scoring, one.month.months),
            earlier=publications(opened, opened.head().position, period),
        )  # fmt: skip
