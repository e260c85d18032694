"""gzip and zip: unpacked piece by piece within one bound, whatever their directories say of sizes."""

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

import attrs

from ledger.intake.tables.table import MAX_BYTES, MAX_CELLS, SPLIT
from ledger.sentences import UnreadableFile, sentence

PIECE = 2**20
MAX_FILES = 200  # in one zip
STORED, DEFLATED, SECRET = 0, 8, 1
RATIO, SMALL = 100, 2**26  # of what a file unpacks to: real logs shrink to a tenth, a bomb to a thousandth
COPY_AGAIN = "copy or download it again"
PLAIN_ZIP = "pack it again as an ordinary .zip"


@attrs.define
class Budget:
    """How many bytes may still be unpacked of one file and all that is packed in it, and how many values be held."""

    bytes_left: int = MAX_BYTES
    values_left: int = MAX_CELLS
    most: int = MAX_BYTES

    @classmethod
    def of(cls, size: int) -> "Budget":
        """The budget of a file of so many bytes: what is not packed may hold as much as it does."""
        most = min(MAX_BYTES, SMALL + RATIO * size)
        return cls(most, max(MAX_CELLS, size), most)

    def spend(self, count: int) -> None:
        """Unpack so many bytes. Raises UnreadableFile where that is more than may be."""
        self.bytes_left -= count
        if self.bytes_left < 0:
            why = sentence("unpacks to more than {most} MiB", most=self.most // 2**20)
            raise UnreadableFile(why, SPLIT)

    def hold(self, values: int) -> None:
        """Keep so many values. Raises UnreadableFile where that is more than may be."""
        self.values_left -= values
        if self.values_left < 0:
            raise UnreadableFile("unpacks to more values than can be held", SPLIT)


class GzipText(io.RawIOBase):
    """A gzip read as a stream, within a budget."""

    def __init__(self, data: bytes, budget: Budget) -> None:
        self._packed = gzip.GzipFile(fileobj=io.BytesIO(data))
        self._budget = budget

    def readable(self) -> bool:
        """It can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes. Raises UnreadableFile."""
        try:
            piece = self._packed.read(PIECE if size < 0 else size)
        except (OSError, EOFError, zlib.error) as refused:
            raise UnreadableFile("is a damaged gzip file", COPY_AGAIN) from refused
        self._budget.spend(len(piece))
        return piece


def ungzipped(data: bytes, budget: Budget) -> bytes:
    """What is in a gzip. Raises UnreadableFile."""
    stream, held = GzipText(data, budget), bytearray()
    while piece := stream.read(PIECE):
        held += piece
    return bytes(held)


def directory(data: bytes) -> list[zipfile.ZipInfo]:
    """The files in a zip. Raises UnreadableFile."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return [info for info in archive.infolist() if info.filename and not info.is_dir()]
    except (zipfile.BadZipFile, ValueError, struct.error, NotImplementedError, OverflowError) as refused:
        raise UnreadableFile("is a damaged zip file or workbook", COPY_AGAIN) from refused


def pieces(data: bytes, info: zipfile.ZipInfo, budget: Budget) -> Iterator[bytes]:
    """A file of a zip, inflated to its real end. Raises UnreadableFile."""
    if info.flag_bits & SECRET:
        raise UnreadableFile(
            sentence("is packed with a password ({file})", file=shown_name(info)), "unpack it, and import what is in it"
        )
    packed = _packed(data, info)
    if info.compress_type == STORED:
        for start in range(0, len(packed), PIECE):
            budget.spend(len(packed[start : start + PIECE]))
            yield bytes(packed[start : start + PIECE])
        return
    if info.compress_type != DEFLATED:
        raise UnreadableFile(sentence("is packed in an unusual way ({file})", file=shown_name(info)), PLAIN_ZIP)
    yield from _inflated(packed, budget)


def _packed(data: bytes, info: zipfile.ZipInfo) -> memoryview:
    start = info.header_offset
    if data[start : start + 4] != b"PK\x03\x04" or start + 30 > len(data):
        raise UnreadableFile("is a damaged zip file or workbook", COPY_AGAIN)
    start += 30 + sum(struct.unpack_from("<HH", data, start + 26))
    return memoryview(data)[start : start + info.compress_size]


def _inflated(packed: memoryview, budget: Budget) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-15)
    try:
        for start in range(0, len(packed), PIECE):
            rest: bytes | memoryview = packed[start : start + PIECE]
            while rest:
                piece = inflater.decompress(rest, PIECE)
                budget.spend(len(piece))
                yield piece
                rest = inflater.unconsumed_tail
    except zlib.error as refused:
        raise UnreadableFile("is a damaged zip file or workbook", COPY_AGAIN) from refused
    if not inflater.eof:
        raise UnreadableFile("is a damaged zip file or workbook", COPY_AGAIN)


def members(data: bytes, budget: Budget) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of each file in a zip, without what systems leave there. Raises UnreadableFile."""
    infos = [info for info in directory(data) if not _is_litter(info.filename)]
    if len(infos) > MAX_FILES:
        raise UnreadableFile(sentence("holds more than {most} files", most=MAX_FILES), SPLIT)
    for info in infos:
        yield shown_name(info), b"".join(pieces(data, info, budget))


def shown_name(info: zipfile.ZipInfo) -> str:
    """The name as it was given: without the flag for UTF-8, Chinese systems write GBK."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return info.filename


def _is_litter(path: str) -> bool:
    name = path.rsplit("/", 1)[-1]
    return path.startswith("__MACOSX/") or name.startswith(".") or name.casefold() in ("thumbs.db", "desktop.ini")
