"""What somebody looks for by a ticket's number or a unit's name: on to it where it is the only one, else a list to choose from."""

from kaoping.office.period.months import newest_month
from kaoping.office.units import tickets_like, units_like
from kaoping.reports.page import Block, Column, Kind, Page, Paragraph, Table
from kaoping.web.desk import Elsewhere, Inquiry, View, ticket_path

MOST = 50
"""Tickets listed; whoever finds more writes more of the number."""


def search(inquiry: Inquiry) -> View | Elsewhere:
    """The ticket itself where its whole number is given or no other is like it; else the tickets and units that hold the text."""
    session, sought = inquiry.session(), " ".join((inquiry.one("q") or "").split())
    say = session.language.say
    with session.ledger() as opened:
        tickets = tickets_like(opened, sought, MOST + 1, own_unit=inquiry.own_unit) if sought else []
        units = units_like(opened, sought, own_unit=inquiry.own_unit) if sought else []
    if sought in tickets or (len(tickets) == 1 and not units):
        return Elsewhere(inquiry.link(ticket_path(sought if sought in tickets else tickets[0]), provisional=None))
    blocks: list[Block] = []
    if units:
        blocks.append(Table(say("units with {text}", text=sought), [Column(say("unit"), units, Kind.UNIT)], []))
    if tickets:
        shown = [Column(say("ticket"), tickets[:MOST], Kind.TICKET)]
        blocks.append(Table(say("tickets with {text}", text=sought), shown, []))
    if len(tickets) > MOST:
        blocks.append(Paragraph(say("There are more: write more of the number.")))
    if not blocks:
        none = (
            say("no ticket and no unit holds {text}.", text=sought)
            if sought
            else say("Write a ticket's number, or a unit's name, or a part of it.")
        )
        blocks.append(Paragraph(none))
    title = say("Search: {text}", text=sought) if sought else say("Search")
    return View(
        title=title,
        body=Page(blocks, session.language.code),
        period="" if inquiry.own_unit is not None else newest_month(session),
    )
