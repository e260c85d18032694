"""A table that nobody described yet -> the profile it may be read by, with what that is sure of and what not.

What the headings of the field say is taken from the profile that is nearest, also where it lacks a heading or two: what could be
these is proposed and marked, and where nothing could, they stay open. A table that is near to none is guessed by what stands in it. A
heading that the field knows is never taken for another, and a word whose kind nobody knows is never guessed: its rows stay a problem.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import attrs

from ledger.facts import KIND
from ledger.intake.cells import UnfitCell, folded, shown, without_value
from ledger.intake.coverage import UNITS_OF_TIME
from ledger.intake.headings import CITIZENS, FREE_TEXT, doubled
from ledger.intake.meanings import Meanings
from ledger.intake.nearest import LIKE as A_LITTLE
from ledger.intake.nearest import likeness, plain
from ledger.intake.profile import BY_WORD, UNLISTED, EventRule, Profile, When, mistakes_in
from ledger.intake.tables.table import Cell, LogTable

BASES = ("hotline-wide", "hotline-log", "posts-wide")
UNIT = "unit"
SURE, LIKE, BY_CONTENT = "sure", "like", "content"
ENOUGH = 0.7  # of likeness, and of cells that can be read
ROWS = 2_000  # looked at
TRIED = 200  # cells tried for a format
SAMPLES = 3
SAMPLE_WIDTH = 24  # characters
KNOWN, FOUND = (
    2,
    4,
)  # headings of a profile that a table near to it has: sure ones, and any where it lacks several that are needed
REASONS = ("reason", "return_reason", "redo_reason")
FORMATS = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f",
    "%Y/%m/%d %H:%M:%S.%f", "%Y-%m-%d %H:%M:%S.%f", "%Y年%m月%d日 %H:%M:%S", "%Y年%m月%d日 %H:%M", "%Y%m%d%H%M%S", "%Y%m%d %H:%M:%S",
    "%Y.%m.%d %H:%M:%S", "%Y.%m.%d %H:%M", "iso", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S",
    "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d-%m-%Y %H:%M:%S", "%d-%m-%Y %H:%M",
)  # fmt: skip
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
SENT: Mapping[str, str] = {
    "dispatched_at": r"派|交办|下发|分办|转办",
    "asked_at": r"留言|提问|发帖|来信|问政|发布",
    "answered_at": r"答复|回复|反馈|办结|办毕|办理完成",
    "at": "",
}  # of a time that is needed
NO_LEAD = re.compile("[二三四]级|时限|期限|计时|计量|时长")  # nobody who leads stands under these
OF_OTHERS = re.compile(
    "被|反映|投诉|诉求|来电|申请|对象|涉及|企业|事发|发生|地点|区域|辖区|属地|乡镇|街道|社区|派|受理|登记|创建|录入|督办|审|回访|考核|协办|会办|抄送"
    "|人$|人员|负责|联系|类型|类别|性质|编码|编号|代码|级别|数量|状态|评价"
)  # units that do not do the work, or no units
BODY = re.compile(
    r"\S{1,28}(镇|乡|街道|街办|办事处|管委会|委员会|委|局|厅|院|所|站|队|中心|公司|集团|部|处|科|室|组|政府|分局|学校|法院|联合会|协会|[^即已待在未交转督主协承补催]办)"
)  # a unit's name
NAME_WIDTH, MOST_UNITS = 30, 400
ACT = re.compile("activity|event|step|环节|操作|流水", re.I)
WORDS: Mapping[str, str] = {
    "return": r"reassign|upgrade|退单|退回|退件",
    "redo": r"reopen|重办|重新办理",
    "dispatch": r"assign|queue|insert|派单|派发|分派|转派|交办|下派|转办",
    "sign": r"accept|take in charge|in progress|^active$|签收|接单|接收|已接",
    "contact": r"wait|customer|联系",
    "close": r"clos|resolv|complet|办结|办毕|回复|答复|结束",
    "survey": r"回访|survey",
}


@attrs.frozen(kw_only=True)
class ColumnGuess:
    """A heading and the column it is taken for; `how`: sure (a heading of the field), like one, or by what stands in it.
    `unread`: how many of its cells cannot be read as that; `samples`: masked."""

    heading: str
    column: str
    how: str
    unread: int = 0
    cells: int = 0
    samples: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class WordGuess:
    """A word of the table that the profile does not list: where it would stand, and the kind it may be (empty: unknown)."""

    section: str
    word: str
    value: str
    count: int


@attrs.frozen(kw_only=True)
class Proposal:
    """A profile for a table. `base`: the profile whose headings it follows (empty: none fitted); `by_event`: a row is an act, not
    a ticket; `words` are not in the profile yet; `citizens` and `texts` are headings not taken for privacy, `others` not
    understood; `missing` columns without which nothing is read; `day_first`: whether 3/4 was taken for 3 April, undecided;
    `repeated`: how many rows are equal in every cell to one before; `aside`: rules that the table has no columns for, not in the
    profile; `halves`: words of the table not in the profile, since their kind needs columns that it lacks: word -> (kind, columns)."""

    profile: Profile
    base: str
    by_event: bool
    columns: tuple[ColumnGuess, ...]
    words: tuple[WordGuess, ...]
    citizens: tuple[str, ...]
    texts: tuple[str, ...]
    others: tuple[str, ...]
    missing: tuple[str, ...]
    day_first: bool
    repeated: int = 0
    aside: tuple[EventRule, ...] = ()
    halves: Mapping[str, tuple[str, tuple[str, ...]]] = attrs.field(factory=dict)


BY_TICKET = (EventRule(kind="dispatch", at="dispatched_at", needed=True), EventRule(kind="close", at="closed_at"))


def propose(table: LogTable, known: Sequence[Profile], name: str) -> Proposal:
    """The profile, called `name`, that the table may be read by."""
    bases = [profile for profile in known if profile.name in BASES]
    field = Vocabulary.of(bases)
    matched = {base.name: _matched(base, table, field) for base in bases}
    near = [base for base in bases if _is_near(base, matched[base.name], table, field)]
    if near:
        best = max(near, key=lambda base: _fit(base, matched[base.name]))
        guesses = matched[best.name] | _filled(best, matched[best.name], table, field)
        profile, base = _like(best, guesses, table, name), best.name
    else:
        guesses = _by_content(table, field)
        profile, base = _new(guesses, table, name), ""
    unsure = tuple(column for column, (_, how) in guesses.items() if how != SURE)
    profile = attrs.evolve(profile, unsure=unsure)
    profile = attrs.evolve(profile, in_order=(*profile.in_order, *_doubled(profile, table)))
    halves = dict(_halves(profile, guesses, table))
    kept = attrs.evolve(profile, kinds={word: kind for word, kind in profile.kinds.items() if word not in halves})
    sound, aside = _sound(kept)
    return attrs.evolve(_told(table, sound, base, guesses), aside=aside, halves=halves)


# what the field knows


@attrs.frozen(kw_only=True)
class Vocabulary:
    """What the profiles of the field know: `columns` of each heading, and the `words` that are no names."""

    columns: Mapping[str, frozenset[str]]
    words: frozenset[str]

    @classmethod
    def of(cls, bases: Sequence[Profile]) -> "Vocabulary":
        columns: dict[str, set[str]] = {}
        words: set[str] = set()
        for base in bases:
            for column, headings in base.columns.items():
                for heading in headings:
                    columns.setdefault(plain(heading), set()).add(column)
            lists = (base.yes, base.no, base.ratings, base.day_words, base.absent, base.kinds, *base.words.values())
            words |= {folded(word) for one in lists for word in one}
        return cls(
            columns={heading: frozenset(several) for heading, several in columns.items()}, words=frozenset(words)
        )

    def may_be(self, heading: str, column: str) -> bool:
        """Whether a heading is not known for something else."""
        known = self.columns.get(plain(heading))
        return known is None or column in known

    def names_units(self, table: LogTable, heading: str) -> bool:
        """Whether who leads may stand under a heading: it is known for nothing else, and holds neither words of the field, numbers nor
        times."""
        if not self.may_be(heading, UNIT) or NO_LEAD.search(heading):
            return False
        cells = [shown(cell).strip() for cell in _cells(table, heading)]
        no_names = sum(map(self._is_no_name, cells))
        return bool(cells) and no_names * 2 < len(cells) and _worth(table, "at", heading) < ENOUGH

    def _is_no_name(self, text: str) -> bool:
        return folded(text) in self.words or text.isdecimal() or UNITS_OF_TIME.fullmatch(text) is not None


# what a profile can hold


def _doubled(profile: Profile, table: LogTable) -> tuple[str, ...]:
    """The columns of which several headings stand in the table and differ: the first is to speak, as the profile then says."""
    found: list[str] = []
    while (column := doubled(attrs.evolve(profile, in_order=(*profile.in_order, *found)), table)) is not None:
        found.append(column)
    return tuple(found)


def _halves(
    profile: Profile, found: Mapping[str, tuple[str, str]], table: LogTable
) -> Iterator[tuple[str, tuple[str, tuple[str, ...]]]]:
    """The words of the table whose kind needs columns that it lacks, such as 审批, which is to say about what, and whether granted."""
    if "kind" not in found:
        return
    there = {folded(shown(cell)) for cell in _cells(table, found["kind"][0], None)}
    means = [event for event in profile.events if event.kind == BY_WORD]
    has = {
        *found,
        *profile.needed,
        *profile.constants,
        *(field for event in means for field in (*event.fields, *event.constants)),
    }
    for word, kind in profile.kinds.items():
        lacks = tuple(field for field in (KIND[kind].needs if kind in KIND else ()) if field not in has)
        if lacks and (not profile.columns.keys() >= {*lacks} or folded(word) in there):
            yield word, (kind, lacks)


def _sound(profile: Profile) -> tuple[Profile, tuple[EventRule, ...]]:
    """The profile without the rules that it has no columns or words for, and these."""
    aside: list[EventRule] = []
    while wrong := {
        int(found[1]) for one in mistakes_in(profile) if (found := re.match(r"events\[(\d+)\]", one.column))
    }:
        aside += [event for number, event in enumerate(profile.events) if number in wrong]
        events = tuple(event for number, event in enumerate(profile.events) if number not in wrong)
        profile = attrs.evolve(profile, events=events)
    return profile, tuple(aside)


def masked(text: str) -> str:
    """A sample in which long numbers, which may be a telephone or a person, keep their ends alone."""
    short = re.sub(r"\d{7,}[xX]?", lambda found: f"{found[0][:3]}***{found[0][-2:]}", text)
    return short if len(short) <= SAMPLE_WIDTH else f"{short[: SAMPLE_WIDTH - 1]}…"


# a table with the headings of the field


def _matched(base: Profile, table: LogTable, field: Vocabulary) -> dict[str, tuple[str, str]]:
    """Column -> (heading, how): first the headings the profile knows, then those that are like one and can be read as it. A unit is
    looked for elsewhere (`_filled`): any text can be read as its name."""
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
        bad, cells = _unread(means, _field(base, column), _cells(table, heading))
        if cells and bad <= (1 - ENOUGH) * cells:
            found[column] = (heading, LIKE)
            taken.add(heading)
    return found


def _free(table: LogTable, found: Mapping[str, tuple[str, str]]) -> list[str]:
    """The headings that are not taken, and that neither name citizens nor stand above free text."""
    taken = {heading for heading, _ in found.values()}
    there = [one for one in table.header if one and one not in taken]
    return [one for one in there if not CITIZENS.search(one) and not FREE_TEXT.search(one)]


def _is_near(base: Profile, found: Mapping[str, tuple[str, str]], table: LogTable, field: Vocabulary) -> bool:
    """Whether a table has the form of a profile: all that this needs, or columns that tell what a row is, and enough others. A log
    without any column of acts is none."""
    lacks = sum(column not in found for column in base.needed)
    if not lacks:
        return True
    acts = any(event.kind == BY_WORD for event in base.events)
    tells = {event.at for event in base.events} | ({"kind"} if acts else set())
    sure = sum(how == SURE for _, how in found.values())
    if not tells & found.keys() or sure < KNOWN or (lacks > 1 and len(found) < FOUND):
        return False
    return not acts or "kind" in found or "kind" in _filled(base, found, table, field)


def _fit(base: Profile, found: Mapping[str, tuple[str, str]]) -> tuple[bool, int, int, int]:
    lacks = sum(column not in found for column in base.needed)
    sure = sum(how == SURE for _, how in found.values())
    return not lacks, sure, -lacks, len(found)


def _filled(
    base: Profile, found: Mapping[str, tuple[str, str]], table: LogTable, field: Vocabulary
) -> dict[str, tuple[str, str]]:
    """Of the columns that the base cannot do without and the table seems to lack: (heading, how) of what could be each."""
    filled: dict[str, tuple[str, str]] = {}
    for column in dict.fromkeys((*base.needed, UNIT)):
        if column in found:
            continue
        free = [one for one in _free(table, {**found, **filled}) if field.may_be(one, column) and _is_full(table, one)]
        guess = _guessed(base, column, free, table, field)
        if guess is not None:
            close = column == UNIT and _closeness(base.columns[UNIT], guess) >= ENOUGH
            filled[column] = (guess, LIKE if close else BY_CONTENT)
    return filled


def _is_full(table: LogTable, heading: str) -> bool:
    """Whether most rows say something under a heading."""
    rows = sum(not row.fault for row in table.rows[:ROWS])
    return len(_cells(table, heading)) >= ENOUGH * rows


def _guessed(base: Profile, column: str, free: Sequence[str], table: LogTable, field: Vocabulary) -> str | None:
    """The heading that could be a column by its name and what stands under it; None: nothing could, or who knows which."""
    if column == UNIT:
        return _unit_among(base.columns[UNIT], [one for one in free if field.names_units(table, one)], table)
    if column == "ticket":
        named = [one for one in free if re.search(HINTS[column], one, re.I) and _numbers(table, one, base)]
        return max(named, key=lambda one: _worth(table, column, one), default=None)
    if column == "kind":
        means = Meanings.of(base)
        told = {one: _unread(means, column, _cells(table, one)) for one in free if not STATE.search(one)}
        words = [one for one, (bad, cells) in told.items() if cells and bad <= (1 - ENOUGH) * cells]
        return words[0] if len(words) == 1 else None
    times = [one for one in free if re.search(SENT.get(column, "$^"), one) and _worth(table, "at", one) >= ENOUGH]
    return times[0] if len(times) == 1 else None


def _unit_among(headings: Sequence[str], free: Sequence[str], table: LogTable) -> str | None:
    """The heading under which those who do the work could stand: its name is like one of the field, or names of units stand under it."""
    scored: list[tuple[bool, float, float, str]] = []
    for heading in free:
        names = [shown(cell).strip() for cell in _cells(table, heading)]
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


def _numbers(table: LogTable, heading: str, base: Profile) -> bool:
    """Whether numbers of tickets may stand under a heading; where a row is a ticket, nearly each has its own."""
    cells = [shown(cell) for cell in _cells(table, heading)]
    digits = sum(any(map(str.isdigit, cell)) for cell in cells)
    own = not base.by_ticket or len({*cells}) >= 0.9 * len(cells)
    return bool(cells) and digits >= ENOUGH * len(cells) and own and _worth(table, "at", heading) < ENOUGH


def _like(base: Profile, found: Mapping[str, tuple[str, str]], table: LogTable, name: str) -> Profile:
    """The base with the table's own headings first, and its formats."""
    own = {
        column: (heading, *base.columns[column]) for column, (heading, _) in sorted(found.items(), key=_unsure_first)
    }
    columns = {column: tuple(dict.fromkeys(headings)) for column, headings in (own | {**base.columns, **own}).items()}
    events = tuple(
        attrs.evolve(event, fields={field: one for field, one in event.fields.items() if one in columns})
        for event in base.events
    )
    times = [heading for column, (heading, _) in found.items() if _field(base, column) in ("at", "due_at", "until")]
    formats = tuple(dict.fromkeys((*base.times, *_formats(table, times, Meanings.of(base)))))
    return attrs.evolve(
        base, name=name, title=table.name, source=table.name, columns=columns, events=events, times=formats,
        in_order=tuple(column for column in base.in_order if column in columns),
        needed=base.needed if UNIT in (*found, *base.constants) else tuple(dict.fromkeys((*base.needed, UNIT))),
    )  # fmt: skip


def _unsure_first(one: tuple[str, tuple[str, str]]) -> bool:
    return one[1][1] == SURE


# a table of another field


def _by_content(table: LogTable, field: Vocabulary) -> dict[str, tuple[str, str]]:
    """Column -> (heading, how), by what the headings hint and the cells hold."""
    found: dict[str, tuple[str, str]] = {}
    for column, hint in HINTS.items():
        fitting = [one for one in table.header if re.search(hint, one, re.I) and not CITIZENS.search(one)]
        fitting = [one for one in fitting if one not in [heading for heading, _ in found.values()]]
        fitting = [one for one in fitting if column != UNIT or field.names_units(table, one)]
        first = HINTS_FIRST.get(column, "$^")
        scored = sorted(
            fitting,
            key=lambda one: (not re.search(first, one, re.I), -_worth(table, column, one), table.header.index(one)),
        )
        scored = [one for one in scored if _worth(table, column, one) > 0]
        if not scored and column == "at":
            scored = [one for one in table.header if _worth(table, column, one) >= ENOUGH]
        if scored:
            found[column] = (scored[0], BY_CONTENT)
    dated = _dated(table)
    if "ticket" in found and _worth(table, "ticket", found["ticket"][0]) == 1 and len(dated) == len(DATED):
        return {column: found[column] for column in ("ticket", "unit") if column in found} | dated
    return found


def _dated(table: LogTable) -> dict[str, tuple[str, str]]:
    """The times of a ticket's beginning and end, where a row is a whole ticket."""
    times = [one for one in table.header if _worth(table, "at", one) >= ENOUGH]
    found = {}
    for column, hint in DATED.items():
        named = next((one for one in times if re.search(hint, one, re.I)), None)
        if named is not None:
            found[column] = (named, BY_CONTENT)
    return found


def _worth(table: LogTable, column: str, heading: str) -> float:
    """How much the cells are like what the column holds; 0: not at all."""
    cells = [shown(cell) for cell in _cells(table, heading)]
    if not cells:
        return 0
    distinct = len(set(cells)) / len(cells)
    if column == "at":
        tried = cells[:TRIED]
        return sum(_time_format(cell) is not None for cell in tried) / len(tried) if not _typed(table, heading) else 1
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
    return any(isinstance(cell, datetime) for cell in _cells(table, heading))


def _new(found: Mapping[str, tuple[str, str]], table: LogTable, name: str) -> Profile:
    columns = {column: (heading,) for column, (heading, _) in found.items()}
    dated = [column for column in found if column == "at" or column in DATED]
    times = _formats(table, [found[column][0] for column in dated], None)
    words = {shown(cell) for cell in _cells(table, found["kind"][0])} if "kind" in found else set()
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


# formats, words and cells


def _formats(table: LogTable, headings: Sequence[str], known: Meanings | None) -> tuple[str, ...]:
    """The formats that the cells need beyond those that are known, each for cells that none before it reads."""
    texts = [cell for heading in headings for cell in _cells(table, heading) if isinstance(cell, str)]
    open_ = {text for text in dict.fromkeys(texts) if known is None or _unread(known, "due_at", [text])[0]}
    open_ = {text for text in open_ if known is None or known.present(text) is not None}
    taken: list[str] = []
    for form in FORMATS:
        reads = {text for text in open_ if _reads(form, text)}
        rival = form.replace("%d/%m", "%m/%d")
        if reads and len(reads) >= len({text for text in open_ if _reads(rival, text)}):
            taken.append(form)
            open_ -= reads
    return tuple(taken)


def _time_format(text: str) -> str | None:
    return next((form for form in FORMATS if _reads(form, text)), None)


def _reads(form: str, text: str) -> bool:
    try:
        datetime.fromisoformat(text) if form == "iso" else datetime.strptime(text, form)
    except ValueError:
        return False
    return form != "iso" or bool(re.search(r"([+-]\d\d:?\d\d|Z)$", text))


def _field(profile: Profile, column: str) -> str:
    """The field of a fact that a column gives; a column that only an event speaks of is a time or else itself."""
    if any(column in (event.at, event.at_else) for event in profile.events):
        return "at"
    named = [field for event in profile.events for field, one in event.fields.items() if one == column]
    return named[0] if named else column


def _cells(table: LogTable, heading: str, most: int | None = ROWS) -> list[Cell]:
    place = table.header.index(heading)
    cells = [row.cells[place] for row in table.rows[:most] if not row.fault]
    return [cell for cell in cells if cell is not None and shown(cell).strip() and not without_value(cell)]


def _unread(means: Meanings, field: str, cells: Sequence[Cell]) -> tuple[int, int]:
    """(how many cells of those that say something cannot be read as the field, how many say something)."""
    bad = said = 0
    for cell in cells:
        present = means.present(cell)
        if present is None:
            continue
        said += 1
        try:
            means.kind(present) if field == "kind" else means.read(field, present)
        except UnfitCell:
            bad += 1
    return bad, said


def _told(table: LogTable, profile: Profile, base: str, found: Mapping[str, tuple[str, str]]) -> Proposal:
    means = Meanings.of(profile)
    columns = []
    for column, (heading, how) in found.items():
        cells = _cells(table, heading)
        bad, said = _unread(means, _field(profile, column), cells)
        told = () if re.sub(r"_\d$", "", column) in REASONS else cells  # of free text nothing is shown
        samples = tuple(dict.fromkeys(masked(shown(cell)) for cell in told))[:SAMPLES]
        columns.append(ColumnGuess(heading=heading, column=column, how=how, unread=bad, cells=said, samples=samples))
    taken = {one.heading for one in columns}
    rest = [heading for heading in table.header if heading and heading not in taken]
    citizens = tuple(one for one in rest if CITIZENS.search(one))
    texts = tuple(one for one in rest if FREE_TEXT.search(one) and one not in citizens)
    return Proposal(
        profile=profile, base=base, by_event=any(event.kind == BY_WORD for event in profile.events),
        columns=tuple(columns), words=tuple(_words(table, profile, means, found, base)), citizens=citizens, texts=texts,
        others=tuple(one for one in rest if one not in (*citizens, *texts)),
        missing=tuple(one for one in _asked(profile, base) if one not in found),
        day_first=any(form.startswith("%d/%m") for form in profile.times) and _undecided(table, found),
        repeated=len(table.rows) - len({repr(row.cells) for row in table.rows}),
    )  # fmt: skip


def _asked(profile: Profile, base: str) -> tuple[str, ...]:
    """The columns that it cannot do without. A table of another field may have no units."""
    unit = (UNIT,) if base and UNIT not in profile.constants else ()
    return tuple(dict.fromkeys(("ticket", *unit, *profile.needed)))


def _words(
    table: LogTable, profile: Profile, means: Meanings, found: Mapping[str, tuple[str, str]], base: str
) -> Iterator[WordGuess]:
    """Words that the profile does not know, or knows by a hint alone, the most frequent first."""
    for column, section in (
        ("kind", "kinds"),
        ("rating", "ratings"),
        ("channel", "words.channel"),
        ("role", "words.role"),
    ):
        if column not in found:
            continue
        counts: dict[str, int] = {}
        for cell in _cells(table, found[column][0], None):
            word = shown(means.present(cell))
            if word:
                counts[word] = counts.get(word, 0) + 1
        for word, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
            guessed = section == "kinds" and found[column][1] == BY_CONTENT and not base
            if guessed or _unread(means, column, [word])[0]:
                value = means.kinds.get(folded(word), "") if section == "kinds" and UNLISTED not in means.kinds else ""
                yield WordGuess(section=section, word=word, value=value, count=count)


def _undecided(table: LogTable, found: Mapping[str, tuple[str, str]]) -> bool:
    """Whether every date could be read month first as well."""
    texts = [shown(cell) for cell in _cells(table, found["at"][0])] if "at" in found else []
    return all(int(text[:2].rstrip("/")) <= 12 for text in texts if re.match(r"\d{1,2}/", text))
