"""Files -> batches in the ledger: read all, then append all, each file in one transaction."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from functools import cache, partial
from pathlib import Path
from typing import Any

import attrs

from calendars.periods import month_of
from kaoping import now
from kaoping.files import folder
from kaoping.language.language import Language
from kaoping.language.words import is_explanation, kind_of_form
from kaoping.office.intake.leftovers import TAKEN, Leftovers, how_many_declined, leftovers
from kaoping.office.session import Session, WrongArgument, groups_of
from ledger.batches import Batch, Change, Event, Kin, Source, Taken
from ledger.facts import Alias, Dispatch, Enrol
from ledger.files import refuse_missing
from ledger.intake.coverage import form_of
from ledger.intake.headings import choose, lacking, refuse_lacking, unread
from ledger.intake.leftovers import number_of, row_digest
from ledger.intake.profile import FIELDS, Profile
from ledger.intake.tables.files import FileTables, UnreadTable, read_tables
from ledger.intake.tables.table import LogTable
from ledger.intake.take import Intake, Surroundings, intake
from ledger.register import Register, Stranger, strangers
from ledger.sentences import LedgerFull, Sentence, UnreadableFile, UserError, listed, packed, sentence, unpacked
from ledger.store import Ledger


@attrs.frozen(kw_only=True)
class Arrival:
    """A table of a file, read through a profile; after the import, the batch it became. `sheet`: of a workbook, or the file in a zip;
    `unread`: what else is in the file and was not read, told with its first table. `ahead`: the batch is dated later than
    the clock, as the one before it was. `absent`: tickets of its months that the ledger has from such files, and this import, which
    replaces, does not tell of; named once a form. `absent_facts`: what stands of its tickets and no file of its form in this
    import tells any more; `unsure`: profiles of earlier files on its tickets of which nobody knows the form. `declined`: how many of
    its changes the office declined before."""

    file: folder.Loaded
    name: str
    profile: Profile
    read: Intake
    sheet: str = ""
    unread: tuple[UnreadTable, ...] = ()
    batch: Batch | None = None
    changes: tuple[Change, ...] = ()
    ahead: bool = False
    strangers: tuple[Stranger, ...] = ()
    absent: tuple[str, ...] = ()
    absent_facts: tuple[Event, ...] = ()
    unsure: tuple[str, ...] = ()
    declined: int = 0


@attrs.frozen(kw_only=True)
class KnownBefore:
    """What is known before files are read: the units, whether a file may name others, the groups there are, the tickets
    that a profile told of, and the `profiles` that stand before those of the same name."""

    register: Register = attrs.Factory(Register)
    demanded: bool = False
    groups: Callable[[], frozenset[str]] = frozenset
    begun: Callable[[Profile], Mapping[str, int]] = lambda _: {}
    profiles: tuple[Profile, ...] = ()

    def profile(self, name: str) -> Profile:
        """A profile by its name, or from a TOML file. Raises NoSuchFile."""
        return next((one for one in self.profiles if one.name == name), None) or folder.profile(name)

    @property
    def known_profiles(self) -> tuple[Profile, ...]:
        """Those that a header may tell."""
        own = {one.name for one in self.profiles}
        return (*self.profiles, *(one for one in folder.profiles() if one.name not in own))

    def around(self, profile: Profile) -> Surroundings:
        """What a table is read in. Where nobody is enrolled, any unit may be named."""
        strict = bool(self.register.units) and (self.demanded or profile.known_units)
        begun = self.begun(profile) if profile.state_rows else {}
        return Surroundings(register=self.register, strict=strict, groups=self.groups, begun=begun)

    def grown(self, arrivals: Iterable[Arrival]) -> "KnownBefore":
        """With the units that files enrol, for those read after them."""
        facts = (fact for arrival in arrivals for _, fact in arrival.read.facts)
        return attrs.evolve(
            self, register=self.register.grown(fact for fact in facts if isinstance(fact, Enrol | Alias))
        )


class NothingUsable(UnreadableFile):
    """A file whose rows all became nothing: the profile is probably another one."""

    def __init__(self, arrival: Arrival) -> None:
        why = sentence(
            "{file}: all {rows} rows became problems under profile {profile}; nothing was imported.",
            file=arrival.name, rows=arrival.read.rows, profile=arrival.profile.name,
        )  # fmt: skip
        super().__init__(why, "Name the right profile with --profile, or mend the file.")
        self.arrival = arrival


class PartlyWritten(UserError):
    """Of several files some are written, each whole, and the rest is not."""

    def __init__(self, done: Sequence[Arrival], left: Sequence[Arrival], error: BaseException) -> None:
        why = error.why if isinstance(error, UserError) else sentence("Interrupted.")
        if isinstance(error, LedgerFull):  # which says of itself that nothing was written
            why = sentence("the disk is full")
        written = [
            sentence("{file} (batch {batch})", file=one.name, batch=one.batch.number)
            for one in done
            if one.batch is not None
        ]
        told = sentence(
            "{why}\nWritten, each whole: {done}.\nNot written: {left}.",
            why=why, done=listed(written, ", "), left=", ".join(one.name for one in left),
        )  # fmt: skip
        again = sentence("Then import all again: what is there counts as known.")
        super().__init__(told, listed([error.remedy, again], " ") if isinstance(error, UserError) else again)
        self.code = error.code if isinstance(error, UserError) else 130  # as shells have it


def read_files(
    paths: Sequence[Path],
    profile: str | None,
    seen: Callable[[LogTable], LogTable] | None = None,
    session: Session | None = None,
    known: KnownBefore | None = None,
) -> list[Arrival]:
    """Every table of the files, read; `seen`: how each is seen first; `session`: of whoever watches; `known`: what is known
    before. Raises NoSuchFile, UnreadableFile (with the file's name)."""
    before = known or KnownBefore()
    named = None if profile is None else before.profile(profile)
    arrivals: list[Arrival] = []
    for file in map(folder.load, paths):
        try:
            read = _read_file(file, named, seen, session, before)
        except UnreadableFile as error:
            raise UnreadableFile(
                sentence("{file}: {why}", file=file.path, why=error.why), _none(error, paths)
            ) from error
        arrivals += read
        before = before.grown(read)
    return arrivals


def _none(error: UnreadableFile, paths: Sequence[Path]) -> Sentence:
    """The remedy; of several files also that none was written."""
    if len(paths) == 1:
        return error.remedy
    return sentence("{remedy}\nNone of the {count} files was written.", remedy=error.remedy, count=len(paths))


def _read_file(
    file: folder.Loaded,
    named: Profile | None,
    seen: Callable[[LogTable], LogTable] | None,
    session: Session | None,
    known: KnownBefore,
) -> list[Arrival]:
    if named is not None and named.is_silent:
        why = sentence("profile {profile} does not say what a row tells: it has no [[events]].", profile=named.name)
        raise UnreadableFile(why, "write them; docs/profiles.md tells how")
    with nullcontext() if session is None else session.busy("reading files"):
        held = read_tables(file.data, file.path.name)
    try:
        fitting, unread = _fitting(held, seen or (lambda table: table), named, known.known_profiles)
    except UnreadableFile:
        if seen is None and (form := _form(held.tables)) is not None:
            raise form from None
        raise
    arrivals = []
    for table, chosen in fitting:
        watch = iter if session is None else partial(session.watched, "reading rows")
        read = intake(table, chosen, watch, known.around(chosen))
        arrivals.append(Arrival(file=file, name=table.name, profile=chosen, read=read, sheet=table.sheet))
    return [attrs.evolve(arrivals[0], unread=unread), *arrivals[1:]]


def _fitting(
    held: FileTables, seen: Callable[[LogTable], LogTable], named: Profile | None, known: Sequence[Profile]
) -> tuple[list[tuple[LogTable, Profile]], tuple[UnreadTable, ...]]:
    """The tables a profile fits, and what cannot be read. Where none fits, the first table's refusal is raised."""
    found: list[tuple[LogTable, Profile]] = []
    refused: list[tuple[LogTable, UnreadableFile]] = []
    for table in held.tables:
        try:
            given = seen(table)
            found.append((given, _meant(named, given, known)))
        except UnreadableFile as refusal:
            refused.append((table, refusal))
    if not found:
        raise refused[0][1]
    unread = [UnreadTable(table.name, refusal.why, refusal.remedy) for table, refusal in refused]
    return found, (*held.unread, *unread)


def _form(tables: Sequence[LogTable]) -> UnreadableFile | None:
    """The refusal of a form, filled in or not, which is no export of tickets; None: it is none."""
    forms = [one for one in tables if kind_of_form(one.sheet) or is_explanation(one.sheet)]
    if not forms:
        return None
    name = forms[0].name.removesuffix(f"[{forms[0].sheet}]")
    return UnreadableFile(
        sentence("is a form to fill in (sheet {sheet}), not an export of tickets", sheet=forms[0].sheet),
        sentence("record it: kaoping record --file {file}", file=name),
    )


def _meant(named: Profile | None, table: LogTable, known: Sequence[Profile]) -> Profile:
    """The profile that a table is read by: the one named, but of a table in the exchange format, which the one named cannot read, that
    format's. Raises UnreadableFile."""
    if named is None:
        return choose(known, table)
    if lacking(named, table.header):
        for one in known:
            if one.exchange and not lacking(one, table.header) and {*unread(one, table.header)} <= FIELDS:
                return one
    refuse_lacking(named, table)
    return named


@attrs.frozen(kw_only=True)
class Manner:
    """How files are taken in: what they say otherwise than the ledger knows `replace`s it, `keep` False is a rehearsal,
    `keep_file` keeps their bytes too, and `known_units` makes a problem of a unit that nobody enrolled. `profiles` stand before
    those of the same name."""

    replace: bool = False
    keep: bool = True
    keep_file: bool = False
    known_units: bool = False
    profiles: tuple[Profile, ...] = ()


PLAIN = Manner()


def import_files(session: Session, paths: Sequence[Path], profile: str | None, manner: Manner = PLAIN) -> list[Arrival]:
    """Logs of tickets read and appended, or rehearsed alone, in a ledger made if there is none. Raises NoSuchFile,
    UnreadableFile, NothingUsable, DamagedLedger, and PartlyWritten where a later file of several could not be written."""
    known = _known_before(session, manner)
    arrivals = read_files(paths, profile, session=session, known=known)
    _refuse_unusable(arrivals)
    with session.ledger_to_write(rehearsal=not manner.keep) as opened:
        return take_in(session, opened, arrivals, manner)


def look_at(session: Session, paths: Sequence[Path], profile: str | None, manner: Manner = PLAIN) -> list[Arrival]:
    """Logs of tickets read, and not held against what stands in the ledger. Raises NoSuchFile, UnreadableFile."""
    return read_files(paths, profile, session=session, known=_known_before(session, manner))


def _known_before(session: Session, manner: Manner) -> KnownBefore:
    """What the ledger and the rulebooks know; of a ledger that is not there yet, nothing. Raises DamagedLedger where one is lost,
    before files are read for it."""
    refuse_missing(session.path)
    made = session.path.exists() and session.path.stat().st_size

    def begun(profile: Profile) -> Mapping[str, int]:
        if not made:
            return {}
        with session.ledger() as opened:
            return opened.begun(_kin(opened, profile, manner).own)

    def groups() -> frozenset[str]:
        books = [*folder.rulebooks(), session.book()]
        return frozenset(group for book in books for group in groups_of(book))

    register = Register()
    if made:
        with session.ledger() as opened:
            register = opened.register()
    return KnownBefore(
        register=register, demanded=manner.known_units, groups=cache(groups), begun=begun, profiles=manner.profiles
    )


@attrs.frozen(kw_only=True)
class RowReason:
    """Why a row became no fact: the column, its value, and what is wrong with it; the remedy where it is recorded."""

    column: str
    value: str
    why: Sentence
    remedy: Sentence | None = None


@attrs.frozen(kw_only=True)
class AsideRow:
    """A row kept aside: where it stands, its cells by heading, why, and the number under which a workbook names it; `became`: what
    it became since, empty while it is aside."""

    row: int
    cells: Mapping[str, Any]
    reasons: Sequence[RowReason]
    number: str
    became: str = ""


@attrs.frozen(kw_only=True)
class AsideChange:
    """What a batch said otherwise than the ledger knew; `became`: what became of it, empty while it is kept aside."""

    change: Change
    became: str = ""

    @classmethod
    def of(cls, change: Change) -> "AsideChange":
        """A change as it was just told: taken, or not."""
        return cls(change=change, became=TAKEN if change.taken else "")


@attrs.frozen(kw_only=True)
class Remainder:
    """What of a batch (number, name of its file) became no fact: its rows kept aside, each (row, cells by heading, reasons, number),
    those of which only acts without a time are (`parts`), and what it said otherwise than the ledger knew."""

    number: int
    name: str
    rows: tuple[AsideRow, ...]
    changes: tuple[AsideChange, ...]
    parts: tuple[AsideRow, ...] = ()

    @property
    def all_rows(self) -> tuple[AsideRow, ...]:
        """Those that gave nothing, and those taken in part."""
        return (*self.rows, *self.parts)


def batches(session: Session) -> list[Batch]:
    """Every batch of the ledger, oldest first."""
    with session.ledger() as opened:
        return list(opened.batches())


def aside(session: Session, batch: int | None = None, *, settled: bool = False) -> list[Remainder]:
    """What became no fact, of one batch or of all that left something; what was `settled` since too, where that is asked for.
    Raises WrongArgument."""
    with session.ledger() as opened:
        every = opened.batches()
        asked = [one for one in every if batch in (None, one.number)]
        if batch is not None and not asked:
            raise WrongArgument(
                sentence("the ledger has no batch {batch}.", batch=batch), "kaoping batches lists them."
            )
        left = leftovers(opened, every, opened.head().position)
        taken = {one.number: [each for each in opened.changes(one.number) if each.taken] for one in asked if settled}
    found = [_remainder(one, left, taken.get(one.number, ()), settled=settled) for one in asked]
    return [one for one in found if batch is not None or one.all_rows or one.changes]


def kept_file(session: Session, batch: int) -> bytes:
    """The file that a batch was read from. Raises WrongArgument where it was not kept."""
    with session.ledger() as opened:
        found = opened.file(batch)
    if found is None:
        why = sentence("the file of batch {batch} was not kept.", batch=batch)
        raise WrongArgument(why, "kaoping import --keep-file keeps the files it reads.")
    return found


def left_aside(arrivals: Sequence[Arrival]) -> list[Remainder]:
    """What of files just read became no fact, whether they were written or not."""
    found = []
    for one in arrivals:
        source = source_of(one)
        rows, parts = (
            tuple(_row_aside(source.sha256, *row, part=part) for row in kept)
            for kept, part in ((source.quarantined, False), (source.parts, True))
        )
        number = 0 if one.batch is None else one.batch.number
        changes = tuple(map(AsideChange.of, one.changes))
        found.append(Remainder(number=number, name=one.name, changes=changes, rows=rows, parts=parts))
    return [one for one in found if one.all_rows or one.changes]


def _row_aside(sha256: str, row: int, cells: str, why: str, *, part: bool) -> AsideRow:
    return AsideRow(
        row=row, cells=json.loads(cells), reasons=[*map(_reason, json.loads(why))],
        number=number_of(row_digest(sha256, row, cells, part=part)),
    )  # fmt: skip


def _remainder(batch: Batch, left: Leftovers, taken: Sequence[Change], *, settled: bool) -> Remainder:
    own = [one for one in left.rows if one.batch == batch.number and (settled or not one.became)]
    rows, parts = (
        tuple(
            AsideRow(
                row=one.row, cells=one.cells, reasons=[*map(_reason, one.reasons)], number=number_of(one.digest),
                became=one.became,
            )
            for one in own
            if one.part == part
        )
        for part in (False, True)
    )  # fmt: skip
    changes = [*map(AsideChange.of, taken)]
    changes += [
        AsideChange(change=one.change, became=one.became)
        for one in left.changes
        if one.batch == batch.number and (settled or not one.became)
    ]
    return Remainder(number=batch.number, name=batch.name, rows=rows, parts=parts, changes=tuple(changes))


def _reason(told: Sequence[Any]) -> RowReason:
    """A reason as it was recorded; the earliest have no remedy, and their why in English alone."""
    column, value, why, *more = told
    if not more:
        return RowReason(column=column, value=value, why=sentence(why))
    return RowReason(column=column, value=value, why=unpacked(more[0]["why"]), remedy=unpacked(more[0]["remedy"]))


def _refuse_unusable(arrivals: Sequence[Arrival]) -> None:
    """Raises NothingUsable for a file whose rows all became nothing."""
    for arrival in arrivals:
        if arrival.read.rows and len(arrival.read.quarantined) == arrival.read.rows:
            raise NothingUsable(arrival)


def take_in(
    session: Session, ledger: Ledger, arrivals: Sequence[Arrival], manner: Manner = PLAIN
) -> list[Arrival]:  # fmt: skip
    """The arrivals appended to the ledger, each in a transaction of its own; of a rehearsal all in one that is taken back, so that each
    is held against those before it as it will be. Raises PartlyWritten."""
    if not manner.keep:
        moment, sources = now.now_ms(), (source_of(one, manner) for one in arrivals)
        with session.busy("writing the ledger"), ledger.supposing(sources, moment) as several:
            found = [_arrived(arrival, taken, moment) for arrival, taken in zip(arrivals, several, strict=True)]
            return _held_together(ledger, found, manner)
    done: list[Arrival] = []
    for arrival in arrivals:
        try:
            with session.busy("writing the ledger"):
                moment = now.now_ms()
                taken = ledger.take(source_of(arrival, manner), moment)
        except (UserError, KeyboardInterrupt) as error:
            if not done:
                raise
            raise PartlyWritten(done, arrivals[len(done) :], error) from error
        done.append(_arrived(arrival, taken, moment))
    return _held_together(ledger, done, manner)


def _arrived(arrival: Arrival, taken: Taken, moment: int) -> Arrival:
    """The arrival with what it came to in the ledger."""
    ahead = taken.batch.recorded_at > moment
    return attrs.evolve(
        arrival, batch=taken.batch, changes=taken.changes, absent_facts=taken.absent, ahead=ahead, unsure=taken.unsure
    )


def _held_together(ledger: Ledger, done: Sequence[Arrival], manner: Manner) -> list[Arrival]:
    """The arrivals, each with what the ledger and the others say of it: units nobody enrolled, tickets named no more."""
    register = ledger.register()
    known = [attrs.evolve(one, strangers=strangers(register, (fact for _, fact in one.read.facts))) for one in done]
    left = [_without_told_elsewhere(one, known) for one in known]
    if any(one.changes for one in left) and not manner.replace:
        answers = ledger.settlements(ledger.head().position)
        left = [attrs.evolve(one, declined=how_many_declined(answers, one.changes)) for one in left]
    return _with_absent(ledger, left, manner) if manner.replace else left


def _without_told_elsewhere(arrival: Arrival, arrivals: Sequence[Arrival]) -> Arrival:
    """The arrival without word of facts that another file, or sheet, of its form tells in the same import."""
    if not arrival.absent_facts or len(arrivals) == 1:
        return arrival
    others = [one for one in arrivals if one is not arrival and form_of(one.profile) == form_of(arrival.profile)]
    told = {(fact.kind, fact.ticket, fact.at) for one in others for _, fact in one.read.facts}
    facts = [event for event in arrival.absent_facts if (event.fact.kind, event.fact.ticket, event.fact.at) not in told]
    return attrs.evolve(arrival, absent_facts=tuple(facts))


def _with_absent(ledger: Ledger, arrivals: Sequence[Arrival], manner: Manner) -> list[Arrival]:
    """The arrivals, the first of each form with the tickets sent in the months of these files that none of them names."""
    forms = {form_of(one.profile): one.profile for one in reversed(arrivals)}
    absent = {
        form: _absent(
            ledger, _kin(ledger, profile, manner).own, [one.read for one in arrivals if form_of(one.profile) == form]
        )
        for form, profile in forms.items()
    }
    return [attrs.evolve(one, absent=absent.pop(form_of(one.profile), ())) for one in arrivals]


def _kin(ledger: Ledger, profile: Profile, manner: Manner) -> Kin:
    return ledger.kin(profile.name, form_of(profile), _forms(manner))


def _forms(manner: Manner) -> dict[str, str]:
    """The forms of the known profiles, by their names."""
    return {one.name: form_of(one) for one in (*folder.profiles(), *manner.profiles)}


def _absent(ledger: Ledger, batches: frozenset[int], read: Sequence[Intake]) -> tuple[str, ...]:
    facts = [fact for one in read for _, fact in one.facts]
    months = {month_of(fact.at) for fact in facts if isinstance(fact, Dispatch)}
    named = {fact.ticket for fact in facts}
    named |= {str(cell) for one in read for _, cells in one.quarantined for cell in json.loads(cells).values()}
    sent = ledger.dispatched(batches) if months else ()
    return tuple(dict.fromkeys(ticket for ticket, at in sent if month_of(at) in months and ticket not in named))


def source_of(arrival: Arrival, manner: Manner = PLAIN) -> Source:
    """The arrival as the ledger takes it."""
    read = arrival.read
    fatal: dict[int, list[list[Any]]] = {}
    acts: dict[int, list[list[Any]]] = {}
    for problem in read.problems:
        told: dict[str, Any] = {"why": packed(problem.why), "remedy": packed(problem.remedy)}
        if problem.fatal:
            fatal.setdefault(problem.row, []).append([problem.column, problem.value, str(problem.why), told])
        elif problem.act:
            told["act"] = attrs.asdict(problem.act)
            acts.setdefault(problem.row, []).append([problem.column, problem.value, str(problem.why), told])
    quarantined, parts = (
        [(row, cells, json.dumps(reasons.get(row, []), ensure_ascii=False)) for row, cells in rows]
        for rows, reasons in ((read.quarantined, fatal), (read.parts, acts))
    )
    return Source(
        name=arrival.name, sha256=arrival.file.sha256, profile=arrival.profile.name, rows=read.rows,
        facts=read.facts, ignored=read.ignored, repeated=read.repeated, quarantined=quarantined, parts=parts, mends=read.mends,
        telling=read.telling, coverage=read.coverage, replace=manner.replace, as_told=read.as_told,
        forms=_forms(manner),
        data=arrival.file.data if manner.keep_file else None,
    )  # fmt: skip


def reading_lines(language: Language, arrival: Arrival) -> Iterator[str]:
    """What was done to read a table that the eye does not see, and what else is in its file and was not read."""
    for note in arrival.read.notes:
        yield language.say("{file}: {note}.", file=arrival.name, note=language.tell(note))
    for one in arrival.unread:
        yield language.say(
            "{file} was not read: {why}\n  To fix: {remedy}",
            file=one.name, why=language.tell(one.why), remedy=language.tell(one.remedy),
        )  # fmt: skip
