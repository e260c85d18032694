"""The papers of a period: every number is that of score --json, nothing in them is a formula from data, the same bytes on any day."""

import hashlib
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from kaoping import now
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
