"""The elements of a text in HTML or XML, one after the other, each freed once it was read."""

from collections.abc import Iterable, Iterator
from typing import Any

from lxml import etree

from ledger.intake.tables.table import SAVE_AGAIN
from ledger.sentences import UnreadableFile, sentence

PIECE = 2**16  # signs


def refuse_entities(head: str) -> None:
    """Raises UnreadableFile for XML that declares entities: no export needs them, bombs are made of them."""
    if "<!ENTITY" in head:
        raise UnreadableFile("is XML that declares entities", SAVE_AGAIN)


def local(tag: object) -> str:
    """A tag without its namespace."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def forget(element: Any) -> None:
    """Free what was read."""
    element.clear(keep_tail=False)
    while element.getprevious() is not None:
        del element.getparent()[0]


def xml_parser(**options: Any) -> Any:
    """A parser of XML that resolves nothing."""
    return etree.XMLPullParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True, **options,
    )  # fmt: skip


def events_of(parser: Any, text: str) -> Iterable[tuple[str, Any]]:
    """The events of a text. Raises UnreadableFile where it is broken."""
    try:
        yield from events_before_end(parser, text)
        parser.close()
        yield from parser.read_events()
    except etree.XMLSyntaxError as refused:
        raise broken_xml(refused) from refused


def events_before_end(parser: Any, text: str) -> Iterator[tuple[str, Any]]:
    """The events of what stands in a text, without those that its end brings."""
    for start in range(0, len(text), PIECE):
        parser.feed(text[start : start + PIECE].encode("utf-8", "replace"))
        yield from parser.read_events()


def broken_xml(refused: Any) -> UnreadableFile:
    """Why a text is no XML, with its line."""
    return UnreadableFile(sentence("is broken XML in line {line}", line=refused.lineno or 1), SAVE_AGAIN)
