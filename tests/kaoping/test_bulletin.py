"""The bulletin against GB/T 9704-2012, row by row of its XML, and on pages where LibreOffice is there to lay them out."""

import html
import io
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from kaoping.papers.blank import blank
from kaoping.papers.docx import signed_indents, title_lines
from kaoping.papers.pdf import Office
from tests.kaoping.test_cli import ROOT, Run, may, run
from tests.kaoping.test_papers import HOSTILE, with_hostile_units

__all__ = ["may", "run"]
PAPER = "2023-05 通报.docx"
OFFICE = """\
office = "×县热线办公室"
to = "各乡（镇）人民政府"
number = "×热线办〔2023〕6号"
copies = "县委办公室"
printed_by = "×县热线办公室"
"""
MM = 56.7  # twips
DAY = date(2023, 6, 8)


def written(run: Run, folder: Path, letterhead: str = OFFICE) -> Any:
    (folder / "机关.toml").write_text(letterhead, "utf-8")
    ran = run("report", "2023-05", "--out", "out", "--docx", "--letterhead", "机关.toml")
    assert ran.code == 0, ran.err
    return docx.Document(str(folder / "out" / PAPER))


def texts(paper: Any) -> list[str]:
    return [paragraph.text for paragraph in paper.paragraphs]


def styled(paper: Any, style: str) -> list[str]:
    return [paragraph.text for paragraph in paper.paragraphs if paragraph.style.name == style and paragraph.text]


def test_paper_margins_and_lines(may: Run, tmp_path: Path) -> None:
    paper = written(may, tmp_path)
    section = paper.sections[0]
    size = section._sectPr.find(qn("w:pgSz"))
    assert (size.get(qn("w:w")), size.get(qn("w:h"))) == ("11906", "16838")
    edges = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    for edge, wanted in zip(edges, (37, 35, 28, 26), strict=True):
        assert abs(edge.mm - wanted) <= 1
    assert abs(210 - section.left_margin.mm - section.right_margin.mm - 156) <= 1
    assert abs(297 - section.top_margin.mm - section.bottom_margin.mm - 225) <= 1
    for name, font in (("公文正文", "仿宋_GB2312"), ("一级标题", "黑体"), ("二级标题", "楷体_GB2312")):
        style = paper.styles[name]
        spacing = style.element.pPr.find(qn("w:spacing"))
        assert (spacing.get(qn("w:line")), spacing.get(qn("w:lineRule"))) == ("579", "exact")
        assert style.font.size.pt == 16
        assert style.element.rPr.find(qn("w:spacing")).get(qn("w:val")) == "-5"
        assert {style.element.rPr.rFonts.get(qn(f"w:{one}")) for one in ("ascii", "hAnsi", "eastAsia", "cs")} == {font}
        assert style.element.pPr.find(qn("w:ind")).get(qn("w:firstLineChars")) == "200"


def test_nothing_is_coloured_but_the_mark_and_its_line(may: Run, tmp_path: Path) -> None:
    written(may, tmp_path)
    with zipfile.ZipFile(tmp_path / "out" / PAPER) as packed:
        document, styles = (packed.read(f"word/{name}.xml").decode() for name in ("document", "styles"))
    colours = re.findall(r"<w:color [^>]*>", document) + re.findall(r"<w:color [^>]*>", styles)
    assert colours == ['<w:color w:val="FF0000"/>']
    assert {*re.findall(r'w:color="(\w+)"', document)} == {"FF0000", "000000"}
    rule = re.search(r'<w:pBdr><w:bottom w:val="single" w:sz="\d+" w:space="(\d+)" w:color="FF0000"/>', document)
    assert rule is not None
    assert abs(int(rule[1]) * 25.4 / 72 - 4) < 0.5


def test_mark_number_title_and_recipients(may: Run, tmp_path: Path) -> None:
    paper = written(may, tmp_path)
    told = texts(paper)
    assert styled(paper, "发文机关标志") == ["×县热线办公室文件"]
    assert paper.styles["发文机关标志"].font.size.pt * 8.62 <= 156 / 25.4 * 72
    number = told.index("×热线办〔2023〕6号")
    assert told[number - 2 : number] == ["", ""]
    assert re.fullmatch(r"\S+〔\d{4}〕[1-9]\d*号", told[number])
    assert told[number + 1 : number + 3] == ["", ""]
    title = styled(paper, "公文标题")
    assert "".join(title) == "关于2023年5月12345热线、网络问政办件情况的通报"
    assert sorted(title, key=len, reverse=True) == title
    style = paper.styles["公文标题"]
    assert (style.font.size.pt, style.font.bold, style.element.rPr.rFonts.get(qn("w:eastAsia"))) == (
        22,
        False,
        "方正小标宋简体",
    )
    assert styled(paper, "主送机关") == ["各乡（镇）人民政府："]
    assert told[told.index("各乡（镇）人民政府：") - 1] == ""


def test_levels_attachments_and_signature(may: Run, tmp_path: Path) -> None:
    paper = written(may, tmp_path)
    assert [one[:2] for one in styled(paper, "一级标题")] == ["一、", "二、", "三、", "四、"]
    assert all(re.match("（[一二三]）", one) for one in styled(paper, "二级标题"))
    listed, headed = styled(paper, "附件说明"), styled(paper, "附件标题")
    assert listed == [f"附件：1.{headed[0]}", f"　　　2.{headed[1]}"]
    assert not any(one.endswith("。") for one in listed)
    assert styled(paper, "附件") == ["附件1", "附件2"]
    assert styled(paper, "署名") == ["×县热线办公室"]
    assert re.fullmatch(r"\d{4}年([1-9]|1[0-2])月([1-9]|[12]\d|3[01])日", styled(paper, "成文日期")[0])
    assert paper.styles["成文日期"].element.pPr.find(qn("w:ind")).get(qn("w:rightChars")) == "400"
    assert paper.sections[1].page_width > paper.sections[1].page_height


@pytest.mark.parametrize(
    ("office", "sealed", "name", "day"),
    [
        ("×县热线办", True, 4 + (6.72 - 5) / 2, 4),  # the name over the middle of the date
        ("×县政务服务便民热线办公室", False, 2, 13 - 6.72),  # the date begins two characters right of the name
        ("×县", False, 4 + 6.72 - 2, 2),  # the longer date stands two from the right
    ],
)
def test_where_name_and_date_stand(office: str, sealed: bool, name: float, day: float) -> None:
    assert [*signed_indents(office, "2023年6月8日", sealed=sealed)] == pytest.approx([name, day])


def test_the_title_breaks_between_its_words() -> None:
    assert title_lines(("关于", "五月", "的通报")) == ["关于五月的通报"]
    lines = title_lines(("关于", "2023年5月", "全区各承办单位热线", "办件情况的通报"))
    assert lines == ["关于2023年5月全区各承办单位热线", "办件情况的通报"]


def test_the_imprint_and_the_page_numbers(may: Run, tmp_path: Path) -> None:
    paper = written(may, tmp_path)
    rows = [[cell.text for cell in row.cells] for row in paper.tables[-1].rows]
    assert rows[1][0] == "抄送：县委办公室。"
    assert rows[2][0] == "×县热线办公室"
    assert rows[2][1].endswith("印发")
    sizes = {
        one.get(qn("w:sz")) for one in paper.tables[-1]._tbl.iter(qn("w:top"), qn("w:bottom")) if one.get(qn("w:sz"))
    }
    assert sizes == {"6", "8"}
    assert "附注：未公布" in rows[0][0]
    assert re.search(r"结果摘要：[0-9a-f]{64}", rows[0][0])
    found = re.search(r"台账检查点：(\d+:[0-9a-f]{64})", rows[0][0])
    assert found is not None
    assert may("verify", "--checkpoint", found[1]).code == 0
    assert paper.settings.odd_and_even_pages_header_footer
    for footer, side in ((paper.sections[0].footer, "right"), (paper.sections[0].even_page_footer, "left")):
        paragraph = footer.paragraphs[0]
        assert (paragraph.style.font.size.pt, paragraph._p.pPr.find(qn("w:ind")).get(qn(f"w:{side}"))) == (14, "280")
        assert re.sub("<[^>]*>", "", paragraph._p.xml).split() == ["—", "1", "—"]


def test_every_number_of_the_bulletins_table_is_that_of_the_score(may: Run, tmp_path: Path) -> None:
    paper = written(may, tmp_path)
    assert bulletin_equals(paper, may("score", "2023-05", "--json").document) > 20


def bulletin_equals(paper: Any, document: Mapping[str, Any]) -> int:
    """How many numbers of a bulletin's tables were compared, each equal to score --json."""
    rows: dict[str, list[list[str]]] = {}
    for table in paper.tables:
        for row in rows_of(table):
            for cell in row:
                rows.setdefault(cell, []).append(row)
    compared = 0
    for sheet in document["sheets"]:
        for unit in sheet["units"]:
            rank, items = str(unit["rank"] or "-"), [one["score"] for one in unit["items"] if "." not in one["item"]]
            mine = [row for row in rows[unit["unit"]] if row[0] == rank]
            if items:
                assert [*items, unit["score"]] in [row[-2 - len(items) : -1] for row in mine]
            else:
                assert any(row[-1] == f"{unit['score']}*" for row in mine)
            compared += len(items) + 1
    return compared


def rows_of(table: Any) -> list[list[str]]:
    """The texts of a table's cells; python-docx takes long over them in a large one."""
    return [
        ["".join(node.text or "" for node in cell.iter(qn("w:t"))) for cell in row.iter(qn("w:tc"))]
        for row in table._tbl.iter(qn("w:tr"))
    ]


def test_hostile_names_come_back_letter_for_letter(run: Run, tmp_path: Path) -> None:
    with_hostile_units(run, tmp_path)
    paper = written(run, tmp_path, OFFICE + 'demands = ["{_{7*7}_} {{7*7}} <b>&\\t"]\n')
    cells = {cell.text for table in paper.tables[:-1] for row in table.rows for cell in row.cells}
    assert {*HOSTILE} <= cells
    assert "{_{7*7}_} {{7*7}} <b>&" in "\n".join(texts(paper))


def with_text(text: str) -> bytes:
    """Our template with a line more."""
    paper = docx.Document(io.BytesIO(blank()))
    paper.paragraphs[0].insert_paragraph_before(text)
    made = io.BytesIO()
    paper.save(made)
    return made.getvalue()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{{ ''.__class__.__mro__[1].__subclasses__()|length }}", "模板填不了"),
        ("{{ body.__class__ }}", "模板填不了"),
        ("{{ 局长 }}", "局长"),
        ("{{ title", "模板填不了"),
    ],
)
def test_a_template_that_asks_for_more_is_refused(may: Run, tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "自己的.docx").write_bytes(with_text(text))
    (tmp_path / "机关.toml").write_text(OFFICE + 'template = "自己的.docx"\n', "utf-8")
    ran = may("report", "2023-05", "--out", "out", "--docx", "--letterhead", "机关.toml")
    assert (ran.code, told in ran.err, "改正办法" in ran.err) == (1, True, True)
    assert not (tmp_path / "out" / PAPER).exists()


def test_a_template_of_the_office_is_filled(may: Run, tmp_path: Path) -> None:
    (tmp_path / "自己的.docx").write_bytes(
        with_text("本机关自用：{{ office }}{% if state %}（{{ state }}）{% endif %}")
    )
    paper = written(may, tmp_path, OFFICE + 'template = "自己的.docx"\n')
    assert texts(paper)[0] == "本机关自用：×县热线办公室（未公布）"


def test_the_template_is_as_it_is_made() -> None:
    assert (ROOT / "data" / "papers" / "bulletin.docx").read_bytes() == blank(), "run python -m kaoping.papers.blank"


@pytest.mark.slow
def test_a_full_page_has_22_lines_of_28_characters(may: Run, tmp_path: Path) -> None:
    if Office.found() is None or shutil.which("pdftotext") is None:
        pytest.skip("LibreOffice (Writer and Calc) or pdftotext is not installed: pages are not laid out")
    if "Noto Serif CJK SC" not in subprocess.run(["fc-list"], capture_output=True, text=True, check=True).stdout:
        pytest.skip("the stand-in fonts are not installed (fonts-noto-cjk)")
    written(may, tmp_path, OFFICE + f'demands = ["{"办件情况统计表各单位对照查找原因抓好整改" * 60}"]\n')
    fonts = {**os.environ, "FONTCONFIG_FILE": str(ROOT / "data" / "fonts" / "kaoping-fonts.conf")}
    convert = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "pdf"]
    subprocess.run(
        [*convert, "--outdir", str(tmp_path), str(tmp_path / "out" / PAPER)], env=fonts, check=True, capture_output=True
    )
    pdf = (tmp_path / PAPER).with_suffix(".pdf")
    told = subprocess.run(
        ["pdftotext", "-bbox-layout", str(pdf), "-"], capture_output=True, text=True, check=True
    ).stdout
    full = 0
    for page in told.split("<page ")[1:]:
        found = re.findall(r'<line xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)".*?>(.*?)</line>', page, re.DOTALL)
        lines = [
            (float(left), float(right), html.unescape("".join(re.findall(r">([^<]+)</word>", words))))
            for left, right, words in found
        ]
        hanzi = [line for line in lines if re.fullmatch("[一-鿿]{28}", line[2])]
        if len(hanzi) == 22:
            full += 1
            assert all(abs(left / 72 * 25.4 - 28) < 1 and abs(right / 72 * 25.4 - 184) < 1 for left, right, _ in hanzi)
    assert full


def test_every_unit_below_full_marks_is_told(run: Run, tmp_path: Path) -> None:
    for file in ("units.jsonl", "2023-05.csv"):
        assert run("import", str(ROOT / "data" / "samples" / file)).code == 0
    paper = "\n".join(texts(written(run, tmp_path)))
    part = paper[paper.index("三、存在问题") : paper.index("四、")]
    for sheet in run("score", "2023-05", "--json").document["sheets"]:
        for unit in sheet["units"]:
            if unit["score"] is not None and unit["score"] != "100.00":
                assert unit["unit"] in part, unit
    assert "12345 政务服务便民热线月度考核：以上为得分最低的5个单位；另有" in part
