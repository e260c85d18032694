"""A ticket: its life on a line, its facts and verdicts, and why each deadline is what it is; and what had been if it were otherwise."""

from collections.abc import Iterator, Mapping, Sequence

import attrs

from calendars.periods import show_month
from kaoping.office.period.untold import gaps_json
from kaoping.office.session import WrongArgument
from kaoping.office.tickets import TicketReport, audit_json, ticket_report
from kaoping.office.trials import read_if, read_without, suppose
from kaoping.reports.audit import audit_page
from kaoping.reports.compare.supposed import supposed_json, supposed_page
from kaoping.reports.ground import gaps_page
from kaoping.reports.page import Block, Heading, Page
from kaoping.reports.period.tickets import life_page
from kaoping.web.accounts.rights import Right, refuse_unless
from kaoping.web.desk import Inquiry, View, month_path, ticket_path, unit_path
from kaoping.web.forms.asking import asking
from kaoping.web.forms.blank import Field
from kaoping.web.pages.stamped import reproduced
from ledger.sentences import sentence
from scoring.compare.options import OtherVerdict

SUPPOSED: Mapping[str, str] = {
    "signed": "sign", "contacted": "contact", "returned": "return", "closed": "close", "sealed": "seal", "due": "due",
    "satisfied": "rating",
}  # fmt: skip
"""What may be supposed -> the word for it."""
SUPPOSES = (*SUPPOSED, "without", "unit", "round")
DIGITS = 9


def ticket(inquiry: Inquiry, ticket: str) -> View:
    """What `kaoping audit` tells of a ticket, its life first as a line and tables; where something is supposed, what that moves."""
    if any(inquiry.one(name) for name in SUPPOSES):
        refuse_unless(inquiry.caller, Right.UNIT, own=False)  # it moves others too
        return _supposed(inquiry, ticket)
    session = inquiry.session()
    language = session.language
    told = ticket_report(session, ticket, inquiry.as_of, own_unit=inquiry.own_unit)
    life, audit = life_page(language, told), audit_page(language, told)
    blocks: list[Block] = [
        *life.blocks,
        Heading(language.say("How each deadline was counted, and what it cost"), 1),
        *audit.blocks,
    ]
    blocks += gaps_page(language, told.gaps).blocks
    view = View(
        title=language.say("Ticket {ticket}", ticket=told.audit.ticket), body=attrs.evolve(audit, blocks=blocks),
        period=_month(told), document=lambda: {**audit_json(told), "ground": gaps_json(told.gaps)},
        links=[*_contests(inquiry, told), *_around(inquiry, told), *_readings(inquiry, told)], stamps=told.scoring.stamps,
        reproduce=reproduced(session, inquiry, told.scoring), filtered=True,
    )  # fmt: skip
    if inquiry.own_unit is not None:
        return view
    return asking(
        view, language.say("Had it been so"), [*_fields(inquiry, told)], language.say("Show what it would move")
    )


def _supposed(inquiry: Inquiry, ticket: str) -> View:
    """What `kaoping audit --if` tells: every unit, item and ticket that would move, in each month of the ticket."""
    session, language = inquiry.session(), inquiry.language
    ifs = [f"{name}={inquiry.one(name)}" for name in inquiry.query if name in SUPPOSED and inquiry.one(name)]
    without = [text] if (text := inquiry.one("without")) else []
    supposed = [*map(read_if, ifs), *map(read_without, without)]
    if not supposed:
        raise WrongArgument(
            sentence("nothing is supposed."),
            "Say what had been otherwise: a time, a rating, or what had not been there.",
        )
    moved = suppose(session, ticket, supposed, inquiry.one("unit"), _round(inquiry.one("round")), as_of=inquiry.as_of)
    told = ticket_report(session, ticket, inquiry.as_of, brief=True)
    blocks = [
        block for page in supposed_page(language, moved, ifs, without, called=_called(inquiry)) for block in page.blocks
    ]
    view = View(
        title=language.say("Ticket {ticket}, had it been so", ticket=ticket), body=Page(blocks, language.code), period=_month(told),
        document=lambda: supposed_json(language, ticket, moved, ifs, without), filtered=True, stamps=told.scoring.stamps,
        links=[(language.say("Ticket {ticket}, as it is", ticket=ticket), inquiry.link(ticket_path(ticket))), *_around(inquiry, told)],
        reproduce=reproduced(session, inquiry, told.scoring),
    )  # fmt: skip
    return asking(
        view, language.say("Had it been so"), [*_fields(inquiry, told)], language.say("Show what it would move")
    )


def _round(text: str | None) -> int | None:
    if text is not None and not (text.isdecimal() and len(text) < DIGITS):
        raise WrongArgument(sentence("{text} is no number of a round.", text=text[:40]), "Write it like 1.")
    return None if text is None else int(text)


def _fields(inquiry: Inquiry, told: TicketReport) -> Iterator[Field]:
    """What may be supposed of the ticket, as it stands in the address."""
    say = inquiry.language.say
    rounds = told.audit.rounds
    units = [*dict.fromkeys(one.unit for one in rounds)]
    for name, word in SUPPOSED.items():
        example = (
            say("a rating, such as {word}", word="满意") if name == "satisfied" else say("such as 2023-05-04T11:20")
        )
        yield Field(name=name, label=f"{say(word)} ({example})", value=inquiry.one(name) or "")
    yield Field(name="without", label=say("not there: an act, such as 签收, or a position, such as #12"),
        value=inquiry.one("without") or "")  # fmt: skip
    if len(units) > 1:
        options = [("", say("whichever it fits")), *((one, one) for one in units)]
        yield Field(
            name="unit",
            label=say("the round of which unit"),
            kind="choice",
            options=options,
            value=inquiry.one("unit") or "",
        )
    if len(rounds) > len(units):
        yield Field(name="round", label=say("which round"), value=inquiry.one("round") or "")


def _called(inquiry: Inquiry) -> str:
    """What is supposed, in the words of the form."""
    say = inquiry.language.say
    ifs = [f"{say(word)} {inquiry.one(name)}" for name, word in SUPPOSED.items() if inquiry.one(name)]
    without = inquiry.one("without")
    return say("supposed: {facts}", facts=" · ".join([*ifs, *([say("without {act}", act=without)] if without else [])]))


def _month(told: TicketReport) -> str:
    """The month in which the ticket counted first; none, if it did in none."""
    months = _months(told)
    return months[0] if months else ""


def _months(told: TicketReport) -> Sequence[str]:
    counts = [one for each in told.audit.rounds for verdict in each.verdicts for one in verdict.counts]
    counts += [one for _, each in told.audit.findings for one in each]
    return [*map(show_month, sorted({one.month for one in counts}))]


def _around(inquiry: Inquiry, told: TicketReport) -> Iterator[tuple[str, str]]:
    """Back to the months that the ticket counts in, and to its units there."""
    units = dict.fromkeys(one.unit for one in told.audit.rounds)
    for name in _months(told):
        yield inquiry.language.say("Overview {period}", period=name), inquiry.link(month_path(name))
        leads = [unit for unit in units if inquiry.own_unit in (None, unit)]
        yield from ((f"{unit} {name}", inquiry.link(unit_path(name, unit))) for unit in leads)


def _readings(inquiry: Inquiry, told: TicketReport) -> Iterator[tuple[str, str]]:
    """To the ticket by each other reading that would change a verdict on it."""
    found: dict[str, OtherVerdict] = {}
    for others in told.others.values():
        found |= {f"{one.choice.reading.id}={one.choice.option}": one for one in others}
    for pair, one in found.items():
        said = inquiry.language.say(
            "Read otherwise: {title}, {option}", title=one.choice.reading.title, option=one.choice.option
        )
        yield said, inquiry.link(ticket_path(told.audit.ticket), reading=pair)


def _contests(inquiry: Inquiry, told: TicketReport) -> list[tuple[str, str]]:
    """To an appeal against each item that the ticket cost a unit something under, for whoever may appeal."""
    if not inquiry.caller.may(Right.APPEAL):
        return []
    lost = [
        (each.unit, count.item.title, count.name)
        for each in told.audit.rounds
        for verdict in each.verdicts
        for count in verdict.counts
        if count.lost > 0 and inquiry.own_unit in (None, each.unit)
    ]
    plain = dict.fromkeys(("as_of", "known_on", "reading", "untold"))
    say = inquiry.language.say
    return [
        (say("Contest: {unit}, {item}", unit=unit, item=title),
         inquiry.link("/appeals/new", ticket=told.audit.ticket, unit=unit, item=name, **plain))
        for unit, title, name in dict.fromkeys(lost)
    ]  # fmt: skip
