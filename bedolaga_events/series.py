"""Hours of the store → the buckets of a chart (contract §4 and §5)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta, tzinfo
from typing import Any

from bedolaga_events.times import HOUR
from bedolaga_events.wire import EPOCH, rfc3339

WINDOWS = {"24h": (24, 1), "7d": (7 * 24, 6), "30d": (30 * 24, 24)}  # hours: of all, of a bucket
PERCENTILES = (50, 95, 99)


class Buckets:
    """The buckets of a window: they start at whole hours, or days, of the dashboard's zone."""

    def __init__(self, window: str, now: int, zone: tzinfo) -> None:
        hours, self.width = WINDOWS[window]
        offset = (EPOCH + timedelta(microseconds=now)).astimezone(zone).utcoffset()
        self._shift = 0 if offset is None else round(offset.total_seconds() / 3600)
        self.count = hours // self.width
        self._last = (now // HOUR + self._shift) // self.width

    @property
    def days(self) -> list[str]:
        """The calendar days of the zone that the window touches, today last."""
        last = EPOCH + timedelta(hours=(self._last + 1) * self.width - 1)  # in the zone's own time
        count = max(2, self.count * self.width // 24)
        return [(last - timedelta(days=back)).date().isoformat() for back in reversed(range(count))]

    @property
    def since(self) -> int:
        """The first hour since the epoch that any bucket holds."""
        return (self._last - self.count + 1) * self.width - self._shift

    def index(self, hour: int) -> int | None:
        """Which bucket holds an hour; None for one in the future."""
        index = (hour + self._shift) // self.width - (self._last - self.count + 1)
        return index if 0 <= index < self.count else None

    def starts(self) -> Iterator[str]:
        """When each bucket starts, in RFC 3339."""
        for index in range(self.count):
            yield rfc3339((self.since + index * self.width) * HOUR)


def of_events(buckets: Buckets, rows: Iterable[tuple[int, str, int, int]]) -> dict[str, Any]:
    """Events by type and revenue by bucket, from rows of (hour, type, events, kopeks)."""
    items: list[dict[str, Any]] = [
        {"start": start, "events": {}, "revenue": 0} for start in buckets.starts()
    ]
    kopeks = [0] * buckets.count
    for hour, kind, value, paid in rows:
        index = buckets.index(hour)
        if index is not None:
            items[index]["events"][kind] = items[index]["events"].get(kind, 0) + value
            kopeks[index] += paid
    for item, paid in zip(items, kopeks, strict=True):
        item["revenue"] = paid / 100
    return {"bucket_seconds": buckets.width * 3600, "items": items}


def of_attempts(buckets: Buckets, rows: Iterable[tuple[int, int, int, int]]) -> dict[str, Any]:
    """Attempts by outcome and their latency, from rows of (hour, bin, successes, failures)."""
    totals = [(0, 0)] * buckets.count
    bins: list[dict[int, int]] = [{} for _ in range(buckets.count)]
    for hour, number, good, bad in rows:
        index = buckets.index(hour)
        if index is not None:
            totals[index] = totals[index][0] + good, totals[index][1] + bad
            bins[index][number] = bins[index].get(number, 0) + good + bad
    items = [
        {"start": start, **_attempts(good, bad, seen)}
        for start, (good, bad), seen in zip(buckets.starts(), totals, bins, strict=True)
    ]
    good, bad = (sum(one) for one in zip(*totals, strict=True))
    whole = _attempts(good, bad, sum(map(Counter, bins), Counter()))
    return {"bucket_seconds": buckets.width * 3600, "whole": whole, "items": items}


def _attempts(good: int, bad: int, bins: Mapping[int, int]) -> dict[str, int | None]:
    return {
        "success": good,
        "failed": bad,
        **{f"p{percent}_ms": percentile(bins, percent) for percent in PERCENTILES},
    }


def by_webhook(buckets: Buckets, rows: Iterable[tuple[int, int, int, int]]) -> dict[str, Any]:
    """Attempts by outcome of each webhook, from rows of (webhook, hour, successes, failures)."""
    found: dict[int, dict[str, Any]] = {}
    for webhook, hour, good, bad in rows:
        index = buckets.index(hour)
        if index is not None:
            empty = {"success": [0] * buckets.count, "failed": [0] * buckets.count}
            item = found.setdefault(webhook, {"webhook_id": webhook, **empty})
            item["success"][index] += good
            item["failed"][index] += bad
    return {"bucket_seconds": buckets.width * 3600, "items": list(found.values())}


def percentile(bins: Mapping[int, int], percent: int) -> int | None:
    """A percentile in milliseconds of counts by bin: bin n holds 2^(n-1) to 2^n ms.

    Interpolated inside its bin, so it is right to within a factor of two.
    """
    total = sum(bins.values())
    if not total:
        return None
    rank = total * percent / 100
    passed = 0
    for number in sorted(bins):
        if passed + bins[number] >= rank:
            low, high = (1 << number) >> 1, 1 << number
            return round(low + (high - low) * (rank - passed) / bins[number])
        passed += bins[number]
    raise AssertionError("the ranks end with the last bin")
