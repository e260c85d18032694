"""The command about one ticket: audit, and what had been if."""

from typing import Annotated

import typer

from kaoping.options import (
    GANXIAN,
    AsOfOption,
    CalendarOption,
    JsonOption,
    KnownOnOption,
    LanguageOption,
    LedgerOption,
    ReadingOption,
    RulebookOption,
    desk_of,
)
from kaoping.reports.audit import audit_json, print_audit
from kaoping.tickets import ticket_report


def audit(
    ticket: Annotated[str, typer.Argument(help="工单编号")],
    if_: Annotated[list[str] | None, typer.Option("--if", help="假如某事另是一样，如 signed=2023-05-04T11:20、satisfied=满意")] = None,
    without: Annotated[list[str] | None, typer.Option("--without", help="假如没有某事，如 signed、redo 或 #位置")] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="假如：哪个承办单位的一轮")] = None,
    round_: Annotated[int | None, typer.Option("--round", help="假如：第几轮")] = None,
    as_of: AsOfOption = None, rulebook: RulebookOption = GANXIAN,
    calendar: CalendarOption = None, known_on: KnownOnOption = None, reading: ReadingOption = None,
    ledger: LedgerOption = None, lang: LanguageOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """一张工单的来龙去脉：每项判定、期限怎么数、扣了几分、依据哪一条；--if 看假如另是一样会得几分。"""
    desk = desk_of(ledger, lang, as_json, rulebook, calendar, reading, known_on)
    if if_ or without:
        from kaoping.commands_of_suppositions import suppose  # what it needs is not needed else

        suppose(desk, ticket, if_ or (), without or (), unit, round_, as_of)
        return
    with desk.ledger() as opened:
        told = ticket_report(desk, opened, ticket, as_of)
        if desk.json:
            desk.answer(audit_json(told))
        else:
            print_audit(desk.paper(), desk.tongue, told)
