"""What an address must say for its page to come out the same on any later day."""

from collections.abc import Mapping

from calendars.instants import show_iso
from kaoping.office.session import Session
from kaoping.web.desk import Inquiry
from scoring.scores.scoring import Scoring


def reproduced(session: Session, inquiry: Inquiry, scoring: Scoring) -> Mapping[str, str]:
    """The `as_of` under which the page is what it is: the one asked for, else the instant, if at that the ledger knew just what the
    page rests on; where batches are dated ahead, the position (verdicts are then as of its own instant)."""
    if inquiry.as_of is not None:
        return {"as_of": inquiry.as_of}
    position = scoring.snapshot.head.position
    with session.ledger() as opened:
        same = opened.position_at(scoring.as_of) == position
    return {"as_of": show_iso(scoring.as_of) if same else str(position)}
