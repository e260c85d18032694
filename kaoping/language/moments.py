"""Moments as people type and read them: the one door to pendulum, which is loaded when the first of them is read or shown."""

import re
from datetime import date, datetime
from functools import cache, lru_cache

from calendars.instants import SHANGHAI, day_end, instant_of, show_iso

PEOPLES = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]*(\d{1,2})[:：时点](?:(\d{1,2})(?:[:：分](\d{1,2})?秒?)?)?)?"
)
"""Dates and times as people write them; a time has at least its hour and a sign after it."""
SHOWN = re.compile(r"(?:([A-Z][a-z]{2}) )?(\d.*?)(?: (周[一二三四五六日]))?")
"""A date or a time as it is shown, with the name of its day before or after it."""


def read_moment(text: str) -> int:
    """The instant (ms) of an ISO 8601 text, or of one as `moment` shows it; without offset it is Asia/Shanghai; a date is its last
    millisecond. Raises ValueError: a time of day alone, or a month, is no moment, nor a day with another's name."""
    found = _parsed(text)
    if isinstance(found, datetime):
        return instant_of(datetime.fromisoformat(found.isoformat()))  # its own subtraction knows no milliseconds
    return day_end(found, SHANGHAI)


def read_day(text: str) -> date:
    """The date written 2020-01-20. Raises ValueError."""
    found = _parsed(text)
    if isinstance(found, datetime):
        raise ValueError("a time, not a date")
    return found


def _parsed(text: str) -> date:
    """The date, or the datetime, in a text that begins with a whole date. Raises ValueError."""
    import pendulum

    text, named = _less_weekday(text.strip())
    text = _as_iso(text)
    found = pendulum.parse(text, exact=True, tz=SHANGHAI)
    if not isinstance(found, date) or found.isoformat()[:10] != text[:10]:
        raise ValueError("neither a date nor a time of a date")
    if named and named not in (_weekday(found.isoweekday(), language) for language in ("zh", "en")):
        raise ValueError("that day has another name")
    return found


def _less_weekday(text: str) -> tuple[str, str]:
    """(2023-05-04 09:10:00, 周四) of 2023-05-04 09:10:00 周四 or Thu 2023-05-04 09:10:00; no name where there is none."""
    found = SHOWN.fullmatch(text)
    return (found[2], found[1] or found[3] or "") if found else (text, "")


def _as_iso(text: str) -> str:
    """2023年5月4日 9时10分, 2023/5/4 9:10 and 2023.5.4 as ISO 8601 writes them; anything else as it is."""
    found = PEOPLES.fullmatch(text)
    if not found:
        return text
    year, month, day, hour, minute, second = found.groups()
    whole = f"{year}-{month:0>2}-{day:0>2}"
    return whole if hour is None else f"{whole}T{hour:0>2}:{minute or '00':0>2}" + (f":{second:0>2}" if second else "")


@lru_cache(maxsize=65_536)  # a paper tells most instants several times
def moment(instant: int, language: str = "zh") -> str:
    """2023-05-04 09:10:00 周四: local time to the second, or the millisecond where there are any."""
    day, time = show_iso(instant)[:-6].split("T")  # less its +08:00
    return _with_weekday(day, f"{day} {time}", language)


def day_shown(instant: int, language: str = "zh") -> str:
    """2023-05-04 周四: the local day of an instant."""
    day = show_iso(instant)[:10]
    return _with_weekday(day, day, language)


def _with_weekday(day: str, text: str, language: str) -> str:
    name = _weekday(date.fromisoformat(day).isoweekday(), language)
    return f"{text} {name}" if language == "zh" else f"{name} {text}"


@cache  # the library looks each up anew
def _weekday(number: int, language: str) -> str:
    import pendulum

    return pendulum.datetime(2024, 1, number).format("ddd", locale=language)  # a year that begins on a Monday


def span(milliseconds: int, language: str = "zh") -> str:
    """A span of the wall clock: 1 天 2 小时 3 分 4 秒."""
    seconds, rest = divmod(abs(milliseconds), 1000)
    parts = (seconds // 86_400, seconds // 3600 % 24, seconds // 60 % 60, seconds % 60)
    units = (" 天", " 小时", " 分", " 秒") if language == "zh" else ("d", "h", "min", "s")
    shown = [f"{count}{unit}" for count, unit in zip(parts, units, strict=True) if count]
    if rest:
        shown.append(f"{rest}{' 毫秒' if language == 'zh' else 'ms'}")
    return " ".join(shown) or (f"0{units[3]}")
