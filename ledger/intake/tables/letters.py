"""Bytes -> text: UTF-8 strictly, UTF-16, both with or without BOM, or else GB18030 (and so GBK)."""

import re
from collections.abc import Iterator

from ledger.sentences import UnreadableFile, sentence

LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
BOM = "\ufeff"
SAMPLE = 2**16  # signs that show whether a text without a BOM is UTF-16
COMMON = re.compile(r"[\t\r\n -~\u2010-\u2027\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
SAVE_UTF8 = "save it again as UTF-8, for example with Save As, CSV UTF-8"


def text_of(data: bytes) -> str:
    """The text, not blank. Raises UnreadableFile."""
    text = _text(data).lstrip(BOM)
    if "\0" in text:
        raise UnreadableFile("is no text and no workbook", "export it as .xlsx, or as CSV in UTF-8")
    if not text.strip():
        raise UnreadableFile("is empty", "export it again")
    return text


def _text(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _decoded(data, "utf-16")
    if b"\0" in data and (text := _unmarked_utf16(data)):
        return text
    try:
        return data.decode()
    except UnicodeDecodeError as broken:
        _refuse_broken_utf8(data, broken.start)
        return _decoded(data.removeprefix(BOM.encode()), "gb18030")


def _unmarked_utf16(data: bytes) -> str:
    """The text, where the bytes are plainly UTF-16 in one order and in the other are not; else nothing."""
    found = [text for order in ("utf-16-le", "utf-16-be") if (text := _plain_utf16(data, order))]
    return found[0] if len(found) == 1 else ""


def _plain_utf16(data: bytes, order: str) -> str:
    """The text in this order, where it has lines and its start is almost all Latin and Chinese; else nothing."""
    start = data[: 2 * SAMPLE].decode(order, errors="replace")
    if "\n" not in start or 20 * len(COMMON.findall(start)) < 19 * len(start):
        return ""
    try:
        text = data.decode(order)
    except UnicodeDecodeError:
        return ""
    return "" if "\0" in text else text


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as refused:
        why = sentence("is neither UTF-8 nor GB18030 nor UTF-16 (line {line})", line=_line(data, refused.start))
        raise UnreadableFile(why, SAVE_UTF8) from refused


def _refuse_broken_utf8(data: bytes, at: int) -> None:
    """GB18030 reads almost any bytes, so UTF-8 with one broken place would become wrong characters, silently.

    Text in GBK is never UTF-8 for long: whoever got past three Chinese characters is UTF-8.
    """
    good = data[:at].decode(errors="replace").lstrip(BOM)
    if sum("\u3000" <= letter <= "\uffe0" for letter in good[-10_000:]) > 3 or _is_marked_utf8(data):
        raise UnreadableFile(sentence("is UTF-8, broken in line {line}", line=_line(data, at)), SAVE_UTF8)


def _is_marked_utf8(data: bytes) -> bool:
    """It begins with the BOM of UTF-8, and most of what is not ASCII is that: programs put the BOM before GBK too."""
    if not data.startswith(BOM.encode()):
        return False
    text = data[: 2**20].decode(errors="replace").lstrip(BOM)
    return text.count("\ufffd") < sum(letter > "\x7f" for letter in text) / 2


def _line(data: bytes, at: int) -> int:
    return data.count(b"\n", 0, at) + 1


def lines_of(text: str) -> Iterator[str]:
    """The lines with their ends, one after the other: a list of them would take many times the text."""
    return (found[0] for found in LINE.finditer(text))
