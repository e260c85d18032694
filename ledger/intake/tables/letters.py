"""Bytes -> text: UTF-8 strictly, with or without BOM, UTF-16 with BOM, or else GB18030 (and so GBK)."""

import re
from collections.abc import Iterator

from ledger.sentences import UnreadableFile, sentence

LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
SAVE_UTF8 = "save it again as UTF-8, for example with Save As, CSV UTF-8"


def text_of(data: bytes) -> str:
    """The text, not blank. Raises UnreadableFile."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = _decoded(data, "utf-16")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as broken:
            _refuse_broken_utf8(data, broken.start)
            text = _decoded(data, "gb18030")
    if "\0" in text:
        raise UnreadableFile("is no text and no workbook", "export it as .xlsx, or as CSV in UTF-8")
    if not text.strip():
        raise UnreadableFile("is empty", "export it again")
    return text


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
    good = data[:at].decode("utf-8-sig", errors="replace")
    if sum("\u3000" <= letter <= "\uffe0" for letter in good[-10_000:]) > 3:
        raise UnreadableFile(sentence("is UTF-8, broken in line {line}", line=_line(data, at)), SAVE_UTF8)


def _line(data: bytes, at: int) -> int:
    return data.count(b"\n", 0, at) + 1


def lines_of(text: str) -> Iterator[str]:
    """The lines with their ends, one after the other: a list of them would take many times the text."""
    return (found[0] for found in LINE.finditer(text))
