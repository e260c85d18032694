"""A table of another field -> its columns and its profile, by what headings and words hint and the cells hold."""

import re
from collections.abc import Mapping

from ledger.facts import KIND
from ledger.intake.cells import shown
from ledger.intake.headings import CITIZENS
from ledger.intake.profile import BY_WORD, EventRule, Profile, When
from ledger.intake.tables.table import LogTable
from ledger.intake.wizard.contents import ENOUGH, cells_under
from ledger.intake.wizard.formats import needed_formats
from ledger.intake.wizard.guesses import BY_CONTENT
from ledger.intake.wizard.vocabulary import UNIT, Vocabulary
from ledger.intake.wizard.worth import worth

HINTS: Mapping[str, str] = {
    "ticket": r"case|ticket|incident|request|工单|编号|单号|事件号|^id$|_id$|number|unique.?key",
    "kind": r"^kind$|activity|action|event|concept:name|state|status|step|操作|环节|动作|步骤|状态",
    "at": r"stamp|time|date|updated_at|时间|日期",
    "unit": r"承办|责任|responsible|assignment|单位|部门|科室|group|unit|department|section|team|agency|org",
    "seq": r"mod_count|seq|步骤序号|环节序号",
    "id": r"activity_number|(event|log|record|step).?id|流水号|记录编号|日志编号",
}
HINTS_FIRST: Mapping[str, str] = {"unit": "承办|责任|responsible|assignment"}  # those before others
STATE = re.compile("state|status|状态", re.I)
DATED: Mapping[str, str] = {
    "dispatched_at": r"creat|open|receiv|start|派|受理|登记|创建",
    "closed_at": r"clos|resolv|complet|finish|end|办结|办毕|答复|回复|完成",
}
WORDS: Mapping[str, str] = {
    "return": r"reassign|upgrade|退单|退回|退件",
    "redo": r"reopen|重办|重新办理",
    "dispatch": r"assign|queue|insert|派单|派发|分派|转派|交办|下派|转办",
    "sign": r"accept|take in charge|in progress|^active$|签收|接单|接收|已接",
    "contact": r"wait|customer|联系",
    "close": r"clos|resolv|complet|办结|办毕|回复|答复|结束",
    "survey": r"回访|survey",
}
BY_TICKET = (EventRule(kind="dispatch", at="dispatched_at", needed=True), EventRule(kind="close", at="closed_at"))


def by_content(table: LogTable, field: Vocabulary) -> dict[str, tuple[str, str]]:
    """Column -> (heading, how), by what the headings hint and the cells hold."""
    found: dict[str, tuple[str, str]] = {}
    for column, hint in HINTS.items():
        fitting = [one for one in table.header if re.search(hint, one, re.I) and not CITIZENS.search(one)]
        fitting = [one for one in fitting if one not in [heading for heading, _ in found.values()]]
        fitting = [one for one in fitting if column != UNIT or field.names_units(table, one)]
        first = HINTS_FIRST.get(column, "$^")
        scored = sorted(
            fitting,
            key=lambda one: (not re.search(first, one, re.I), -worth(table, column, one), table.header.index(one)),
        )
        scored = [one for one in scored if worth(table, column, one) > 0]
        if not scored and column == "at":
            scored = [one for one in table.header if worth(table, column, one) >= ENOUGH]
        if scored:
            found[column] = (scored[0], BY_CONTENT)
    dated = _dated(table)
    if "ticket" in found and worth(table, "ticket", found["ticket"][0]) == 1 and len(dated) == len(DATED):
        return {column: found[column] for column in ("ticket", "unit") if column in found} | dated
    return found


def _dated(table: LogTable) -> dict[str, tuple[str, str]]:
    """The times of a ticket's beginning and end, where a row is a whole ticket."""
    times = [one for one in table.header if worth(table, "at", one) >= ENOUGH]
    found = {}
    for column, hint in DATED.items():
        named = next((one for one in times if re.search(hint, one, re.I)), None)
        if named is not None:
            found[column] = (named, BY_CONTENT)
    return found


def new_profile(found: Mapping[str, tuple[str, str]], table: LogTable, name: str) -> Profile:
    """A profile of the columns that were found, with the formats and the kinds of words that the table has."""
    columns = {column: (heading,) for column, (heading, _) in found.items()}
    dated = [column for column in found if column == "at" or column in DATED]
    times = needed_formats(table, [found[column][0] for column in dated], None)
    words = {shown(cell) for cell in cells_under(table, found["kind"][0])} if "kind" in found else set()
    kinds = {word: kind for word in sorted(words) if (kind := _kind_like(word))}
    states = "at" in columns and "kind" in found and STATE.search(found["kind"][0]) is not None
    return Profile(
        name=name, title=table.name, source=table.name, columns=columns, times=times or ("iso",),
        needed=tuple(column for column in ("ticket", "kind", "at", "unit", "dispatched_at") if column in columns),
        absent=("", "无", "-", "/", "NULL", "null", "?"), kinds=kinds, state_rows=states, events=_acts(columns, states=states),
    )  # fmt: skip


def _acts(columns: Mapping[str, tuple[str, ...]], *, states: bool) -> tuple[EventRule, ...]:
    """What the rows tell: acts by their word; of states, besides, a dispatch where the unit changed; or whole tickets."""
    if "at" not in columns:
        return BY_TICKET
    sent = EventRule(kind="dispatch", when=(When(column="unit", filled=True),))
    return (*((sent,) if states and "unit" in columns else ()), EventRule(kind=BY_WORD))


def _kind_like(word: str) -> str:
    own = next((name for name, kind in KIND.items() if word in (name, kind.word)), "")
    return own or next((kind for kind, hint in WORDS.items() if re.search(hint, word, re.I)), "")
