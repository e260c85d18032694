"""How much what stands under a heading is like what a column holds: times, numbers of tickets, steps, names."""

import re
from datetime import datetime

from ledger.intake.cells import shown
from ledger.intake.profile import Profile
from ledger.intake.tables.table import LogTable
from ledger.intake.wizard.contents import ENOUGH, cells_under
from ledger.intake.wizard.formats import time_format

TRIED = 200  # cells tried for a format
ACT = re.compile("activity|event|step|环节|操作|流水", re.I)


def worth(table: LogTable, column: str, heading: str) -> float:
    """How much the cells are like what the column holds; 0: not at all."""
    cells = [shown(cell) for cell in cells_under(table, heading)]
    if not cells:
        return 0
    distinct = len(set(cells)) / len(cells)
    if column == "at":
        tried = cells[:TRIED]
        return sum(time_format(cell) is not None for cell in tried) / len(tried) if not _typed(table, heading) else 1
    if column == "ticket":
        return distinct / (50 if ACT.search(heading) else 1)
    if column == "seq":
        return 1 if all(cell.isdecimal() for cell in cells) else 0
    if column == "id":
        return 1 if distinct == 1 else 0
    if all(cell.isdecimal() for cell in cells):
        return 0
    return max(1 - distinct, 0.01)


def _typed(table: LogTable, heading: str) -> bool:
    return any(isinstance(cell, datetime) for cell in cells_under(table, heading))


def numbers_tickets(table: LogTable, heading: str, base: Profile) -> bool:
    """Whether numbers of tickets may stand under a heading; where a row is a ticket, nearly each has its own."""
    cells = [shown(cell) for cell in cells_under(table, heading)]
    digits = sum(any(map(str.isdigit, cell)) for cell in cells)
    own = not base.by_ticket or len({*cells}) >= 0.9 * len(cells)
    return bool(cells) and digits >= ENOUGH * len(cells) and own and worth(table, "at", heading) < ENOUGH
