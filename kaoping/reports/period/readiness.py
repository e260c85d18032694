"""What an office should know before it publishes a period: what was checked, what speaks against it, and the result itself."""

from collections.abc import Iterator

from kaoping.language.language import Language
from kaoping.language.moments import moment
from kaoping.office.period.ground import ground_json
from kaoping.office.period.readiness import Readiness
from kaoping.reports.ground import ground_lines
from kaoping.reports.page import Block, Listing, page_of
from kaoping.reports.score import score_page


@page_of
def readiness_page(language: Language, told: Readiness) -> Iterator[Block]:
    """The checks, then the sheets as they would go out."""
    say, one = language.say, told.issue
    lines = ["√ " + say("The ledger is sound: {position} events, every hash derived again.", position=told.position)]
    lines += ["! " + language.tell(each.why) for each in told.against]
    if told.waiting:
        shown = " ".join(f"#{position}" for position in told.waiting)
        lines.append("! " + say("Appeals that touch it have no ruling yet: {appeals}", appeals=shown))
    for before in told.earlier:
        same = say("the same result") if before.fact.digest == one.digest else say("another result")
        at = moment(before.fact.at, language.code)
        lines.append(say("published before as #{position} on {at}: {same}", position=before.position, at=at, same=same))
    if not told.against and not told.waiting:
        lines.append("√ " + say("Nothing speaks against publishing it."))
    yield Listing(say("Checked"), lines)
    yield from ground_lines(language, ground_json(told.ground))
    yield f"{say('result')} {one.digest}"
    yield from score_page(language, one.scoring, one.month, one.sheets, brief=True).blocks
