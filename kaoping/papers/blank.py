"""The blank bulletin by GB/T 9704-2012: makes data/papers/bulletin.docx, which an office may replace with its own letterhead."""

import io
from pathlib import Path
from typing import Any

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt, RGBColor, Twips

from kaoping.files.places import data_folder
from kaoping.papers.packing import packed

PAPER = (11906, 16838)  # twips: A4
MARGINS = (2098, 1474, 1984, 1588)  # twips: top 37 mm, right 26, bottom 35, left 28
LINE = 579  # twips: 22 lines of 28.95 pt fill 225 mm
FOOTER = 1443  # twips from the paper's foot to the page number's: its dash 7 mm below the text
SONG, FANG, HEI, KAI, TITLE = "宋体", "仿宋_GB2312", "黑体", "楷体_GB2312", "方正小标宋简体"
RED = RGBColor(0xFF, 0, 0)
MADE_AT = 1_700_000_000_000
IMPRINT = 520  # twips: the height of a row of 版记
THIN, THICK = 6, 8  # eighths of a point: 0.25 mm and 0.35 mm

STYLES: tuple[tuple[str, str, float, dict[str, Any]], ...] = (
    ("发文机关标志", TITLE, 32, {"align": ALIGN.CENTER, "red": True, "before": 1984 - 143, "free": True}),
    ("发文字号", FANG, 16, {"align": ALIGN.CENTER}),
    ("红线", FANG, 16, {"align": ALIGN.CENTER}),
    ("公文标题", TITLE, 22, {"align": ALIGN.CENTER, "line": 660}),
    ("主送机关", FANG, 16, {}),
    ("公文正文", FANG, 16, {"indent": True, "align": ALIGN.LEFT}),
    ("一级标题", HEI, 16, {"indent": True}),
    ("二级标题", KAI, 16, {"indent": True}),
    ("附件说明", FANG, 16, {"left": 1600, "hanging": 960}),
    ("署名", FANG, 16, {"align": ALIGN.RIGHT}),
    ("成文日期", FANG, 16, {"align": ALIGN.RIGHT}),
    ("附件", HEI, 16, {}),
    ("附件标题", TITLE, 22, {"align": ALIGN.CENTER, "line": 660}),
    ("附注", FANG, 12, {"line": 400}),
    ("版记", FANG, 14, {"side": 280, "line": 480}),
    ("末行", SONG, 1, {"line": 20}),
    ("页码", SONG, 14, {"line": 280}),
)


def blank() -> bytes:
    """The template's bytes."""
    made = docx.Document()
    for name, font, size, told in STYLES:
        _style(made, name, font, size, **told)
    _set_section(made.sections[0])
    _settings(made)
    _body(made)
    _attachments(made)
    _end(made)
    _footers(made)
    _prune(made)
    made.core_properties.author = ""
    buffer = io.BytesIO()
    made.save(buffer)
    return packed(buffer.getvalue(), MADE_AT)


def _prune(made: Any) -> None:
    """Leave out what the library's own template brings and nothing here uses."""
    used = {name for name, *_ in STYLES} | {"Normal", "Default Paragraph Font", "No List", "Normal Table"}
    for style in [one for one in made.styles if one.name not in used]:
        style.element.getparent().remove(style.element)
    for element in made.styles.element.findall(qn("w:latentStyles")):
        made.styles.element.remove(element)
    for owner in (made.part, made.part.package):
        for name, link in [*owner.rels.items()]:
            if link.reltype.endswith(("/stylesWithEffects", "/thumbnail", "/customXml", "/numbering")):
                del owner.rels[name]


def _style(made: Any, name: str, font: str, size: float, **told: Any) -> None:
    style = made.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = made.styles["Normal"]
    style.font.size, style.font.bold = Pt(size), False
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for letters in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{letters}"), font)
    if told.get("red"):
        style.font.color.rgb = RED
    if size == 16:
        style.element.rPr.append(parse_xml(f'<w:spacing {nsdecls("w")} w:val="-5"/>'))
    shape = style.paragraph_format
    shape.alignment = told.get("align")
    properties = style.element.get_or_add_pPr()
    for switch in ("widowControl", "autoSpaceDE", "autoSpaceDN", "snapToGrid"):
        properties.append(parse_xml(f'<w:{switch} {nsdecls("w")} w:val="0"/>'))
    rule = "auto" if told.get("free") else "exact"
    line = 240 if told.get("free") else told.get("line", LINE)
    properties.append(
        parse_xml(
            f'<w:spacing {nsdecls("w")} w:before="{told.get("before", 0)}" w:after="0" w:line="{line}" w:lineRule="{rule}"/>'
        )
    )
    if told.get("indent"):
        properties.append(parse_xml(f'<w:ind {nsdecls("w")} w:firstLineChars="200" w:firstLine="630"/>'))
    if "left" in told:
        properties.append(parse_xml(f'<w:ind {nsdecls("w")} w:left="{told["left"]}" w:hanging="{told["hanging"]}"/>'))
    if "side" in told:
        properties.append(parse_xml(f'<w:ind {nsdecls("w")} w:left="{told["side"]}" w:right="{told["side"]}"/>'))
    _in_order(properties)


def _in_order(properties: Any) -> None:
    """The properties of a paragraph in the schema's order, without which Word calls a file damaged."""
    order = ("keepNext", "keepLines", "pageBreakBefore", "framePr", "widowControl", "numPr", "pBdr", "shd", "tabs", "autoSpaceDE",
        "autoSpaceDN", "snapToGrid", "spacing", "ind", "jc", "sectPr")  # fmt: skip
    children = sorted(properties, key=lambda one: order.index(one.tag.split("}")[1]))
    for one in children:
        properties.remove(one)
    properties.extend(children)


def _set_section(section: Any, *, landscape: bool = False) -> None:
    width, height = PAPER[::-1] if landscape else PAPER
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Twips(width), Twips(height)
    # a landscape page is bound at its head on odd pages, so the margins turn with the paper
    top, right, bottom, left = (MARGINS[3], MARGINS[0], MARGINS[1], MARGINS[2]) if landscape else MARGINS
    section.top_margin, section.right_margin = Twips(top), Twips(right)
    section.bottom_margin, section.left_margin = Twips(bottom), Twips(left)
    section.footer_distance = Twips(850 if landscape else FOOTER)
    section.header_distance = Twips(850)


def _settings(made: Any) -> None:
    settings = made.settings.element
    made.settings.odd_and_even_pages_header_footer = True
    for element in settings.findall(qn("w:themeFontLang")):
        settings.remove(element)


def _line(made: Any, text: str, style: str) -> Any:
    return made.add_paragraph(text, style=style)


def _body(made: Any) -> None:
    _line(made, "{{ mark }}", "发文机关标志")
    for _ in range(2):
        _line(made, "", "发文字号")
    _line(made, "{{ number }}", "发文字号")
    border = parse_xml(
        f'<w:pBdr {nsdecls("w")}><w:bottom w:val="single" w:sz="12" w:space="11" w:color="FF0000"/></w:pBdr>'
    )
    last = made.paragraphs[-1]._p.get_or_add_pPr()
    last.append(border)
    for _ in range(2):
        _line(made, "", "发文字号")
    for text in ("{%p for line in title %}", "{{ line }}", "{%p endfor %}"):
        _line(made, text, "公文标题")
    _line(made, "", "公文正文")
    _line(made, "{{ to }}：", "主送机关")
    _line(made, "{%p for block in body %}", "公文正文")
    for test, style in (
        ("if block.level == 1", "一级标题"),
        ("elif block.level == 2", "二级标题"),
        ("else", "公文正文"),
    ):
        _line(made, f"{{%p {test} %}}", style)
        _line(made, "{{ block.text }}", style)
    _line(made, "{%p endif %}", "公文正文")
    _line(made, "{%p endfor %}", "公文正文")
    _line(made, "", "公文正文")
    for text in ("{%p for one in attachments %}", "{{ one.listed }}", "{%p endfor %}"):
        _line(made, text, "附件说明")
    for _ in range(2):
        _line(made, "", "公文正文")
    _line(made, "{{ office }}", "署名")
    _line(made, "{{ date }}", "成文日期")


def _attachments(made: Any) -> None:
    section = made.add_section(WD_SECTION.NEW_PAGE)
    _set_section(section, landscape=True)
    _line(made, "{%p for one in attachments %}", "附件")
    for test, breaks in (("if loop.first", False), ("else", True)):  # the section begins a page already
        _line(made, f"{{%p {test} %}}", "附件")
        head = _line(made, "{{ one.numbered }}", "附件")
        head.paragraph_format.keep_with_next = True
        head.paragraph_format.page_break_before = breaks
    _line(made, "{%p endif %}", "附件")
    _line(made, "", "附件")
    _line(made, "{{ one.title }}", "附件标题")
    _line(made, "{{p one.table }}", "附注")
    _line(made, "{%p endfor %}", "附件")


def _end(made: Any) -> None:
    """The notes, and 版记 at the foot of the page: a table as high as the page holds both where they belong."""
    section = made.add_section(WD_SECTION.NEW_PAGE)
    _set_section(section)
    made.element.body.insert(len(made.element.body) - 1, parse_xml(_last_page()))
    _line(made, "", "末行")


def _last_page() -> str:
    """Its outer rules are thicker than the middle one; without 抄送 and 印发机关 there are none."""

    def line(text: str, style: str, align: str = "left") -> str:
        shape = f'<w:pPr><w:pStyle w:val="{style}"/><w:jc w:val="{align}"/></w:pPr>'
        return f"<w:p>{shape}<w:r><w:t>{text}</w:t></w:r></w:p>"

    def cell(inside: str, width: int, span: int, top: int, bottom: int) -> str:
        rules = "".join(
            f'<w:{side} w:val="single" w:sz="{rule}" w:space="0" w:color="000000"/>'
            for side, rule in (("top", top), ("bottom", bottom))
            if rule
        )
        return (
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:gridSpan w:val="{span}"/>'
            f"<w:tcBorders>{rules}</w:tcBorders></w:tcPr>{inside}</w:tc>"
        )

    def row(height: int, *cells: str) -> str:
        return f'<w:tr><w:trPr><w:trHeight w:val="{height}" w:hRule="exact"/></w:trPr>{"".join(cells)}</w:tr>'

    width = PAPER[0] - MARGINS[1] - MARGINS[3]
    half, high = width * 5 // 8, PAPER[1] - MARGINS[0] - MARGINS[2]
    notes = "".join(line(text, "附注") for text in ("{%p for line in note %}", "{{ line }}", "{%p endfor %}"))
    rows = (
        row(high - 2 * IMPRINT - 60, cell(notes + "<w:p/>", width, 2, 0, 0)),
        row(20, cell(line("{%tr if copies or printed_by %}", "末行"), width, 2, 0, 0)),
        row(IMPRINT, cell(line("{{ copies }}", "版记"), width, 2, THICK, THIN)),
        row(IMPRINT, cell(line("{{ printed_by }}", "版记"), half, 1, THIN, THICK),
            cell(line("{{ printed_on }}", "版记", "right"), width - half, 1, THIN, THICK)),
        row(20, cell(line("{%tr endif %}", "末行"), width, 2, 0, 0)),
    )  # fmt: skip
    grid = f'<w:tblGrid><w:gridCol w:w="{half}"/><w:gridCol w:w="{width - half}"/></w:tblGrid>'
    margins = '<w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar>'
    shape = f'<w:tblPr><w:tblW w:w="{width}" w:type="dxa"/><w:tblLayout w:type="fixed"/>{margins}</w:tblPr>'
    return f"<w:tbl {nsdecls('w')}>{shape}{grid}{''.join(rows)}</w:tbl>"


def _footers(made: Any) -> None:
    """— 1 —, on odd pages at the right, on even ones at the left, one character in."""
    first, *others = made.sections
    for footer, align, side in ((first.footer, ALIGN.RIGHT, "right"), (first.even_page_footer, ALIGN.LEFT, "left")):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.style = made.styles["页码"]
        paragraph.alignment = align
        paragraph._p.get_or_add_pPr().append(parse_xml(f'<w:ind {nsdecls("w")} w:{side}="280"/>'))
        _in_order_of(paragraph)
        paragraph.add_run("— ")
        field = f'<w:fldSimple {nsdecls("w")} w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
        paragraph._p.append(parse_xml(field))
        paragraph.add_run(" —")
    for section in others:
        section.footer.is_linked_to_previous = section.even_page_footer.is_linked_to_previous = True


def _in_order_of(paragraph: Any) -> None:
    properties = paragraph._p.get_or_add_pPr()
    style = [one for one in properties if one.tag == qn("w:pStyle")]
    for one in style:
        properties.remove(one)
    _in_order(properties)
    for one in style:
        properties.insert(0, one)


def main() -> None:
    """Write the template where the data lie."""
    Path(data_folder() / "papers" / "bulletin.docx").write_bytes(blank())


if __name__ == "__main__":
    main()
