"""The charts: what stands in a bucket of time (contract §4 and §5)."""

from typing import Literal

from pydantic import Field

from bedolaga_events.shapes.base import Query, Reply
from bedolaga_events.shapes.numbers import GaugeDay


class SeriesQuery(Query):
    window: Literal["24h", "7d", "30d"] = "24h"


class Attempts(Reply):
    success: int
    failed: int
    p50_ms: int | None
    p95_ms: int | None
    p99_ms: int | None


class AttemptsBucket(Attempts):
    start: str


class AttemptsSeries(Reply):
    window: str
    bucket_seconds: int
    whole: Attempts = Field(description="of the whole window")
    items: list[AttemptsBucket]


class WebhookBuckets(Reply):
    webhook_id: int
    success: list[int]
    failed: list[int]


class WebhooksSeries(Reply):
    window: str
    bucket_seconds: int
    items: list[WebhookBuckets]


class EventsBucket(Reply):
    start: str
    events: dict[str, int]
    revenue: float = Field(description="rubles")


class EventsSeries(Reply):
    window: str
    bucket_seconds: int
    items: list[EventsBucket]
    gauges: list[GaugeDay] = Field(description="at each day's end; today's as now")
