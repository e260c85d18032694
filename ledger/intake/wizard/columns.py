"""The columns of a profile of the field in a table: those it has, and what could be those it seems to lack."""

import re
from collections.abc import Mapping, Sequence

from ledger.intake.cells import shown
from ledger.intake.headings import CITIZENS, FREE_TEXT
from ledger.intake.meanings import Meanings
from ledger.intake.nearest import LIKE as A_LITTLE
from ledger.intake.nearest import likeness, plain
from ledger.intake.profile import Profile
from ledger.intake.tables.table import LogTable
from ledger.intake.wizard.contents import ENOUGH, cells_under, field_of, is_full, unread_among
from ledger.intake.wizard.guesses import BY_CONTENT, LIKE, SURE
from ledger.intake.wizard.hints import HINTS, STATE
from ledger.intake.wizard.vocabulary import UNIT, Vocabulary
from ledger.intake.wizard.worth import numbers_tickets, worth

REASONS = ("reason", "return_reason", "redo_reason")
SENT: Mapping[str, str] = {
    "dispatched_at": r"派|交办|下发|分办|转办",
    "asked_at": r"留言|提问|发帖|来信|问政|发布",
    "answered_at": r"答复|回复|反馈|办结|办毕|办理完成",
    "at": "",
}  # of a time that is needed
OF_OTHERS = re.compile(
    "被|反映|投诉|诉求|来电|申请|对象|涉及|企业|事发|发生|地点|区域|辖区|属地|乡镇|街道|社区|派|受理|登记|创建|录入|督办|审|回访|考核|协办|会办|抄送"
    "|人$|人员|负责|联系|类型|类别|性质|编码|编号|代码|级别|数量|状态|评价"
)  # units that do not do the work, or no units
BODY = re.compile(
    r"\S{1,28}(镇|乡|街道|街办|办事处|管委会|委员会|委|局|厅|院|所|站|队|中心|公司|集团|部|处|科|室|组|政府|分局|学校|法院|联合会|协会|[^即已待在未交转督主协承补催]办)"
)  # a unit's name
NAME_WIDTH, MOST_UNITS = 30, 400


def matched_columns(base: Profile, table: LogTable, field: Vocabulary) -> dict[str, tuple[str, str]]:
    """Column -> (heading, how): first the headings the profile knows, then those that are like one and can be read as it. A unit is
    looked for elsewhere (`filled_columns`): any text can be read as its name."""
    places = {plain(heading): heading for heading in reversed(table.header)}
    found: dict[str, tuple[str, str]] = {}
    for column, headings in base.columns.items():
        there = next((places[plain(one)] for one in headings if plain(one) in places), None)
        if there is not None:
            found[column] = (there, SURE)
    taken = {heading for heading, _ in found.values()}
    pairs = [
        (_closeness(headings, heading), column, heading)
        for heading in _free(table, found)
        for column, headings in base.columns.items()
        if column not in (*found, *REASONS, UNIT) and not column[-1].isdigit() and field.may_be(heading, column)
    ]
    means = Meanings.of(base)
    for close, column, heading in sorted(pairs, key=lambda pair: (-pair[0], pair[1])):
        if close < ENOUGH or column in found or heading in taken:
            continue
        bad, cells = unread_among(means, field_of(base, column), cells_under(table, heading))
        if cells and bad <= (1 - ENOUGH) * cells:
            found[column] = (heading, LIKE)
            taken.add(heading)
    return found


def _free(table: LogTable, found: Mapping[str, tuple[str, str]]) -> list[str]:
    """The headings that are not taken, and that neither name citizens nor stand above free text."""
    taken = {heading for heading, _ in found.values()}
    there = [one for one in table.header if one and one not in taken]
    return [one for one in there if not CITIZENS.search(one) and not FREE_TEXT.search(one)]


def filled_columns(
    base: Profile, found: Mapping[str, tuple[str, str]], table: LogTable, field: Vocabulary
) -> dict[str, tuple[str, str]]:
    """Of the columns that the base cannot do without and the table seems to lack: (heading, how) of what could be each."""
    filled: dict[str, tuple[str, str]] = {}
    for column in dict.fromkeys((*base.needed, UNIT)):
        if column in found:
            continue
        free = [one for one in _free(table, {**found, **filled}) if field.may_be(one, column) and is_full(table, one)]
        guess = _guessed(base, column, free, table, field)
        if guess is not None:
            close = column == UNIT and _closeness(base.columns[UNIT], guess) >= ENOUGH
            filled[column] = (guess, LIKE if close else BY_CONTENT)
    return filled


def _guessed(base: Profile, column: str, free: Sequence[str], table: LogTable, field: Vocabulary) -> str | None:
    """The heading that could be a column by its name and what stands under it; None: nothing could, or who knows which."""
    if column == UNIT:
        return _unit_among(base.columns[UNIT], [one for one in free if field.names_units(table, one)], table)
    if column == "ticket":
        named = [one for one in free if re.search(HINTS[column], one, re.I) and numbers_tickets(table, one, base)]
        return max(named, key=lambda one: worth(table, column, one), default=None)
    if column == "kind":
        means = Meanings.of(base)
        told = {one: unread_among(means, column, cells_under(table, one)) for one in free if not STATE.search(one)}
        words = [one for one, (bad, cells) in told.items() if cells and bad <= (1 - ENOUGH) * cells]
        return words[0] if len(words) == 1 else None
    times = [one for one in free if re.search(SENT.get(column, "$^"), one) and worth(table, "at", one) >= ENOUGH]
    return times[0] if len(times) == 1 else None


def _unit_among(headings: Sequence[str], free: Sequence[str], table: LogTable) -> str | None:
    """The heading under which those who do the work could stand: its name is like one of the field, or names of units stand under it."""
    scored: list[tuple[bool, float, float, str]] = []
    for heading in free:
        names = [shown(cell).strip() for cell in cells_under(table, heading)]
        bodies = sum(BODY.fullmatch(name) is not None for name in names) / len(names)
        close = _closeness(headings, heading)
        short = all(len(name) <= NAME_WIDTH for name in names) and len({*names}) <= MOST_UNITS
        if (
            short
            and not OF_OTHERS.search(heading)
            and (bodies >= ENOUGH or close >= ENOUGH or close >= A_LITTLE <= 2 * bodies)
        ):
            scored.append((bodies >= ENOUGH, close, bodies, heading))
    return max(scored, key=lambda one: one[:3])[3] if scored else None


def _closeness(headings: Sequence[str], heading: str) -> float:
    return max(likeness(heading, one) for one in headings)
