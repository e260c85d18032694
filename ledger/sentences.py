"""What can be wrong with what we are given: values that carry their place, and the few exceptions of this room."""

from collections.abc import Iterable, Sequence
from typing import Any

import attrs


@attrs.frozen
class Sentence:
    """A sentence of ours as a template and its values, so that the front door can say it in the reader's language.

    A value may be a sentence of ours too.
    """

    template: str
    values: tuple[tuple[str, "str | Sentence"], ...] = ()

    def __str__(self) -> str:
        return (
            self.template.format(**{name: str(value) for name, value in self.values}) if self.values else self.template
        )


def sentence(template: str, **values: object) -> Sentence:
    """The sentence `template` with its {names} filled from `values`."""
    kept = ((name, value if isinstance(value, Sentence) else str(value)) for name, value in values.items())
    return Sentence(template, tuple(kept))


def listed(sentences: Iterable[Sentence], between: str = "\n") -> Sentence:
    """Several sentences as one."""
    named = {f"s{number}": sentence for number, sentence in enumerate(sentences)}
    return sentence(between.join(f"{{{name}}}" for name in named), **named)


def packed(words: Sentence) -> list[Any]:
    """A sentence as JSON keeps it: [template, {name: value}]."""
    return [
        words.template,
        {name: packed(value) if isinstance(value, Sentence) else value for name, value in words.values},
    ]


def unpacked(kept: Sequence[Any]) -> Sentence:
    """The sentence that was kept so."""
    template, values = kept
    return Sentence(
        template, tuple((name, value if isinstance(value, str) else unpacked(value)) for name, value in values.items())
    )


def as_sentence(sentence: str | Sentence) -> Sentence:
    """A sentence without values may be given as plain text."""
    return sentence if isinstance(sentence, Sentence) else Sentence(sentence)


@attrs.frozen(kw_only=True)
class UntimedAct:
    """Acts of a unit on a ticket, as (kind, ticket, unit): a row says that there were so many `times`, and of the `untimed` not when.
    `sent`: the instant of the dispatch that the row speaks of, where it tells one."""

    kind: str
    ticket: str
    unit: str | None
    times: int
    untimed: int
    sent: int | None = None


@attrs.frozen
class Mistake:
    """One wrong value of one row: the column, the value, why it is wrong, how to mend it; `lists`: the table or list of a profile
    in which the value is missing as a word; `act`: what is told without its time, and so kept aside of a row that is taken; `untimed`:
    an act is, kept aside or not."""

    column: str
    value: object
    why: Sentence = attrs.field(converter=as_sentence)
    remedy: Sentence = attrs.field(converter=as_sentence)
    lists: str = ""
    act: UntimedAct | None = None
    untimed: bool = False


@attrs.frozen(kw_only=True)
class Problem:
    """A mistake with its place in a file.

    `row` is the row that Excel shows (of JSON and XES: which object or event), `line` of a text the line where it starts, `excerpt`
    the row as it stands.
    `fatal`: the whole row became nothing (it is quarantined); else only this value was left out. `act`: it is kept aside.
    """

    row: int
    column: str
    value: str
    why: Sentence
    remedy: Sentence
    excerpt: str = ""
    fatal: bool = True
    line: int | None = None
    lists: str = ""
    act: UntimedAct | None = None

    def told(self, file: str) -> Sentence:
        """As a person reads it: place, excerpt, remedy. Row 0 is the whole file."""
        value = f"'{self.value}'" if self.value else ""
        return sentence(
            "{place} {why}\n{excerpt}  To fix: {remedy}",
            place=self._place(file, " ".join(filter(None, (self.column, value)))),
            why=self.why,
            excerpt=f"  {self.row} | {self.excerpt}\n" if self.excerpt else "",
            remedy=self.remedy,
        )

    def _place(self, file: str, cell: str) -> Sentence | str:
        if self.line in (None, self.row) or not self.row:
            place = f"{file}:{self.row}:" if self.row else f"{file}:"
            return f"{place} {cell}".strip()
        return sentence("{file}:{row} (line {line}): {cell}", file=file, row=self.row, line=self.line, cell=cell)


class UserError(Exception):
    """An error that speaks to the user: what is wrong, and the remedy. `code` is how a command ends that meets it:
    1 the data is at fault, 2 the command line is, 3 the ledger is damaged."""

    code = 1

    def __init__(self, why: str | Sentence, remedy: str | Sentence = "") -> None:
        self.why, self.remedy = as_sentence(why), as_sentence(remedy)
        super().__init__(f"{self.why} {self.remedy}".strip())


class LedgerError(UserError):
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


class LedgerMoved(LedgerError):
    """The ledger holds more than whoever writes has seen."""


class NoSuchText(LedgerError):
    """The ledger holds no text with this digest."""


class UnreadableFile(UserError):
    """A file of events that cannot be read at all."""


class UnusableFile(UserError):
    """A file of ours or of the office, such as a rulebook, that is not as it should be; `problems` with their files."""

    problems: tuple[tuple[str, Problem], ...] = ()

    @classmethod
    def of(cls, problems: Iterable[tuple[str, Problem]]) -> "UnusableFile":
        """The error that tells them all, in the order of the lines."""
        ordered = tuple(sorted(problems, key=lambda named: (named[0], named[1].row)))
        files = ", ".join(dict.fromkeys(file for file, _ in ordered))
        told = listed(problem.told(file) for file, problem in ordered)
        error = cls(sentence("{file} cannot be used:\n{problems}", file=files, problems=told))
        error.problems = ordered
        return error


class UnreadableFact(Exception):
    """A row that is no fact, with every mistake in it."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__("; ".join(f"{m.column} {m.value!r} {m.why}" for m in mistakes))
        self.mistakes = mistakes
