"""The demonstration: a simulated county's month, imported, ranked, and its costliest ticket explained."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

from calendars.periods import show_month
from kaoping import now
from kaoping.demo import simulate
from kaoping.office.intake.imports import read_files, take_in
from kaoping.office.publications import Published, issue, publish, recomputed
from kaoping.office.session import Session, WrongArgument
from kaoping.office.tickets import report_on
from kaoping.papers import terminal
from kaoping.reports.audit import audit_page
from kaoping.reports.intake.imported import batch_json
from kaoping.reports.publications import published_page, recomputed_page
from kaoping.reports.score import score_page
from ledger.sentences import sentence
from metrics.derive import clock_of
from scoring.scores.sheets import SheetScore

MONTH = 202305


MARK = ".kaoping-demo"
LEDGER = tuple(f"kaoping.db{suffix}" for suffix in ("", "-wal", "-shm", "-journal", ".checkpoints"))
MADE = (simulate.LOG, simulate.FACTS, *LEDGER)


def make_room(folder: Path) -> None:
    """A folder with nothing in it but what the demonstration lists in its mark as its own. Raises WrongArgument for a folder
    of somebody else's, or with somebody else's file of such a name; then nothing is touched."""
    there = (
        {path.name for path in folder.iterdir()}
        if folder.is_dir()
        else {folder.name}
        if folder.exists()
        else set[str]()
    )
    mark = (folder / MARK).read_text("utf-8", "replace") if MARK in there else ""
    own = {*mark.splitlines()} & {*MADE}
    foreign = sorted(there - own if MARK not in there else there & {*MADE} - own)
    if foreign:
        raise WrongArgument(
            sentence(
                "{folder} is not the demonstration's: {name} in it was not made by it.", folder=folder, name=foreign[0]
            ),
            "Name a new or an empty folder with --folder.",
        )
    for name in own & there:
        (folder / name).unlink()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text("".join(f"{name}\n" for name in MADE), "utf-8")


def run_demo(session: Session, folder: Path, seed: int) -> None:
    """Write the simulated log into the folder, import it into a new ledger there, and show what it says."""
    make_room(folder)
    say = session.language.say
    clock = clock_of(session.calendar(), session.book().practice())
    paths = simulate.write(simulate.simulate(seed, clock=clock), folder)
    shown = " ".join(map(str, paths))
    terminal.tell(say("Simulated by our own code (seed {seed}): {files}", seed=seed, files=shown))
    with session.ledger(create=True) as ledger:
        for arrival in take_in(session, ledger, read_files(paths, None)):
            terminal.tell(say("{file}: {rows} rows, {events_added} events", **batch_json(arrival, session.language)))
        terminal.tell()
        scoring = session.scoring(ledger)
        evidence = scoring.evidence([MONTH])[MONTH]
        sheets = scoring.sheets(evidence)
        terminal.show(score_page(session.language, scoring, evidence, sheets))
        ticket = costliest(sheets)
        terminal.tell()
        terminal.tell(say("The ticket that cost most"))
        told = report_on(ledger, scoring, ticket)
        terminal.show(audit_page(session.language, told))
        terminal.tell()
        one = publish(ledger, issue(scoring, show_month(MONTH), provisional=False), now.now_ms())
        terminal.show(published_page(session.language, Published(one, [], standing=False)))
        terminal.show(recomputed_page(session.language, [recomputed(session, ledger, one)]))
    terminal.tell()
    terminal.tell(say("Now try: kaoping audit {ticket} --ledger {path}", ticket=ticket, path=session.path))


def costliest(sheets: Iterable[SheetScore]) -> str:
    """The ticket with the largest shares, over all units and items."""
    lost: dict[str, Fraction] = {}
    for sheet in sheets:
        for unit in sheet.units:
            for share in (one for item in unit.items for one in item.shares):
                if share.charge is not None and share.charge.ticket is not None:
                    lost[share.charge.ticket] = lost.get(share.charge.ticket, Fraction(0)) + share.points
    return max(sorted(lost), key=lambda ticket: lost[ticket])
