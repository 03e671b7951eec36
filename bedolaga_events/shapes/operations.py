"""What an operator sees: health, settings, the doctor's findings, the built-in sink."""

import enum
from typing import Annotated

from pydantic import Field

from bedolaga_events.shapes.base import Body, Query, Reply, Time


class SinkAnswer(enum.StrEnum):
    """How the sandbox answers: 200, 500, late, or not at all."""

    OK = "ok"
    ERROR = "error"
    SLOW = "slow"
    HANG = "hang"


class SinkMode(Body):
    mode: Annotated[SinkAnswer, Field(strict=False)]


class DoctorQuery(Query):
    origin: Annotated[
        str | None,
        Field(
            max_length=300,
            description="may a page of this origin open the live feed",
            examples=["https://admin.example.com"],
        ),
    ] = None


class Health(Reply):
    status: str = Field(description="ok, or what is wrong")
    version: str = ""
    last_event_id: int = 0
    fsync_ms: float = 0
    detail: str = Field(default="", description="with 503: what broke")


class Setting(Reply):
    key: str
    value: str = Field(description="secrets are masked")
    origin: str = Field(description="default, a file, environment or flag")
    variable: str = Field(description="its name in the environment")
    meaning: str


class Settings(Reply):
    version: str
    epoch: str
    fsync_ms: float = Field(description="one fsync, measured at start")
    database_bytes: int
    has_sink: bool
    items: list[Setting]


class Examined(Reply):
    now: Time
    path: str
    host: str
    peer_address: str | None
    client_address: str
    peer_is_trusted: bool = Field(description="is it one of server.trusted_proxies")
    origin_is_allowed: bool | None = Field(
        description="may a page of the Origin asked about open the live feed; null: none was"
    )
    forwarded: dict[str, str]
    body_limit: int = Field(description="bytes")
    ping_seconds: float


class Counted(Reply):
    bytes: int


class SaidWay(Reply):
    name: str = Field(description="the setting that it comes from")
    ok: bool
    sentence: str


class AlertsTest(Reply):
    items: list[SaidWay] = Field(description="empty when no way is set")


class SinkItem(Reply):
    id: int
    received_at: Time
    headers: list[tuple[str, str]]
    body: str
    signature: str = Field(description="ok, wrong or none")
    answered: SinkAnswer


class Sink(Reply):
    mode: SinkAnswer
    count: int
    items: list[SinkItem]
