"""What one cell means to a profile: the value of a field, or why it is none. Nothing is guessed."""

import re
from collections.abc import Callable, Iterable, Mapping
from string import ascii_letters, digits

import attrs

from ledger.exchange import READERS, ROLES, read_halves
from ledger.facts import STORED_AS, Scalar
from ledger.intake.cells import BLANK, SEPARATORS, WIDE_DIGITS, Remembered, UnfitCell, folded, shown, whole
from ledger.intake.kept import text_kept
from ledger.intake.profile import UNLISTED, Profile
from ledger.intake.tables.table import NO_VALUES, Cell
from ledger.intake.times import INSTANTS, Times
from ledger.sentences import Sentence, sentence
from ledger.texts import BLANKS, SENTENCES, refuse_unseen

LINK = re.compile(r'(?is)=HYPERLINK\("[^"]*"\s*[,;]\s*"([^"]*)"\)')  # the text that Excel shows of it
CUT_NUMBER = re.compile(r"[+-]?\d(\.\d+)?[eE]\+?\d+")  # 2.50912E+17
AS_AMOUNT = re.compile(r"\d+\.0+|\d{1,3}(,\d{3})+(\.0+)?")  # 250912.0 and 250,912: a number, written as what it is not
KEPT = 15  # digits of a number that Excel holds
FEW = 6  # numbers that do not all end in a zero by chance
ACTS = 8  # rows of a log that tell of one ticket, at the most on average
CLAD = "=\"'\t \u3000\xa0"  # what a number is clad in to stay a text
LONG = re.compile(r"\d{16,}")  # of which Excel keeps 15 digits, a script 17
PLAIN = frozenset(ascii_letters + digits)
FORCED = re.compile(
    r"""(?s)^(?:="([^"]*)"|['‘’](?=[0-9A-Za-z０-９Ａ-Ｚａ-ｚ])([^'‘’]*))$"""
)  # how Excel is made to keep a text
LETTERS = str.maketrans(
    {wide: wide - 0xFEE0 for wide in (*WIDE_DIGITS, *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
)

AS_TEXT = "format the column as text where it comes from, and export it again"
SAY_WHOLE = (
    "format the column as text where it comes from, and export it again; if they are whole, say so in the profile:"
    " whole_numbers = true"
)
AS_FLAG = "list the word under yes or no in the profile"


@attrs.frozen
class Meanings:
    """The words of a profile, ready to be looked up, and its `times`. `stripped`, `known` (by field), `texts` (by field), `said` (kinds)
    are what was already read, `cut` whether the numbers of the table have lost their last digits, `valueless` errors of a sheet, and
    what stands for formulas that no program has calculated, that were met."""

    profile: Profile
    absent: frozenset[str]
    flags: Mapping[str, bool]
    kinds: Mapping[str, str]
    words: Mapping[str, Mapping[str, Scalar]]
    times: Times
    cut: bool = False
    valueless: set[str] = attrs.field(factory=set)
    stripped: Remembered[str | None] = attrs.Factory(
        lambda self: Remembered(self._stripped, self._bare_time), takes_self=True
    )
    known: Remembered[Remembered[Scalar]] = attrs.Factory(lambda self: Remembered(self._known), takes_self=True)
    texts: Remembered[Remembered[Scalar]] = attrs.Factory(
        lambda self: Remembered(lambda field: Remembered(lambda text: text_kept(field, text, self.profile))),
        takes_self=True,
    )
    said: Remembered[str] = attrs.Factory(lambda self: Remembered(self._kind), takes_self=True)

    @classmethod
    def of(cls, profile: Profile, *, cut: bool = False) -> "Meanings":
        """The meanings that this profile gives, in a table whose numbers are `cut`."""
        return cls(
            profile=profile,
            absent=frozenset(map(folded, ("", *profile.absent))),
            flags={folded(w): True for w in profile.yes} | {folded(w): False for w in profile.no},
            kinds={folded(w): kind for w, kind in profile.kinds.items()},
            words={field: {folded(w): value for w, value in values.items()} for field, values in profile.words.items()},
            times=Times.of(profile),
            cut=cut,
        )

    def present(self, cell: Cell) -> Cell:
        """The cell, stripped; None where it stands for nothing."""
        return self.stripped[cell] if isinstance(cell, str) else cell

    def _stripped(self, cell: str) -> str | None:
        text = cell
        if cell[:1] not in PLAIN or cell[-1:] not in PLAIN:
            text = LINK.sub(r"\1", FORCED.sub(r"\1\2", cell.strip(BLANK))).strip(BLANK)
        if text.casefold() in self.absent:
            return None
        if text in NO_VALUES:
            self.valueless.add(text)
        return text

    def kind(self, cell: Cell) -> str:
        """The kind that a word stands for, or `ignore`. Raises UnfitCell."""
        return self.said[cell] if isinstance(cell, str) else self._kind(cell)

    def _kind(self, cell: Cell) -> str:
        try:
            return self.kinds.get(folded(shown(cell))) or self.kinds[UNLISTED]
        except KeyError:
            remedy = 'list it under [kinds] in the profile, as a kind or as "ignore"'
            raise UnfitCell(self.nothing(), remedy, "kinds") from None

    def read(self, field: str, cell: Cell) -> Scalar:
        """The value of a field (named as outside) that a present cell gives, as stored. Raises UnfitCell."""
        return self.known[field][cell] if isinstance(cell, str) else _seen(field, self._read(field, cell))

    def _known(self, field: str) -> Remembered[Scalar]:
        at_once = self.times.usual if field in INSTANTS and field not in self.words else None
        return Remembered(lambda text: _seen(field, self._read(field, text)), at_once)

    def _bare_time(self, text: str) -> str | None:
        """A time as most exports write it, with nothing to strip."""
        bare = len(text) == 19 and text[-1:] in PLAIN and self.times.days[text[:11]] is not None
        return text if bare and text.casefold() not in self.absent else None

    def _read(self, field: str, cell: Cell) -> Scalar:
        if field in self.words and (word := folded(shown(cell))) in self.words[field]:
            return READ_WORDS.get(STORED_AS.get(field, field), _same)(self.words[field][word])
        if field in self.words and field not in ("anonymous", "granted", "contacted"):
            raise UnfitCell(
                self.nothing(), sentence("list it under [words.{field}] in the profile", field=field), f"words.{field}"
            )
        return READ.get(field, _text)(self, cell)

    def nothing(self) -> Sentence:
        """Why a word of the log cannot be used."""
        return sentence("means nothing to profile {profile}", profile=self.profile.name)


def _seen(field: str, value: Scalar) -> Scalar:
    """The value, a sentence of people's on one line. Raises UnfitCell where it holds what no fact can."""
    if not isinstance(value, str):
        return value
    text = " ".join(value.split()) if field in SENTENCES else value
    try:
        refuse_unseen(field, text)
        if field not in SENTENCES and BLANKS.search(text):
            raise ValueError("holds line breaks or characters that cannot be seen")
    except ValueError as refused:
        raise UnfitCell(str(refused), "type it again, on one line") from refused
    return text


def _same(value: Scalar) -> Scalar:
    return value


def _text(_: Meanings, cell: Cell) -> str:
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise UnfitCell("is not text", AS_TEXT)
    return cell if isinstance(cell, str) else shown(cell)


def _unit(means: Meanings, cell: Cell) -> str:
    return _text(means, cell).strip(f"{SEPARATORS} ")


def _number(means: Meanings, cell: Cell) -> str:
    """A number that is a name. What went through a floating-point number of more than 15 digits may have lost the last ones."""
    if isinstance(cell, float) and not (cell.is_integer() and 0 < cell < 10**KEPT):
        raise UnfitCell("is a number in the sheet, not text, and may have lost digits", AS_TEXT)
    text = _text(means, cell).translate(LETTERS)
    if CUT_NUMBER.fullmatch(text) and "e+" in text.casefold():
        raise UnfitCell("has lost its last digits", AS_TEXT)
    if AS_AMOUNT.fullmatch(text):
        raise UnfitCell("is written like an amount, and may have lost digits", AS_TEXT)
    if isinstance(cell, int) and len(text) >= 15 and text.endswith("000"):
        raise UnfitCell("ends in zeros that Excel may have put there", AS_TEXT)
    if means.cut and LONG.fullmatch(text) and text.endswith("0"):
        raise UnfitCell("ends in zeros like the other numbers here: they have lost their last digits", SAY_WHOLE)
    return text


def are_cut(cells: Iterable[Cell], *, by_ticket: bool) -> bool:
    """Whether the numbers of a table, of which a row tells all of a ticket or one act, have lost their last digits, though they are texts
    now: all that are long end in zeros, or most in as many as Excel makes of what it cannot hold."""
    texts = [str(cell).strip(CLAD).translate(LETTERS) for cell in cells if type(cell) in (str, int)]
    rows = [text for text in texts if len(text) > KEPT and LONG.fullmatch(text)]
    zeros = {text: len(text) - len(text.rstrip("0")) for text in rows}
    lost = [text for text, ends in zeros.items() if ends >= len(text) - KEPT]
    if len(zeros) >= FEW:
        return all(zeros.values()) or 2 * sum(len(text) > KEPT + 1 for text in lost) > len(zeros)
    return len(lost) == len(zeros) and len(rows) >= (FEW if by_ticket else FEW * ACTS)


def _at(means: Meanings, cell: Cell) -> int:
    return means.times.instant(cell, by_day=False)


def _due(means: Meanings, cell: Cell) -> int:
    return means.times.instant(cell, by_day=True)


def _halves(means: Meanings, cell: Cell) -> int:
    text = shown(cell)
    for ending in means.profile.day_words:
        text = text.removesuffix(ending).strip()
    try:
        return read_halves(text)
    except ValueError as refused:
        raise UnfitCell(str(refused), "write days like 5 or 0.5") from refused


def _flag(means: Meanings, cell: Cell) -> bool:
    if isinstance(cell, bool):
        return cell
    try:
        return means.flags[folded(shown(cell))]
    except KeyError:
        raise UnfitCell("is neither yes nor no", AS_FLAG) from None


def _whole(_: Meanings, cell: Cell) -> int:
    return whole(cell)


def _count(_: Meanings, cell: Cell) -> int:
    number = whole(cell)
    if not 0 < number < 1_000_000:
        raise UnfitCell("is not a count of 1 or more", "write a whole number of 1 or more")
    return number


def _role(_: Meanings, cell: Cell) -> str:
    try:
        return ROLES[shown(cell)]
    except KeyError:
        raise UnfitCell(
            "is neither lead (主办) nor assist (协办)", "list it under [words.role] in the profile", "words.role"
        ) from None


def _about(means: Meanings, cell: Cell) -> str:
    text = _text(means, cell)
    if text not in ("return", "extend", "exempt"):
        raise UnfitCell("is nothing that is decided on", "list it under [words.about] in the profile", "words.about")
    return text


def _rating(means: Meanings, cell: Cell) -> str:
    text = _text(means, cell)
    if means.profile.ratings and text not in means.profile.ratings:
        raise UnfitCell(means.nothing(), "list it under ratings in the profile", "ratings")
    return text


READ: Mapping[str, Callable[[Meanings, Cell], Scalar]] = {
    "unit": _unit, "at": _at, "due_at": _due, "until": _due, "ticket": _number, "id": _number,
    "limit_days": _halves, "days": _halves, "anonymous": _flag, "granted": _flag, "contacted": _flag,
    "seq": _whole, "count": _count, "role": _role, "about": _about, "rating": _rating,
}  # fmt: skip
READ_WORDS: Mapping[str, Callable[[Scalar], Scalar]] = {
    "limit_halves": read_halves, "halves": read_halves, "role": lambda word: ROLES[str(word)],
    **{field: READERS[field] for field in INSTANTS},
}  # fmt: skip
