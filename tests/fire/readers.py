"""Every reader of what comes from outside, as one function of bytes, with the samples its fuzzing starts from."""

import json
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs

from calendars.instants import read_iso
from kaoping.files import calendars, cases, drafts, entries, folder, letterheads, profiles, rulebooks, warnings
from kaoping.language.language import Language
from kaoping.office import proofs
from kaoping.office.intake.imports import Arrival, source_of
from kaoping.office.intake.profiles import NAME
from ledger.batches import Source
from ledger.intake.headings import choose, lacking
from ledger.intake.tables.files import read_tables
from ledger.intake.tables.table import LogTable
from ledger.intake.take import intake
from ledger.intake.wizard.proposal import propose
from ledger.sentences import UserError
from ledger.store import Ledger
from tests.ledger import test_formats as written

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"
NOW = read_iso("2023-06-05T10:00:00+08:00")
LANGUAGES = (Language("zh"), Language("en"))
TITLE = [["2023年5月工单明细", *[""] * 6], ["导出时间：2023-06-01 08:00", *[""] * 6]]
DISGUISED = [*TITLE, *written.ROWS, ["合计", "5", *[""] * 5]]


@attrs.frozen(kw_only=True)
class FuzzedReader:
    """A reader: `read` raises UserError alone, whatever it is given. `seeds`: sound files of its kind; `packed`: they are zip files."""

    name: str
    read: Callable[[bytes], None]
    seeds: Callable[[], Iterator[bytes]]
    packed: bool = False


def read_log(data: bytes) -> None:
    """A file of tickets, all the way to what a ledger would be given, and to what a profile for it would be."""
    held = read_tables(data, "五月.xls")
    for table in held.tables:
        _said(table)
        with suppress(UserError):
            _taken(table, data)
        with suppress(UserError):
            if not _one_in(8, data):
                continue
            proposal = propose(table, folder.profiles(), NAME)
            profiles.read_profile(drafts.draft_text(proposal, len(table.rows), LANGUAGES[0]), "x.toml")


def _taken(table: LogTable, data: bytes) -> None:
    fitting = [one for one in folder.profiles() if not lacking(one, table.header)]
    for profile in {one.name: one for one in [choose(folder.profiles(), table), *fitting[:1]]}.values():
        read = intake(table, profile)
        arrival = Arrival(file=folder.Loaded(Path("x"), data, "0" * 64), name="x", profile=profile, read=read)
        source = source_of(arrival)
        bearing = len({row for row, _ in source.facts})
        assert (
            source.rows
            == bearing + source.repeated + len(source.quarantined) + source.ignored
            == len(table.rows) + len(table.passed)
        )
        for problem in read.problems:
            for language in LANGUAGES:
                language.tell(problem.told("x"))
        if _one_in(16, data):
            _kept(source)


def _one_in(many: int, data: bytes) -> bool:
    """Whether an input is one of those with which what takes long is tried too."""
    return zlib.crc32(data) % many == 0


def _kept(source: Source) -> None:
    """Take what was read into a ledger, twice."""
    with Ledger(":memory:", create=True) as ledger:
        batch = ledger.append(source, NOW)
        assert batch.rows == batch.accepted + batch.known + batch.ignored + batch.quarantined
        again = ledger.append(source, NOW)
        assert again.events_added == 0, "twice is once"
        ledger.verify()


def _said(table: LogTable) -> None:
    for row in table.rows:
        assert len(row.cells) <= len(table.header), "no cell stands outside the table"


def read_form(data: bytes) -> None:
    """A form of entries that people filled in."""
    book = folder.rulebook("ganxian-2023")
    for table in read_tables(data, "考评记录.xlsx").tables:
        for kind in ("", *KINDS):
            with suppress(UserError):
                filled = entries.filled_table(table, kind)
                exchange = entries.exchange_table(table, book, filled.kind)
                for one in intake(exchange, folder.profile("events")).problems:
                    filled.value(one.row, filled.field(one.column))


KINDS = ("finding", "enrol", "exempt", "appeal")


def toml(read: Callable[[str, str], object]) -> Callable[[bytes], None]:
    """A reader of a TOML file of ours; what is no UTF-8 never reaches it."""

    def reads(data: bytes) -> None:
        with suppress(UnicodeDecodeError):
            text = data.decode()
            try:
                read(text, "x.toml")
            except UserError as error:
                for language in LANGUAGES:
                    language.tell(error.why)
                raise

    return reads


def read_profile(text: str, name: str) -> None:
    """A profile, and a table read by it."""
    profile = profiles.read_profile(text, name)
    (table,) = read_tables(written.text(written.ROWS), "x.csv").tables
    if not lacking(profile, table.header) and not profile.is_silent:
        intake(table, profile)


def read_proof(data: bytes) -> None:
    """A proof, checked."""
    with suppress(UnicodeDecodeError):
        proofs.check_proof(proofs.read_proof(data.decode()))


def read_office_calendar(text: str, name: str) -> None:
    """A calendar file in the place of each of ours, as an office that changed one has it."""
    ours = {path.name: path.read_text("utf-8") for path in sorted((DATA / "calendars").glob("*.toml"))}
    refused: list[UserError] = []
    for place in ours:
        try:
            calendars.read_calendar({**ours, place: text})
        except UserError as error:
            refused.append(error)
    if len(refused) == len(ours):
        raise refused[0]


def _files(*places: str) -> Callable[[], Iterator[bytes]]:
    return lambda: (path.read_bytes() for place in places for path in sorted(ROOT.glob(place)))


def _disguises(*names: str) -> Callable[[], Iterator[bytes]]:
    return lambda: (written.FORMATS[name](rows) for name in names for rows in (written.ROWS, DISGUISED, written.MERGED))


def _texts() -> Iterator[bytes]:
    for rows in (written.ROWS, DISGUISED, written.MERGED):
        for encoding in ("utf-8", "utf-8-sig", "utf-16", "gb18030"):
            for delimiter in ",\t;":
                yield written.text(rows, delimiter).decode().encode(encoding)
    yield b"\n".join((DATA / "samples" / "2023-05.csv").read_bytes().splitlines()[:9])


def _proofs() -> Iterator[bytes]:
    """Proofs of a ticket and of growth, made by the command line of a small ledger."""
    yield from map(str.encode, made_proofs())


@cache
def made_proofs() -> tuple[str, ...]:
    """The texts of a proof of a ticket and one of growth."""
    from tests.kaoping.test_cli import LOG, UNITS

    with TemporaryDirectory() as name:
        place = Path(name)
        (place / "a.csv").write_text(LOG, "utf-8")
        (place / "b.jsonl").write_text(UNITS, "utf-8")

        def kaoping(*words: str) -> str:
            command = [sys.executable, "-c", "from kaoping.cli import main; main()", *words]
            return subprocess.run(
                command, cwd=place, capture_output=True, text=True, check=True, env={"PYTHONPATH": str(ROOT), "PATH": ""}
            ).stdout  # fmt: skip

        kaoping("import", "a.csv")
        first = json.loads(kaoping("verify", "--json"))
        kaoping("import", "b.jsonl")
        kaoping("prove", "--since", first["checkpoint"])
        kaoping("prove", "GX-1")
        return (place / "GX-1.proof.json").read_text("utf-8"), (place / "growth.proof.json").read_text("utf-8")


def _forms() -> Iterator[bytes]:
    rows = [
        ["承办单位", "项目", "日期", "文号", "工单编号"],
        ["茅店镇", "表扬", "2023-05-20", "×府办〔2023〕1号", "GX-2"],
    ]
    yield written.xlsx(rows)
    yield written.text(rows)
    yield written.json_lines(rows)
    yield written.text([["单位", "组别", "起始日期"], ["茅店镇", "乡镇", "2023-01-01"]])


XLSX = ("xlsx", "xlsx among empty sheets", "hidden sheet beside it")
LETTERHEAD = b'format = 1\noffice = "x"\ndemands = ["y"]\n'
JSON = ("json", "json in an object", "json lines")
READERS: Mapping[str, FuzzedReader] = {
    one.name: one
    for one in (
        FuzzedReader(name="text", read=read_log, seeds=_texts),
        FuzzedReader(name="xlsx", read=read_log, seeds=_disguises(*XLSX), packed=True),
        FuzzedReader(name="xls", read=read_log, seeds=_disguises("xls")),
        FuzzedReader(name="xlsb", read=read_log, seeds=_disguises("xlsb"), packed=True),
        FuzzedReader(name="ods", read=read_log, seeds=_disguises("ods"), packed=True),
        FuzzedReader(name="html", read=read_log, seeds=_disguises("html")),
        FuzzedReader(name="xml-2003", read=read_log, seeds=_disguises("xml 2003")),
        FuzzedReader(name="json", read=read_log, seeds=_disguises(*JSON)),
        FuzzedReader(name="xes", read=read_log, seeds=_disguises("xes")),
        FuzzedReader(name="zip", read=read_log, seeds=_disguises("zip", "zip of xlsx, zipped"), packed=True),
        FuzzedReader(name="gzip", read=read_log, seeds=_disguises("xes.gz", "csv.gz")),
        FuzzedReader(name="form", read=read_form, seeds=_forms),
        FuzzedReader(name="profile", read=toml(read_profile), seeds=_files("data/profiles/*.toml")),
        FuzzedReader(name="rulebook", read=toml(rulebooks.read_rulebook), seeds=_files("data/rulebooks/*.toml")),
        FuzzedReader(name="calendar", read=toml(read_office_calendar), seeds=_files("data/calendars/*.toml")),
        FuzzedReader(name="cases", read=toml(cases.read_cases), seeds=_files("tests/cases/*/*.toml")),
        FuzzedReader(name="warnings", read=toml(warnings.KIND.read), seeds=_files("data/warnings.toml")),
        FuzzedReader(name="letterhead", read=toml(letterheads.KIND.read), seeds=lambda: iter([LETTERHEAD])),
        FuzzedReader(name="proof", read=read_proof, seeds=_proofs),
    )
}  # fmt: skip
