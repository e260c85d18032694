"""Large files, bad ones and many at once: bounded memory, time that grows with the rows alone, and one set of events."""

import json
import os
import random
import resource
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import xlsxwriter

from kaoping.files import folder
from ledger.batches import Source
from ledger.intake.headings import choose
from ledger.intake.tables.files import read_tables
from ledger.intake.take import intake
from ledger.store import Ledger
from tests.fire.commands import ROOT, events_of
from tests.kaoping.test_cli import LOG, UNITS
from tests.ledger.test_formats import FORMATS, HEADER, text

PROGRAM = "from kaoping.cli import main; main()"
ROWS, SIZE, HELD = 128_278, 37_000_000, 2**30
WIDE = [
    "工单编号", "工单来源", "工单性质", "承办单位", "派单时间", "签收时间", "联系时间", "办结时间",
    "回访时间", "最终满意度", "是否联系市民", "是否解决", "处理时限", "处理时限单位", "问题分类", "是否匿名",
    "工单状态", "诉求标题", "诉求内容", "办理结果", "备注", "受理人", "所属区域", "是否逾期",
]  # fmt: skip


def measured(place: Path, *words: str) -> tuple[int, str, int]:
    """The exit code of a command line of its own, what it told, and the most bytes it held."""
    script = (
        "import resource, subprocess, sys\n"
        "ran = subprocess.run([sys.executable, '-c', sys.argv[1], *sys.argv[2:]], stdout=sys.stdout, stderr=sys.stderr)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
        "sys.exit(ran.returncode)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, PROGRAM, *words], cwd=place, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    told, _, held = ran.stdout.rstrip("\n").rpartition("\n")
    return ran.returncode, told + ran.stderr, int(held) * (1 if sys.platform == "darwin" else 1024)


def large_workbook(path: Path, rows: int, seed: int = 1) -> None:
    """An export of so many tickets, a row each, with the free text that such exports have."""
    rng = random.Random(seed)
    letters = [chr(number) for number in range(0x4E00, 0x9FA5)]
    start = datetime(2023, 5, 4, 9)
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("工单明细")
        sheet.write_row(0, 0, WIDE)
        for number in range(1, rows + 1):
            at = start + timedelta(minutes=rng.randrange(27 * 24 * 60))
            times = [
                str(at + timedelta(minutes=after))
                for after in (0, rng.randrange(1, 200), rng.randrange(200, 900), rng.randrange(900, 6000))
            ]
            free = "".join(rng.choices(letters, k=75))
            sheet.write_row(number, 0, [
                f"GX202305{number:07}", "12345", "主办", f"第{rng.randrange(1, 61)}承办单位", *times, str(at + timedelta(days=8)),
                rng.choice(["满意", "基本满意", "不满意"]), "是", "是", 5, "工作日", "城乡建设->物业管理", "否", "已办结",
                free[:12], free, free[20:60], "", "坐席" + str(rng.randrange(40)), "某区", "否",
            ])  # fmt: skip


@pytest.mark.slow
def test_a_large_workbook_is_imported_within_a_gibibyte(tmp_path: Path) -> None:
    large_workbook(tmp_path / "全年.xlsx", ROWS)
    assert SIZE < (tmp_path / "全年.xlsx").stat().st_size < SIZE * 1.3
    code, told, held = measured(tmp_path, "import", "全年.xlsx", "--json")
    assert code == 0, told
    (batch,) = json.loads(told)["batches"]
    assert (batch["rows"], batch["accepted"], batch["quarantined"]) == (ROWS, ROWS, 0)
    assert held < HELD, f"{held / 2**20:.0f} MiB"
    assert measured(tmp_path, "verify")[0] == 0


def bad(count: int) -> bytes:
    """A log in which every row is wrong, each otherwise than the others."""
    rows = [
        [f"GX-{number}", f"转督{number}", f"第{number}单位", f"2023-05-32 {number}", "12345", "5", "工作日"]
        for number in range(count)
    ]
    return text([HEADER, *rows])


def _seconds_of_bad_rows(count: int) -> float:
    """Seconds of the processor from the bytes of a log of bad rows until they are kept aside."""
    data = bad(count)
    start = time.process_time()
    (table,) = read_tables(data, "x.csv").tables
    read = intake(table, choose(folder.profiles(), table))
    assert len(read.quarantined) == count
    kept = [(row, cells, "[]") for row, cells in read.quarantined]
    with Ledger(":memory:", create=True) as ledger:
        ledger.append(
            Source(name="x.csv", sha256="0" * 64, profile="hotline-log", rows=count, facts=[], quarantined=kept), 0
        )
    return time.process_time() - start


BETWEEN = 10
"""Four times the rows take four times as long, or sixteen times if each is held against each other; a busy machine lies between."""


@pytest.mark.parametrize(("few", "many"), [(400, 1_600), pytest.param(10_000, 40_000, marks=pytest.mark.slow)])
def test_bad_rows_take_time_in_proportion(few: int, many: int) -> None:
    _seconds_of_bad_rows(100)
    short = min(_seconds_of_bad_rows(few) for _ in range(2))
    long = min(_seconds_of_bad_rows(many) for _ in range(2))
    assert long / short < BETWEEN, f"{few} rows {short:.2f} s, {many} rows {long:.2f} s"


@pytest.mark.slow
def test_a_file_of_bad_rows_is_refused_in_time_in_proportion(tmp_path: Path) -> None:
    """With the telling of every problem, by the command line; one good row has the file imported."""
    good = [HEADER, ["GX-A", "派单", "茅店镇", "2023-05-04 09:10:00", "12345", "5", "工作日"]]
    lasts = []
    for count in (10_000, 40_000):
        (tmp_path / f"{count}.csv").write_bytes(text(good) + bad(count).split(b"\n", 1)[1])
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        code, told, held = measured(tmp_path, "import", f"{count}.csv", "--ledger", f"{count}.db")
        lasts.append(resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before)
        assert code == 0, told[-500:]
        assert held < HELD // 2, f"{held / 2**20:.0f} MiB"
    assert lasts[1] / lasts[0] < BETWEEN, lasts


def overlapping(count: int) -> list[bytes]:
    """Files of tickets of which each shares some with the next, in other formats; the last holds what the register is."""
    rows = [line.split(",") for line in LOG.splitlines()]
    files = []
    for number in range(count - 1):
        letters = (chr(65 + number), chr(66 + number), "G")
        told = [[row[0].replace("GX-", f"{one}X-"), *row[1:]] for one in letters for row in rows[1:]]
        files.append(FORMATS[("bom", "xlsx", "json lines", "html")[number % 4]]([rows[0], *told]))
    return [*files, UNITS.encode()]


@pytest.mark.slow  # ten interpreters
def test_eight_at_once_make_the_ledger_of_one(tmp_path: Path) -> None:
    """Overlapping files imported at the same time: the events of one import after the other, and its scores."""
    files = {f"{number}.csv": data for number, data in enumerate(overlapping(8))}
    scores, events = [], []
    for name, at_once in (("one", False), ("eight", True)):
        place = tmp_path / name
        place.mkdir()
        for file, data in files.items():
            (place / file).write_bytes(data)
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        parts = [[file] for file in files] if at_once else [[*files]]
        children = [
            subprocess.Popen(
                [sys.executable, "-c", PROGRAM, "import", *part],
                cwd=place,
                stderr=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                text=True,
                env=environment,
            )
            for part in parts
        ]
        told = [child.communicate()[1] for child in children]
        assert [child.returncode for child in children] == [0] * len(parts), told
        code, document, _ = measured(place, "score", "2023-05", "--json")
        assert code == 0, document
        assert measured(place, "verify")[0] == 0
        scores.append(json.loads(document[: document.rindex("}") + 1])["sheets"])
        events.append({(key, fact) for _, key, _, fact, *_ in events_of(place / "kaoping.db")})
    assert events[0] == events[1]
    assert len(events[0]) == 9 * 18 + 3
    assert scores[0] == scores[1]
