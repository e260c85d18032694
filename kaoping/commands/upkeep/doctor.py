"""The command that looks at this machine."""

import sys

from kaoping.commands.asked import Asked, asks
from kaoping.office.upkeep.doctor import Screen, is_well, looked_at
from kaoping.papers import terminal
from kaoping.papers.pdf import FONTS, Office
from kaoping.reports.upkeep.doctor import doctor_json, doctor_page


@asks("rulebook", "calendar", "ledger", "lang", "as_json")
def doctor(asked: Asked) -> None:
    """Say what this machine has of all that Kaoping uses, what it lacks, and what to do about it."""
    session = asked.session()

    def program() -> str | None:
        found = Office.found()
        return None if found is None else found.program

    with session.busy("looking at this machine"):
        findings = tuple(looked_at(session, Screen(encoding=sys.stdout.encoding or "ascii"), program, FONTS))
    if asked.as_json:
        terminal.answer(doctor_json(session.language, findings))
    else:
        terminal.show(doctor_page(session.language, findings))
    if not is_well(findings):
        raise SystemExit(1)
