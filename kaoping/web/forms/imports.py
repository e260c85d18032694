"""Logs taken in: uploaded, shown at an address of their own as they would be taken, then taken."""

from urllib.parse import quote

from calendars.periods import show_month
from kaoping.files import folder
from kaoping.office.intake.imports import Arrival, NothingUsable, import_files, left_aside
from kaoping.office.intake.profiles import NAME, new_profile
from kaoping.office.intake.taken import taken as batches_taken
from kaoping.office.session import WrongArgument
from kaoping.reports.intake.arrivals import arrivals_page
from kaoping.reports.intake.taken import taken_json, taken_page
from kaoping.reports.page import Page
from kaoping.web.desk import Download, Elsewhere, Inquiry, View, month_path
from kaoping.web.filled import Filled, is_stale
from kaoping.web.forms.blank import Blank, Field, by_field, form_view, head_of, objected
from kaoping.web.forms.mending import Amiss, mending_forms, remend, with_words, written_in
from kaoping.web.forms.uploads import Waiting, Wish, store, waiting
from ledger.sentences import LedgerMoved, Sentence, UnreadableFile, UserError, sentence


def blank(inquiry: Inquiry) -> View:
    """The form that takes files."""
    return _asking(inquiry, Wish())


def _asking(inquiry: Inquiry, wish: Wish) -> View:
    language, say = inquiry.language, inquiry.language.say
    told = say(
        "the logs: csv, xlsx, xls, ods, json or another that kaoping import reads; several at once, up to 50 MB together"
    )
    form = Blank(
        action=inquiry.link("/import/preview"), head=head_of(inquiry), title=say("Files"), button=say("Show what would become of it"),
        fields=[Field(name="file", label=told, kind="file", required=True, multiple=True), *_wishes(inquiry, wish)],
    )  # fmt: skip
    view = View(
        title=say("Import"), body=Page((), language.code), links=[(say("What is kept aside"), inquiry.link("/aside"))]
    )
    return form_view(view, form, language=language)


def _wishes(inquiry: Inquiry, wish: Wish) -> list[Field]:
    """How files are to be read and taken."""
    say = inquiry.language.say
    profiles = [("", say("whichever the header tells")), *((one.name, one.name) for one in folder.profiles())]
    return [
        Field(name="profile", label=say("profile"), kind="choice", options=profiles, value=wish.profile),
        Field(name="own", label=say("a profile of your own (a .toml file), in its stead"), kind="file"),
        Field(name="replace", label=say("what the files say otherwise than the ledger replaces it"), kind="tick",
            value="1" if wish.replace else ""),
        Field(name="keep_file", label=say("keep the files themselves in the ledger too"), kind="tick",
            value="1" if wish.keep_file else ""),
        Field(name="known_units", label=say("a unit that is neither enrolled nor an alias is a problem"), kind="tick",
            value="1" if wish.known_units else ""),
        by_field(inquiry.language, inquiry, wish.by),
    ]  # fmt: skip


def preview(inquiry: Inquiry, filled: Filled) -> View | Elsewhere:
    """The files kept until they are taken; then on to the page that shows what would become of them."""
    files = [one for one in filled.uploads if one.field == "file"]
    if not files:
        raise WrongArgument(sentence("no file came with the form."), "Choose a file, then send the form.")
    wish = Wish().as_filled(filled)
    held = store(inquiry.desk.uploads, files, wish, inquiry.caller.name)
    return _with_own(inquiry, held, filled) or Elsewhere(inquiry.link(f"/import/waiting/{held.name}"))


def _with_own(inquiry: Inquiry, held: Waiting, filled: Filled) -> View | None:
    """The profile that came with a form put to use; the form again, with what is wrong with it."""
    try:
        for one in filled.uploads:
            if one.field == "own":
                held.give(one)
        held.manner(keep=False)
    except UserError as error:
        return objected(_asking(inquiry, _without_profile(held.wish)), error, inquiry.language)
    return None


def _without_profile(wish: Wish) -> Wish:
    """What was asked for, the profile left to be chosen again."""
    return Wish(by=wish.by, replace=wish.replace, keep_file=wish.keep_file, known_units=wish.known_units)


def shown(inquiry: Inquiry, upload: str) -> View:
    """What would become of the files, as `kaoping import --dry-run` tells it: nothing is written."""
    held = waiting(inquiry.desk.uploads, upload)
    with inquiry.desk.writer:
        return rehearsed(inquiry, held)


def said(inquiry: Inquiry, filled: Filled, upload: str) -> View | Elsewhere:
    """What was said of an import that waits, kept with it; then on to its page again, which shows what becomes of it so. Where
    mended rows cannot be read either, they are shown at once."""
    held, does = waiting(inquiry.desk.uploads, upload), filled.one("does")
    if does == "settings":
        held = Waiting(held.place, held.wish.as_filled(filled))
        refused = _with_own(inquiry, held, filled)
        if refused is not None:
            return refused
        held.wishing(held.wish)
    elif does == "words":
        held = Waiting(held.place, with_words(held.wish, filled))
        held.manner(keep=False)  # refuses a meaning that no word may have
        held.wishing(held.wish)
    elif does != "rows":
        raise WrongArgument(sentence("the form does not say what it is about."), "Open the page again.")
    held, amiss = remend(inquiry, held, written_in(filled) if does == "rows" else {})
    return rehearsed(inquiry, held, amiss=amiss) if amiss else Elsewhere(inquiry.link(f"/import/waiting/{held.name}"))


def rehearsed(inquiry: Inquiry, held: Waiting, *, stale: bool = False, amiss: Amiss | None = None) -> View:
    """The page of an upload that waits, with the forms that change what is asked for and the one that takes it."""
    language, say, head = inquiry.language, inquiry.language.say, head_of(inquiry)
    title = say("Import {file}: what would become of it", file=say(", ").join(path.name for path in held.files))
    notes, status, usable = [say("A rehearsal: nothing was written.")], 200, True
    try:
        session = inquiry.session(writes=True, by=held.wish.by or None)
        arrivals = import_files(session, held.every, held.profile, held.manner(keep=False))
    except NothingUsable as refused:
        arrivals, usable, status = [refused.arrival], False, 422
        notes = [language.tell(_by_name(refused.why, held)), language.tell(_by_name(refused.remedy, held))]
    except UserError as error:
        return _unread(inquiry, held, error, title)
    if amiss:
        rows, status = " ".join(str(row.row) for row in amiss.values()), 422
        notes = [say("Rows {rows} cannot be read as they were mended either; the others are kept.", rows=rows)]
    links = _downloads(inquiry, f"/import/waiting/{held.name}", arrivals, held)
    view = View(title=title, body=arrivals_page(language, arrivals), status=status, links=links)
    every = [*([_taking(inquiry, held, arrivals, head)] if usable else []), _settings(inquiry, held, head)]
    every += mending_forms(inquiry, held, arrivals, head, amiss or {})
    return form_view(view, every[0], notes, stale=stale, besides=every[1:], language=language)


def _taking(inquiry: Inquiry, held: Waiting, arrivals: list[Arrival], head: str) -> Blank:
    """The form that takes an upload into the ledger as it was shown."""
    say = inquiry.language.say
    return Blank(
        action=inquiry.link("/import"), head=head, button=say("Take it into the ledger"),
        fields=[Field(name="upload", kind="hidden", value=held.name), Field(name="shown", kind="hidden", value=held.shown())],
        title=say("Take it"), about=_changes_told(inquiry, arrivals, held),
    )  # fmt: skip


def _changes_told(inquiry: Inquiry, arrivals: list[Arrival], held: Waiting) -> str:
    """What becomes of corrected values."""
    count = sum(len(one.changes) for one in arrivals)
    if not count:
        return ""
    if held.wish.replace:
        return inquiry.language.say(
            "{count} changes will be taken: each old fact is voided, and the new one follows.", count=count
        )
    told = "{count} changes will be kept aside: the ledger stays as it is. To take them, tick it under How it is read, and look again."
    return inquiry.language.say(told, count=count)


def _settings(inquiry: Inquiry, held: Waiting, head: str) -> Blank:
    say = inquiry.language.say
    return Blank(
        action=inquiry.link(f"/import/waiting/{held.name}"), head=head, title=say("How it is read"), button=say("Show it so"),
        fields=[Field(name="does", kind="hidden", value="settings"), *_wishes(inquiry, held.wish)],
    )  # fmt: skip


def _unread(inquiry: Inquiry, held: Waiting, error: UserError, title: str) -> View:
    """The page of an upload that cannot be read: why, how it may be read otherwise, and the way to a profile proposed for it."""
    say = inquiry.language.say
    error.why, error.remedy = (_by_name(told, held) for told in (error.why, error.remedy))
    links = [(say("Import"), inquiry.link("/import"))]
    if isinstance(error, UnreadableFile):
        place = inquiry.link(f"/import/waiting/{held.name}/proposed")
        first = held.files[
            0
        ].name  # whichever of several is the one that cannot be read, this is what the profile is for
        links.insert(0, (say("A profile proposed for {name}, to be looked through and sent along", name=first), place))
    view = View(title=title, body=Page((), inquiry.language.code), links=links)
    return objected(
        form_view(view, _settings(inquiry, held, head_of(inquiry)), language=inquiry.language), error, inquiry.language
    )


def proposed(inquiry: Inquiry, upload: str) -> Download:
    """The profile that `kaoping profile new` proposes for the first file of an upload, as TOML. Raises UnreadableFile."""
    held = waiting(inquiry.desk.uploads, upload)
    try:
        draft = new_profile(held.files[0], None, inquiry.language)
    except UserError as error:
        error.why, error.remedy = (_by_name(told, held) for told in (error.why, error.remedy))
        raise
    return Download(name=f"{NAME}.toml", data=draft.text.encode(), type="application/toml; charset=utf-8")


def _downloads(inquiry: Inquiry, place: str, arrivals: list[Arrival], held: Waiting) -> list[tuple[str, str]]:
    """To what may be taken along: the rows that are aside with their reasons, and profiles with the words that were explained."""
    say = inquiry.language.say
    links: list[tuple[str, str]] = []
    if left_aside(arrivals):
        links = [(say("Rows aside, each with its reason"), inquiry.link(f"{place}/rows"))]
        links += [(form, inquiry.link(f"{place}/rows", form)) for form in ("xlsx", "csv")]
    for name, meanings in held.wish.meanings.items():
        if any(meanings.values()):
            links += [
                (
                    say("Profile {name} with these words", name=name),
                    inquiry.link(f"{place}/profile/{quote(name, safe='')}"),
                )
            ]
    return links


def take(inquiry: Inquiry, filled: Filled) -> View | Elsewhere:
    """The files taken into the ledger, if that is still what was shown, and as it was shown; then on to the page that tells what
    was taken."""
    held = waiting(inquiry.desk.uploads, filled.one("upload"))
    if is_stale(inquiry.desk, filled) or filled.one("shown") != held.shown():
        return rehearsed(inquiry, held, stale=True)
    session = inquiry.session(writes=True, by=held.wish.by or None, since=filled.since)
    try:
        arrivals = import_files(session, held.every, held.profile, held.manner(keep=True))
    except LedgerMoved:
        return rehearsed(inquiry, held, stale=True)
    except UserError as error:
        error.why, error.remedy = (_by_name(told, held) for told in (error.why, error.remedy))
        raise
    held.drop()
    numbers = [one.batch.number for one in arrivals if one.batch is not None]
    return Elsewhere(inquiry.link(f"/import/taken/{numbers[0]}-{numbers[-1]}"))


def taken(inquiry: Inquiry, batches: str) -> View:
    """What became of the batches that an import wrote, as the ledger tells it."""
    session = inquiry.session()
    say, told = session.language.say, batches_taken(session, batches)
    links = [(say("overview") + f" {name}", inquiry.link(month_path(name))) for name in map(show_month, told.months)]
    if told.aside:
        place = f"/aside/{told.aside[0].number}" if len(told.aside) == 1 else "/aside"
        links.append((say("What is kept aside"), inquiry.link(place)))
    return View(
        title=say("Taken into the ledger: {file}", file=say(", ").join(one.name for one in told.batches)),
        body=taken_page(session.language, told), document=lambda: taken_json(told), links=[*links, (say("log"), inquiry.link("/log"))],
    )  # fmt: skip


def _by_name(told: Sentence, held: Waiting) -> Sentence:
    """A sentence that names the uploads as their sender does, not where they wait."""

    def named(text: str) -> str:
        for path in held.every:
            text = text.replace(str(path), path.name)
        return text

    return Sentence(named(told.template), tuple(
        (name, _by_name(one, held) if isinstance(one, Sentence) else named(one)) for name, one in told.values
    ))  # fmt: skip
