"""What is not yet done, by unit, how soon it is due and what it would cost."""

from collections.abc import Sequence

import attrs

from calendars.instants import show_iso
from calendars.periods import month_of, show_month
from kaoping.language.words import act_of
from kaoping.office.period.due import DueList, due_list
from kaoping.office.session import WrongArgument
from kaoping.reports.page import Block, Heading
from kaoping.reports.period.due import ACT, due_booklet, due_json, due_page, lamps_page, messages_listing
from kaoping.web.accounts.own import own_or_asked
from kaoping.web.desk import Inquiry, View, month_path
from kaoping.web.forms.asking import asking
from kaoping.web.forms.blank import Field
from kaoping.web.pages.stamped import reproduced
from ledger.sentences import listed, sentence

ALSO = {"contacted": "responded"}
"""Another name of an act -> the measure that waits for it."""


def due(inquiry: Inquiry) -> View:
    """What `kaoping due` tells, of all acts or of one kind; how many have which light, and the messages to send on."""
    session = inquiry.session()
    asked = own_or_asked(inquiry, inquiry.one("unit"))
    whole = due_list(session, inquiry.one("at"), as_of=inquiry.as_of, unit=asked, within=inquiry.one("within"))
    if inquiry.own_unit is not None:
        whole = attrs.evolve(whole, every=whole.lines, fed_by="-")  # a file may be named by whose it is
    told = _of_act(whole, inquiry.one("act"))

    def workbook() -> bytes:
        from kaoping.papers import xlsx

        return xlsx.draw(due_booklet(session.language, told))

    known = reproduced(session, inquiry, told.scoring)
    if inquiry.one("at") is not None:
        known = {"at": show_iso(told.at), "as_of": inquiry.as_of or str(told.scoring.snapshot.head.position)}
    page, month = due_page(session.language, told), show_month(month_of(told.at))
    view = View(
        title=session.language.say("Acts due"), body=attrs.evolve(page, blocks=_blocks(inquiry, told, page.blocks)), filtered=True,
        leads_unit=lambda unit: inquiry.same(unit=unit),
        period=month, document=lambda: due_json(told), workbook=workbook, stamps=told.scoring.stamps, reproduce=known,
        links=[(session.language.say("Overview {period}", period=month), inquiry.link(month_path(month)))],
    )  # fmt: skip
    return asking(
        view, inquiry.language.say("Which acts"), _fields(inquiry, whole), inquiry.language.say("Show"), above=True
    )


def _of_act(told: DueList, act: str | None) -> DueList:
    """Those that wait for one act. Raises WrongArgument for what is none."""
    if act is None:
        return told
    name = _measure(act)
    if name not in ACT:
        known = sentence("Known: {known}", known=listed([*map(sentence, ACT.values())], " "))
        raise WrongArgument(sentence("nothing waits for {act}.", act=act), known)
    return attrs.evolve(told, lines=[line for line in told.lines if line.pending.measure == name])


def _measure(act: str) -> str:
    """The measure that waits for an act, as people call the act (签收), or the exchange format (sign); else the word itself."""
    name = {told: measure for measure, told in ACT.items()}.get(act, act_of(act))
    return ALSO.get(name, name)


def _blocks(inquiry: Inquiry, told: DueList, blocks: Sequence[Block]) -> list[Block]:
    """The lights after the heading, the messages last."""
    head = 1 if blocks and isinstance(blocks[0], Heading) else 0
    lamps = lamps_page(inquiry.language, told).blocks
    return [*blocks[:head], *lamps, *blocks[head:], messages_listing(inquiry.language, told)]


def _fields(inquiry: Inquiry, whole: DueList) -> list[Field]:
    """What may be asked, as it stands in the address."""
    say = inquiry.language.say
    units = sorted({line.pending.unit for line in whole.every} | ({whole.unit} if whole.unit else set()))
    acts = [("", say("all")), *((measure, say(word)) for measure, word in ACT.items())]
    act = inquiry.one("act") or ""
    return [
        Field(name="unit", label=say("unit"), kind="choice", options=[("", say("all")), *((one, one) for one in units)],
            value=whole.unit or ""),
        Field(name="act", label=say("to do"), kind="choice", options=acts, value=_measure(act)),
        Field(name="at", label=say("as it stands then, such as 2023-05-22T09:00; empty: now"), value=inquiry.one("at") or ""),
        Field(name="within", label=say("no more than so many working days from then; empty: all"), value=inquiry.one("within") or ""),
    ]  # fmt: skip
