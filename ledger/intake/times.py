"""A time in a cell to its instant: in the formats of a profile, as a reading of a clock, or as the number of days that a sheet counts."""

import re
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import zip_longest

import attrs

from calendars.instants import DAY_MS, day_end, day_start, instant_of, local_instant, read_iso
from ledger.intake.cells import WIDE_DIGITS, Remembered, UnfitCell
from ledger.intake.profile import Profile
from ledger.intake.tables.table import Cell, Midnight
from ledger.sentences import Sentence, sentence

EARLIEST, LATEST = read_iso("1990-01-01T00:00:00+00:00"), read_iso("2101-01-01T00:00:00+00:00")
FIRST_DAY = datetime(1899, 12, 30)  # of Excel's serial numbers, as they count since 1900-03-01
USUAL = "%Y-%m-%d %H:%M:%S"
DIGITS = {"Y": "4", "m": "1,2", "d": "1,2", "H": "1,2", "I": "1,2", "M": "1,2", "S": "1,2", "f": "1,9"}
TWO = frozenset("mdHIMS")
HALVES = {"上午": 0, "am": 0, "a.m.": 0, "下午": 12, "pm": 12, "p.m.": 12}
"""Of a day, as %p reads them -> the hours before it."""
USUAL_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2} ")
USUAL_YEARS = range(1991, 2100)
SECONDS = {f"{second:02}": second * 1000 for second in range(60)}
MINUTES = {f"{hour:02}:{minute:02}:": (hour * 60 + minute) * 60_000 for hour in range(24) for minute in range(60)}
INSTANTS = frozenset(("at", "due_at", "until"))
FINER = re.compile(r"(?<=:[0-9]{2})([.,][0-9]{3})[0-9]*[1-9][0-9]*")
HALF = f"((?i:{'|'.join(map(re.escape, HALVES))}))"
NARROW = str.maketrans({wide: wide - 0xFEE0 for wide in (*WIDE_DIGITS, 0xFF0E, 0xFF0F, 0xFF1A)} | {0x3000: 0x20})
SERIAL = re.compile(r"[0-9]{5}(\.[0-9]+)?")  # of Excel's serial numbers, as text

AS_TIME = "write it as a time, or add its format under times in the profile; what stands for no time, list under absent"
AS_DATES = "format the column as dates with the time of day in the sheet, save it, and import that"
AS_MOMENT = (
    "give the time of day; midnight, in a sheet, as text: '2023-05-04 00:00:00, with the apostrophe; only deadlines may"
    " be dates"
)
TOO_FAR = "lies before 1990 or after 2100"


@attrs.frozen
class Times:
    """How a profile writes its times, ready to be read. `days` are those that were already read, `finer` the first time that was told
    finer than a millisecond."""

    profile: Profile
    formats: tuple[str, ...]
    finer: list[str] = attrs.field(factory=list)
    days: Remembered[int | None] = attrs.Factory(lambda self: Remembered(self._day), takes_self=True)

    @classmethod
    def of(cls, profile: Profile) -> "Times":
        """The times as this profile writes them."""
        return cls(profile, tuple(pattern for pattern in profile.times if pattern != "iso"))

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

    def usual(self, text: str) -> int | None:
        """The instant of a time as most exports write it, 2023-05-04 09:10:11, in a day of 24 hours; None: it is no such."""
        if len(text) != 19:
            return None
        day, clock, second = self.days[text[:11]], MINUTES.get(text[11:17]), SECONDS.get(text[17:])
        return None if day is None or clock is None or second is None else day + clock + second

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

    def instant(self, cell: Cell, *, by_day: bool) -> int:
        """The instant a cell tells; a bare date is the end of that day where that is what it means (`by_day`)."""
        try:
            moment = self._from_text(cell) if isinstance(cell, str) else from_sheet(cell)
            if isinstance(moment, Midnight) and not by_day:
                moment = datetime(moment.year, moment.month, moment.day)
            if not by_day and not isinstance(moment, int | datetime):
                raise UnfitCell("is a date without a time of day", AS_MOMENT)
            instant = _on_clock(moment, self.profile.zone)
        except OverflowError:
            raise UnfitCell(TOO_FAR, AS_TIME) from None
        if not EARLIEST <= instant < LATEST:
            raise UnfitCell(TOO_FAR, AS_TIME)
        return instant

    def _from_text(self, text: str) -> int | date:
        """An instant, a clock reading, or a date; of a time finer than a millisecond, the millisecond below."""
        text = self.coarse(text.translate(NARROW))
        for form in self.formats:
            if reading := _clock_reading(text, form):
                return reading
        if "iso" in self.profile.times:
            with suppress(ValueError):
                return read_iso(text)
        for form in self.profile.dates:
            if reading := _clock_reading(text, form):
                return reading.date()
        if SERIAL.fullmatch(text):
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
