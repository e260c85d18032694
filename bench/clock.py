"""How long the working-day clock takes, one instant at a time and in columns, beside other clocks, answer by answer.

    python -m bench.clock [--spans 100000] [--budget 60] [--rounds 3] [--page]

Spans are drawn from a seed, of 2022 to 2024, many of them to or from the edge of an office block. A slow clock answers as many as its
budget of CPU seconds allows (in later rounds a tenth of it); how many is told. Answers that differ must be explained.
`--page` writes docs/performance.md.
"""

import argparse
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from functools import partial
from statistics import median
from time import process_time
from typing import Any

import attrs
import narwhals as nw
import polars as pl

from bench import page
from bench.measured import Told, apart, in_turns, machine, measured, versions
from bench.peers import clocks
from calendars.clock import Clock
from calendars.clock_columns import ClockColumns
from calendars.instants import ZONE_MS
from kaoping.files.folder import working_days

SEED = 2023
EDGES = (0, clocks.OPEN, clocks.NOON, clocks.REOPEN, clocks.CLOSE)
FIRST, YEARS = 18_993, 1096  # the days of 2022 to 2024
TIMES = 10
"""How often columns are asked every span at once."""
BATCH = 50
Span = tuple[int, int]
"""From and to, in seconds since 1970, local."""


def spans(count: int) -> Iterator[Span]:
    """The same for the same seed: half of them within two days, a tenth of up to sixty."""
    draw = random.Random(SEED)
    for _ in range(count):
        start = FIRST * clocks.DAY + draw.randrange(YEARS * clocks.DAY)
        length = draw.choices((2, 15, 60), (5, 4, 1))[0] * clocks.DAY
        stop = start + draw.randrange(length)
        one, other = (_edged(at, draw) for at in (start, stop))
        yield (one, other) if one <= other else (other, one)


def _edged(at: int, draw: random.Random) -> int:
    return at - at % clocks.DAY + draw.choice(EDGES) if draw.random() < 0.2 else at


# who answers


@attrs.frozen
class Asking:
    """What is timed (`answer`), what it takes of a span or of all of them (`given`), and what its answer says (`shown`): seconds of
    office time, or the due in seconds since 1970, local."""

    answer: Callable[..., Any]
    given: Callable[[Any], Any]
    shown: Callable[[Any], Any]


@attrs.frozen
class Teller:
    """A clock, what it is asked, and whether it answers one span at a time (`each`) or all of them in columns."""

    question: str
    title: tuple[str, str]
    load: Callable[[], Asking]
    each: bool = True


def _moment(span: Span) -> tuple[datetime, datetime]:
    return clocks.EPOCH + timedelta(seconds=span[0]), clocks.EPOCH + timedelta(seconds=span[1])


def _instants(span: Span) -> tuple[int, int]:
    return span[0] * 1000 - ZONE_MS, span[1] * 1000 - ZONE_MS


def _our_elapsed() -> Asking:
    return Asking(Clock(working_days()).elapsed, _instants, lambda days: float(days * clocks.OFFICE_DAY))


def _our_due(days: Fraction, reading: str) -> Asking:
    deadline = Clock(working_days()).deadline
    return Asking(
        lambda start, _: deadline(start, days, reading), _instants, lambda due: (due.due_ms + ZONE_MS) // 1000
    )


def _their_elapsed(made: Callable[[], clocks.Elapsed]) -> Asking:
    return Asking(made(), _moment, float)


def _their_due(made: Callable[[], clocks.Due]) -> Asking:
    due = made()
    return Asking(lambda start, _: due(start), _moment, float)


def _our_columns(add: Callable[[ClockColumns, Any], Any]) -> Asking:
    columns = ClockColumns(Clock(working_days()))
    add(columns, nw.from_native(_frame([(FIRST * clocks.DAY, FIRST * clocks.DAY)]))).collect()  # its tables

    def answered(frame: pl.LazyFrame) -> Any:
        return add(columns, nw.from_native(frame)).select("place", "told").collect().to_native()

    # joins keep rows, not their order
    return Asking(answered, _frame, lambda told: told.sort("place")["told"].to_list())


def _frame(given: Sequence[Span]) -> pl.LazyFrame:
    frame = pl.DataFrame(list(given), schema=("start", "stop"), orient="row")
    return frame.with_columns(pl.all() * 1000 - ZONE_MS).with_row_index("place").lazy()


def _elapsed_columns(columns: ClockColumns, frame: Any) -> Any:
    second = columns.ticks_per_day // clocks.OFFICE_DAY
    return columns.with_elapsed(frame, "start", "stop", "told").with_columns(nw.col("told") // second)


def _due_columns(halves: int, reading: str, columns: ClockColumns, frame: Any) -> Any:
    due = columns.with_deadline(frame, "start", halves, "told", reading)
    return due.with_columns((nw.col("told") + ZONE_MS) // 1000)


def _numpy(answer: Callable[..., Any]) -> Asking:
    import numpy as np  # type: ignore[import-not-found,unused-ignore]

    return Asking(
        lambda ends: answer(*ends), lambda given: tuple(np.array(given, dtype="int64").T), lambda told: told.tolist()
    )


HALF, ONE, TWO = Fraction(1, 2), Fraction(1), Fraction(2)
OURS, COLUMNS, NUMPY = ("Kaoping", "考评"), ("Kaoping, columns", "考评，整列"), ("numpy, columns", "numpy，整列")
PM4PY, PANDAS, BUSINESS = (2 * (name,) for name in ("PM4Py", "pandas", "businesstimedelta"))
TELLERS = {
    "ours, elapsed": Teller("elapsed", OURS, _our_elapsed),
    "pm4py, elapsed": Teller("elapsed", PM4PY, partial(_their_elapsed, clocks.pm4py_elapsed)),
    "pandas, elapsed": Teller("elapsed", PANDAS, partial(_their_elapsed, clocks.pandas_elapsed)),
    "business, elapsed": Teller("elapsed", BUSINESS, partial(_their_elapsed, clocks.business_elapsed)),
    "columns, elapsed": Teller("elapsed", COLUMNS, partial(_our_columns, _elapsed_columns), each=False),
    "numpy, elapsed": Teller("elapsed", NUMPY, partial(_numpy, clocks.numpy_elapsed), each=False),
    "ours, half": Teller("half", OURS, partial(_our_due, HALF, "elapsed")),
    "business, half": Teller("half", BUSINESS, partial(_their_due, clocks.business_half)),
    "columns, half": Teller("half", COLUMNS, partial(_our_columns, partial(_due_columns, 1, "elapsed")), each=False),
    "ours, day": Teller("day", OURS, partial(_our_due, ONE, "elapsed")),
    "pandas, day": Teller("day", PANDAS, partial(_their_due, clocks.pandas_day)),
    "business, day": Teller("day", BUSINESS, partial(_their_due, clocks.business_day)),
    "columns, day": Teller("day", COLUMNS, partial(_our_columns, partial(_due_columns, 2, "elapsed")), each=False),
    "ours, two": Teller("two", OURS, partial(_our_due, TWO, "next_day")),
    "columns, two": Teller("two", COLUMNS, partial(_our_columns, partial(_due_columns, 4, "next_day")), each=False),
    "numpy, two": Teller("two", NUMPY, partial(_numpy, clocks.numpy_two_days), each=False),
}
QUESTIONS = {
    "elapsed": ("office time from one instant to another", "两个时刻之间的工作时间"),
    "half": ("half an office day later (3.5 hours)", "半个工作日之后（3.5 小时）"),
    "day": ("one office day later (7 hours)", "一个工作日之后（7 小时）"),
    "two": ("end of the second working day after", "其后第二个工作日终了"),
}
SAID: dict[str, dict[str, Any]] = {
    "en": {
        "clock": "Microseconds of CPU an answer, medians of {rounds} runs; columns ten times all spans at once. {machine}; {versions}.",
        "head": ["Question", "Who", "µs", "ours = 1", "answers", "differ", "explained", "unexplained"],
    },
    "zh": {
        "clock": "每个答案的处理器微秒，{rounds} 次取中位数；整列的一次算全部时段十遍。{machine}；{versions}。",
        "head": ["问题", "谁", "微秒", "我们 = 1", "答案", "不同", "有解释", "无解释"],
    },
}  # fmt: skip


# the run


def answered(side: str, count: int, budget: float) -> None:
    """A process of its own: so many spans answered, or as many as the budget of CPU seconds allows."""
    teller, given = TELLERS[side], [*spans(count)]
    asking = teller.load()
    if not teller.each:
        columns = asking.given(given * TIMES)
        measured(lambda: asking.answer(columns), lambda told: asking.shown(told)[:count])
        return
    taken = [asking.given(span) for span in given]
    asking.answer(*taken[0])  # what it loads when first asked

    def one_by_one() -> list[Any]:
        told, until = [], process_time() + budget
        for place in range(0, count, BATCH):
            told += [asking.answer(*span) for span in taken[place : place + BATCH]]
            if process_time() > until:
                break
        return told

    measured(one_by_one, lambda told: [asking.shown(one) for one in told])


@attrs.frozen
class Answers:
    """What one clock answered, how often, how long each took (microseconds of CPU), and how it differs from ours."""

    side: str
    count: int
    micro: float
    alike: int
    explained: int
    unexplained: tuple[Span, ...]


def compared(told: dict[str, list[Told]], count: int) -> list[Answers]:
    """Every clock beside ours, answer by answer."""
    given, clock = [*spans(count)], Clock(working_days())
    found = []
    for side, runs in told.items():
        teller = TELLERS[side]
        longest = max((run["answer"] for run in runs), key=len)
        rows = len(longest) * (1 if teller.each else TIMES)
        micro = median(run["cpu"] / (len(run["answer"]) if teller.each else rows) for run in runs) * 1e6
        mine = told[f"ours, {teller.question}"][0]["answer"]
        different = [place for place, answer in enumerate(longest) if answer != mine[place]]
        other = [
            place for place in different if not _same_office_time(clock, teller.question, mine[place], longest[place])
        ]
        found.append(Answers(
            side, len(longest), micro, len(longest) - len(different), len(different) - len(other),
            tuple(given[place] for place in other),
        ))  # fmt: skip
    return found


def _same_office_time(clock: Clock, question: str, mine: float, theirs: float) -> bool:
    """Whether two dues are the end of a block and the beginning of the next: no office time lies between them."""
    ends = (round(at * 1000) - ZONE_MS for at in (mine, theirs))
    return question != "elapsed" and clock.elapsed(*ends) == 0


# the report


def _rows(found: Sequence[Answers], place: int) -> list[list[str]]:
    ours = {TELLERS[one.side].question: one.micro for one in found if one.side.startswith("ours")}
    columns = {TELLERS[one.side].question: one.micro for one in found if one.side.startswith("columns")}
    rows = []
    for question, said in QUESTIONS.items():
        for one in found:
            teller = TELLERS[one.side]
            if teller.question == question:
                beside = ours[question] if teller.each else columns[question]
                rows.append([
                    said[place], teller.title[place], f"{one.micro:.3g}", f"{one.micro / beside:,.2f}", f"{one.count:,}",
                    f"{one.count - one.alike:,}", f"{one.explained:,}", f"{len(one.unexplained):,}",
                ])  # fmt: skip
    return rows


def tell(found: Sequence[Answers], rounds: int) -> None:
    """Write docs/performance.md."""
    known = versions("polars", "numpy", "pandas", "pm4py", "businesstimedelta")
    texts = {}
    for place, language in enumerate(("en", "zh")):
        say = SAID[language]
        head = say["clock"].format(rounds=rounds, machine=machine(), versions=known)
        texts[language] = "\n\n".join([head, page.table(say["head"], _rows(found, place))])
    page.write("clock", texts)


def main() -> None:
    """Ask every clock, print how long each took and how its answers compare, and write the page if asked."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--spans", type=int, default=100_000)
    asked.add_argument("--budget", type=float, default=60, help="CPU seconds for a clock that goes one by one")
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--page", action="store_true", help="write docs/performance.md")
    asked.add_argument("--side", choices=TELLERS, help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.side:
        answered(given.side, given.spans, given.budget)
        return
    print(f"{machine()} · {versions('polars', 'numpy', 'pandas', 'pm4py', 'businesstimedelta')}")
    told: dict[str, list[Told]] = {side: [] for side in TELLERS}
    for rounds, budget in (
        (1, given.budget),
        (given.rounds - 1, given.budget / 10),
    ):  # what is answered once need not be again
        common = ("--spans", str(given.spans), "--budget", str(budget))
        runs = {side: partial(apart, "bench.clock", "--side", side, *common) for side in TELLERS}
        for side, several in in_turns(runs, rounds, seed=rounds).items():
            told[side] += several
    found = compared(told, given.spans)
    for row in _rows(found, 0):
        question, who, micro, times, count, different, explained, unexplained = row
        print(
            f"{question:44} {who:18} {micro:>9} us {times:>10} x {count:>8} answers, {different} differ, {explained} explained"
            f"{'' if unexplained == '0' else f', {unexplained} UNEXPLAINED'}"
        )
    for one in found:
        if one.unexplained:
            print(f"UNEXPLAINED {one.side}: from and to (seconds since 1970, local) {one.unexplained[:3]}")
    if given.page:
        tell(found, given.rounds)
    sys.exit(any(one.unexplained for one in found))


if __name__ == "__main__":
    main()
