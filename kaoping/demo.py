"""The demonstration: a simulated county's month, imported, ranked, and its costliest ticket explained."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

from kaoping import simulate, wall
from kaoping.desk import Desk
from kaoping.intake import batch_json, read_files, take_in
from kaoping.publications import issue, publish, recomputed
from kaoping.reports.audit import TicketReport, in_order, print_audit
from kaoping.reports.publications import print_all_recomputed, print_published
from kaoping.reports.score import print_score
from ledger.columns import voided_keys
from metrics.engines import clock_of
from scoring.audit import audit
from scoring.sheets import SheetScore

MONTH = 202305


def run_demo(desk: Desk, folder: Path, seed: int) -> None:
    """Write the simulated log into the folder, import it into a new ledger there, and show what it says."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("kaoping.db*"):
        old.unlink()
    paper, say = desk.paper(), desk.tongue.say
    clock = clock_of(desk.calendar(), desk.book().practice())
    paths = simulate.write(simulate.simulate(seed, clock=clock), folder)
    shown = " ".join(map(str, paths))
    paper.print(say("Simulated by our own code (seed {seed}): {files}", seed=seed, files=shown), soft_wrap=True)
    with desk.ledger(create=True) as ledger:
        for arrival in take_in(desk, ledger, read_files(paths, None)):
            paper.print(say("{file}: {rows} rows, {events_added} events", **batch_json(arrival, desk.tongue)))
        paper.print()
        report = desk.report(ledger)
        evidence = report.evidence([MONTH])[MONTH]
        sheets = report.sheets(evidence)
        print_score(paper, desk.tongue, report, evidence, sheets)
        ticket = costliest(sheets)
        paper.print()
        paper.print(say("The ticket that cost most"))
        told = TicketReport(
            report=report, audit=audit(report, ticket), events=in_order(ledger.events(ticket=ticket)),
            batches=ledger.batches(), voided=frozenset(voided_keys(ledger.events(kinds=("void",)))),
        )  # fmt: skip
        print_audit(paper, desk.tongue, told)
        paper.print()
        one = publish(ledger, issue(report, f"{MONTH // 100}-{MONTH % 100:02d}", provisional=False), wall.now_ms())
        print_published(paper, desk.tongue, one, [])
        print_all_recomputed(paper, desk.tongue, [recomputed(desk, ledger, one)])
    paper.print()
    paper.print(say("Now try: kaoping audit {ticket} --ledger {path}", ticket=ticket, path=desk.path), soft_wrap=True)


def costliest(sheets: Iterable[SheetScore]) -> str:
    """The ticket with the largest shares, over all units and items."""
    lost: dict[str, Fraction] = {}
    for sheet in sheets:
        for unit in sheet.units:
            for share in (one for item in unit.items for one in item.shares):
                if share.cause is not None and share.cause.ticket is not None:
                    lost[share.cause.ticket] = lost.get(share.cause.ticket, Fraction(0)) + share.points
    return max(sorted(lost), key=lambda ticket: lost[ticket])
