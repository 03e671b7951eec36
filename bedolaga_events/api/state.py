"""What a handler may reach: the parts that `app` wired together."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bedolaga_events.access import Access
from bedolaga_events.alerts import Alerts
from bedolaga_events.api.caller import Front
from bedolaga_events.api.crowd import Crowd
from bedolaga_events.api.refusals import Refusals
from bedolaga_events.catalogue import Catalogue
from bedolaga_events.delivery.guard import Guard
from bedolaga_events.delivery.worker import Worker
from bedolaga_events.live.hub import Hub
from bedolaga_events.live.resume import Resumptions
from bedolaga_events.logs import Minutely
from bedolaga_events.metrics import Metrics
from bedolaga_events.model import Token
from bedolaga_events.numbers import Rules
from bedolaga_events.settings import Settings
from bedolaga_events.store.database import Database
from bedolaga_events.store.vault import Vault
from bedolaga_events.store.walker import Walker
from bedolaga_events.store.writer import Writer
from bedolaga_events.supervise import Helpers
from bedolaga_events.times import Calendar


@dataclass(slots=True)
class Parts:
    """The running server; `now` is the clock in microseconds."""

    settings: Settings
    origins: Mapping[str, str]  # where each setting came from
    now: Callable[[], int]
    calendar: Calendar  # for what expires
    metrics: Metrics
    catalogue: Catalogue
    database: Database
    writer: Writer
    vault: Vault
    hub: Hub
    worker: Worker
    alerts: Alerts
    helpers: Helpers
    guard: Guard
    stopping: asyncio.Task[None] | None = None  # the worker's end
    broken: str | None = None  # why /health says 503
    broke: asyncio.Event = field(default_factory=asyncio.Event)
    documents: dict[str, Any] = field(default_factory=dict)  # made once: `kept.document`
    access: Access = field(init=False)
    resumptions: Resumptions = field(init=False)
    walker: Walker = field(init=False)
    front: Front = field(init=False)
    crowd: Crowd = field(init=False)
    rules: Rules = field(init=False)
    refusals: Refusals = field(init=False)
    sparingly: Minutely = field(default_factory=Minutely)

    def __post_init__(self) -> None:
        self.access = Access(self.calendar.now, self.settings.auth.max_failures, self.hub.keep)
        self.resumptions = Resumptions(self.database, self.hub)
        self.walker = Walker(self.writer)
        self.front = Front.of(self.settings)
        self.crowd = Crowd(self.settings.live.max_per_address, self.front.is_exempt)
        self.rules = self.settings.rules
        self.refusals = Refusals(self.metrics, self.now)

    @property
    def is_well(self) -> bool:
        """Whether /health says 200."""
        return self.broken is None and self.writer.trouble is None

    def break_down(self, reason: str) -> None:
        """A part died: say so on /health, and let the process end."""
        self.broken = reason
        self.broke.set()


CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CSP,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
PARTS = web.AppKey("parts", Parts)
TOKEN = web.RequestKey("token", Token)
CROWDED = web.RequestKey("crowded", bool)  # its address has too many connections


def parts(request: web.Request) -> Parts:
    """The parts of the application that answers `request`."""
    return request.app[PARTS]
