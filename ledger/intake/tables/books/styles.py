"""The styles of an xlsx: which of them show a day with its time."""

import re
from html import unescape

from ledger.intake.tables.books.relationships import attributes_of

STYLES = "xl/styles.xml"
DAY_AND_TIME = 22  # m/d/yy h:mm, of the formats that need not be written down
FORMAT = re.compile(rb"<(?:\w+:)?numFmt\s[^<>]*>")
OF_CELLS = b"cellXfs"  # the list of the styles that cells name
STYLE = re.compile(rb"<(?:\w+:)?xf[\s/>][^<>]*>?")
WORDS = re.compile(
    r'"[^"]*"|\\.|_.|\*.|\[(?!h+\])[^\]]*\]'
)  # of a format: what stands there as it is, colours, languages
ELAPSED = "["
LONGEST = 255  # letters of a format, as Excel holds them
MOST = 2**22  # bytes of the part that are looked at


def timed_styles(styles: bytes) -> frozenset[bytes]:
    """The numbers of the cell styles, as cells name them, whose format shows a day and its time."""
    begin = styles.find(OF_CELLS)
    end = styles.find(OF_CELLS, begin + 1)
    if begin < 0 or end < 0:
        return frozenset()
    formats = [attributes_of(tag) for tag in FORMAT.findall(styles)]
    timed = {one.get("numFmtId") for one in formats if shows_a_moment(unescape(one.get("formatCode", "")))}
    timed.add(str(DAY_AND_TIME))
    named = [attributes_of(tag).get("numFmtId") for tag in STYLE.findall(styles[begin:end])]
    return frozenset(str(number).encode() for number, one in enumerate(named) if one in timed)


def shows_a_moment(code: str) -> bool:
    """Whether a format shows the day and the hour: yyyy"年"m"月"d"日" h:mm; not h:mm, nor [h]:mm, which counts hours."""
    if len(code) > LONGEST:
        return False
    plain = WORDS.sub("", code.split(";")[0]).casefold()
    return "h" in plain and ("y" in plain or "d" in plain) and ELAPSED not in plain
