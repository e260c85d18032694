"""A zip packed again so that the same contents are the same bytes, on any day and any machine: xlsx and docx are zips."""

import io
from datetime import datetime, timedelta
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from calendars.instants import EPOCH, ZONE_MS

FIRST_YEAR = 1980  # a zip knows none before


def local_time(instant: int) -> datetime:
    """The wall clock's time of an instant (ms) in Asia/Shanghai, to the second, without its zone: what these files write."""
    return (EPOCH + timedelta(seconds=(instant + ZONE_MS) // 1000)).replace(tzinfo=None)


def packed(data: bytes, at: int) -> bytes:
    """The zip's files in their order, all dated by the instant, and not compressed: compressors differ between machines."""
    moment = local_time(at)
    told = (max(moment.year, FIRST_YEAR), *moment.timetuple()[1:6])
    made = io.BytesIO()
    with ZipFile(io.BytesIO(data)) as old, ZipFile(made, "w", ZIP_STORED) as new:
        for name in old.namelist():
            entry = ZipInfo(name, told)
            entry.create_system = 3
            new.writestr(entry, old.read(name))
    return made.getvalue()
