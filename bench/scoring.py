"""How long a year of scores takes from tallies: every sheet and every line of `why`, for 60 units and 12 months.

python -m bench.scoring
python -m bench.scoring --tickets 1000
python -m bench.scoring --rulebook yunshan-2025 --profile
"""

import argparse
import cProfile
import gc
import pstats
import random
from collections.abc import Sequence
from statistics import median
from time import process_time

from calendars.clock import instant
from calendars.instants import EPOCH_DAY
from calendars.periods import last_day
from kaoping.files.folder import rulebook, working_days
from ledger.facts import Finding
from metrics.derive import clock_of
from metrics.measures import CATALOGUE, Strike
from metrics.tallies import Tally
from scoring.explain.unit import why
from scoring.law.rulebook import PERIODS, Rulebook
from scoring.scores.evidence import Charge, Evidence, together
from scoring.scores.sheets import Judging, sheet_of

UNITS = 60
TICKETS = 144_000  # in the year, at most: a month's are drawn from half of a unit's part to all of it
LATE = 0.08
RARE = 0.02
LIMIT = 1.0
RUNS = 5


def made(book: Rulebook, units: int, tickets: int, seed: int = 2023) -> list[Evidence]:
    """A month of full evidence for each of the first twelve months of the rulebook: every measure on every channel."""
    draw = random.Random(seed)
    groups = sorted({group for _, item, part in book.parts() for group in (*item.concerns, *part.per)} | {"乡镇"})
    enrolled = {f"单位{number:02d}": groups[number % len(groups)] for number in range(units)}
    volume = max(2, tickets // (units * 12))
    return [_month(book, enrolled, month, volume, draw) for month in _months(book)]


def _months(book: Rulebook) -> list[int]:
    first = book.valid_from.year * 12 + book.valid_from.month - 1
    return [(first + n) // 12 * 100 + (first + n) % 12 + 1 for n in range(12)]


def _month(book: Rulebook, enrolled: dict[str, str], month: int, most: int, draw: random.Random) -> Evidence:
    tallies: dict[tuple[str, str, str, int], Tally] = {}
    breaches: dict[tuple[str, str], list[Charge]] = {}
    at = instant(last_day(month).toordinal() - EPOCH_DAY, 0)
    for unit in enrolled:
        for place, channel in enumerate(sorted({channel for sheet in book.sheets for channel in sheet.channels})):
            volume = draw.randrange(most // 2, most) if place == 0 else draw.randrange(max(1, most // 10))
            for measure in CATALOGUE:
                strike = isinstance(measure, Strike)
                breached = sum(draw.random() < (RARE if strike else LATE) for _ in range(volume))
                breached = 0 if measure.name == "volume" else breached
                tallies[measure.name, unit, channel, month] = Tally(breached if strike else volume, breached)
                breaches.setdefault((measure.name, unit), []).extend(
                    Charge(measure.name, f"{channel}-{month}-{n}", unit, 1, channel, True, at + n)
                    for n in range(breached)
                )
    findings = {unit: list(_findings(book, unit, at, draw)) for unit in enrolled}
    return Evidence(
        months=(month,), tallies=tallies, breaches=breaches, exempted=(), exemptions=frozenset(), findings=findings,
        every_finding=findings, groups=enrolled,
    )  # fmt: skip


def _findings(book: Rulebook, unit: str, at: int, draw: random.Random) -> list[Charge]:
    parts = [part for _, _, part in book.parts() if part.finding]
    found = []
    for position, part in enumerate(parts):
        if draw.random() < 0.5:
            mode = draw.choice(list(part.prices)) if part.prices and part.by == "mode" else None
            fact = Finding(at=at, unit=unit, item=part.finding, role="lead", mode=mode, document=f"{position}")
            found.append(Charge(part.finding, f"T{position}", unit, 0, "", True, at, fact, position))
    return found


def scored(judging: Judging, months: Sequence[Evidence]) -> tuple[int, int]:
    """Scores every sheet for each of its periods, and tells why; (lines of units, lines of why)."""
    units = lines = 0
    for sheet in judging.book.sheets:
        size = PERIODS[sheet.period]
        for first in range(0, len(months), size):
            month = months[first] if size == 1 else together(months[first : first + size])
            for unit in sheet_of(judging, sheet, month).units:
                units += 1
                lines += len(why(sheet, unit)) if unit.score is not None else 0
    return units, lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--units", type=int, default=UNITS)
    parser.add_argument("--tickets", type=int, default=TICKETS)
    parser.add_argument("--rulebook", default="ganxian-2023")
    parser.add_argument("--profile", action="store_true", help="tell where the time goes")
    asked = parser.parse_args()
    book = rulebook(asked.rulebook)
    months = made(book, asked.units, asked.tickets)
    judging = Judging(book, clock_of(working_days(), book.practice()), as_of=10**14)
    breaches = sum(len(cases) for month in months for cases in month.breaches.values())
    findings = sum(len(found) for month in months for found in month.findings.values())
    gc.freeze()  # what is given is not swept again
    if asked.profile:
        profile = cProfile.Profile()
        profile.runcall(scored, judging, months)
        pstats.Stats(profile).sort_stats("tottime").print_stats(18)
    took = []
    for _ in range(RUNS):
        start = process_time()
        units, lines = scored(judging, months)
        took.append(process_time() - start)
    periods = " ".join(f"{sheet.id}/{PERIODS[sheet.period]}" for sheet in book.sheets)
    print(f"{book.id}: {asked.units} units x 12 months, sheets {periods}")
    print(f"evidence: {breaches:,} breaches, {findings:,} findings")
    told = f"best {min(took):.3f} s, median {median(took):.3f} s of CPU, of {RUNS} runs"
    print(f"scored {units:,} lines, {lines:,} lines of why: {told} ({'under' if min(took) < LIMIT else 'OVER'} 1 s)")


if __name__ == "__main__":
    main()
