"""The charts: what stands in a bucket of time (contract §4 and §5)."""

import enum
from typing import Annotated

from pydantic import Field

from bedolaga_events.shapes.base import Query, Reply, Time
from bedolaga_events.shapes.numbers import GaugeDay


class Window(enum.StrEnum):
    """How far a chart looks back."""

    DAY = "24h"
    WEEK = "7d"
    MONTH = "30d"


class SeriesQuery(Query):
    window: Annotated[
        Window, Field(description="how far back; 24h, if left out", examples=["24h"])
    ] = Window.DAY


class Attempts(Reply):
    success: int
    failed: int
    p50_ms: int | None
    p95_ms: int | None
    p99_ms: int | None


class AttemptsBucket(Attempts):
    start: Time


class AttemptsSeries(Reply):
    window: Window
    bucket_seconds: int
    whole: Attempts = Field(description="of the whole window")
    items: list[AttemptsBucket]


class WebhookBuckets(Reply):
    webhook_id: int
    success: list[int]
    failed: list[int]


class WebhooksSeries(Reply):
    window: Window
    bucket_seconds: int
    items: list[WebhookBuckets]


class EventsBucket(Reply):
    start: Time
    events: dict[str, int]
    revenue: float = Field(description="rubles")


class EventsSeries(Reply):
    window: Window
    bucket_seconds: int
    items: list[EventsBucket]
    gauges: list[GaugeDay] = Field(description="at each day's end; today's as now")
