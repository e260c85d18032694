"""A ticket: its life on a line, its facts and verdicts, and why each deadline is what it is."""

import attrs

from calendars.periods import show_month
from kaoping.office.period.untold import gaps_json
from kaoping.office.tickets import TicketReport, audit_json, ticket_report
from kaoping.reports.audit import audit_page
from kaoping.reports.ground import gaps_page
from kaoping.reports.page import Block, Heading
from kaoping.reports.period.tickets import life_page
from kaoping.web.accounts.rights import Right
from kaoping.web.desk import Inquiry, View
from kaoping.web.pages.stamped import reproduced


def ticket(inquiry: Inquiry, ticket: str) -> View:
    """What `kaoping audit` tells of a ticket, its life first as a line and tables."""
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
    return View(
        title=language.say("Ticket {ticket}", ticket=told.audit.ticket), body=attrs.evolve(audit, blocks=blocks),
        period=_month(told), document=lambda: {**audit_json(told), "ground": gaps_json(told.gaps)},
        links=_contests(inquiry, told), stamps=told.scoring.stamps, reproduce=reproduced(session, inquiry, told.scoring), filtered=True,
    )  # fmt: skip


def _month(told: TicketReport) -> str:
    """The month in which the ticket counted first; none, if it did in none."""
    months = [one.month for each in told.audit.rounds for verdict in each.verdicts for one in verdict.counts]
    return show_month(min(months)) if months else ""


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
