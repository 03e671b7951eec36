"""Wire the parts together, start them, stop them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

import structlog
from aiohttp import web

from bedolaga_events import api
from bedolaga_events.access import Access
from bedolaga_events.alerts import Alerts
from bedolaga_events.api.publisher import EVENTS, Publisher
from bedolaga_events.api.sink import SINK, Sink
from bedolaga_events.api.state import PARTS, Parts
from bedolaga_events.catalogue import Catalogue, added_type
from bedolaga_events.clocks import clock, elapsed
from bedolaga_events.config import Loaded
from bedolaga_events.delivery import addresses
from bedolaga_events.delivery.addresses import Policy
from bedolaga_events.delivery.dialling import Dialler
from bedolaga_events.delivery.guard import Guard, trusted_cas
from bedolaga_events.delivery.poster import Poster
from bedolaga_events.delivery.proxy import Proxy, proxy
from bedolaga_events.delivery.resolver import Resolver
from bedolaga_events.delivery.worker import Worker
from bedolaga_events.errors import StoreError
from bedolaga_events.housekeeping import Housekeeping
from bedolaga_events.live.hub import Hub
from bedolaga_events.live.resume import Resumptions
from bedolaga_events.messengers import Heartbeat, Way, check_hosts, ways_of
from bedolaga_events.metrics import Metrics
from bedolaga_events.settings import Settings
from bedolaga_events.silence import Silence
from bedolaga_events.store import events, meta, numbers, tokens, vault, webhooks
from bedolaga_events.store.batch import Transactions
from bedolaga_events.store.database import Database
from bedolaga_events.store.transaction import change
from bedolaga_events.store.trouble import starting
from bedolaga_events.store.walker import Walker
from bedolaga_events.store.watch import watch
from bedolaga_events.store.writer import Writer
from bedolaga_events.supervise import Helpers, patience, vital
from bedolaga_events.times import Calendar, Clock

__all__ = ["EVENTS", "create_app"]

ENVIRONMENT_TOKEN = "BEDOLAGA_EVENTS_TOKEN"  # noqa: S105 - a name, not a secret

log = structlog.get_logger()


def create_app(
    settings: Settings,
    now: Callable[[], int] = clock,
    origins: Mapping[str, str] | None = None,
    passed: Callable[[], int] | None = None,
) -> web.Application:
    """The server as an aiohttp application, also good as a sub-application of another.

    Args:
        settings: what `config.load` gave.
        now: the clock, in microseconds.
        origins: where each setting came from, for the page.
        passed: elapsed time, in microseconds; by default the system's, or `now` if that is given.

    Starting it opens the database; an error there is a `ConfigError`.
    """
    app = web.Application(middlewares=[api.middleware()], client_max_size=0)
    api.add_routes(app, folder("static"), folder("help", "docs"), settings.security.allowed_origins)
    clocks = Clock(now, passed or (elapsed if now is clock else now))
    app.cleanup_ctx.append(partial(_run, Loaded(settings, origins or {}), clocks))
    app.on_shutdown.append(_say_goodbye)
    app[EVENTS] = Publisher(app)
    app[SINK] = Sink()
    return app


def folder(*names: str) -> Path:
    """The first that is there: in the package when installed or built, beside it in a checkout."""
    package = Path(__file__).parent
    places = [place / name for place in (package, package.parent) for name in names]
    return next((one for one in places if one.is_dir()), places[0])


async def _run(loaded: Loaded, clocks: Clock, app: web.Application) -> AsyncIterator[None]:
    settings = loaded.settings
    way = proxy(settings.delivery.proxy.get_secret_value())
    guard = Guard(_policy(settings), Resolver(), has_proxy=way is not None)
    await check_hosts(settings.alerts, guard)
    parts = app[PARTS] = await _assemble(loaded, guard, way, clocks)
    database, writer, worker = parts.database, parts.writer, parts.worker
    alerts, helpers = parts.alerts, parts.helpers
    housekeeping = Housekeeping(settings, database, writer, parts.access, parts.calendar, helpers)
    assert database.mark is not None  # it is open
    writer.listeners += [
        helpers.listener("mark", database.mark.heard),
        parts.access.heard,
        parts.hub.publish,
        worker.heard,
        parts.walker.heard,
        helpers.listener("alerts", alerts.heard),
        helpers.listener("metrics", parts.metrics.heard),
    ]
    writing = vital(writer.run(), parts.break_down)
    others = [
        vital(work, parts.break_down)
        for work in (
            worker.run(),
            housekeeping.run(),
            housekeeping.watch_tokens(),
            parts.walker.run(),
            helpers.run("alerts", partial(alerts.run, database, lambda: parts.is_well)),
            watch(writer, database.path.parent),
        )
    ]
    try:
        await _ensure_token(parts)
        await change(parts.writer, numbers.adopt, parts.rules)
        await housekeeping.reread_tokens()
        yield
        if parts.stopping is not None:
            await parts.stopping
        with suppress(StoreError):  # the store may be why it ends
            await housekeeping.touch_tokens()
            await housekeeping.keep_time()
    finally:
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        writer.close()
        await asyncio.gather(writing, return_exceptions=True)
        worker.close()
        await database.close()


async def _assemble(loaded: Loaded, guard: Guard, way: Proxy | None, clocks: Clock) -> Parts:
    """Open the store and make what stands around it."""
    settings, now, calendar = loaded.settings, clocks.wall, Calendar(clocks)
    path = settings.database.path
    metrics = Metrics()
    tls = trusted_cas(settings.delivery.ca_file)
    if way is not None:
        log.warning("deliveries go through a proxy; it resolves and judges names", proxy=str(way))
    helpers = Helpers(metrics)
    poster = Poster(Dialler(guard, tls, settings.delivery.connect_timeout, way))
    database = await Database.open(path)
    try:
        with starting(path):
            sealed = await database.read(webhooks.sealed)
            box = vault.of(settings, sealed)
            last_event_id = await database.read(events.last_id)
            calendar.resume(await database.read(meta.running_at))
        ways = ways_of(settings.alerts, database, box, poster)
        transactions = Transactions(settings.rules, clocks.leap)
        writer = Writer(database, transactions, now, settings.events.queue_limit, metrics)
        hub = Hub(
            last_event_id,
            settings.live.max_connections,
            settings.live.unsent_limit_kib * 1024,
            metrics,
        )
    except BaseException:
        await database.close()
        raise
    catalogue = _catalogue(settings)
    words = catalogue.words()
    worker = Worker(database, writer, poster, box, settings.delivery, clocks, metrics, words)
    log.info("database open", path=str(path), fsync_ms=round(database.fsync_seconds * 1000, 3))
    return Parts(
        settings=settings,
        origins=loaded.origins,
        now=now,
        calendar=calendar,
        metrics=metrics,
        catalogue=catalogue,
        database=database,
        writer=writer,
        vault=box,
        access=Access(calendar.now, settings.auth.max_failures, hub.keep),
        hub=hub,
        resumptions=Resumptions(database, hub),
        walker=Walker(writer),
        worker=worker,
        alerts=_alerts(settings, ways, poster, helpers, clocks, calendar),
        helpers=helpers,
        guard=guard,
    )


def _alerts(
    settings: Settings,
    ways: list[Way],
    poster: Poster,
    helpers: Helpers,
    clocks: Clock,
    calendar: Calendar,
) -> Alerts:
    told, heartbeat = settings.alerts, settings.alerts.heartbeat_url.get_secret_value()
    return Alerts(
        told,
        Silence(told.silence_minutes, clocks, settings.dashboard.zone),
        ways,
        Heartbeat(heartbeat, poster) if heartbeat else None,
        helpers,
        calendar,
        clocks.wall,
    )


def _catalogue(settings: Settings) -> Catalogue:
    added = (
        added_type(one.value, one.label, one.description, one.example)
        for one in settings.event_types
    )
    takes_all = settings.events.unknown_types == "accept"
    return Catalogue(added, settings.events.packs, accepts_unknown=takes_all)


def _policy(settings: Settings) -> Policy:
    loopback = settings.server.is_local
    return addresses.policy(settings.delivery.allowed_networks, loopback=loopback)


async def _ensure_token(parts: Parts) -> None:
    """BEDOLAGA_EVENTS_TOKEN is an admin token; one that was set there before is not any more."""
    secret = parts.settings.token
    value = None if secret is None else secret.get_secret_value()
    with starting(parts.database.path):
        await change(parts.writer, tokens.ensure, ENVIRONMENT_TOKEN, value)


async def _say_goodbye(app: web.Application) -> None:
    """What is in flight is waited for meanwhile, by `_run`."""
    if PARTS in app:
        parts = app[PARTS]
        parts.stopping = asyncio.create_task(parts.worker.stop(patience(parts.settings.server)))
        await parts.hub.say_goodbye()
