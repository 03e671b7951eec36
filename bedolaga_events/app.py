"""Wire the parts together, start them, stop them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

import structlog
from aiohttp import web

from bedolaga_events import api
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
from bedolaga_events.delivery.proxy import proxy
from bedolaga_events.delivery.resolver import Resolver
from bedolaga_events.delivery.worker import Worker
from bedolaga_events.errors import StoreError
from bedolaga_events.housekeeping import Housekeeping
from bedolaga_events.live.hub import Hub
from bedolaga_events.messengers import Heartbeat, Way, check_hosts, ways_of
from bedolaga_events.metrics import Metrics
from bedolaga_events.settings import Settings
from bedolaga_events.silence import Silence
from bedolaga_events.store import events, meta, numbers, tokens, vault, webhooks
from bedolaga_events.store.batch import Transactions
from bedolaga_events.store.database import Database
from bedolaga_events.store.transaction import change
from bedolaga_events.store.trouble import starting
from bedolaga_events.store.watch import watch
from bedolaga_events.store.writer import Listener, Writer
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
    server = app[PARTS] = await _assemble(loaded, clocks)
    kept = server.database, server.writer, server.access
    housekeeping = Housekeeping(server.settings, *kept, server.calendar, server.helpers)
    server.writer.listeners += _listeners(server)
    writing = vital(server.writer.run(), server.break_down)
    others = [vital(work, server.break_down) for work in _works(server, housekeeping)]
    try:
        await _begin(server, housekeeping)
        yield
        if server.stopping is not None:
            await server.stopping
        with suppress(StoreError):  # the store may be why it ends
            await housekeeping.touch_tokens()
            await housekeeping.keep_time()
    finally:
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        server.writer.close()
        await asyncio.gather(writing, return_exceptions=True)
        server.worker.close()
        await server.database.close()


def _listeners(server: Parts) -> list[Listener]:
    """Who hears of every commit, in this order; a helper among them may fail."""
    helping, mark = server.helpers.listener, server.database.mark
    assert mark is not None  # it is open
    return [
        helping("mark", mark.heard),
        server.access.heard,
        server.hub.publish,
        server.worker.heard,
        server.walker.heard,
        helping("alerts", server.alerts.heard),
        helping("metrics", server.metrics.heard),
    ]


def _works(server: Parts, housekeeping: Housekeeping) -> Iterator[Coroutine[None, None, None]]:
    """What runs as long as the server does."""
    yield server.worker.run()
    yield housekeeping.run()
    yield housekeeping.watch_tokens()
    yield server.walker.run()
    telling = partial(server.alerts.run, server.database, lambda: server.is_well)
    yield server.helpers.run("alerts", telling)
    yield watch(server.writer, server.database.path.parent)


async def _begin(server: Parts, housekeeping: Housekeeping) -> None:
    """BEDOLAGA_EVENTS_TOKEN is an admin token; one that was set there before is not any more."""
    secret = server.settings.token
    value = None if secret is None else secret.get_secret_value()
    with starting(server.database.path):
        await change(server.writer, tokens.ensure, ENVIRONMENT_TOKEN, value)
    await change(server.writer, numbers.adopt, server.rules)
    await housekeeping.reread_tokens()


async def _assemble(loaded: Loaded, clocks: Clock) -> Parts:
    """Open the store and make what stands around it."""
    delivery = loaded.settings.delivery
    way = proxy(delivery.proxy.get_secret_value())
    if way is not None:
        log.warning("deliveries go through a proxy; it resolves and judges names", proxy=str(way))
    guard = Guard(_policy(loaded.settings), Resolver(), has_proxy=way is not None)
    await check_hosts(loaded.settings.alerts, guard)
    tls = trusted_cas(delivery.ca_file)
    poster = Poster(Dialler(guard, tls, delivery.connect_timeout, way))
    database = await Database.open(loaded.settings.database.path)
    fsync_ms = round(database.fsync_seconds * 1000, 3)
    log.info("database open", path=str(database.path), fsync_ms=fsync_ms)
    try:
        with starting(database.path):
            return await _around(database, loaded, clocks, guard, poster)
    except BaseException:  # cancelled too
        await database.close()
        raise


async def _around(
    database: Database, loaded: Loaded, clocks: Clock, guard: Guard, poster: Poster
) -> Parts:
    settings, calendar, metrics = loaded.settings, Calendar(clocks), Metrics()
    calendar.resume(await database.read(meta.running_at))
    box = vault.of(settings, await database.read(webhooks.sealed))
    transactions = Transactions(settings.rules, clocks.leap)
    writer = Writer(database, transactions, clocks.wall, settings.events.queue_limit, metrics)
    last, live = await database.read(events.last_id), settings.live
    helpers, catalogue = Helpers(metrics), _catalogue(settings)
    ways, words = ways_of(settings.alerts, database, box, poster), catalogue.words()
    return Parts(
        settings=settings,
        origins=loaded.origins,
        now=clocks.wall,
        calendar=calendar,
        metrics=metrics,
        catalogue=catalogue,
        database=database,
        writer=writer,
        vault=box,
        hub=Hub(last, live.max_connections, live.unsent_limit_kib * 1024, metrics),
        worker=Worker(
            database, writer, poster, box, settings.delivery, clocks, calendar, metrics, words
        ),
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


async def _say_goodbye(app: web.Application) -> None:
    """What is in flight is waited for meanwhile, by `_run`."""
    if PARTS in app:
        server = app[PARTS]
        seconds = patience(server.settings.server)
        server.stopping = asyncio.create_task(server.worker.stop(seconds))
        await server.hub.say_goodbye()
