"""Mirrors to carry away: written from a ledger, and scored without it, one or many, here or on a cluster."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import gettempdir
from typing import Any, Literal

import attrs
import narwhals as nw

from calendars.periods import Period
from kaoping.language.words import sheet_of
from kaoping.office.period.ground import Aside, aside_of, ground_on
from kaoping.office.period.untold import refuse_untold
from kaoping.office.scores import PeriodScore, refuse_no_sheet
from kaoping.office.session import LedgerEmpty, Session, WrongArgument, period_evidence, read_period
from ledger.columns.events import Frame
from ledger.columns.mirror import NoUse, path_of
from ledger.columns.portable import NAME, PortableMirror, read_portable, unusable, write_portable
from ledger.sentences import sentence
from ledger.snapshot import outline_of
from metrics.derive import counted_of, derive
from metrics.engines.engine import Engine, engine_of, settled
from metrics.engines.polars import PolarsEngine
from metrics.tallies import Countable, MarkedFrames, MonthFrames, mark_of, marked
from scoring.law.rulebook import Rulebook
from scoring.scores.scoring import Scoring, when_asked

EngineName = Literal["polars", "spark"]
LOCAL = "local[*]"


@attrs.frozen
class MirrorScore:
    """A period scored from the mirror at a path, which is that of one ledger."""

    path: str
    mirror: PortableMirror
    score: PeriodScore


def write_mirror(session: Session, folder: Path) -> PortableMirror:
    """Write all that scores of the ledger rest on to a folder. Raises LedgerEmpty, UnusableMirror, WrongArgument for that which commands
    keep beside the ledger."""
    if folder.resolve() == path_of(session.path).resolve():
        raise WrongArgument(
            sentence("{folder} is what commands keep beside the ledger, and delete again.", folder=folder),
            "Name a folder of your own.",
        )
    with session.ledger() as ledger:
        position, instant = session.known(ledger, None)
        scoring = when_asked(outline_of(ledger, position), session.book(), session.calendar(), instant)
        kept = attrs.asdict(aside_of(ledger, scoring))
        with session.busy("writing the mirror"):
            return write_portable(ledger, folder, kept)


def engine_asked(name: str, master: str | None, mirrors: Sequence[str]) -> Engine:
    """The engine asked for, to read some mirrors. Raises WrongArgument, NoSpark."""
    if not mirrors:
        raise WrongArgument(
            sentence("an engine reads mirrors, and none is named."),
            "Write one with kaoping mirror FOLDER, and add --mirror FOLDER.",
        )
    if name == "polars":
        if master is not None:
            raise WrongArgument(sentence("--master is a cluster's, and polars computes here."), "Add --engine spark.")
        return PolarsEngine()
    if name != "spark":
        raise WrongArgument(
            sentence("there is no engine {name}.", name=name), "Write --engine polars or --engine spark."
        )
    from metrics.engines.spark import SparkEngine, session_of

    return SparkEngine(session_of(master or LOCAL))


def mirror_scores(
    session: Session,
    text: str,
    mirrors: Sequence[str],
    engine: Engine,
    sheet: str | None = None,
    *,
    provisional: bool = False,
) -> list[MirrorScore]:
    """The sheets of a period of each mirror, by itself: units are ranked within their ledger. Raises WrongArgument, ProvisionalPeriod,
    Untold, UnusableMirror."""
    book = session.book()
    period = read_period(text, book)
    paths = [one.rstrip("/") for one in mirrors]
    if len({one if "://" in one else Path(one).resolve() for one in paths}) < len(paths):
        raise WrongArgument(sentence("a mirror is named twice."), "Name each once.")
    with session.busy("deriving rounds and verdicts"):
        found = [read_mirror(engine, path) for path in paths]
        events = [engine.events(*_files(path, one)) for path, one in zip(paths, found, strict=True)]
        scorings = scorings_of(session, found, events, period)
        scored = [
            _scored(one, scoring, period, text, sheet, provisional=provisional)
            for one, scoring in zip(found, scorings, strict=True)
        ]
    return [MirrorScore(*one) for one in zip(paths, found, scored, strict=True)]


def read_mirror(engine: Engine, path: str) -> PortableMirror:
    """The mirror at a path, each of its files held against its digest. Raises UnusableMirror, LedgerEmpty, WrongArgument."""
    try:
        found = read_portable(engine.text(f"{_place(path)}/{NAME}"), path)
    except (OSError, UnicodeError) as error:
        raise WrongArgument(
            sentence("there is no mirror in {path}.", path=path), "Write one from its ledger: kaoping mirror FOLDER"
        ) from error
    if not found.rows:
        raise LedgerEmpty(
            sentence("the ledger knew nothing at that moment."), "Import a log first, and write the mirror again."
        )
    files, _ = _files(path, found)
    try:
        digests = engine.digests(files)
    except OSError as error:
        raise unusable(path, str(error.filename or NAME)) from error
    for name, part in zip(files, found.files, strict=True):
        if digests[name] != part.sha256:
            raise unusable(path, part.file)
    return found


def scorings_of(
    session: Session, mirrors: Sequence[PortableMirror], frames: Sequence[Sequence[Frame]], period: Period
) -> list[Scoring]:
    """A scoring of each mirror, whose events are some frames. Many are derived at once, the tickets and units of each bearing its mark
    meanwhile. Raises WrongArgument where there is no room for that."""
    book, calendar = session.book(), session.calendar()
    snapshots = [mirror.snapshot(nw.concat(some, how="vertical")) for mirror, some in zip(mirrors, frames, strict=True)]
    several = len(mirrors) > 1
    marks = [mark_of(number) if several else "" for number in range(len(mirrors))]
    events = [marked(one, number) if several else one for number, some in enumerate(frames) for one in some]
    try:
        counted = _counted(events, book, session, period)
    except NoUse as error:
        raise WrongArgument(
            sentence("there is no room in {folder} to derive so many events.", folder=gettempdir()),
            "Make room there, or set TMPDIR to a folder that has some.",
        ) from error
    return [
        when_asked(snapshot, book, calendar, session.now, MarkedFrames(counted, mark) if mark else counted)
        for snapshot, mark in zip(snapshots, marks, strict=True)
    ]


def _counted(events: Sequence[Frame], book: Rulebook, session: Session, period: Period) -> Countable:
    """What the months of a period are counted from, computed once, of so many tickets at a time as the engine holds; a year is made of
    other periods, so of a year what any month is."""
    practice, found = book.practice(), defaultdict[str, list[Frame]](list)
    for some in engine_of(events[0]).shares(events):
        counted = counted_of(derive(some, practice, session.calendar()), some, practice)
        asked = counted.frames if period.kind == "year" else counted.months(period.months)
        for name, frame in asked.items():
            found[name].append(settled(frame))
    return MonthFrames({name: nw.concat(frames, how="vertical") for name, frames in found.items()})


def _files(path: str, mirror: PortableMirror) -> tuple[list[str], int]:
    return [f"{_place(path)}/{one.file}" for one in mirror.files], mirror.rows


def _place(path: str) -> str:
    """A path as workers have it too, who may be in another folder; that of an object store says by itself where it is."""
    return path if "://" in path else Path(path).absolute().as_posix()


def _scored(
    mirror: PortableMirror, scoring: Scoring, period: Period, text: str, sheet: str | None, *, provisional: bool
) -> PeriodScore:
    evidence = period_evidence(scoring, period.months, provisional=provisional)
    named = None if sheet is None else sheet_of(scoring.book.sheets, sheet)
    sheets = [one for one in scoring.sheets(evidence, period.kind) if named in (None, one.sheet.id)]
    gaps = refuse_untold(None, scoring, period.kind, period.months, [one.sheet.id for one in sheets])
    ground = ground_on(_aside(mirror.aside), scoring, evidence, sheets, gaps)
    refuse_no_sheet(scoring.book, sheets, text)
    return PeriodScore(scoring, evidence, sheets, ground)


def _aside(told: Mapping[str, Any]) -> Aside:
    return Aside(
        rows=tuple((tuple(named), part) for named, part in told["rows"]),
        changes=tuple(tuple(named) for named in told["changes"]),
        lacked=tuple((tuple(headings), tuple(named)) for headings, named in told["lacked"]),
    )
