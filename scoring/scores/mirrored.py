"""What months are counted from, kept in a ledger's mirror: brought up to date ticket by ticket, read month by month.

Every frame of `metrics.tallies.COUNTED` that has a month is a part for each of its months, such as `verdicts-202305`; the exemptions,
of all time, are one.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import TYPE_CHECKING
from weakref import finalize

import attrs

from calendars.clock_columns import Frame
from calendars.workdays import Calendar
from ledger.batches import Head
from ledger.columns.mirror import Basis, Contents, Mirror, NoUse, SealedFile, path_of
from ledger.columns.segments import brought_up, event_segments, is_large, recorded, slices, standing_events
from ledger.proof.chain import digest_of
from ledger.snapshot import columns_of_tickets
from ledger.store import Ledger
from metrics.tallies import LACKING, MONTHLY, Countable
from scoring.law.rulebook import Rulebook

if TYPE_CHECKING:
    import polars as pl

FORMAT = "6"
OFTEN = 20  # an increment may touch one ticket in so many
EXEMPTIONS = "exemptions"


def how_of(book: Rulebook, calendar: Calendar, version: str) -> str:
    """A digest of how rows are derived: the practice, the calendar, the version of the program."""
    practice = book.practice()
    told = attrs.asdict(practice)
    for name in ("limits", "later_limits"):
        told[name] = sorted((*place, said) for place, said in getattr(practice, name).items())
    return digest_of(json.dumps([FORMAT, version, told, calendar.digest()], sort_keys=True, ensure_ascii=False))


@attrs.frozen(eq=False)
class MirroredFrames:
    """`COUNTED` as it lies in a mirror: of all months, or of some `only`."""

    mirror: Mirror
    parts: Mapping[str, SealedFile]
    only: Collection[int] = ()

    @property
    def lacks(self) -> bool:
        """Whether anything of any month is untold, or its instant assumed."""
        return any(
            part.rows for name, part in self.parts.items() if name.startswith(tuple(f"{one}-" for one in LACKING))
        )

    def months(self, months: Sequence[int], units: Collection[str] | None = None) -> Mapping[str, Frame]:
        """The frames of some months: of every unit, or of some. Raises NoUse."""
        import narwhals as nw

        if self.only and not {*months} <= {*self.only}:
            raise NoUse
        asked = {name: [f"{name}-{month}" for month in months] for name in MONTHLY} | {EXEMPTIONS: [EXEMPTIONS]}
        found = {name: nw.from_native(self._read(name, parts).lazy()) for name, parts in asked.items()}
        if units is not None:
            found |= {name: found[name].filter(nw.col("unit").is_in([*units])) for name in MONTHLY}
        return found

    def _read(self, name: str, parts: Sequence[str]) -> "pl.DataFrame":
        import polars as pl

        try:
            there = [self.mirror.read(self.parts[part]) for part in parts if part in self.parts]
            return pl.concat(there) if there else self.mirror.read(self.parts[name]).clear()
        except NoUse:
            if self.mirror.contents().derived == self.parts:  # nobody has made it anew meanwhile
                self.mirror.discard()
            raise


def counted_now(
    ledger: Ledger, head: Head, book: Rulebook, calendar: Calendar, version: str, *, make: bool
) -> Countable | None:
    """What months are counted from at `head`, from the mirror, brought up to date; None where it has none that fits. `make`: derive it
    where there is none. Whatever goes wrong with the mirror, nothing fails."""
    if not is_large(ledger):
        return None
    mirror = Mirror(path_of(ledger.path))
    basis = Basis(head.position, head.hash, how_of(book, calendar, version))
    contents = mirror.contents()
    if contents.basis == basis:
        return MirroredFrames(mirror, contents.derived)
    for _ in range(2) if make else ():
        with suppress(NoUse):
            return MirroredFrames(mirror, _brought_up(mirror, contents, basis, ledger, book, calendar).derived)
        mirror.discard()
        if mirror.path.exists():  # it can neither be mended nor be removed
            return None
        contents = Contents()
    return None


def counted_alone(
    ledger: Ledger,
    upto: int,
    book: Rulebook,
    calendar: Calendar,
    *,
    mirrored: bool = False,
    months: Collection[int] = (),
) -> Countable:
    """What months are counted from at a position, or some of them, derived some tickets at a time: from the ledger's events alone,
    nothing of a mirror being read, unless they may be `mirrored`. It lies in a folder of its own, which goes with it. Raises NoUse
    where there is no room for that."""
    head = ledger.head(upto)
    basis, beside = Basis(head.position, head.hash, ""), Mirror(path_of(ledger.path))
    try:
        anew = Mirror(Path(mkdtemp()))
    except OSError as error:
        raise NoUse from error
    try:
        parts: dict[str, SealedFile] | None = None
        if mirrored:
            with suppress(NoUse):
                parts = _made(anew, ledger, basis, book, calendar, events=beside, months=months)
        if parts is None:
            parts = _made(anew, ledger, basis, book, calendar, months=months)
            anew.drop(one.part for one in anew.contents().events)
        found = MirroredFrames(anew, parts, months)
    except BaseException:
        anew.discard()
        raise
    finalize(found, anew.discard)
    return found


def _brought_up(
    mirror: Mirror, contents: Contents, basis: Basis, ledger: Ledger, book: Rulebook, calendar: Calendar
) -> Contents:
    """The contents once rows were brought from what they were derived from to a basis, or made anew. Raises NoUse."""
    held, parts = brought_up(ledger, mirror), None
    if contents.basis is not None and _continues(ledger, contents.basis, basis):
        with suppress(NoUse):
            parts = _changed(mirror, contents, ledger, basis, book, calendar)
    if parts is None:
        parts = _made(mirror, ledger, basis, book, calendar)
    brought = attrs.evolve(held, basis=basis, derived=parts)
    mirror.put(brought)
    return brought


def _continues(ledger: Ledger, found: Basis, wanted: Basis) -> bool:
    """Whether little was added to what the rows were derived from."""
    if found.how != wanted.how or not 0 < found.position <= wanted.position:
        return False
    if ledger.names(found.position) != ledger.names(wanted.position):
        return False
    return (
        ledger.head(found.position).hash == found.hash and (wanted.position - found.position) * OFTEN <= wanted.position
    )


def _changed(
    mirror: Mirror, contents: Contents, ledger: Ledger, basis: Basis, book: Rulebook, calendar: Calendar
) -> dict[str, SealedFile]:
    """The parts, those rows of them replaced that belong to tickets of which something was added. Raises NoUse where the rows that go
    are not those that were derived then."""
    import polars as pl

    assert contents.basis is not None
    tickets = ledger.tickets_since(contents.basis.position)
    old, new = (
        _by_part(columns_of_tickets(ledger, end, tickets), book, calendar)
        for end in (contents.basis.position, basis.position)
    )
    parts = dict(contents.derived)
    for name in sorted({*old, *new}):
        there = mirror.read(parts[name]) if name in parts else None
        empty = next(one for one in (there, old.get(name), new.get(name)) if one is not None).clear()
        there = empty if there is None else there
        touched = pl.col("ticket").is_in(list(tickets))
        gone, added = old.get(name, empty), new.get(name, empty)
        if not _in_order(there.filter(touched)).equals(_in_order(gone)):
            raise NoUse
        if not gone.equals(added):
            parts[name] = mirror.write(name, _in_order(pl.concat([there.filter(~touched), added])))
    return parts


def _made(
    mirror: Mirror, ledger: Ledger, basis: Basis, book: Rulebook, calendar: Calendar, events: Mirror | None = None,
    months: Collection[int] = (),
) -> dict[str, SealedFile]:  # fmt: skip
    """The parts of all that is derived from a ledger, or of what counts in some `months` of it, derived some tickets at a time; its
    `events` lie in the same mirror, or in another. Raises NoUse."""
    import polars as pl

    voids = ledger.events(basis.position, kinds=("void",))
    standing = standing_events(ledger, basis.position, event_segments(ledger, events or mirror, basis.position), voids)
    pieces: dict[str, list[SealedFile]] = defaultdict(list)
    made: dict[str, SealedFile] = {}
    try:
        with TemporaryDirectory(dir=mirror.path) as folder:
            scratch = Mirror(Path(folder))
            for number, some in enumerate(slices(scratch, standing)):
                for name, frame in _by_part(some, book, calendar, months).items():
                    pieces[name].append(scratch.write(f"{name}-{number}", frame))
            for name, found in pieces.items():
                made[name] = mirror.write(name, _in_order(pl.concat([scratch.read(part) for part in found])))
                scratch.drop(found)
    except OSError as error:
        raise NoUse from error
    return made


def _by_part(
    events: "Frame | pl.LazyFrame", book: Rulebook, calendar: Calendar, months: Collection[int] = ()
) -> "dict[str, pl.DataFrame]":
    """The rows of every part, of all that is derived from events, or only of what counts in some `months`; of each frame also an empty
    part of its own name."""
    import narwhals as nw  # what derives takes long to load

    from metrics.derive import counted_of, derive

    frame = nw.from_native(events)
    practice = book.practice()
    counted = counted_of(derive(frame, practice, calendar), frame, practice)
    frames = dict(counted.frames)
    if months:
        in_them = nw.col("month").is_in([*months])
        frames |= {name: frames[name].filter(in_them) for name in MONTHLY if name not in LACKING}
    return dict(_split({name: frame.collect().to_native() for name, frame in frames.items()}))


def _split(frames: "Mapping[str, pl.DataFrame]") -> "Iterator[tuple[str, pl.DataFrame]]":
    for name, frame in frames.items():
        if name not in MONTHLY:
            yield name, _in_order(frame)
            continue
        yield name, frame.clear()
        for (month,), part in frame.partition_by("month", as_dict=True).items():
            yield f"{name}-{month}", _in_order(part)


def _in_order(frame: "pl.DataFrame") -> "pl.DataFrame":
    """Rows by unit, then by what else tells them apart."""
    return frame.sort(frame.columns)


def of_other_rules(contents: Contents, book: Rulebook, calendar: Calendar, version: str) -> bool:
    """Whether a mirror's rows were derived by other rules, another calendar or another version: no score by these reads them."""
    return contents.basis is not None and contents.basis.how != how_of(book, calendar, version)


def differing(ledger: Ledger, book: Rulebook, calendar: Calendar, version: str) -> Iterator[str]:
    """The files of a ledger's mirror that do not hold what is read and derived from the ledger now, and those of another position, which
    cannot be held against anything; those by other rules are not looked at (`of_other_rules`). Raises NoUse where nothing can be
    derived beside the ledger."""
    mirror = Mirror(path_of(ledger.path))
    contents, reached = mirror.contents(), 0
    for segment in contents.events:
        told = [*recorded(ledger, reached, segment.position)]
        if (
            not _holds(mirror, segment.part, told, as_they_lie=True)
            or ledger.head(segment.position).hash != segment.hash
        ):
            yield segment.part.file
        reached = segment.position
    basis = contents.basis
    if basis is None or of_other_rules(contents, book, calendar, version):
        return
    if ledger.head(basis.position).hash != basis.hash:
        yield from sorted(part.file for part in contents.derived.values())
        return
    with TemporaryDirectory(dir=ledger.path.parent) as folder:
        anew = Mirror(Path(folder))
        made = _made(anew, ledger, basis, book, calendar)
        for name in sorted({*made, *contents.derived}):
            wanted = [anew.read(made[name])] if name in made else []
            part = contents.derived.get(name)
            if part is None or not _holds(mirror, part, wanted):
                yield name if part is None else part.file


def _holds(mirror: Mirror, part: SealedFile, wanted: "Sequence[pl.DataFrame]", *, as_they_lie: bool = False) -> bool:
    import polars as pl

    try:
        there = mirror.read(part)
    except NoUse:
        return False
    told = pl.concat(wanted) if wanted else there.clear()
    return there.equals(told) if as_they_lie else _in_order(there).equals(_in_order(told))
