"""Every tag of a part of a workbook, one after the other, without entities."""

from collections.abc import Iterable
from xml.parsers import expat

from ledger.intake.tables.table import DAMAGED, SAVE_AGAIN
from ledger.sentences import UnreadableFile


def parse(parts: Iterable[bytes], start: object, end: object, text: object, *, spaces: str | None = None) -> None:
    """Every tag of a part, without entities; `spaces`: what stands between a namespace and a name. Raises UnreadableFile."""
    parser = expat.ParserCreate(namespace_separator=spaces)
    parser.StartElementHandler = start  # type: ignore[assignment]
    parser.EndElementHandler = end  # type: ignore[assignment]
    parser.CharacterDataHandler = text  # type: ignore[assignment]
    parser.EntityDeclHandler = _refuse_entity
    try:
        for part in parts:
            parser.Parse(part, False)
        parser.Parse(b"", True)
    except expat.ExpatError as refused:
        raise UnreadableFile(DAMAGED, SAVE_AGAIN) from refused


def _refuse_entity(*_: object) -> None:
    raise UnreadableFile("is XML that declares entities", SAVE_AGAIN)
