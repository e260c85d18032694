"""How long events in columns take to become tallies, beside others who answer the same questions from the same log.

    python -m bench.derive [--sizes 10000 100000 1000000] [--rounds 3] [--page]

Each measurement is a process of its own that begins with the events in memory; the sides of a round come in random order. Compared
are medians of CPU seconds and the answers. `--page` writes docs/performance.md.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from time import process_time
from typing import Any

import attrs
import narwhals as nw
import polars as pl

from bench import page
from bench.log import AS_OF, UNITS, hardened, made
from bench.measured import Cost, Told, apart, cost, in_turns, machine, measured, versions
from calendars.clock_columns import ClockColumns
from kaoping.files.folder import rulebook, working_days
from metrics.derive import Derivation, clock_of, derive
from metrics.engines.engine import settled
from metrics.tallies import tallies_of
from metrics.verdicts import decided

Work = Callable[[], Any]
SAMPLE = 10_000  # tickets that the slow ones are asked about
HARD = 5_000  # tickets of the log that only answers are compared on


@attrs.frozen
class Side:
    """Who answers: `title` in English and Chinese, `load` (the events in, what answers out). `on_sample`: asked about some tickets
    only; `most`: tickets beyond which it is not asked."""

    title: tuple[str, str]
    load: Callable[[Path], Work]
    answers: str = "tallies"
    on_sample: bool = False
    most: int = 100_000_000


# ours


def _ours(path: Path) -> Work:
    """All eleven measures by `metrics`, as `scoring` asks for them, their evidence beside them."""
    derivation = _derivation(path)
    return lambda: _rows(tallies_of(decided(derivation.verdicts, AS_OF)))


def _derivation(path: Path) -> Derivation:
    events = nw.from_native(pl.read_parquet(path).lazy())
    return derive(events, rulebook("ganxian-2023").practice(), working_days())


def _rows(tallies: Any) -> list[list[Any]]:
    return sorted([*place, tally.count, tally.breaches] for place, tally in tallies.items())


def _our_hours(path: Path) -> Work:
    """The one question that PM4Py is asked: working time from a ticket's first event to its last."""
    derivation, events = _derivation(path), pl.read_parquet(path).lazy()
    clock = ClockColumns(clock_of(derivation.calendar, derivation.practice))
    second = clock.ticks_per_day // 25_200

    def hours() -> dict[str, float]:
        spans = events.group_by("ticket").agg(first=pl.col("at").min(), last=pl.col("at").max())
        timed = clock.with_elapsed(nw.from_native(spans), "first", "last", "ticks").collect()
        return {ticket: ticks / second for ticket, ticks in timed.select("ticket", "ticks").iter_rows()}

    return hours


def _steps(path: Path) -> Work:
    """The steps of ours, each computed and timed by itself, in CPU seconds."""
    derivation = _derivation(path)
    steps: dict[str, Work] = {
        "placed": lambda: derivation.placed,
        "held": lambda: derivation.held,
        "dues": lambda: derivation.due,
        "verdicts": lambda: settled(decided(derivation.verdicts, AS_OF)),
    }

    def timed() -> dict[str, float]:
        spent = {}
        for name, step in steps.items():
            busy = process_time()
            found = step()
            spent[name] = process_time() - busy
        busy = process_time()
        tallies_of(found)
        return spent | {"tallies": process_time() - busy}

    return timed


# the peers


def _duckdb(path: Path) -> Work:
    from bench.peers.duckdb_sql import loaded

    return loaded(path)


def _polars(path: Path) -> Work:
    from bench.peers.lean_polars import tallies

    return partial(tallies, pl.read_parquet(path))


def _scan(path: Path) -> Work:
    from bench.peers.bare_scan import counts

    return partial(counts, pl.read_parquet(path))


def _pandas(path: Path) -> Work:
    from bench.peers.pandas_frames import loaded

    return loaded(path)


def _pm4py(path: Path) -> Work:
    from bench.peers.pm4py_hours import durations, log_of

    log = log_of(pl.read_parquet(path, columns=["ticket", "at", "rank"]).to_pandas())
    durations(log.head(100))  # what it loads when first asked
    return partial(durations, log)


def _replay(path: Path) -> Work:
    from bench.peers.replay import stored

    return stored(pl.read_parquet(path, columns=["ticket", "rank", "unit", "channel", "at"]).rows())


SIDES = {
    "ours": Side(("Kaoping, all eleven measures with evidence", "考评：十一项全算，带证据"), _ours),
    "duckdb": Side(("DuckDB, hand-written SQL, all eleven", "DuckDB：手写 SQL，十一项全算"), _duckdb),
    "polars": Side(("polars, a lean plan, all eleven", "polars：精简手写，十一项全算"), _polars),
    "pandas": Side(("pandas, ten of eleven", "pandas：十一项中的十项"), _pandas, most=1_000_000),
    "scan": Side(("one scan, one group-by (the floor)", "扫一遍、分一次组（下限）"), _scan, "counts"),
    "ours, sample": Side(("Kaoping, all eleven", "考评：十一项全算"), _ours, on_sample=True),
    "ours, hours": Side(
        ("Kaoping, working time of each ticket", "考评：每件工单的工作时长"), _our_hours, "hours", on_sample=True
    ),
    "pm4py": Side(("PM4Py, business hours of each ticket", "PM4Py：每件工单的工作时长"), _pm4py, "hours", on_sample=True),
    "replay": Side(("eventsourcing, replay of each ticket", "eventsourcing：逐件重放"), _replay, "volume", on_sample=True),
}  # fmt: skip
APART = {"pandas": ("signed",)}
"""What a side does not answer as asked: pandas gives a whole day to sign."""
STEPS = Side(("", ""), _steps)


# the run


def sampled(events: pl.DataFrame) -> pl.DataFrame:
    """The events of the first tickets."""
    first = events.filter(pl.col("rank") == 0).get_column("ticket").unique(maintain_order=True).head(SAMPLE)
    return events.filter(pl.col("ticket").is_in(first.implode()))


def agreed(path: Path, tickets: int) -> str:
    """Whether the SQL says what we say also of a log that is made hard."""
    hardened(made(tickets)).write_parquet(path)
    mine, theirs = (_answers(SIDES[side].load(path)(), "tallies", ()) for side in ("ours", "duckdb"))
    different = sorted(place for place in {*mine, *theirs} if mine.get(place) != theirs.get(place))
    if different:
        return f"DIFFERS on a hard log in {len(different):,} of {len(mine):,}, as {different[0]}"
    return f"on a hard log of {tickets:,} tickets DuckDB's {len(mine):,} tallies are ours"


@attrs.frozen
class Run:
    """One size: so many tickets and.placed, and the runs of every side."""

    tickets: int
    events: int
    told: dict[str, list[Told]]

    def cost(self, side: str) -> Cost:
        """What a side took."""
        return cost(self.told[side])

    def answer(self, side: str) -> Any:
        """What a side answered."""
        return self.told[side][0]["answer"]


def ran(path: Path, sides: Sequence[str], rounds: int) -> Run:
    """The sides in turns on one log, and what came of it, printed."""
    counts = pl.scan_parquet(path).select(pl.col("ticket").n_unique(), pl.len().alias("events")).collect().row(0)
    print(f"\n{counts[0]:,} tickets, {counts[1]:,} events", flush=True)
    runs = {side: partial(apart, "bench.derive", "--side", side, "--events", str(path)) for side in sides}
    run = Run(counts[0], counts[1], in_turns(runs, rounds))
    mine = run.cost(sides[0]).cpu
    for side in sides:
        took = run.cost(side)
        print(
            f"{SIDES[side].title[0]:44} {took.cpu:8.2f} s CPU {took.wall:8.2f} s wall {took.peak:7,} MB "
            f"{took.cpu / mine:8.2f} x  {judged(run, side, sides)[0]}",
            flush=True,
        )
    return run


def judged(run: Run, side: str, sides: Sequence[str]) -> tuple[str, str]:
    """Whether a side answered as ours did, in English and in Chinese."""
    kind = SIDES[side].answers
    asked = {"tallies": sides[0], "volume": sides[0], "hours": "ours, hours"}.get(kind)
    if side == asked or side == "ours, hours":
        return "", ""
    if asked is None:
        counted = sum(row[-1] for row in run.answer(side))
        if counted == run.events:
            return "every event counted", "每个事件都数到"
        return f"DIFFERS: {counted:,} events", f"不同：{counted:,} 个事件"
    mine, theirs = (_answers(run.answer(one), kind, APART.get(side, ())) for one in (asked, side))
    different = sorted(place for place in {*mine, *theirs} if mine.get(place) != theirs.get(place))
    if different:
        shown = f"{different[0]}: {mine.get(different[0])}, {theirs.get(different[0])}"
        return (
            f"DIFFERS in {len(different):,} of {len(mine):,}, as {shown}",
            f"不同：{len(mine):,} 中 {len(different):,}",
        )
    return f"the same {len(mine):,} answers", f"{len(mine):,} 个答案相同"


def _answers(told: Any, kind: str, but: Sequence[str]) -> dict[Any, Any]:
    """Answers by what they are about, of what both sides are asked."""
    if kind == "hours":
        return dict(told)
    return {
        tuple(row[:4]): tuple(row[4:]) for row in told if row[0] not in but and (kind != "volume" or row[0] == "volume")
    }


# the report


def tell(runs: Sequence[Run], sample: Run, steps: dict[str, float], rounds: int) -> None:
    """Write docs/performance.md."""
    largest = runs[-1]
    known = versions("polars", "narwhals", "duckdb", "pandas", "numpy", "pm4py", "eventsourcing")
    texts = {}
    for place, language in enumerate(("en", "zh")):
        say = SAID[language]
        head = say["derive"].format(
            tickets=largest.tickets,
            events=largest.events,
            units=UNITS,
            rounds=rounds,
            machine=machine(),
            versions=known,
        )
        whole = [_row(largest, side, place) for side in largest.told]
        some = [_each(largest, "ours", place, largest), *(_each(sample, side, place, largest) for side in sample.told)]
        texts[language] = "\n\n".join([
            head, page.table(say["head"], whole),
            say["sample"].format(tickets=sample.tickets, events=sample.events), page.table(say["sample_head"], some),
            say["steps"], page.table(say["steps_head"], [
                [say[name], f"{spent:.2f}", f"{spent / sum(steps.values()):.0%}"] for name, spent in steps.items()
            ]),
        ])  # fmt: skip
        if len(runs) > 1:
            _grown(language, place, runs, texts)
    page.write("derive", texts)


def _row(run: Run, side: str, place: int) -> list[str]:
    took = run.cost(side)
    times = took.cpu / run.cost("ours").cpu
    figures = [f"{took.cpu:.2f}", f"{took.wall:.2f}", f"{took.peak:,}", f"{times:.2f}"]
    return [SIDES[side].title[place], *figures, judged(run, side, [*run.told])[place]]


def _each(run: Run, side: str, place: int, largest: Run) -> list[str]:
    """The same by ticket and by event, beside ours of the largest log."""
    spent, ours = run.cost(side).cpu / run.tickets * 1e6, largest.cost("ours").cpu / largest.tickets * 1e6
    figures = [f"{run.tickets:,}", f"{spent:.1f}", f"{spent * run.tickets / run.events:.1f}", f"{spent / ours:.2f}"]
    return [SIDES[side].title[place], *figures, judged(run, side, [*run.told])[place]]


def _grown(language: str, place: int, runs: Sequence[Run], texts: dict[str, str]) -> None:
    """The table of growth, and its chart."""
    say = SAID[language]
    points = {
        SIDES[side].title[place]: [(run.tickets, run.cost(side).cpu) for run in runs if side in run.told]
        for side in runs[0].told
    }
    rows = []
    for name, line in points.items():
        spent = dict(line)
        rows.append([name, *(f"{spent[run.tickets]:.2f}" if run.tickets in spent else "" for run in runs)])
    head = [say["who"], *(f"{run.tickets:,}" for run in runs)]
    chart = f"![{say['chart']}](pictures/{page.CHARTS[language].name})"
    texts[language] += "\n\n" + "\n\n".join([say["growth"], page.table(head, rows), chart])
    page.draw(language, say["chart"], (say["tickets"], say["seconds"]), points)


SAID: dict[str, dict[str, Any]] = {
    "en": {
        "derive": "{tickets:,} tickets, {events:,} events, {units} units, a year. Medians of {rounds} runs; {machine}; {versions}.",
        "head": ["Who", "CPU s", "wall s", "peak MB", "CPU, ours = 1", "answers"],
        "sample": "Those that go ticket by ticket, asked about the first {tickets:,} tickets ({events:,} events) of that log:",
        "sample_head": ["Who", "tickets", "µs a ticket", "µs an event", "a ticket of ours = 1", "answers"],
        "steps": "Where our time goes, each step computed by itself:",
        "steps_head": ["Step", "CPU s", "share"],
        "placed": "events in their order, each in its round", "held": "rounds with the acts that judge them",
        "dues": "dues, and what extensions move", "verdicts": "verdicts", "tallies": "tallies",
        "growth": "Growth, CPU seconds by tickets:", "who": "Who", "chart": "From events to tallies, by the size of the log",
        "tickets": "tickets", "seconds": "CPU seconds",
    },
    "zh": {
        "derive": "{tickets:,} 件工单、{events:,} 个事件、{units} 个单位，一年。{rounds} 次取中位数；{machine}；{versions}。",
        "head": ["谁", "处理器秒", "墙钟秒", "内存峰值 MB", "处理器，我们 = 1", "答案"],
        "sample": "逐件计算的，只问其中 {tickets:,} 件工单（{events:,} 个事件）：",
        "sample_head": ["谁", "工单", "每件微秒", "每事件微秒", "我们每件 = 1", "答案"],
        "steps": "我们的时间用在哪里，每一步单独计算：",
        "steps_head": ["步骤", "处理器秒", "占比"],
        "placed": "事件排序、归入轮次", "held": "轮次与考核所看的办理", "dues": "期限与延期", "verdicts": "判定", "tallies": "计数",
        "growth": "工单多了怎样，处理器秒：", "who": "谁", "chart": "从事件到计数，随日志大小",
        "tickets": "工单数", "seconds": "处理器秒",
    },
}  # fmt: skip


def main() -> None:
    """Make the logs, measure every side on them, print what came out, and write the page if asked."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000], metavar="TICKETS")
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--page", action="store_true", help="write docs/performance.md")
    asked.add_argument("--side", choices=[*SIDES, "steps"], help=argparse.SUPPRESS)
    asked.add_argument("--events", type=Path, help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.side:
        measured({**SIDES, "steps": STEPS}[given.side].load(given.events))
        return
    print(f"{machine()} · {versions('polars', 'duckdb', 'pandas', 'pm4py', 'eventsourcing')}")
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        path, some = Path(folder) / "events.parquet", Path(folder) / "sample.parquet"
        for tickets in sorted(given.sizes):
            events = made(tickets)
            events.write_parquet(path)
            sampled(events).write_parquet(some)
            del events
            whole = [name for name, side in SIDES.items() if not side.on_sample and tickets <= side.most]
            runs.append(ran(path, whole, given.rounds))
        sample = ran(some, [name for name, side in SIDES.items() if side.on_sample], given.rounds)
        hard = agreed(some, min(HARD, max(given.sizes)))
        print(hard)
        steps = apart("bench.derive", "--side", "steps", "--events", str(path))["answer"]
        print("steps of ours  " + ", ".join(f"{name} {spent:.2f} s" for name, spent in steps.items()))
    if given.page:
        tell(runs, sample, steps, given.rounds)
    verdicts = [hard, *(judged(run, side, [*run.told])[0] for run in (*runs, sample) for side in run.told)]
    sys.exit(any(verdict.startswith("DIFFERS") for verdict in verdicts))


if __name__ == "__main__":
    main()
