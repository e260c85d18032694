"""Exact numbers and instants as texts."""

from fractions import Fraction

from calendars.instants import show_iso
from scoring.law.arithmetic import decimal_text

WEEKDAYS = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
DAY_MS = 86_400_000


def points(number: Fraction, least: int = 2) -> str:
    """A decimal text, with at least some decimals and no zeros beyond them. Raises ValueError if it has no end."""
    return decimal_text(number, least)


def short(number: Fraction) -> str:
    """A decimal text with as few decimals as it needs."""
    return points(number, 0)


def rounded(number: Fraction, digits: int) -> str:
    """Rounded half up to some decimals, for showing a duration; nothing is decided by it."""
    scale = 10**digits
    return points(Fraction((number * scale * 2 + 1) // 2, scale), digits)


def moment(instant: int, language: str = "zh") -> str:
    """2023-05-04 09:10:00 周四: local time to the second, or the millisecond where there are any."""
    text = show_iso(instant).replace("+08:00", "").replace("T", " ")
    day = WEEKDAYS[language][((instant + 28_800_000) // DAY_MS + 3) % 7]
    return f"{text} 周{day}" if language == "zh" else f"{day} {text}"


def span(milliseconds: int, language: str = "zh") -> str:
    """A span of the wall clock: 1 天 2 小时 3 分 4 秒."""
    seconds, rest = divmod(abs(milliseconds), 1000)
    parts = (seconds // 86_400, seconds // 3600 % 24, seconds // 60 % 60, seconds % 60)
    units = (" 天", " 小时", " 分", " 秒") if language == "zh" else ("d", "h", "min", "s")
    shown = [f"{count}{unit}" for count, unit in zip(parts, units, strict=True) if count]
    if rest:
        shown.append(f"{rest}{' 毫秒' if language == 'zh' else 'ms'}")
    return " ".join(shown) or (f"0{units[3]}")
