"""Where the names of units on a page lead to."""

from collections.abc import Callable, Sequence

from kaoping.web.desk import UNITS_OF, Inquiry, unit_path
from scoring.scores.sheets import SheetScore


def leads_to_units(inquiry: Inquiry, period: str, sheets: Sequence[SheetScore]) -> Callable[[str], str | None]:
    """To a unit's page in the period, where it has a score there and the period is one that units have pages of."""
    scored = {one.unit for sheet in sheets for one in sheet.units if one.score is not None}
    has_pages = UNITS_OF.fullmatch(period) is not None
    return lambda unit: inquiry.link(unit_path(period, unit)) if has_pages and unit in scored else None
