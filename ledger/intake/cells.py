"""What one cell means to a profile: the value of a field, or why it is none. Nothing is guessed."""

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import zip_longest
from math import isfinite
from string import ascii_letters, digits
from typing import Any, TypeVar

import attrs

from calendars.instants import DAY_MS, day_end, day_start, instant_of, local_instant, read_iso
from ledger.exchange import READERS, ROLES, read_halves
from ledger.facts import STORED_AS, Scalar
from ledger.intake.kept import text_kept
from ledger.intake.profile import OTHERS, Profile
from ledger.intake.tables.table import AS_VALUE, NO_VALUES, SAVE_AGAIN, UNCALCULATED, Cell
from ledger.sentences import Sentence, as_sentence, sentence
from ledger.texts import SENTENCES, refuse_unseen

EARLIEST, LATEST = read_iso("1990-01-01T00:00:00+00:00"), read_iso("2101-01-01T00:00:00+00:00")
FIRST_DAY = datetime(1899, 12, 30)  # of Excel's serial numbers, as they count since 1900-03-01
BLANK = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\u200b\ufeff"
SEPARATORS = "、，,；;"  # between the names of units in one cell
LINK = re.compile(r'(?is)=HYPERLINK\("[^"]*"\s*[,;]\s*"([^"]*)"\)')  # the text that Excel shows of it
CUT_NUMBER = re.compile(r"[+-]?\d(\.\d+)?[eE]\+?\d+")  # 2.50912E+17
AS_AMOUNT = re.compile(r"\d+\.0+|\d{1,3}(,\d{3})+(\.0+)?")  # 250912.0 and 250,912: a number, written as what it is not
KEPT = 15  # digits of a number that Excel holds
FEW = 6  # numbers that do not all end in a zero by chance
ACTS = 8  # rows of a log that tell of one ticket, at the most on average
CLAD = "=\"'\t \u3000\xa0"  # what a number is clad in to stay a text
LONG = re.compile(r"\d{16,}")  # of which Excel keeps 15 digits, a script 17
USUAL = "%Y-%m-%d %H:%M:%S"
DIGITS = {"Y": "4", "m": "1,2", "d": "1,2", "H": "1,2", "I": "1,2", "M": "1,2", "S": "1,2", "f": "1,9"}
TWO = frozenset("mdHIMS")
HALVES = {"上午": 0, "am": 0, "a.m.": 0, "下午": 12, "pm": 12, "p.m.": 12}
"""Of a day, as %p reads them -> the hours before it."""
REMEMBERED = 50_000  # cells already read; a column of times repeats itself, or is long
PLAIN = frozenset(ascii_letters + digits)
USUAL_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2} ")
USUAL_YEARS = range(1991, 2100)
SECONDS = {f"{second:02}": second * 1000 for second in range(60)}
MINUTES = {f"{hour:02}:{minute:02}:": (hour * 60 + minute) * 60_000 for hour in range(24) for minute in range(60)}
INSTANTS = frozenset(("at", "due_at", "until"))
FORCED = re.compile(
    r"""(?s)^(?:="([^"]*)"|['‘’](?=[0-9A-Za-z０-９Ａ-Ｚａ-ｚ])([^'‘’]*))$"""
)  # how Excel is made to keep a text
FINER = re.compile(r"(?<=:[0-9]{2})([.,][0-9]{3})[0-9]*[1-9][0-9]*")
HALF = f"((?i:{'|'.join(map(re.escape, HALVES))}))"
WIDE_DIGITS = (0xFF0D, *range(0xFF10, 0xFF1A))  # with the hyphen
NARROW = str.maketrans({wide: wide - 0xFEE0 for wide in (*WIDE_DIGITS, 0xFF0E, 0xFF0F, 0xFF1A)} | {0x3000: 0x20})
LETTERS = str.maketrans(
    {wide: wide - 0xFEE0 for wide in (*WIDE_DIGITS, *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
)
DAYS = re.compile(r"[0-9]{5}(\.[0-9]+)?")  # of Excel's serial numbers, as text
WHOLE = re.compile(r"[+-]?[0-9]{1,18}(\.0+)?")

AS_TEXT = "format the column as text where it comes from, and export it again"
AS_TIME = "write it as a time, or add its format under times in the profile; what stands for no time, list under absent"
SAY_WHOLE = (
    "format the column as text where it comes from, and export it again; if they are whole, say so in the profile:"
    " whole_numbers = true"
)
AS_FLAG = "list the word under yes or no in the profile"
AS_DATES = "format the column as dates with the time of day in the sheet, save it, and import that"
AS_MOMENT = (
    "give the time of day; midnight, in a sheet, as text: '2023-05-04 00:00:00, with the apostrophe; only deadlines may"
    " be dates"
)
TOO_FAR = "lies before 1990 or after 2100"


class UnfitCell(ValueError):
    """A cell that is no value of its field: why, the remedy, and where in a profile it `lists` its words."""

    def __init__(self, why: str | Sentence, remedy: str | Sentence, lists: str = "") -> None:
        super().__init__(str(why))
        self.lists = lists
        self.why, self.remedy = as_sentence(why), as_sentence(remedy)


def shown(cell: Cell) -> str:
    """The cell as text on one line: whole numbers without .0, times as ISO."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if isfinite(cell) and cell == int(cell) else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return " ".join(str(cell).split())


def without_value(cell: Cell) -> UnfitCell | None:
    """Why a cell has no value, whatever its field: it shows an error, or stands for a formula that no program has calculated."""
    if not isinstance(cell, str) or cell not in NO_VALUES:
        return None
    if cell == UNCALCULATED:
        return UnfitCell("is a formula that was never calculated", SAVE_AGAIN)
    return UnfitCell("is an error of the sheet, no value", AS_VALUE)


def folded(word: object) -> str:
    """A word as it is looked up: case does not count."""
    return str(word).strip().casefold()


Worked = TypeVar("Worked")


class Remembered(dict[Any, Worked]):
    """What texts came to, each worked out once; all is forgotten when there are too many. `at_once`: what need not be remembered,
    as it is told faster than it is looked up (None: it must be worked out)."""

    def __init__(
        self, work_out: Callable[[Any], Worked], at_once: Callable[[str], Worked | None] | None = None
    ) -> None:
        super().__init__()
        self.work_out, self.at_once = work_out, at_once

    def __missing__(self, text: Any) -> Worked:
        if self.at_once is not None and (told := self.at_once(text)) is not None:
            return told
        if len(self) > REMEMBERED:
            self.clear()
        self[text] = worked = self.work_out(text)
        return worked


@attrs.frozen
class Meanings:
    """The words of a profile, ready to be looked up. `stripped`, `known` (by field), `texts` (by field), `said` (kinds), `days`
    are what was already read, `cut` whether the numbers of the table have lost their last digits, `finer` the first time that was told
    finer than a millisecond, `valueless` errors of a sheet, and what stands for formulas that no program has calculated, that were met.
    """

    profile: Profile
    absent: frozenset[str]
    flags: Mapping[str, bool]
    kinds: Mapping[str, str]
    words: Mapping[str, Mapping[str, Scalar]]
    formats: tuple[str, ...]
    cut: bool = False
    finer: list[str] = attrs.field(factory=list)
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
    days: Remembered[int | None] = attrs.Factory(lambda self: Remembered(self._day), takes_self=True)

    @classmethod
    def of(cls, profile: Profile, *, cut: bool = False) -> "Meanings":
        """The meanings that this profile gives, in a table whose numbers are `cut`."""
        return cls(
            profile=profile,
            absent=frozenset(map(folded, ("", *profile.absent))),
            flags={folded(w): True for w in profile.yes} | {folded(w): False for w in profile.no},
            kinds={folded(w): kind for w, kind in profile.kinds.items()},
            words={field: {folded(w): value for w, value in values.items()} for field, values in profile.words.items()},
            formats=tuple(pattern for pattern in profile.times if pattern != "iso"),
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

    @property
    def notes(self) -> tuple[Sentence, ...]:
        """What is to be said once of the cells read so far."""
        why = "times finer than a millisecond are taken to the millisecond below, such as {time}"
        return tuple(sentence(why, time=text) for text in self.finer)

    def coarse(self, text: str) -> str:
        """A time without what is finer than a millisecond; that there was any is said once."""
        cut = FINER.sub(r"\1", text)
        if cut != text and not self.finer:
            self.finer.append(text)
        return cut

    def kind(self, cell: Cell) -> str:
        """The kind that a word stands for, or `ignore`. Raises UnfitCell."""
        return self.said[cell] if isinstance(cell, str) else self._kind(cell)

    def _kind(self, cell: Cell) -> str:
        try:
            return self.kinds.get(folded(shown(cell))) or self.kinds[OTHERS]
        except KeyError:
            remedy = 'list it under [kinds] in the profile, as a kind or as "ignore"'
            raise UnfitCell(self.nothing(), remedy, "kinds") from None

    def read(self, field: str, cell: Cell) -> Scalar:
        """The value of a field (named as outside) that a present cell gives, as stored. Raises UnfitCell."""
        return self.known[field][cell] if isinstance(cell, str) else self._read(field, cell)

    def kept(self, field: str, value: Scalar) -> Scalar:
        """What is kept of a text that a cell gave."""
        return self.texts[field][value] if isinstance(value, str) else value

    def _known(self, field: str) -> Remembered[Scalar]:
        at_once = self.usual if field in INSTANTS and field not in self.words else None
        return Remembered(lambda text: _seen(field, self._read(field, text)), at_once)

    def usual(self, text: str) -> int | None:
        """The instant of a time as most exports write it, 2023-05-04 09:10:11, in a day of 24 hours; None: it is no such."""
        if len(text) != 19:
            return None
        day, clock, second = self.days[text[:11]], MINUTES.get(text[11:17]), SECONDS.get(text[17:])
        return None if day is None or clock is None or second is None else day + clock + second

    def _bare_time(self, text: str) -> str | None:
        """A time as most exports write it, with nothing to strip."""
        bare = len(text) == 19 and text[-1:] in PLAIN and self.days[text[:11]] is not None
        return text if bare and text.casefold() not in self.absent else None

    def _day(self, text: str) -> int | None:
        """The instant at which a day begins, where its times can be reckoned from that."""
        if self.formats[:1] != (USUAL,) or not USUAL_DAY.fullmatch(text):
            return None
        try:
            day, zone = date.fromisoformat(text[:10]), self.profile.zone
            begins, ends = day_start(day, zone), day_end(day, zone)
            noon = local_instant(datetime(day.year, day.month, day.day, 12), zone)
        except (ValueError, OverflowError):
            return None
        return (
            begins if day.year in USUAL_YEARS and (noon - begins, ends + 1 - begins) == (DAY_MS // 2, DAY_MS) else None
        )

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
    return _instant(means, cell, by_day=False)


def _due(means: Meanings, cell: Cell) -> int:
    return _instant(means, cell, by_day=True)


def _instant(means: Meanings, cell: Cell, *, by_day: bool) -> int:
    """The instant a cell tells; a bare date is the end of that day where that is what it means (`by_day`)."""
    try:
        moment = _from_text(means, cell) if isinstance(cell, str) else from_sheet(cell)
        if not by_day and not isinstance(moment, int | datetime):
            raise UnfitCell("is a date without a time of day", AS_MOMENT)
        instant = _on_clock(moment, means.profile.zone)
    except OverflowError:
        raise UnfitCell(TOO_FAR, AS_TIME) from None
    if not EARLIEST <= instant < LATEST:
        raise UnfitCell(TOO_FAR, AS_TIME)
    return instant


def _from_text(means: Meanings, text: str) -> int | date:
    """An instant, a clock reading, or a date; of a time finer than a millisecond, the millisecond below."""
    text = means.coarse(text.translate(NARROW))
    for form in means.formats:
        if reading := _clock_reading(text, form):
            return reading
    if "iso" in means.profile.times:
        with suppress(ValueError):
            return read_iso(text)
    for form in means.profile.dates:
        if reading := _clock_reading(text, form):
            return reading.date()
    if DAYS.fullmatch(text):
        raise UnfitCell("is a number of days, and does not say since when", AS_DATES)
    raise UnfitCell("is a time in none of the profile's formats", AS_TIME)


def _clock_reading(text: str, form: str) -> datetime | None:
    """As strptime does it, which takes ten times as long."""
    if form == USUAL and len(text) == 19 and text[10] == " ":
        with suppress(ValueError):
            return datetime.fromisoformat(text)
    pattern, names = _pattern(form)
    found = pattern.fullmatch(text)
    if not found:
        return None
    part = dict(zip(names, found.groups(), strict=True))
    if "I" in part:
        if not 1 <= int(part["I"]) <= 12 or "p" not in part:
            return None
        part["H"] = str(int(part["I"]) % 12 + HALVES[part["p"].casefold()])
    year, month, day, hour, minute, second = [int(part.get(name, "0")) for name in "YmdHMS"]
    micros = int(part.get("f", "0")[:3].ljust(3, "0")) * 1000
    try:
        return datetime(year, month, day, hour, minute, second, micros)
    except ValueError:
        return None


@cache
def _pattern(form: str) -> tuple[re.Pattern[str], tuple[str, ...]]:
    parts = re.split(r"%([YmdHIMSfp])", form)  # text and directives by turns
    between = [r"\s+".join(map(re.escape, text.split(" "))) for text in parts[::2]]
    read = [HALF if name == "p" else f"([0-9]{{{DIGITS[name]}}})" for name in parts[1::2]]
    for place, (before, after) in enumerate(zip(parts[1::2], parts[3::2], strict=False)):
        if not parts[2 * place + 2] and {before, after} <= {*TWO, "Y"}:  # else nobody knows which digits are whose
            read[place : place + 2] = [
                "([0-9]{2})" if name in TWO else one for name, one in zip((before, after), read[place:], strict=False)
            ]
    return re.compile("".join(map("".join, zip_longest(between, read, fillvalue="")))), tuple(parts[1::2])


def from_sheet(cell: Cell) -> date:
    """A clock reading (datetime), or a date, from a typed cell.

    A serial number counts days in a binary fraction: it is taken exactly, then rounded to the nearest
    millisecond, finer than any sheet shows. A whole number is a date, as the sheet itself would show it.
    """
    if isinstance(cell, datetime):
        return cell
    if isinstance(cell, date):
        return cell
    if isinstance(cell, bool) or not isinstance(cell, int | float) or not 0 < cell < 1_000_000:
        raise UnfitCell("is no time", AS_TIME)
    moment = FIRST_DAY + timedelta(milliseconds=round(Decimal(cell) * DAY_MS))
    return moment if cell != int(cell) else moment.date()


def _on_clock(moment: int | date, zone: str) -> int:
    if isinstance(moment, int):
        return moment
    if not 1980 < moment.year < 2200:
        raise OverflowError
    try:
        if not isinstance(moment, datetime):
            return day_end(moment, zone)
        if moment.microsecond:
            moment = _whole_ms(moment)
        return instant_of(moment) if moment.tzinfo else local_instant(moment, zone)
    except ValueError as refused:
        raise UnfitCell("is in an hour in which the clocks were changed", "give it with its offset") from refused


def _whole_ms(moment: datetime) -> datetime:
    return moment.replace(microsecond=0) + timedelta(milliseconds=round(Decimal(moment.microsecond) / 1000))


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


def whole(cell: Cell) -> int:
    """A whole number. Raises UnfitCell: a count that cannot be read is no zero."""
    text = shown(cell)
    if isinstance(cell, bool) or not WHOLE.fullmatch(text):
        raise UnfitCell("is not a whole number", "write a whole number")
    return int(text.partition(".")[0])


FLAGS = frozenset(("anonymous", "granted", "contacted", "assumed", "late", "provisional", "mended"))
"""Fields of the exchange format that are true or false."""
SAID = {"(true)": True, "(false)": False}
"""How a text says true and false in a field that may hold any word besides."""


def exchanged(field: str, cell: Cell) -> Cell:
    """A cell of the exchange format as JSON would have it: csv has no other types than text."""
    text = shown(cell).casefold()
    if text == "":
        return None
    if field in FLAGS and text in ("true", "false"):
        return text == "true"
    if field == "resolved" and text in SAID:  # which may be a word as well, and the word may be true
        return SAID[text]
    if field in ("seq", "count") and not isinstance(cell, bool) and WHOLE.fullmatch(text):
        return int(text.partition(".")[0])
    return cell


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
