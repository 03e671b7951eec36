"""What an operator sees: health, settings, the doctor's findings, the built-in sink."""

from typing import Annotated, Literal

from pydantic import Field

from bedolaga_events.shapes.base import Body, Query, Reply


class SinkMode(Body):
    mode: Literal["ok", "error", "slow", "hang"]


class DoctorQuery(Query):
    origin: Annotated[str, Field(max_length=300)] | None = None


class Health(Reply):
    status: str
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
    now: str
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
    received_at: str
    headers: list[list[str]]
    body: str
    signature: str = Field(description="ok, wrong or none")
    answered: str


class Sink(Reply):
    mode: str
    count: int
    items: list[SinkItem]
