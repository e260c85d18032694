"""A proposed profile -> its TOML, with what is sure and what is not, and masked samples, as comments above it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from calendars.instants import SHANGHAI
from kaoping.language.language import Language
from ledger.facts import LIFECYCLE
from ledger.intake.profile import Profile
from ledger.intake.wizard.guesses import LIKE, SURE, ColumnGuess
from ledger.intake.wizard.proposal import Proposal
from ledger.sentences import Sentence, sentence
from ledger.texts import visible

LINE_WIDTH = 110  # characters of a list on one line
ROW_IS = {
    "state": "Each row is taken for the state of a ticket at its time (state_rows): what changed since the row before is a fact.",
    "act": "Each row is taken for one act (a step of a ticket).",
    "ticket": "Each row is taken for one whole ticket.",
}
HOW = {LIKE: "the heading is like one of the field", "content": "by what stands in it"}


def draft_text(proposal: Proposal, rows: int, language: Language) -> str:
    """The text of the profile proposed for a table of so many rows."""
    comments = [*_head(proposal, rows, language), *_columns(proposal, language), *_rest(proposal, language)]
    above = "\n".join(f"# {visible(' '.join(one.split(chr(10))))}".rstrip() for one in comments)
    return f"{above}\n\n{toml_of(proposal, language)}"


def _head(proposal: Proposal, rows: int, language: Language) -> Iterator[str]:
    yield language.say(
        "Made by kaoping profile new from {file} ({rows} rows).", file=proposal.profile.source, rows=rows
    )
    if not proposal.profile.is_silent:
        yield language.say(ROW_IS["state" if proposal.profile.state_rows else "act" if proposal.by_event else "ticket"])
    if proposal.base:
        yield language.say("Headings, words and formats follow profile {profile}.", profile=proposal.base)
    else:
        yield language.say(
            "No profile of the field fits its headings; all below is guessed from what stands in the table."
        )
    yield language.say("Look it over, then try it: kaoping profile check FILE --profile THIS.toml")


def _columns(proposal: Proposal, language: Language) -> Iterator[str]:
    sure = [one for one in proposal.columns if one.how == SURE and not one.unread]
    unsure = [one for one in proposal.columns if one not in sure]
    for title, several in ((sentence("Sure:"), sure), (sentence("Not sure, please check:"), unsure)):
        if several:
            yield ""
            yield language.tell(title)
        for one in several:
            yield f"  {one.heading} -> {one.column}{_doubt(one, language)}   {' | '.join(one.samples)}"
    if proposal.profile.unsure:
        yield language.say(
            "What is right of these, take out of unsure below: until then, every check and import names it as guessed."
        )


def _doubt(one: ColumnGuess, language: Language) -> str:
    doubts = [language.say(HOW[one.how])] if one.how in HOW else []
    if one.unread:
        told = "{unread} of {cells} cells cannot be read as this"
        doubts.append(language.say(told, unread=one.unread, cells=one.cells))
    return f"  ({'; '.join(doubts)})" if doubts else ""


def _rest(proposal: Proposal, language: Language) -> Iterator[str]:
    if proposal.missing:
        yield ""
        yield language.tell(missing_told(proposal))
    if proposal.day_first:
        yield language.say("Dates like 3/4/2023 are read day first; turn %d/%m in times round if it is not so.")
    if proposal.repeated:
        told = (
            '{count} rows are equal in every cell to one before. If they repeat it, write identical_rows = "same_fact".'
        )
        yield language.say(told, count=proposal.repeated)
    if proposal.profile.zone == SHANGHAI and not proposal.base:
        yield language.say("Times without an offset are taken for those of zone {zone}.", zone=proposal.profile.zone)
    citizens, texts, others = (" · ".join(one) for one in (proposal.citizens, proposal.texts, proposal.others))
    for title, headings in (
        (sentence("Not read, as it may name citizens: {columns}", columns=citizens), citizens),
        (sentence("Not read, as it is free text: {columns}", columns=texts), texts),
        (sentence("Not read, as nobody knows what it is: {columns}", columns=others), others),
    ):
        if headings:
            yield ""
            yield language.tell(title)


def missing_told(proposal: Proposal) -> Sentence:
    """The columns that a profile cannot do without and nothing in the table could be, and what comes of it."""
    columns = " ".join(dict.fromkeys(proposal.missing))
    if not proposal.base:
        return sentence("Not found, and needed: {columns}", columns=columns)
    told = "Nothing in the table could be {columns}: write its heading there under [columns]; until then the profile refuses the table."
    known = proposal.profile.columns
    named = " ".join(f"{column} ({known[column][0]})" for column in dict.fromkeys(proposal.missing))
    return sentence(told, columns=named)


def profile_text(profile: Profile, language: Language) -> str:
    """A profile as TOML, without any comment."""
    known = Proposal(
        profile=profile, base=profile.name, by_event=False, columns=(), words=(), citizens=(), texts=(), others=(), missing=(),
        day_first=False,
    )  # fmt: skip
    return toml_of(known, language)


def toml_of(proposal: Proposal, language: Language) -> str:
    """The profile as TOML; words that nobody knows stand there as comments, to be given a kind or a meaning."""
    profile = proposal.profile
    plain = attrs.fields_dict(Profile)
    lines: list[str] = []
    for name in plain:
        value = getattr(profile, name)
        if isinstance(value, Mapping) or name == "events" or (name not in ALWAYS and value == plain[name].default):
            continue
        lines.append(f"{name} = {_value(value)}")
        if name == "ratings":
            lines += _unknown(proposal, "ratings", language)
    for name in ("columns", "kinds"):
        lines += ["", f"[{name}]", *_pairs(getattr(profile, name)), *_unknown(proposal, name, language)]
        lines += _halves(proposal, language) if name == "kinds" else ()
        if name == "columns":
            lines += [
                f'# {column} = ["?"]' for column in dict.fromkeys(proposal.missing) if column not in profile.columns
            ]
    for field, values in profile.words.items():
        lines += ["", f"[words.{_key(field)}]", *_pairs(values), *_unknown(proposal, f"words.{field}", language)]
    for name in ("constants", "untold", "store"):
        if given := getattr(profile, name):
            lines += ["", f"[{name}]", *_pairs(given)]
    for field, guard in profile.guards.items():
        lines += ["", f"[guards.{_key(field)}]", *_pairs(_given(guard))]
    for event in profile.events:
        lines += ["", "[[events]]", *_pairs(_given(event))]
    for event in proposal.aside:
        lines += ["", language.say("# Left out, since the table has no columns or words for it:")]
        lines += [f"# {line}" for line in ("[[events]]", *_pairs(_given(event)))]
    if profile.is_silent:
        lines += [
            "",
            language.say("# Nothing says what a row tells: write [[events]] before you import by this profile."),
        ]
    return "\n".join(lines).replace("\n\n[kinds]\n\n", "\n\n") + "\n"


ALWAYS = ("name", "title", "source", "needed", "zone", "times")


def _unknown(proposal: Proposal, section: str, language: Language) -> Iterator[str]:
    words = [
        one for one in proposal.words if one.section == section and not one.value and one.word not in proposal.halves
    ]
    guessed = [one for one in proposal.words if one.section == section and one.value]
    if guessed:
        yield language.say(
            "# Guessed, please check: {words}",
            words=" ".join(json.dumps(one.word, ensure_ascii=False) for one in guessed),
        )
    if words:
        yield language.say(
            "# Nobody knows these words; their rows are problems until they stand here ({kinds}, ignore):",
            kinds=" ".join(LIFECYCLE),
        )
    for one in words:
        ending = ' = "ignore"' if section == "kinds" else ' = "?"' if section != "ratings" else ""
        yield f"# {json.dumps(one.word, ensure_ascii=False)}{ending}  # {one.count}"
    if words and section == "kinds":
        yield language.say('# "*" = "ignore"  # all words that are not listed')


def _halves(proposal: Proposal, language: Language) -> Iterator[str]:
    """Words whose kind needs columns that the table lacks, as comments."""
    for word, (kind, lacks) in proposal.halves.items():
        said = language.say("no column gives its {fields}", fields=" ".join(map(language.say, lacks)))
        yield f"# {_key(word)} = {_value(kind)}  # {said}"


def _given(value: Any) -> dict[str, Any]:
    """What differs from the class's defaults."""
    fields = {field.name: field for field in attrs.fields(type(value))}
    empty: tuple[object, ...] = (None, (), {}, False)
    return {name: one for name in fields if (one := getattr(value, name)) not in empty and one != fields[name].default}


def _pairs(values: Mapping[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        yield f"{_key(name)} = {_value(value)}"


def _key(name: str) -> str:
    return (
        name
        if name.isascii() and name.replace("_", "").replace("-", "").isalnum()
        else json.dumps(name, ensure_ascii=False)
    )


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        return "{ " + ", ".join(_pairs(value)) + " }"
    if attrs.has(type(value)):
        return _value(_given(value))
    items = [_value(one) for one in value]
    line = f"[{', '.join(items)}]"
    return line if len(line) <= LINE_WIDTH else "[\n" + "\n".join(_wrapped(items)) + "\n]"


def _wrapped(items: Sequence[str]) -> Iterator[str]:
    """The items on as few lines as hold them."""
    line = ""
    for item in items:
        if line and len(line) + len(item) > LINE_WIDTH:
            yield line
            line = ""
        line += f"{' ' if line else '    '}{item},"
    yield line
