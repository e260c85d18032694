"""A log taken in: uploaded, shown as it would be taken, then taken."""

import re
import shutil
from hashlib import sha256
from pathlib import Path

from calendars.periods import month_of, show_month
from kaoping.files import folder
from kaoping.office.intake.imports import Arrival, Manner, NothingUsable, import_files
from kaoping.office.session import Session, WrongArgument
from kaoping.reports.intake.arrivals import arrivals_page
from kaoping.reports.page import Page
from kaoping.web.desk import Inquiry, View, month_path
from kaoping.web.filled import Filled, Upload, is_stale
from kaoping.web.forms.blank import Blank, Field, by_field, form_view, head_of, hidden, objected
from ledger.facts import Dispatch
from ledger.sentences import LedgerMoved, Sentence, UserError, sentence

KEPT = 5
"""So many uploads wait to be taken; of more the oldest goes."""
LONGEST = 180
"""Bytes of a file's name: what every file system takes."""
NO_NAME = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
DIGEST = re.compile("[0-9a-f]{64}")
TICKS = ("replace", "keep_file", "known_units")


def blank(inquiry: Inquiry) -> View:
    """The form that takes a file."""
    return blank_again(inquiry, Filled(fields={}))


def blank_again(inquiry: Inquiry, filled: Filled) -> View:
    """The same, as it was filled in; a file must be chosen again."""
    language = inquiry.language
    return _asking(inquiry, View(title=language.say("Import"), body=Page((), language.code)), filled)


def _asking(inquiry: Inquiry, view: View, filled: Filled) -> View:
    say, head = inquiry.language.say, head_of(inquiry)
    profiles = [("", say("whichever the header tells")), *((one.name, one.name) for one in folder.profiles())]
    fields = [
        Field(name="file", label=say("the log: csv, xlsx, xls, ods, json or another that kaoping import reads, up to 50 MB"), kind="file"),
        Field(name="profile", label=say("profile"), kind="choice", options=profiles, value=filled.one("profile")),
        Field(name="replace", label=say("what the files say otherwise than the ledger replaces it"), kind="tick",
            value=filled.one("replace")),
        Field(name="keep_file", label=say("keep the files themselves in the ledger too"), kind="tick", value=filled.one("keep_file")),
        Field(name="known_units", label=say("a unit that is neither enrolled nor an alias is a problem"), kind="tick",
            value=filled.one("known_units")),
        by_field(inquiry.language, inquiry, filled.one("by")),
    ]  # fmt: skip
    form = Blank(
        action=inquiry.link("/import/preview"), fields=fields, button=say("Show what would become of it"), head=head,
        title=say("A file"),
    )  # fmt: skip
    return form_view(view, form, language=inquiry.language)


def preview(inquiry: Inquiry, filled: Filled) -> View:
    """What would become of the file, as `kaoping import --dry-run` tells it: nothing is written."""
    if filled.upload is None or not filled.upload.name:
        raise WrongArgument(sentence("no file came with the form."), "Choose a file, then send the form.")
    path = stored(inquiry.desk.uploads, filled.upload)
    try:
        return _shown(inquiry, filled, path, path.parent.name)
    except UserError as error:
        error.why, error.remedy = (_by_name(told, path) for told in (error.why, error.remedy))
        return objected(blank_again(inquiry, filled), error, inquiry.language)


def _by_name(told: Sentence, path: Path) -> Sentence:
    """A sentence that names the upload as its sender does, not where it waits."""
    return sentence(told.template, **{
        name: _by_name(one, path) if isinstance(one, Sentence) else one.replace(str(path), path.name)
        for name, one in told.values
    })  # fmt: skip


def _shown(inquiry: Inquiry, filled: Filled, path: Path, upload: str, *, stale: bool = False) -> View:
    say, head = inquiry.language.say, head_of(inquiry)
    session = inquiry.session(writes=True, by=filled.one("by"))
    title = say("Import {file}: what would become of it", file=path.name)
    try:
        arrivals = _read(session, filled, path, keep=False)
    except NothingUsable as refused:
        page = arrivals_page(inquiry.language, [refused.arrival])
        view = _asking(inquiry, View(title=title, body=page, status=422), filled)
        return form_view(view, view.more["form"], [inquiry.language.tell(refused.why)], language=inquiry.language)
    fields = [Field(name="upload", kind="hidden", value=upload), *hidden(filled, "profile", "by", *TICKS)]
    form = Blank(action=inquiry.link("/import"), fields=fields, button=say("Take it into the ledger"), head=head)
    view = View(title=title, body=arrivals_page(inquiry.language, arrivals))
    return form_view(view, form, [say("A rehearsal: nothing was written.")], stale=stale, language=inquiry.language)


def take(inquiry: Inquiry, filled: Filled) -> View:
    """The file taken into the ledger, if that is still what the preview showed."""
    path = _waiting(inquiry.desk.uploads, filled.one("upload"))
    if is_stale(inquiry.desk, filled):
        return _shown(inquiry, filled, path, filled.one("upload"), stale=True)
    session = inquiry.session(writes=True, by=filled.one("by"), since=filled.since)
    try:
        arrivals = _read(session, filled, path, keep=True)
    except LedgerMoved:
        return _shown(inquiry, filled, path, filled.one("upload"), stale=True)
    shutil.rmtree(path.parent, ignore_errors=True)
    language = inquiry.language
    links = [(language.say("overview") + f" {name}", inquiry.link(month_path(name))) for name in _months(arrivals)]
    return View(
        title=language.say("Taken into the ledger: {file}", file=path.name), body=arrivals_page(language, arrivals),
        links=[*links, (language.say("log"), inquiry.link("/log"))],
    )  # fmt: skip


def _read(session: Session, filled: Filled, path: Path, *, keep: bool) -> list[Arrival]:
    replace, keep_file, known_units = (bool(filled.one(name)) for name in TICKS)
    manner = Manner(replace=replace, keep=keep, keep_file=keep_file, known_units=known_units)
    name = filled.one("profile") or None
    if name is not None and name not in [one.name for one in folder.profiles()]:
        raise WrongArgument(sentence("there is no profile {name} here.", name=name), "Choose one of the list.")
    return import_files(session, [path], name, manner)


def _months(arrivals: list[Arrival]) -> list[str]:
    """The months in which the files sent tickets."""
    found = {month_of(fact.at) for one in arrivals for _, fact in one.read.facts if isinstance(fact, Dispatch)}
    return [*map(show_month, sorted(found))]


def stored(uploads: Path, upload: Upload) -> Path:
    """The upload in a folder of its own, named by its digest, under its own name made harmless; the oldest beyond a few go."""
    place = uploads / sha256(upload.data).hexdigest()
    shutil.rmtree(place, ignore_errors=True)
    waiting = sorted((one for one in uploads.iterdir() if one.is_dir()), key=lambda one: one.stat().st_mtime_ns)
    for old in waiting[: len(waiting) - KEPT + 1] if len(waiting) >= KEPT else ():
        shutil.rmtree(old, ignore_errors=True)
    place.mkdir()
    path = place / harmless(upload.name)
    path.write_bytes(upload.data)
    return path


def harmless(name: str) -> str:
    """A file's name without the folders before it and without what no file system takes: 五月.csv of C:\\导出\\五月.csv."""
    own = NO_NAME.sub("_", re.split(r"[/\\]", name)[-1]).strip(". ")
    stem, dot, ending = own.rpartition(".")
    room = LONGEST - len(f"{dot}{ending}".encode())
    cut = (stem or ending).encode()[: max(room, 1)].decode("utf-8", "ignore")
    whole = f"{cut}{dot}{ending}" if stem else cut
    return f"_{whole}" if re.fullmatch(r"(?i)(con|prn|aux|nul|com\d|lpt\d)?(\..*)?", whole) else whole


def _waiting(uploads: Path, digest: str) -> Path:
    """The file that was uploaded under a digest. Raises WrongArgument where it waits no more."""
    found = [*(uploads / digest).glob("*")] if DIGEST.fullmatch(digest) else []
    if len(found) != 1:
        raise WrongArgument(sentence("that upload is not here any more."), "Upload the file again.")
    return found[0]
