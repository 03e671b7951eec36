"""The system's two clocks, for `times.Clock`."""

import time

ELAPSED = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # the latter stops in sleep


def clock() -> int:
    """Microseconds since the epoch."""
    return time.time_ns() // 1_000


def elapsed() -> int:
    """Microseconds since the machine started, sleep included where the system counts it."""
    return time.clock_gettime_ns(ELAPSED) // 1_000
