"""The papers of a period: every number is that of score --json, nothing in them is a formula from data, the same bytes on any day."""

import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from python_calamine import CalamineWorkbook

from kaoping import now
from kaoping.papers.pdf import Office, dated
from tests.kaoping.test_cli import ROOT, SECOND, Run, may, run

__all__ = ["may", "run"]
TABLE = "2023-05 办件情况统计表.xlsx"
HOSTILE = (
    '=HYPERLINK("http://x")',
    "+cmd|calc",
    "@SUM(A1)",
    "<b>&镇",
    "{{7*7}}",
    "]]>",
    "镇𠮷𡈽",
    "-1+2",
    "'引号'",
    "_x0041_",
)


def cells_of(path: Path) -> dict[str, list[list[Any]]]:
    """Sheet -> rows as a spreadsheet reads them."""
    book = CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def shown(value: object) -> str:
    """A number as it was meant: what a spreadsheet holds is a float."""
    return f"{Decimal(repr(value)).quantize(Decimal('0.000001')):f}" if isinstance(value, int | float) else str(value)


def same(cell: object, text: str | None) -> bool:
    """Whether a cell holds the number of a JSON document."""
    return cell in ("-", "") if text is None else shown(cell) == f"{Decimal(text).quantize(Decimal('0.000001')):f}"


def row_of(rows: list[list[Any]], unit: str) -> list[Any]:
    """The first row that names the unit."""
    return next(row for row in rows if unit in row)


def ranking_equals(rows: list[list[Any]], sheet: Mapping[str, Any]) -> int:
    """How many numbers of a ranking were compared, each equal to score --json."""
    count = 0
    for unit in sheet["units"]:
        row = row_of(rows, unit["unit"])
        assert same(row[0], None if unit["rank"] is None else str(unit["rank"]))
        if unit["basis"] == "mean":
            assert same(row[3], unit["score"])
            continue
        items = [one for one in unit["items"] if "." not in one["item"]]
        assert [same(cell, one["score"]) for cell, one in zip(row[6:], items, strict=False)] == [True] * len(items)
        assert same(row[6 + len(items)], unit["score"])
        count += len(items) + 2
    return count


def papers_equal(run: Run, folder: Path, document: Mapping[str, Any]) -> int:
    """How many numbers of a workbook were compared with score --json."""
    sheets = cells_of(folder / TABLE)
    several = [one for one in document["sheets"] if one["units"]]
    places = {"hotline": "附件 2·", "posts": "附件 1·"} if len(several) > 1 else {}
    count = 0
    for sheet in several:
        place = places.get(sheet["sheet"], "")
        count += ranking_equals(sheets[f"{place}排名总表"], sheet)
        lines = sheets[f"{place}扣分明细"]
        head = next(number for number, row in enumerate(lines) if "工单" in row)
        lost = lines[head].index("失分")
        for unit in sheet["units"]:
            if unit["score"] is not None:
                points = sum(
                    (Decimal(shown(row[lost])) for row in lines[head + 1 :] if row[0] == unit["unit"]), Decimal()
                )
                assert points == 100 - Decimal(unit["score"]), unit["unit"]
    return count


def test_every_number_of_the_workbook_is_that_of_the_score(may: Run, tmp_path: Path) -> None:
    may("report", "2023-05", "--out", "out", "--xlsx")
    assert papers_equal(may, tmp_path / "out", may("score", "2023-05", "--json").document) > 20


def test_a_units_page_adds_up(may: Run, tmp_path: Path) -> None:
    may("report", "2023-05", "--out", "out", "--xlsx")
    rows = cells_of(tmp_path / "out" / TABLE)["茅店镇"]
    (unit,) = (
        one for one in may("score", "2023-05", "--json").document["sheets"][0]["units"] if one["unit"] == "茅店镇"
    )
    items, lost = [number for number, row in enumerate(rows) if row[0] == "合计"][:2]
    assert same(rows[items][5], unit["score"])
    assert same(rows[lost][6], str(100 - Decimal(unit["score"])))
    assert any("应扣" in str(row[7]) for row in rows[:items])


def test_every_formula_has_its_value_and_none_is_of_data(may: Run, tmp_path: Path) -> None:
    may("report", "2023-05", "--out", "out", "--xlsx")
    formulas = []
    with zipfile.ZipFile(tmp_path / "out" / TABLE) as packed:
        for name in packed.namelist():
            if name.startswith("xl/worksheets/sheet"):
                formulas += re.findall(r"<f>(.*?)</f><v>(.*?)</v>", packed.read(name).decode())
                assert packed.read(name).count(b"<f>") == packed.read(name).count(b"</f><v>")
    assert formulas
    assert all(re.fullmatch(r"ROUND\((SUM|AVERAGE)\([A-Z]+\d+:[A-Z]+\d+\),\d\)", formula) for formula, _ in formulas)


def test_a_paper_says_whether_it_was_published(may: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    may("report", "2023-05", "--out", "out", "--xlsx")
    assert "未公布" in str(cells_of(tmp_path / "out" / TABLE)["目录"])
    may("publish", "2023-05", "--document", "×热线办〔2023〕6号")
    monkeypatch.setattr(now, "now_ms", lambda: SECOND + 86_400_000)
    assert may("void", "22", "--at", "2023-06-06T09:00", "--reason", "错录").code == 0
    published = may("report", "2023-05", "--out", "out", "--xlsx", "--json").document
    assert "×热线办〔2023〕6号" in str(cells_of(tmp_path / "out" / TABLE)["目录"])
    fresh = may("report", "2023-05", "--out", "out", "--xlsx", "--fresh", "--json").document
    assert "未公布" in str(cells_of(tmp_path / "out" / TABLE)["目录"])
    assert published["digest"] != fresh["digest"], "the praise is gone"


def test_what_was_before_is_compared_only_where_it_is_known(may: Run, tmp_path: Path) -> None:
    may("report", "2023-05", "--out", "out", "--xlsx")
    rows = cells_of(tmp_path / "out" / TABLE)["附件 2·排名总表"]
    assert row_of(rows, "茅店镇")[3:6] == [1.0, 0.0, ""]  # one in April too, none known in May 2022
    assert any("同比空着" in str(cell) for row in rows for cell in row)


def with_hostile_units(run: Run, folder: Path) -> None:
    """A month whose units and tickets are called what would harm a careless paper."""
    head = "工单编号,操作,承办单位,操作时间,渠道,工单性质,处理时限,处理时限单位,最终满意度,是否联系市民"
    lines = [head]
    for number, name in enumerate(HOSTILE, 1):
        quoted = '"' + name.replace('"', '""') + '"'
        lines.append(
            f'"G{number}{name.replace(chr(34), chr(34) * 2)}",派单,{quoted},2023-05-10 09:00:00,12345,主办,2,工作日,,'
        )
    (folder / "恶.csv").write_text("\n".join(lines), "utf-8")
    assert run("import", "恶.csv").code == 0


def test_hostile_names_come_back_letter_for_letter(run: Run, tmp_path: Path) -> None:
    with_hostile_units(run, tmp_path)
    assert run("report", "2023-05", "--out", "out", "--xlsx").code == 0
    cells = {cell for rows in cells_of(tmp_path / "out" / TABLE).values() for row in rows for cell in row}
    assert {*HOSTILE} <= cells
    assert {f"G{number}{name}" for number, name in enumerate(HOSTILE, 1)} <= cells


def test_the_same_bytes_on_another_day_and_under_another_clock(may: Run, tmp_path: Path) -> None:
    may("publish", "2023-05")
    program = (
        "import sys; from kaoping import now; from kaoping.cli import main; "
        "day = int(sys.argv.pop(1)); now.now_ms = lambda: day; main()"
    )
    digests = []
    for day, zone in (("1700000000000", "Asia/Shanghai"), ("1900000000000", "America/New_York")):
        out = tmp_path / zone.replace("/", "-")
        arguments = [
            sys.executable,
            "-c",
            program,
            day,
            "report",
            "2023-05",
            "--out",
            str(out),
            "--ledger",
            "kaoping.db",
        ]
        subprocess.run(arguments, check=True, cwd=tmp_path, env={**os.environ, "TZ": zone, "PYTHONPATH": str(ROOT)})
        digests.append({path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(out.iterdir())})
    assert digests[0] == digests[1] != {}


def test_without_libreoffice_pdf_is_refused_and_the_others_are_written(
    may: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kaoping.papers.pdf.shutil.which", lambda _: None)
    monkeypatch.setattr("kaoping.papers.pdf.PLACES", ())
    refused = may("report", "2023-05", "--out", "out", "--pdf")
    assert (refused.code, (tmp_path / "out").exists()) == (2, False)
    assert "LibreOffice" in refused.err
    ran = may("report", "2023-05", "--out", "out", "--all", "--json")
    assert [one["kind"] for one in ran.document["files"]] == ["xlsx", "docx", "html"]
    assert "没有写 PDF" in ran.err


def test_a_period_without_a_ticket_is_refused(may: Run, tmp_path: Path) -> None:
    ran = may("report", "2023-06", "--out", "out")
    assert (ran.code, (tmp_path / "out").exists()) == (2, False)


def test_a_quarter_and_a_year_have_their_papers(may: Run, tmp_path: Path) -> None:
    assert may("report", "2023", "--out", "out", "--xlsx").code == 0
    names = cells_of(tmp_path / "out" / "2023 办件情况统计表.xlsx")
    assert any("12345" in name for name in names)


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_every_number_of_a_simulated_county(run: Run, tmp_path: Path, seed: str) -> None:
    assert run("demo", "--folder", "d", "--seed", seed).code == 0
    ledger = ("--ledger", "d/kaoping.db")
    ran = run("report", "2023-05", "--out", "out", "--xlsx", *ledger)
    assert ran.code == 0, ran.err
    assert papers_equal(run, tmp_path / "out", run("score", "2023-05", "--json", *ledger).document) > 800


RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>"""


@pytest.mark.slow
def test_recalculated_every_formula_has_the_value_it_had(run: Run, tmp_path: Path) -> None:
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice is not installed: nothing recalculates the workbook")
    assert run("demo", "--folder", "d").code == 0
    assert run("report", "2023-05", "--out", "out", "--xlsx", "--ledger", "d/kaoping.db").code == 0
    user = tmp_path / "profile" / "user"
    user.mkdir(parents=True)
    (user / "registrymodifications.xcu").write_text(RECALCULATE, "utf-8")
    command = ["soffice", f"-env:UserInstallation={user.parent.as_uri()}", "--headless", "--convert-to", "xlsx"]
    table = tmp_path / "out" / TABLE
    subprocess.run([*command, "--outdir", str(tmp_path / "again"), str(table)], check=True, capture_output=True)
    before, after = cells_of(table), cells_of(tmp_path / "again" / TABLE)
    assert before.keys() == after.keys()
    for name, rows in before.items():
        numbers = [[shown(cell) for cell in row if isinstance(cell, float)] for row in rows]
        again = [[shown(cell) for cell in row if isinstance(cell, float)] for row in after[name]]
        assert [row for row in numbers if row] == [row for row in again if row], name


def test_pdf_is_made_of_the_workbook_without_what_is_there_to_be_filtered(
    may: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: dict[str, bytes] = {}

    def convert(_: Office, name: str, data: bytes, at: int, profile: Path | None = None) -> bytes:
        sent[name] = data
        return str(at).encode()

    monkeypatch.setattr("kaoping.papers.pdf.Office.found", lambda: Office("true"))
    monkeypatch.setattr("kaoping.papers.pdf.Office.convert", convert)
    ran = may("report", "2023-05", "--out", "out", "--all", "--json")
    assert [one["kind"] for one in ran.document["files"]] == ["xlsx", "docx", "html", "pdf", "pdf"]
    table, bulletin = TABLE, "2023-05 通报.docx"
    assert sent[bulletin] == (tmp_path / "out" / bulletin).read_bytes()
    (tmp_path / "printed.xlsx").write_bytes(sent[table])
    whole, printed = cells_of(tmp_path / "out" / table), cells_of(tmp_path / "printed.xlsx")
    left = whole.keys() - printed.keys()
    assert left == {name for name in whole if name.endswith("扣分明细")} != set()
    contents = next(iter(whole))
    assert all(printed[name] == rows for name, rows in whole.items() if name not in (*left, contents))
    tickets = {cell for name in left for row in whole[name] for cell in row if str(cell).startswith("GX")}
    assert tickets <= {cell for rows in printed.values() for row in rows for cell in row}


IDLE = "#!/bin/sh\nsleep 60 & echo $! > {pid}.part; mv {pid}.part {pid}; wait\n"
HELD = "import sys, os, signal\nfrom kaoping.papers.pdf import Office\nwith Office(sys.argv[1]).begun():\n    {then}\n"


@pytest.mark.skipif(os.name != "posix", reason="nothing begins beforehand where there is no shell to end it")
@pytest.mark.parametrize(
    "then", ["sys.stdin.read()", "sys.stdin.read(); 1 / 0", "sys.stdin.read(); os.kill(os.getpid(), signal.SIGKILL)"]
)
def test_what_began_beforehand_ends_with_whoever_began_it(tmp_path: Path, then: str) -> None:
    program, pid = tmp_path / "soffice", tmp_path / "pid"
    program.write_text(IDLE.format(pid=pid), "utf-8")
    program.chmod(0o755)
    command = [sys.executable, "-c", HELD.format(then=then), str(program)]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=Path(__file__).parents[2])
    _soon(pid.exists)
    idle = int(pid.read_text("utf-8"))
    os.kill(idle, 0)
    child.communicate(b"")
    _soon(lambda: not _runs(idle))


def _soon(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")  # one that has ended may wait for somebody to ask how
    return not (state.exists() and state.read_text("utf-8").rpartition(")")[2].split()[0] == "Z")


def test_a_pdf_is_dated_by_the_stamp_and_named_by_what_it_holds() -> None:
    made: list[bytes] = []
    for _ in range(2):
        paper, data = pikepdf.new(), io.BytesIO()
        paper.add_blank_page()
        paper.docinfo["/CreationDate"] = f"D:2026112600000{len(made)}Z"
        paper.docinfo["/Title"] = "五月"
        paper.save(data)  # with an id by chance
        made.append(data.getvalue())
    told = [dated(data, 1_685_548_800_000) for data in made]
    assert made[0] != made[1]
    assert told[0] == told[1] != dated(made[0], 1_685_548_801_000)
    with pikepdf.open(io.BytesIO(told[0])) as again:
        assert {key: str(value) for key, value in again.docinfo.items()} == {
            "/CreationDate": "D:20230601000000+08'00'",
            "/Title": "五月",
        }


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ((), True),
        (("libsclo.so", "libswlo.so"), True),
        (("sclo.dll", "swlo.dll"), True),
        (("libsclo.so", "libscnlo.so"), False),
        (("libswlo.so",), False),
    ],
)
def test_a_libreoffice_with_calc_and_no_writer_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parts: tuple[str, ...], whole: bool
) -> None:
    beside, path = tmp_path / "program", tmp_path / "bin"
    for folder in (beside, path):
        folder.mkdir()
    (beside / "soffice").write_text("#!/bin/sh\n", "utf-8")
    (beside / "soffice").chmod(0o755)
    for part in parts:
        (beside / part).touch()
    (path / "soffice").symlink_to(beside / "soffice")
    monkeypatch.setenv("PATH", str(path))
    assert (Office.found() is not None) == whole


@pytest.mark.slow
def test_two_runs_of_libreoffice_give_the_same_pdf(may: Run, tmp_path: Path) -> None:
    if Office.found() is None:
        pytest.skip("LibreOffice (Writer and Calc) is not installed: no PDF is made")
    runs = [may("report", "2023-05", "--out", out, "--pdf", "--json").document["files"] for out in ("one", "two")]
    assert [one["sha256"] for one in runs[0]] == [one["sha256"] for one in runs[1]]
    assert len(runs[0]) == 2
