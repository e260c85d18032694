"""What can be wrong with what we are given: values that carry their place, and the few exceptions of this room."""

from collections.abc import Iterable

import attrs


@attrs.frozen
class Words:
    """A sentence of ours as a template and its values, so that the front door can say it in the reader's language.

    A value may be a sentence of ours too.
    """

    template: str
    values: tuple[tuple[str, "str | Words"], ...] = ()

    def __str__(self) -> str:
        return (
            self.template.format(**{name: str(value) for name, value in self.values}) if self.values else self.template
        )


def words(template: str, **values: object) -> Words:
    """The sentence `template` with its {names} filled from `values`."""
    kept = ((name, value if isinstance(value, Words) else str(value)) for name, value in values.items())
    return Words(template, tuple(kept))


def listed(sentences: Iterable[Words], between: str = "\n") -> Words:
    """Several sentences as one."""
    named = {f"s{number}": sentence for number, sentence in enumerate(sentences)}
    return words(between.join(f"{{{name}}}" for name in named), **named)


def as_words(sentence: str | Words) -> Words:
    """A sentence without values may be given as plain text."""
    return sentence if isinstance(sentence, Words) else Words(sentence)


@attrs.frozen
class Mistake:
    """One wrong value of one row: the column, the value, why it is wrong, how to mend it."""

    column: str
    value: object
    why: Words = attrs.field(converter=as_words)
    remedy: Words = attrs.field(converter=as_words)


@attrs.frozen(kw_only=True)
class Problem:
    """A mistake with its place in a file.

    `row` is the line (csv, jsonl: of the row's first line; sheets: the sheet row), `excerpt` the row as it stands.
    `fatal`: the whole row became nothing (it is quarantined); else only this value was left out.
    """

    row: int
    column: str
    value: str
    why: Words
    remedy: Words
    excerpt: str = ""
    fatal: bool = True


class Told(Exception):
    """An error that speaks to the user: what is wrong, and the remedy. `code` is how a command ends that meets it:
    1 the data is at fault, 2 the command line is, 3 the ledger is damaged."""

    code = 1

    def __init__(self, why: str | Words, remedy: str | Words = "") -> None:
        self.why, self.remedy = as_words(why), as_words(remedy)
        super().__init__(f"{self.why} {self.remedy}".strip())


class LedgerError(Told):
    """The ledger cannot do what was asked."""


class NoLedger(LedgerError):
    """There is no file to be the ledger, or no way to open it."""

    code = 2


class LedgerFull(LedgerError):
    """There is no room left to write."""


class NotALedger(LedgerError):
    """The file is no ledger of ours."""

    code = 2


class DamagedLedger(LedgerError):
    """The ledger is not as it was written; the sentence names the first event or batch that differs."""

    code = 3


class NoSuchText(LedgerError):
    """The ledger holds no text with this digest."""


class UnreadableFile(Told):
    """A file, or a profile, that cannot be used at all."""


class UnreadableFact(Exception):
    """A row that is no fact, with every mistake in it."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__("; ".join(f"{m.column} {m.value!r} {m.why}" for m in mistakes))
        self.mistakes = mistakes
