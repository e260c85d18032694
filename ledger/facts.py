"""The kinds of fact, one frozen class each."""

from collections.abc import Mapping
from typing import ClassVar

import attrs

Scalar = str | int | bool | None
ALL_ITEMS = "*"


@attrs.frozen(kw_only=True)
class Fact:
    """What every fact has. `at` is the instant it happened (ms); `id` and `seq` are the source's own row id and order."""

    kind: ClassVar[str]
    word: ClassVar[str]
    needs: ClassVar[tuple[str, ...]] = ("ticket",)

    at: int
    ticket: str | None = None
    unit: str | None = None
    id: str | None = None
    seq: int | None = None


@attrs.frozen(kw_only=True)
class Dispatch(Fact):
    """派单: a ticket is sent to a unit. `limit_halves` counts half working days, `due_at` is an instant; `role` None: the log
    does not say whether the unit leads, and it is taken to. `untold`: what its source could not have told of the round (`UNTOLD`),
    such as "contact seal=full"; what is absent there is not zero."""

    kind, word, needs = "dispatch", "派单", ("ticket", "unit")
    channel: str = "12345"
    role: str | None = None
    anonymous: bool = False
    limit_halves: int | None = None
    due_at: int | None = None
    category: str | None = None
    untold: str | None = None


@attrs.frozen(kw_only=True)
class Sign(Fact):
    """签收."""

    kind, word = "sign", "签收"


@attrs.frozen(kw_only=True)
class Contact(Fact):
    """联系: the unit reached the citizen."""

    kind, word = "contact", "联系"


@attrs.frozen(kw_only=True)
class Return(Fact):
    """退单: the unit sends the ticket back as not its own."""

    kind, word = "return", "退单"
    reason: str | None = None


@attrs.frozen(kw_only=True)
class Extend(Fact):
    """延期: by half working days, or until an instant. `assumed`: the source says that there was one, but not when; `at` is that of
    its dispatch, and a reading gives the instant."""

    kind, word = "extend", "延期"
    halves: int | None = None
    until: int | None = None
    assumed: bool | None = None


@attrs.frozen(kw_only=True)
class Decide(Fact):
    """审批: a return, an extension or an exemption is granted or refused."""

    kind, word, needs = "decide", "审批", ("ticket", "about", "granted")
    about: str
    granted: bool


@attrs.frozen(kw_only=True)
class Redo(Fact):
    """退回重办; `assumed` as of an extension."""

    kind, word = "redo", "退回重办"
    reason: str | None = None
    assumed: bool | None = None


@attrs.frozen(kw_only=True)
class Close(Fact):
    """办结 / 回复."""

    kind, word = "close", "办结"


@attrs.frozen(kw_only=True)
class Seal(Fact):
    """盖章 PDF 报送."""

    kind, word = "seal", "盖章报送"


@attrs.frozen(kw_only=True)
class Survey(Fact):
    """回访. `rating` is the log's own word; `contacted`: did the unit reach the citizen in time."""

    kind, word = "survey", "回访"
    rating: str | None = None
    contacted: bool | None = None
    resolved: str | bool | None = None


@attrs.frozen(kw_only=True)
class Finding(Fact):
    """考评记录: what a person found, by the rulebook's item; `document` is the 文号."""

    kind, word, needs = "finding", "考评记录", ("unit", "item")
    item: str
    role: str | None = None
    mode: str | None = None
    count: int = 1
    document: str | None = None


@attrs.frozen(kw_only=True)
class Exempt(Fact):
    """剔除: a ticket is taken out of a unit's item; `item` ALL_ITEMS: of every item that the rulebook exempts from."""

    kind, word, needs = "exempt", "剔除", ("ticket", "item", "reason")
    item: str
    reason: str
    document: str | None = None


@attrs.frozen(kw_only=True)
class Enrol(Fact):
    """单位登记: the unit belongs to a group from `at` on."""

    kind, word, needs = "enrol", "单位登记", ("unit", "group")
    group: str


@attrs.frozen(kw_only=True)
class Void(Fact):
    """作废: the fact with this key is to be taken as not there."""

    kind, word, needs = "void", "作废", ("key", "reason")
    key: str
    reason: str


@attrs.frozen(kw_only=True)
class Publish(Fact):
    """发布: a score went out. `digest` is of the result, `ledger` (position:hash), `rulebook`, `calendar` and `as_of` are
    its stamps, `register` the units as enrolled then; `readings` those taken otherwise, like half_day=half_blocks. `untold`: how
    what no source tells was scored (`full`, `breach`); `accepted`: what it was published in spite of; `ground` the digest of what
    it rests on."""

    kind, word = "publish", "发布"
    needs = ("period", "digest", "ledger", "rulebook", "calendar", "register", "as_of", "version")
    period: str
    digest: str
    ledger: str
    rulebook: str
    calendar: str
    register: str
    as_of: int
    version: str
    readings: str | None = None
    provisional: bool = False
    document: str | None = None
    untold: str | None = None
    accepted: str | None = None
    ground: str | None = None


@attrs.frozen(kw_only=True)
class Appeal(Fact):
    """申诉: a unit contests an item on a ticket. It changes nothing until it is ruled on."""

    kind, word, needs = "appeal", "申诉", ("ticket", "unit", "item", "reason")
    item: str
    reason: str
    document: str | None = None


@attrs.frozen(kw_only=True)
class Ruling(Fact):
    """申诉裁定: the appeal with this key is granted or refused. A granted one comes with the exemption it means."""

    kind, word, needs = "ruling", "申诉裁定", ("key", "granted", "reason", "document")
    key: str
    granted: bool
    reason: str
    document: str


@attrs.frozen(kw_only=True)
class Alias(Fact):
    """单位别名: `name` is another name of the unit, in whatever was recorded or will be."""

    kind, word, needs = "alias", "单位别名", ("unit", "name")
    name: str


@attrs.frozen(kw_only=True)
class Flag(Fact):
    """平台标记: what the platform itself says of a unit's round (`at`: its dispatch) on a measure, such as 是否逾期. It is judged by
    nothing: it is held against what is derived."""

    kind, word, needs = "flag", "平台标记", ("ticket", "measure", "late")
    measure: str
    late: bool


@attrs.frozen(kw_only=True)
class Settle(Fact):
    """了结: what an import kept aside, a row or a change (`digest`, see `ledger.intake.leftovers`), is aside no more: it was `mended` and
    imported again, or the office declines it. No score reads it but as what it rests on."""

    kind, word, needs = "settle", "了结", ("digest", "reason")
    digest: str
    reason: str
    mended: bool = False


# The order in which facts of one instant are taken: a ticket is dispatched before it is signed, signed before it is
# answered, answered before it is asked about; a decision comes after whatever it decides.
KINDS: tuple[type[Fact], ...] = (
    Dispatch, Sign, Contact, Extend, Return, Close, Seal, Survey, Redo, Exempt, Decide,
    Finding, Enrol, Void, Publish, Appeal, Ruling, Flag, Alias, Settle,
)  # fmt: skip
KIND: Mapping[str, type[Fact]] = {kind.kind: kind for kind in KINDS}
RANK: Mapping[str, int] = {kind.kind: rank for rank, kind in enumerate(KINDS)}
LIFECYCLE = tuple(kind.kind for kind in KINDS[:11])
UNTOLD_KINDS = ("sign", "contact", "return", "extend", "close", "seal", "survey", "redo")
"""The kinds of fact that a source of dispatches can have no column for, in their order."""
LIMIT, RATING = "limit", "rating"
UNTOLD = (*UNTOLD_KINDS, LIMIT, RATING)
"""All that it can have no column for: also when a round's closing is due, and the word of a survey that it does tell."""
ANSWERS = ("full", "breach")
"""What an office can say is to come of what no source tells."""
IN_FULL = "=full"
"""Behind an untold kind: its office says that what it is needed for counts in full."""
RENEWED = (*LIFECYCLE, Flag.kind)
"""The kinds that a re-export may say otherwise."""
_FIELDS = {kind: tuple(field.name for field in attrs.fields(kind)) for kind in KINDS}

# Field names of the outside whose value is stored in another unit.
STORED_AS = {"limit_days": "limit_halves", "days": "halves"}
NAMED = {inside: outside for outside, inside in STORED_AS.items()}


def fields_of(kind: type[Fact]) -> tuple[str, ...]:
    """Names of the fields of a kind, as stored."""
    return _FIELDS[kind]
