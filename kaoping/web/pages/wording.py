"""The language of the desk: where a sentence names a command, and the desk has a way of its own, that is told."""

from collections.abc import Mapping

import attrs

from kaoping.language.language import Language
from ledger.sentences import Sentence, sentence

AT_THE_DESK: Mapping[str, Sentence] = {
    "Choose one with --unit and --round.": sentence("Name the unit and the round in the form."),
    "Give it with --reason, such as --reason 以台账为准.": sentence("Write the reason, such as 以台账为准."),
    "Import a log first, or name another with --ledger.": sentence("Import a log first."),
    "Import a log first; --as-of speaks of when it was recorded.":
        sentence("Import a log first; as_of in the address speaks of when it was recorded."),
    "Import the files again with these columns (or list the headings in your profile), or say what is to come of them: "
    "--untold full (the items in full, marked), --untold breach (as if not done; who was not asked has no rating, what has no limit"
    " is never late).": sentence(
        "Import the files again with these columns (or list the headings in your profile), or say in the address what is to come of"
        " them: untold=full (the items in full, marked), untold=breach (as if not done; who was not asked has no rating, what has no"
        " limit is never late)."
    ),
    "Is it another name of a unit: kaoping alias UNIT NAME; is it a new unit: kaoping record enrol.":
        sentence("Is it another name of a unit, or a new unit: record that, under Record."),
    "Its last is given by kaoping verify.": sentence("Its last stands in the foot of each page."),
    "Mend that first; or publish all the same, so that it is printed and kept: {names}":
        sentence("Mend that first; or tick what is to be published all the same, so that it is printed and kept."),
    "Name another instant with --at.": sentence("Name another instant."),
    "Name another rulebook with --rulebook.": sentence("The rulebook is named when the desk is opened."),
    "Name one of them, or the rulebook that has it with --rulebook.": sentence("Name one of them."),
    "Name the right profile with --profile, or mend the file.": sentence("Choose the right profile, or mend the file."),
    "Note: batch {number} ({name}) is dated {at}, yet to come: a clock was wrong. Give --as-of a position, not a time.":
        sentence("Note: batch {number} ({name}) is dated {at}, yet to come: a clock was wrong. Ask as of a position, not a time."),
    "Wait for the notice, or score it on provisional days with --provisional.":
        sentence("Wait for the notice, or add provisional=1 to the address to score it on provisional days."),
    "Write --untold full or --untold breach.": sentence("Write untold=full or untold=breach."),
    "add the headings to a profile under [columns], or have one proposed for this file: kaoping profile new FILE":
        sentence(
            "choose a profile, or send one of your own that has these headings under [columns]; one is proposed here"
            ""
        ),
    "choose another profile, add the headings to this one, or have one proposed for this file: kaoping profile new FILE":
        sentence(
            "choose another profile, or send one of your own that has these headings under [columns]; one is proposed here"
            ""
        ),
    "enrol it first (kaoping template units)": sentence("enrol it first, under Record"),
    "enrol it, or say whose name it is: kaoping alias {unit} {name}":
        sentence("enrol it, or record whose name it is, under Record: {name} is perhaps {unit}"),
    "kaoping aside lists what is.": sentence("The page of what is aside lists it."),
    "kaoping appeals lists them.": sentence("The page of appeals lists them."),
    "kaoping batches lists them.": sentence("The log lists them."),
    "kaoping export and kaoping audit tell the keys": sentence("the page of a ticket tells the positions of its facts"),
    "kaoping publish PERIOD publishes.": sentence("The overview of a period leads to where it is published."),
    "kaoping publish PERIOD publishes; kaoping recompute lists.": sentence("The page of publications lists them."),
    "kaoping score lists the units that have.": sentence("The overview of the month lists the units that have."),
    "name one of them, or the rulebook that has it with --rulebook": sentence("name one of them"),
    "name the one that is meant with --profile": sentence("choose the one that is meant"),
    "record it: kaoping record --file {file}": sentence("record its facts under Record, or from the command line"),
    "take it from the list of this column in the form: kaoping template": sentence("choose one of the list"),
    "write a day within it, or name with --rulebook the rulebook that was valid then":
        sentence("write a day within it; the rulebook is named when the desk is opened"),
    "{count} changes are kept aside: kaoping aside lists them": sentence("{count} changes are kept aside: see Import, What is kept aside"),
    "{count} rows are kept aside ({undated} of an unknown month): kaoping aside lists them":
        sentence("{count} rows are kept aside ({undated} of an unknown month): see Import, What is kept aside"),
    "{count} rows are taken only in part, as they tell acts without a time: kaoping aside lists them":
        sentence("{count} rows are taken only in part, as they tell acts without a time: see Import, What is kept aside"),
    "{count} rows and changes are kept aside: what they tell may be done already (kaoping aside).":
        sentence("{count} rows and changes are kept aside (see Import): what they tell may be done already."),
    "1 row or change is kept aside: what it tells may be done already (kaoping aside).":
        sentence("1 row or change is kept aside (see Import): what it tells may be done already."),
    "{rows} rows, {part} parts of rows and {changes} changes are kept aside (kaoping aside lists them).":
        sentence("{rows} rows, {part} parts of rows and {changes} changes are kept aside (see Import, What is kept aside)."),
    "{file}: {count} facts of its tickets are in the ledger and no longer told by this file: {facts}."
    " They stay as they are; one that should not be there is voided with kaoping void POSITION.": sentence(
        "{file}: {count} facts of its tickets are in the ledger and no longer told by this file: {facts}."
        " They stay as they are; one that should not be there is voided under Record, by its position."
    ),
    "{file}: {count} tickets sent in the months of this file are in the ledger and not in the file: {tickets}."
    " They stay as they are; one that should not be there is voided with kaoping void.": sentence(
        "{file}: {count} tickets sent in the months of this file are in the ledger and not in the file: {tickets}."
        " They stay as they are; one that should not be there is voided under Record, by the positions of its facts."
    ),
}  # fmt: skip
"""What a command says -> what the desk says."""


@attrs.frozen
class DeskLanguage(Language):
    """A language in which the desk's own ways are told."""

    def say(self, template: str, **values: object) -> str:
        """The sentence in the reader's language, its {names} filled."""
        own = AT_THE_DESK.get(template)
        return Language(self.code).say(template if own is None else own.template, **values)
