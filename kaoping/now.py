"""The wall clock, read in this file alone."""

import time


def now_ms() -> int:
    """The instant now, in ms."""
    return time.time_ns() // 1_000_000
