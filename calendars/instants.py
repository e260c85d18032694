"""Instants, whole milliseconds since 1970-01-01 UTC: the one zone, epoch and length of a day; texts of the outside <-> instants."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
SHANGHAI = "Asia/Shanghai"
ZONE_MS = 8 * 3_600_000  # Asia/Shanghai before UTC
DAY_MS = 86_400_000
EPOCH_DAY = EPOCH.date().toordinal()


def instant_of(moment: datetime) -> int:
    """The instant of an aware datetime. Raises ValueError below a millisecond: nothing is rounded away."""
    whole, rest = divmod(moment - EPOCH, MILLISECOND)
    if rest:
        raise ValueError("finer than a millisecond")
    return whole


def local_day(instant: int) -> date:
    """The date of an instant in Asia/Shanghai."""
    return date.fromordinal((instant + ZONE_MS) // DAY_MS + EPOCH_DAY)


@lru_cache(maxsize=65_536)
def read_iso(text: str) -> int:
    """The instant of an ISO 8601 text that carries its offset, such as 2023-05-04T09:10:00+08:00.

    Raises ValueError when it is not one: a date alone or a time without offset is never completed by guessing.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no offset")
    return instant_of(moment)


def local_instant(naive: datetime, zone: str) -> int:
    """The instant of a clock reading in `zone`. Raises ValueError where clocks were put forward or back."""
    clock = _zone(zone)
    first, second = naive.replace(tzinfo=clock, fold=0), naive.replace(tzinfo=clock, fold=1)
    if first.utcoffset() != second.utcoffset():
        raise ValueError("the clocks were changed in this hour: it happened twice or not at all")
    return instant_of(first)


def day_start(day: date, zone: str) -> int:
    """The first millisecond of a local date."""
    return local_instant(datetime.combine(day, time.min), zone)


def day_end(day: date, zone: str) -> int:
    """The last millisecond of a local date: what a deadline given as a bare date means (民法典 203)."""
    return local_instant(datetime.combine(day, time.min) + timedelta(days=1), zone) - 1


def show_iso(instant: int, zone: str = SHANGHAI) -> str:
    """ISO 8601 text with offset, to the second, or to the millisecond where there are any."""
    moment = (EPOCH + instant * MILLISECOND).astimezone(_zone(zone))
    return moment.isoformat(timespec="milliseconds" if instant % 1000 else "seconds")


@lru_cache(maxsize=16)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
