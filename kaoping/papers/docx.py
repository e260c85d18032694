"""The bulletin on a letterhead: a template's variables filled, whatever they hold letter for letter, and no code in it obeyed."""

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

import attrs
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup, escape
from rich.cells import cell_len

from kaoping.papers.cells import texts_of
from kaoping.papers.packing import local_time, packed
from kaoping.reports.page import RIGHT, Block, Column, Heading, Kind, Paragraph, Table
from kaoping.reports.period.bulletin import Bulletin
from ledger.sentences import UnusableFile, sentence
from ledger.texts import visible

VARIABLES = (
    "mark", "number", "title", "to", "body", "attachments", "office", "date", "note", "copies", "printed_by", "printed_on", "state",
    "page_break",
)  # fmt: skip
"""What a template may ask for; docs/papers.md says what each is."""
TEXT_WIDTH = 442.2  # points: 156 mm
LARGEST = 32.0  # points, of the mark
LATIN = 0.62  # of a Chinese character's width
TITLE_ROOM = 20  # characters of 22 pt on a line
TABLE_WIDTH = 12756  # twips between the margins of a landscape page
MARK_STYLE = "发文机关标志"
SIGNED_STYLES = ("署名", "成文日期")
LAST_LINE = '<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/><w:rPr><w:sz w:val="2"/></w:rPr></w:pPr></w:p>'
"""What must follow a table, too low to begin a page of its own."""
CHARACTER = 315  # twips of a character of the text with its spacing


def draw(one: Bulletin, template: bytes) -> bytes:
    """The paper's bytes: the same for the same bulletin and template. Raises UnusableFile for a template that asks for what is
    not known, or tries to run code."""
    environment = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    try:
        paper = DocxTemplate(io.BytesIO(template))
        asked = paper.get_undeclared_template_variables(environment)
        if unknown := sorted(asked - {*VARIABLES}):
            raise UnusableFile(
                sentence("the template asks for {names}, which nobody gives.", names="、".join(unknown)),
                sentence("Known: {known}", known=" ".join(VARIABLES)),
            )
        paper.render(_values(one), environment, autoescape=True)
    except TemplateError as error:
        raise UnusableFile(
            sentence("the template cannot be filled: {why}", why=visible(str(error))),
            "Mend its tags; it may run no code.",
        ) from error
    except (KeyError, ValueError, OSError) as error:
        raise UnusableFile(
            sentence("the template is no document: {why}", why=visible(str(error))), "Save it as .docx."
        ) from error
    _fit(paper, one)
    told = paper.core_properties
    told.created = told.modified = local_time(one.at - 8 * 3_600_000)
    told.title, told.comments, told.author, told.last_modified_by = "".join(one.title), one.subject[:255], "", ""
    told.revision = 1
    made = io.BytesIO()
    paper.save(made)
    return packed(made.getvalue(), one.at)


def _safe(text: str) -> Markup:
    """A text that stays letter for letter: the library makes tags of {_{ and breaks of line ends."""
    plain = str(escape(visible(text).replace("\n", " ")))
    return Markup(plain.replace("{_", "{&#95;").replace("_}", "&#95;}").replace("%_", "%&#95;"))


def _values(one: Bulletin) -> dict[str, Any]:
    head, day = one.letterhead, day_told(one.day)
    names = [name for name, _ in one.attachments]
    single = len(names) == 1
    return {
        "mark": _safe(_mark(one)), "number": _safe(one.number or (f"（{one.state}）" if one.state else "")),
        "title": [_safe(line) for line in title_lines(one.title)], "to": _safe(head.to),
        "body": [{"level": _level(block), "text": _safe(_text(block))} for block in one.body.blocks],
        "attachments": [
            {
                "listed": _safe(("附件：" if number == 1 else "　　　") + ("" if single else f"{number}.") + name),
                "numbered": _safe("附件" if single else f"附件{number}"), "title": _safe(name),
                "table": Markup("<w:p/>".join(_titled(table, one.language) for table in tables) + LAST_LINE),
            }
            for number, (name, tables) in enumerate(one.attachments, 1)
        ],
        "office": _safe(head.office), "date": _safe(day),
        "note": [_safe(line) for line in one.note], "copies": _safe(f"抄送：{head.copies}。" if head.copies else ""),
        "printed_by": _safe(head.printed_by), "printed_on": _safe(f"{day}印发" if head.printed_by or head.copies else ""),
        "state": _safe(one.state), "page_break": Markup('<w:p><w:r><w:br w:type="page"/></w:r></w:p>'),
    }  # fmt: skip


def day_told(day: date) -> str:
    """2023年6月8日."""
    return f"{day.year}年{day.month}月{day.day}日"


def _mark(one: Bulletin) -> str:
    return one.letterhead.mark or one.letterhead.office + "文件"


def signed_indents(office: str, day: str, *, sealed: bool) -> tuple[float, float]:
    """How many characters the name and the date stand from the right. Sealed: the date four, the name centred over it. Not sealed:
    the name two, and the date begins two right of where the name does; if it is the longer, it is the date that stands two."""
    name, date_ = em(office), em(day)
    if sealed:
        return max(0.0, 4 + (date_ - name) / 2), 4.0
    return (2.0, name - date_) if name - date_ >= 2 else (4 + date_ - name, 2.0)


def em(text: str) -> float:
    """How many Chinese characters wide a text is."""
    return sum(1 if ord(letter) > 0x7F else LATIN for letter in text)


def _level(block: Block) -> int:
    return block.level if isinstance(block, Heading) else 0


def _text(block: Block) -> str:
    return block.text if isinstance(block, Heading | Paragraph) else str(block)


def title_lines(words: Sequence[str]) -> list[str]:
    """The title on one line if it fits, else on two that end between its words, the first the longer."""
    whole = "".join(words)
    if cell_len(whole) <= 2 * TITLE_ROOM or len(words) < 2:
        return [whole]
    pairs = [("".join(words[:place]), "".join(words[place:])) for place in range(1, len(words))]
    fitting = [pair for pair in pairs if max(map(cell_len, pair)) <= 2 * TITLE_ROOM]
    ordered = sorted(
        fitting or pairs,
        key=lambda pair: (cell_len(pair[0]) < cell_len(pair[1]), abs(cell_len(pair[0]) - cell_len(pair[1]))),
    )
    return [*ordered[0]]


def _fit(paper: DocxTemplate, one: Bulletin) -> None:
    """The mark as large as stays on one line, name and date where they belong; a template without those styles has its own."""
    day = day_told(one.day)
    indents = signed_indents(one.letterhead.office, day, sealed=one.letterhead.sealed)
    for style in paper.docx.styles:
        if style.name == MARK_STYLE:
            style.font.size = Pt(int(min(LARGEST, TEXT_WIDTH / max(em(_mark(one)), 1)) * 2) / 2)
        for name, indent in zip(SIGNED_STYLES, indents, strict=True):
            if style.name == name:
                properties = style.element.get_or_add_pPr()
                found = properties.get_or_add_ind()
                found.set(qn("w:rightChars"), str(round(indent * 100)))
                found.set(qn("w:right"), str(round(indent * CHARACTER)))


@attrs.frozen
class WordColumn:
    """A column of a table in the document: heading, texts, width in twips, alignment."""

    heading: str
    texts: Sequence[str]
    width: int
    align: str


def table_xml(table: Table, language: str) -> str:
    """A table as wide as a landscape page, its head repeated on each; `over` headings stand before their own."""
    columns = [*table.keys, *table.columns]
    wide = [_weight(column, language) for column in columns]
    columns_drawn = [
        WordColumn(column.heading, texts_of(column, language), TABLE_WIDTH * part // sum(wide), _align(column))
        for column, part in zip(columns, wide, strict=True)
    ]
    grid = "".join(f'<w:gridCol w:w="{one.width}"/>' for one in columns_drawn)
    head = "".join(_cell(one.heading, one.width, "center", head=True) for one in columns_drawn)
    rows = [
        "".join(_cell(one.texts[number], one.width, one.align) for one in columns_drawn)
        for number in range(len(columns_drawn[0].texts))
    ]
    border = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    return (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{TABLE_WIDTH}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{border}</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="40" w:type="dxa"/>'
        f'<w:right w:w="40" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
        f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{head}</w:tr>"
        + "".join(f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{row}</w:tr>" for row in rows)
        + "</w:tbl>"
    )


def _titled(table: Table, language: str) -> str:
    """A table with its own title over it, if it has one."""
    title = (
        f'<w:p><w:pPr><w:pStyle w:val="附注"/><w:keepNext/></w:pPr><w:r><w:t>{_safe(table.title)}</w:t></w:r></w:p>'
        if table.title
        else ""
    )
    return title + table_xml(table, language)


def _weight(column: Column, language: str) -> int:
    cells = max((cell_len(text) for text in texts_of(column, language)), default=0)
    name, *marks = column.heading.split("\n")
    return max(cells + 1, min(cell_len(name) + 1, 8), 4, *(cell_len(text) + 2 for text in marks))


def _align(column: Column) -> str:
    return "center" if column.kind in RIGHT or column.kind is Kind.INSTANT else "left"


def _cell(text: str, width: int, align: str, *, head: bool = False) -> str:
    font = "黑体" if head else "宋体"
    fonts = " ".join(f'w:{letters}="{font}"' for letters in ("ascii", "hAnsi", "eastAsia", "cs"))
    lines = "<w:br/>".join(
        f'<w:t xml:space="preserve">{_safe(line)}</w:t>' for line in (text.split("\n") if head else [text])
    )
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr><w:p><w:pPr>'
        f'<w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/><w:jc w:val="{align}"/></w:pPr><w:r><w:rPr>'
        f'<w:rFonts {fonts}/><w:sz w:val="17"/></w:rPr>{lines}</w:r></w:p></w:tc>'
    )
