"""Forms to fill in: by their own words they are recorded whole, and what is wrong in them is told cell by cell, and nothing else."""

import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from python_calamine import CalamineWorkbook

from calendars.instants import read_iso
from kaoping import now
from kaoping.files.folder import rulebook
from kaoping.language import words
from kaoping.language.language import Language
from kaoping.office.intake.objections import contestable, findings_of
from kaoping.office.intake.templates import FormKind, form_of
from kaoping.office.session import Session
from ledger.intake.nearest import plain
from tests.kaoping.test_cli import Ran
from tests.kaoping.test_entries import may, refused, run

__all__ = ["may", "run"]  # fixtures
Run = Callable[..., Ran]
Value = str | int | float | date | None
Filled = list[dict[str, Value]]

COUNT = 200
FORMS = ("findings", "evidence", "units", "appeals")
SHEETS = {"findings": "考评记录", "evidence": "年度佐证", "units": "单位登记", "appeals": "申诉"}
ZH = ("--lang", "zh")
MAY = date(2023, 5, 1)
NEEDS = {
    "被督办": ("方式", ("短信", "电话", "微信", "书面", "领导", "现场")), "推诿不予办理或办理不到位": ("主协办", ("主办", "协办")),
    "上传知识库": ("方式", ("一问一答", "其他")), "通报表扬或官方主要媒体宣传报道": ("方式", ("区级", "市级", "省级", "国家级")),
    "通报批评或官方主要媒体曝光": ("方式", ("区级", "市级", "省级", "国家级")),
}  # fmt: skip
HOSTILE = (
    '=HYPERLINK("http://example.invalid")',
    "+cmd|calc",
    "-1+1",
    "@SUM(1)",
    "<b>&amp;",
    "{{7*7}}",
    "𠮷田镇",
    "'单引号",
    "长" * 190,
)


def sheet_text(path: str, number: int) -> str:
    with zipfile.ZipFile(path) as packed:
        return packed.read(f"xl/worksheets/sheet{number}.xml").decode()


def fill(path: str, rows: Filled) -> None:
    """Write values into the first sheet as a person does: cells keep the format that the form gave them."""
    headings = [str(cell) for cell in CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()[0]]
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    name = "xl/worksheets/sheet1.xml"
    told = {
        f"{chr(65 + headings.index(key))}{row}": value
        for row, cells in enumerate(rows, 2)
        for key, value in cells.items()
    }

    def written(found: re.Match[str]) -> str:
        value = told.pop(found[1], None)
        if isinstance(value, date):
            value = (value - date(1899, 12, 30)).days
        if value is None:
            return found[0]
        if isinstance(value, str):
            return f'<c r="{found[1]}"{found[2]} t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
        return f'<c r="{found[1]}"{found[2]}><v>{value}</v></c>'

    parts[name] = re.sub(r'<c r="([A-Z]+\d+)"( s="\d+")/>', written, parts[name].decode()).encode()
    assert not any(value is not None for value in told.values()), "a cell that the form has not prepared"
    with zipfile.ZipFile(path, "w") as packed:
        for part, data in parts.items():
            packed.writestr(part, data)


def lists(path: str) -> dict[str, list[str]]:
    """Heading -> the words of its drop-down, as its defined name has them in the hidden sheet."""
    with zipfile.ZipFile(path) as packed:
        named = re.findall(
            r'<definedName name="词表_([^"]+)">[^<]*\$A\$(\d+):\$A\$(\d+)<', packed.read("xl/workbook.xml").decode()
        )
    column = [str(row[0]) for row in CalamineWorkbook.from_path(path).get_sheet_by_name("词表").to_python()]
    return {heading: column[int(first) - 1 : int(last)] for heading, first, last in named}


def wrong(said: str) -> list[tuple[int, str]]:
    """Row and heading of each problem told; every one has its remedy."""
    places = re.findall(r" 第 (\d+) 行：(\S+) .*\n    改正办法：\S", said)
    assert len(places) == said.count(" 第 ")
    return [(int(row), heading) for row, heading in places]


def entries(form: str, known: dict[str, list[str]]) -> Filled:
    return [row for _, row in zip(range(COUNT), MAKERS[form](known), strict=False)]


def finding_rows(known: dict[str, list[str]]) -> Iterator[dict[str, Value]]:
    for number in range(COUNT):
        item = known["考评项目"][number % len(known["考评项目"])]
        heading, manners = NEEDS.get(item, ("", ("",)))
        yield {
            "日期": MAY + timedelta(number % 28), "单位": known["单位"][number % len(known["单位"])], "考评项目": item,
            "次数": [None, 1, 2][number % 3], "文号": f"热线办〔2023〕{number}号", "备注": "核实过" if number % 2 else None,
            **({heading: manners[number // 7 % len(manners)]} if heading else {}),
        }  # fmt: skip


def unit_rows(known: dict[str, list[str]]) -> Iterator[dict[str, Value]]:
    for number in range(COUNT):
        yield {
            "单位": f"第{number}管理所",
            "组别": known["组别"][number % len(known["组别"])],
            "起始日期": MAY + timedelta(number % 28),
        }


def appeal_rows(known: dict[str, list[str]]) -> Iterator[dict[str, Value]]:
    for number in range(COUNT):
        unit = known["单位"][number % 2]
        ticket = {"茅店镇": "GX-1", "区城管局": "GX-3"}[unit]
        item = known["考评项目"][number % len(known["考评项目"])]
        yield {
            "申诉日期": MAY + timedelta(34),
            "工单编号": ticket,
            "单位": unit,
            "考评项目": item,
            "理由": f"平台故障第{number}次",
        }


MAKERS = {"findings": finding_rows, "evidence": finding_rows, "units": unit_rows, "appeals": appeal_rows}
DAYS: list[tuple[str, Value]] = [
    ("日期", "五月二十日"),
    ("日期", date(2024, 2, 1)),
    ("日期", None),
    ("日期", 20230520),
    ("日期", "2023-05-32"),
]
UNITS: list[tuple[str, Value]] = [("单位", "茅店"), ("单位", None), ("单位", "没有登记的局")]
# What is planted, each in a row of its own: a value under a heading. Of findings, in the row of an item where that matters.
MISTAKES: dict[str, list[tuple[str, Value]]] = {
    "findings": [
        *DAYS, *UNITS, ("考评项目", "受到群众表杨"), ("考评项目", "表杨"), ("考评项目", None), ("方式@被督办", "传真"),
        ("方式@被督办", None), ("主协办@推诿不予办理或办理不到位", "协班"), ("主协办@推诿不予办理或办理不到位", None),
        ("方式@重复件", "传真"), ("工单编号", "GX-9"), ("次数", 0), ("次数", 1.5), ("文号", None),
    ],
    "evidence": [
        *DAYS, *UNITS, ("考评项目", "参加培圳"), ("考评项目", None), ("方式@上传知识库", "市级"), ("方式@上传知识库", None),
        ("方式@通报批评或官方主要媒体曝光", "一问一答"), ("方式@通报表扬或官方主要媒体宣传报道", "全球"), ("方式@参加培训", "传真"),
        ("次数", -1), ("次数", "两次"), ("次数", 2.5), ("文号", None), ("文号", None),
    ],
    "units": [
        *[("组别", value) for value in ("乡鎮", "职能部门", "街道", None, "乡镇、职能单位", "镇", 7)],
        *[("起始日期", value) for value in ("五月", None, "2023-05-32", 20230520, "2023年", date(1970, 1, 1))],
        *[("单位", value) for value in (None, "茅店镇人民政府", "看不见\u200b的镇", "长" * 201, "两行\n的镇", 12, 1.5)],
    ],
    "appeals": [
        *[("申诉日期", value) for value in ("六月", None, "2023-06-31", 20230610)],
        *[("工单编号", value) for value in ("GX-9", None, "gx-1", 20230610, "GX-1 GX-2")],
        *[("单位", value) for value in ("区档案馆", None, "茅店", "没有登记的局")],
        *[("考评项目", value) for value in ("签收", None, "全部", "群众表扬", "工单签收律")],
        *[("理由", value) for value in (None, "两行\n的理由")],
    ],
}  # fmt: skip


def planted(form: str, rows: Filled) -> tuple[Filled, list[tuple[int, str]]]:
    """The rows with twenty mistakes, and where those are."""
    mended, places, used = [dict(row) for row in rows], list[tuple[int, str]](), set[int]()
    for heading, value in MISTAKES[form]:
        heading, _, item = heading.partition("@")
        place = next(
            at for at, row in enumerate(rows) if at not in used and at % 3 == 1 and item in ("", row.get("考评项目"))
        )
        used.add(place)
        mended[place][heading] = value
        places.append((place + 2, heading))
    return mended, places


@pytest.mark.parametrize("form", FORMS)
def test_two_hundred_rows_by_its_own_words_and_twenty_mistakes(may: Run, form: str) -> None:
    assert may("alias", "茅店镇", "茅店镇人民政府").code == 0
    for name in ("good.xlsx", "bad.xlsx"):
        assert may("template", form, "--out", name, *ZH).code == 0
    rows = entries(form, lists("good.xlsx"))
    bad, places = planted(form, rows)
    assert (len(rows), len(places), len({*places})) == (COUNT, 20, 20)
    fill("bad.xlsx", bad)
    said = refused(may, "record", "--file", "bad.xlsx", *ZH)
    assert wrong(said) == sorted(places)
    fill("good.xlsx", rows)
    (batch,) = may("record", "--file", "good.xlsx", "--json").document["batches"]
    assert (batch["rows"], batch["events_added"], batch["problems"], batch["unread"]) == (COUNT, COUNT, [], [])
    assert batch["sheet"] == SHEETS[form]


def test_a_problem_is_told_in_the_words_of_the_sheet(may: Run) -> None:
    assert may("template", "findings", "--out", "考评.xlsx", *ZH).code == 0
    good: dict[str, Value] = {"日期": MAY, "单位": "茅店镇", "考评项目": "受到群众表扬", "文号": "1号"}
    rows = [
        good,
        {**good, "考评项目": "受到群众表杨"},
        {**good, "单位": "茅店"},
        {**good, "考评项目": "被督办", "方式": "口头"},
        good,
    ]
    fill("考评.xlsx", rows)
    assert refused(may, "record", "--file", "考评.xlsx", *ZH).splitlines() == [
        "没有入账：",
        "  考评.xlsx[考评记录] 第 3 行：考评项目 '受到群众表杨' 细则里没有这项考评记录",
        "    改正办法：是不是“受到群众表扬”",
        "  考评.xlsx[考评记录] 第 4 行：单位 '茅店' 当时还没有登记",
        "    改正办法：是不是“茅店镇”；新的单位请先登记",
        "  考评.xlsx[考评记录] 第 5 行：方式 '口头' 不是“被督办”可用的",
        "    改正办法：请写其中之一：短信 / 电话 / 微信 / 书面 / 领导 / 现场",
        "  考评.xlsx[考评记录] 第 6 行：文号 '1号' 与另一条重复：同一单位、项目、日期、工单、文号的考评记录已经有了",
        "    改正办法：请去掉这一行，或写明与那一条有什么不同",
    ]


def test_every_mistake_of_a_row_is_told_at_once(may: Run) -> None:
    text = "日期,单位,项目,工单编号,主协办,文号\n5月13日,茅店政府,受到群众表杨,GX-无,,\n2023-05-13,,受到群众表杨,,主,\n"
    Path("错.csv").write_text(text, "utf-8")
    told = refused(may, "record", "finding", "--file", "错.csv", *ZH)
    rows = [[line for line in told.splitlines() if f"第 {row} 行" in line] for row in (2, 3)]
    named = [
        [
            heading
            for heading in ("日期", "单位", "项目", "工单编号", "主协办", "文号")
            if f"：{heading} " in "".join(row)
        ]
        for row in rows
    ]
    assert named == [["日期", "单位", "项目", "工单编号", "文号"], ["单位", "项目", "主协办", "文号"]]
    assert [len(row) for row in rows] == [5, 4], "each once"


def test_a_unit_is_not_enrolled_into_two_groups_from_one_day_nor_a_row_taken_twice(may: Run) -> None:
    assert may("template", "units", "--out", "u.xlsx", *ZH).code == 0
    row: dict[str, Value] = {"单位": "梅林镇", "组别": "乡镇", "起始日期": MAY}
    fill(
        "u.xlsx", [row, {**row, "组别": "职能单位"}, row, {**row, "组别": "职能单位", "起始日期": MAY + timedelta(31)}]
    )
    assert wrong(refused(may, "record", "--file", "u.xlsx", *ZH)) == [(3, "组别"), (4, "单位")]


@pytest.mark.parametrize("form", FORMS)
def test_an_empty_form_holds_nothing_and_says_so(may: Run, form: str) -> None:
    assert may("template", form, "--out", "f.xlsx", *ZH).code == 0
    assert "没有填报的内容，只有填写说明" in refused(may, "record", "--file", "f.xlsx", *ZH)


def test_the_same_words_are_the_same_bytes_on_another_day(may: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for form in FORMS:
        assert may("template", form, "--out", f"{form}.xlsx", *ZH).code == 0
    monkeypatch.setattr(now, "now_ms", lambda: read_iso("2024-02-29T08:00:00+08:00"))
    for form in FORMS:
        assert may("template", form, "--out", f"{form}2.xlsx", *ZH).code == 0
        assert Path(f"{form}.xlsx").read_bytes() == Path(f"{form}2.xlsx").read_bytes()
        with zipfile.ZipFile(f"{form}.xlsx") as packed:
            assert ">2022-12-31T16:00:00Z<" in packed.read("docProps/core.xml").decode()
            assert {entry.date_time for entry in packed.infolist()} == {(2023, 1, 1, 0, 0, 0)}


def test_hostile_names_of_units_stay_letter_for_letter_and_are_no_formulas(may: Run) -> None:
    for name in HOSTILE:
        assert may("record", "enrol", f"unit={name}", "group=乡镇", "at=2023-01-01").code == 0
    assert may("template", "findings", "--out", "f.xlsx", *ZH).code == 0
    assert lists("f.xlsx")["单位"] == ["茅店镇", "区城管局", "区档案馆", *HOSTILE]
    assert not any("<f>" in sheet_text("f.xlsx", number) for number in (1, 2, 3))
    with zipfile.ZipFile("f.xlsx") as packed:
        assert not any("externalLink" in name or "/_rels/sheet" in name for name in packed.namelist())
    fill("f.xlsx", [{"日期": MAY, "单位": name, "考评项目": "受到群众表扬", "文号": "1号"} for name in HOSTILE])
    assert may("record", "--file", "f.xlsx").code == 0
    facts = may("export").out.splitlines()[-len(HOSTILE) :]
    assert all(f'"unit": {json_text(name)}' in fact for name, fact in zip(HOSTILE, facts, strict=True))


def json_text(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def test_what_may_stand_in_a_cell_is_checked_as_it_is_typed(may: Run) -> None:
    assert may("template", "findings", "--out", "f.xlsx", *ZH).code == 0
    text = sheet_text("f.xlsx", 1)
    found = re.findall(r'(<dataValidation [^>]*sqref="([A-Z])2:[A-Z]1048576"[^>]*(?<!/)>.*?)</dataValidation>', text)
    rules = {column: rule for rule, column in found}
    assert 'type="date"' in rules["A"]
    assert "<formula1>44927</formula1><formula2>45291.9999" in rules["A"]
    for column, heading in (("B", "单位"), ("C", "考评项目"), ("D", "方式"), ("E", "主协办")):
        assert 'type="list"' in rules[column]
        assert f"<formula1>词表_{heading}</formula1>" in rules[column]
        assert "errorStyle" not in rules[column], "stop is what a rule does unless it says otherwise"
        assert f'error="“{heading}”只能填列表里的词，请从下拉列表里选。"' in rules[column]
    assert 'type="whole"' in rules["G"]
    sheets = {one.name: str(one.visible) for one in CalamineWorkbook.from_path("f.xlsx").sheets_metadata}
    assert [*sheets] == ["考评记录", "填写说明", "词表"]
    assert sheets["词表"].endswith("Hidden")


def test_headings_and_explanations_are_locked_and_the_rows_open(may: Run) -> None:
    assert may("template", "appeals", "--out", "f.xlsx", *ZH).code == 0
    with zipfile.ZipFile("f.xlsx") as packed:
        styles = packed.read("xl/styles.xml").decode()
    formats = re.findall(r"<xf [^>]*?(?:/>|>.*?</xf>)", styles.partition("<cellXfs")[2].partition("</cellXfs>")[0])
    text = sheet_text("f.xlsx", 1)
    is_open = {
        cell: 'locked="0"' in formats[int(style)] for cell, style in re.findall(r'<c r="([A-Z]\d+)" s="(\d+)"', text)
    }
    assert not any(is_open[f"{column}1"] for column in "ABCDEFG")
    assert all(value for cell, value in is_open.items() if not cell.endswith(tuple("ABCDEFG")) and int(cell[1:]) > 1)
    assert all('locked="0"' in formats[int(style)] for style in re.findall(r'<col [^>]*style="(\d+)"', text))
    for number in (1, 2, 3):
        (protection,) = re.findall("<sheetProtection [^>]*>", sheet_text("f.xlsx", number))
        assert 'sheet="1"' in protection
        assert "password" not in protection
    assert '<pane ySplit="1"' in text


@pytest.mark.parametrize("name", ["ganxian-2023", "yunshan-2025"])
def test_every_word_of_a_form_is_read_back_as_what_it_stands_for(name: str, tmp_path: Path) -> None:
    book = rulebook(name)
    session = Session(path=tmp_path / "none.db", rulebook=name, language=Language("zh"))
    said = [word for kind in (FormKind.FINDINGS, FormKind.EVIDENCE) for word in _choices(session, kind, "item")]
    assert [words.finding_of(book, word) for word in said] != said
    assert sorted(words.finding_of(book, word) for word in said) == sorted(findings_of(book))
    if book.exempts:
        assert {words.item_of(book, word) for word in _choices(session, FormKind.APPEALS, "item")} == contestable(book)
    for kind in FormKind:
        if kind is FormKind.APPEALS and not book.exempts:
            continue
        for column in form_of(session, kind).columns:
            assert words.is_unread(column.heading) or words.field_of(kind.fact, column.heading) == column.field
            if column.field == "mode":
                assert all(
                    words._named()["modes"].get(plain(one), one) in words.manners_of(book) for one in column.choices
                )


def _choices(session: Session, kind: FormKind, field: str) -> Sequence[str]:
    return next(one.choices for one in form_of(session, kind).columns if one.field == field)


def test_a_form_in_english_is_read_back_too(may: Run) -> None:
    assert "no unit" not in may("template", "findings", "--out", "f.xlsx").err
    fill("f.xlsx", [{"at": MAY, "unit": "茅店镇", "item": "受到群众表扬", "document": "1号", "remark": "seen"}])
    assert may("record", "--file", "f.xlsx").out == "f.xlsx: 1 rows, 1 events\n"


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (
            "单位,考评项目,日期,文号",
            "t.csv: does not say of what kind its rows are\nTo fix: name it, such as kaoping record finding",
        ),
        ("种类,单位,考评项目,哪天,文号", "t.csv: has no column for the day (日期)\nTo fix: name the column so"),
    ],
)
def test_a_table_that_is_no_form_is_told_what_it_lacks(may: Run, header: str, said: str) -> None:
    Path("t.csv").write_text(f"{header}\n考评,茅店镇,表扬,2023-05-20,1号\n", "utf-8")
    assert refused(may, "record", "--file", "t.csv").startswith(said)


def test_what_is_passed_over_in_a_file_is_said(may: Run) -> None:
    Path("t.csv").write_text("单位,考评项目,日期,文号\n茅店镇,表扬,2023-05-20,1号\n合计,1,,\n", "utf-8")
    ran = may("record", "finding", "--file", "t.csv")
    assert (ran.out, ran.err) == (
        "t.csv: 2 rows, 1 events\n",
        "t.csv: 1 rows are no tickets (totals, notes, filters): row 3.\n",
    )


def test_without_a_register_there_is_no_list_of_units_and_that_is_said(run: Run) -> None:
    ran = run("template", "findings", "--out", "f.xlsx", *ZH)
    assert (ran.code, ran.err) == (0, "注意：台账里还没有登记单位，“单位”一列没有下拉列表。\n")
    assert "单位" not in lists("f.xlsx")
    assert {path.name for path in Path().iterdir()} == {"f.xlsx"}
    assert run("template", "units", "--out", "u.xlsx", "--json").document["columns"] == [
        "unit",
        "group",
        "at",
        "remark",
    ]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("finding",), "there is no form finding.\nTo fix: Use one of: findings"),
        (("findings", "--out", "五月.csv"), "五月.csv is there already."),
        (("appeals", "--rulebook", "{book}"), "does not provide for exemptions"),
    ],
)
def test_a_form_that_cannot_be_made(may: Run, command: tuple[str, ...], said: str, tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "data" / "rulebooks" / "ganxian-2023.toml").read_text("utf-8")
    book = tmp_path / "book.toml"
    book.write_text(text.replace('default = "provided"', 'default = "not_provided"'), "utf-8")
    given = [word.format(book=book) for word in command]
    assert said in refused(
        may,
        "template",
        *given,
        *([] if "--out" in given else ["--out", "f.xlsx"]),
        code=1 if "{book}" in command else 2,
    )
