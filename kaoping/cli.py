"""The command line: each command reads its arguments, asks another room, and shows the answer."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from kaoping import __version__
from kaoping.commands_of_clerk import exempt, record, void
from kaoping.commands_of_history import diff, publish, recompute
from kaoping.commands_of_proof import check_proof, prove, verify
from kaoping.commands_of_rules import annual, rules, why
from kaoping.commands_of_suppositions import suppose
from kaoping.commands_of_trials import readings, whatif
from kaoping.demo import run_demo
from kaoping.desk import Desk, WrongArgument, period_evidence, read_month, read_period
from kaoping.intake import NothingUsable, batch_json, problem_text, read_files, refuse_unusable, take_in
from kaoping.language import Tongue
from kaoping.load import NoSuchFile
from kaoping.options import (
    GANXIAN,
    AsOfOption,
    CalendarOption,
    JsonOption,
    KnownOnOption,
    LanguageOption,
    LedgerOption,
    ProvisionalOption,
    RulebookOption,
    desk_of,
)
from kaoping.reports.audit import audit_json, print_audit
from kaoping.reports.metrics import metrics_json, metrics_of, print_metrics
from kaoping.reports.score import print_score, score_json
from kaoping.tickets import ticket_report
from ledger.events import canonical
from ledger.problems import DamagedLedger, NoLedger, NotALedger, Told, words

SHOWN_PROBLEMS = 20
IMPORTED = (
    "{file} [{profile}]: {rows} rows = {accepted} accepted + {known} known + {quarantined} quarantined"
    " + {ignored} ignored; {events_added} events added"
)
app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="考评：政务热线工单台账。导入工单日志，按考评细则给承办单位打分，并说清每一分为什么扣。",
)  # fmt: skip


@app.callback(invoke_without_command=True)
def top(version: Annotated[bool, typer.Option("--version", help="版本")] = False) -> None:
    """考评：政务热线工单台账。"""
    if version:
        sys.stdout.write(f"kaoping {__version__}\n")
        raise typer.Exit


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="工单日志：csv、xlsx、jsonl")],
    profile: Annotated[str | None, typer.Option("--profile", help="格式：名称或 .toml 文件；表头能认出时可不写")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只演练，不写入")] = False,
    ledger: LedgerOption = None, lang: LanguageOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """导入工单日志。"""
    desk = desk_of(ledger, lang, as_json)
    with desk.busy("reading files"):
        arrivals = read_files(files, profile)
    try:
        refuse_unusable(arrivals)
    except NothingUsable as refused:
        _show_problems(desk, refused.arrival.name, refused.arrival.read.problems)
        raise
    with desk.ledger_to_write(rehearsal=dry_run) as opened:
        arrivals = take_in(desk, opened, arrivals, keep=not dry_run)
    for arrival in arrivals:
        _show_problems(desk, arrival.name, arrival.read.problems)
    if desk.json:
        desk.answer({"dry_run": dry_run, "batches": [batch_json(arrival, desk.tongue) for arrival in arrivals]})
        return
    for arrival in arrivals:
        one = batch_json(arrival, desk.tongue)
        del one["problems"], one["sha256"]
        desk.paper().print(desk.tongue.say(IMPORTED, **one), soft_wrap=True)
    if dry_run:
        desk.paper().print(desk.tongue.say("A rehearsal: nothing was written."))


def _show_problems(desk: Desk, name: str, problems: Any) -> None:
    shown = problems if desk.json else problems[:SHOWN_PROBLEMS]
    for problem in shown:
        sys.stderr.write(problem_text(name, problem, desk.tongue) + "\n")
    if len(problems) > len(shown):
        more = desk.tongue.say("… and {count} problems more; --json lists them all.", count=len(problems) - len(shown))
        sys.stderr.write(more + "\n")


@app.command()
def metrics(
    month: Annotated[str, typer.Argument(help="月份，如 2023-05")],
    unit: Annotated[str | None, typer.Option("--unit", help="只看一个承办单位")] = None,
    as_of: AsOfOption = None, rulebook: RulebookOption = GANXIAN,
    calendar: CalendarOption = None, known_on: KnownOnOption = None,
    ledger: LedgerOption = None, lang: LanguageOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """各承办单位的签收、响应、退件、办结等指标与用时。"""
    desk = desk_of(ledger, lang, as_json, rulebook, calendar, known_on=known_on)
    number = read_month(month)
    with desk.ledger() as opened:
        report = desk.report(opened, as_of)
        evidence = report.evidence([number])[number]
        units = metrics_of(report, evidence, unit)
        if unit is not None and not units:
            known = "、".join(one.unit for one in metrics_of(report, evidence, None)[:20])
            raise WrongArgument(
                words("{unit} has no verdict in {month}.", unit=unit, month=month),
                words("Units that have: {units}", units=known),
            )
        if desk.json:
            desk.answer(metrics_json(report, evidence, units))
        else:
            print_metrics(desk.paper(), desk.tongue, report, evidence, units)


@app.command()
def score(
    month: Annotated[str, typer.Argument(help="月份，如 2023-05；细则另有季度、半年、年度表的，如 2023-Q2、2023-H1、2023")],
    sheet: Annotated[str | None, typer.Option("--sheet", help="只看一张考核表，如 hotline")] = None,
    as_of: AsOfOption = None, provisional: ProvisionalOption = False, rulebook: RulebookOption = GANXIAN,
    calendar: CalendarOption = None, known_on: KnownOnOption = None,
    ledger: LedgerOption = None, lang: LanguageOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """某月的得分与排名；细则另有季度、半年、年度表的，也在这里看。"""
    desk = desk_of(ledger, lang, as_json, rulebook, calendar, known_on=known_on)
    kind, months = read_period(month, desk.book())
    with desk.ledger() as opened:
        report = desk.report(opened, as_of)
        evidence = period_evidence(report, months, provisional=provisional)
        sheets = [one for one in report.sheets(evidence, kind) if sheet is None or one.sheet.id == sheet]
        if not sheets:
            known = " ".join(f"{one.id} ({one.period})" for one in report.book.sheets)
            raise WrongArgument(words("there is no such sheet for {month}; known: {known}", month=month, known=known))
        if desk.json:
            desk.answer(score_json(report, evidence, sheets))
        else:
            print_score(desk.paper(), desk.tongue, report, evidence, sheets)


@app.command()
def audit(
    ticket: Annotated[str, typer.Argument(help="工单编号")],
    if_: Annotated[list[str] | None, typer.Option("--if", help="假如某事另是一样，如 signed=2023-05-04T11:20、satisfied=满意")] = None,
    without: Annotated[list[str] | None, typer.Option("--without", help="假如没有某事，如 signed、redo 或 #位置")] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="假如：哪个承办单位的一轮")] = None,
    round_: Annotated[int | None, typer.Option("--round", help="假如：第几轮")] = None,
    as_of: AsOfOption = None, rulebook: RulebookOption = GANXIAN,
    calendar: CalendarOption = None, known_on: KnownOnOption = None,
    ledger: LedgerOption = None, lang: LanguageOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """一张工单的来龙去脉：每项判定、期限怎么数、扣了几分、依据哪一条；--if 看假如另是一样会得几分。"""
    desk = desk_of(ledger, lang, as_json, rulebook, calendar, known_on=known_on)
    if if_ or without:
        suppose(desk, ticket, if_ or (), without or (), unit, round_, as_of)
        return
    with desk.ledger() as opened:
        told = ticket_report(desk, opened, ticket, as_of)
        if desk.json:
            desk.answer(audit_json(told))
        else:
            print_audit(desk.paper(), desk.tongue, told)


@app.command()
def export(
    format_: Annotated[str, typer.Option("--format", help="格式：jsonl")] = "jsonl",
    as_of: AsOfOption = None,
    ledger: LedgerOption = None, lang: LanguageOption = None,
) -> None:  # fmt: skip
    """导出台账，一行一个事件，可原样再导入。"""
    import json

    desk = desk_of(ledger, lang, as_json=True)
    if format_ != "jsonl":
        raise WrongArgument(words("there is no format {format}; known: {known}", format=format_, known="jsonl"))
    with desk.ledger() as opened:
        position, _ = desk.moment(opened, as_of)
        for event in opened.events(position):
            sys.stdout.write(json.dumps(canonical(event.fact), ensure_ascii=False) + "\n")


@app.command()
def demo(
    folder: Annotated[Path, typer.Option("--folder", help="演示文件放在哪里")] = Path(".demo"),
    seed: Annotated[int, typer.Option("--seed", help="随机种子")] = 2023,
    lang: LanguageOption = None,
) -> None:
    """演示：模拟一个县一个月的工单，导入、排名、讲清扣分最多的一张。"""
    run_demo(desk_of(folder / "kaoping.db", lang, as_json=False), folder, seed)


for command in (
    why,
    annual,
    rules,
    record,
    exempt,
    void,
    publish,
    recompute,
    diff,
    readings,
    whatif,
    verify,
    prove,
    check_proof,
):
    app.command()(command)


def main() -> None:
    """Run the command line: exit 0 done, 1 the data is at fault, 2 the command line is, 3 the ledger is damaged."""
    try:
        _run()
    except Told as error:
        sys.stderr.write(_sentence(Tongue(_asked_language()), error) + "\n")
        sys.exit(_code(error))
    except BrokenPipeError:  # whoever read us has read enough
        _drop_output()
        sys.exit(1)
    except OSError as error:
        why = words("the output cannot be written: {why}", why=error.strerror)
        if error.filename is not None:
            why = words("{path} cannot be used: {message}", path=error.filename, message=error.strerror)
        else:
            _drop_output()
        sys.stderr.write(Tongue(_asked_language()).tell(why) + "\n")
        sys.exit(1)


def _run() -> None:
    try:
        app()
    finally:
        sys.stdout.flush()


def _drop_output() -> None:
    """What is still to be written cannot be: let Python not try again as it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _asked_language() -> str:
    """The language the command line or the environment asks for, even where the command line could not be read."""
    asked = "zh" if os.environ.get("KAOPING_LANG") != "en" else "en"
    for one, two in zip(sys.argv, [*sys.argv[1:], ""], strict=True):
        for code in ("zh", "en"):
            if one == f"--lang={code}" or (one, two) == ("--lang", code):
                asked = code
    return asked


def _sentence(tongue: Tongue, error: Told) -> str:
    remedy = tongue.tell(error.remedy)
    return tongue.tell(error.why) + (f"\n{tongue.say('To fix: {remedy}', remedy=remedy)}" if remedy else "")


def _code(error: Told) -> int:
    if isinstance(error, DamagedLedger):
        return 3
    return 2 if isinstance(error, WrongArgument | NoSuchFile | NoLedger | NotALedger) else 1
