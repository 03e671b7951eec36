"""One page of a list: the filter out of a query, the rows, and how far they were searched."""

import time
from collections.abc import Callable
from typing import Any, TypeVar, cast

from aiohttp import web

from bedolaga_events import wire
from bedolaga_events.api.json_reply import reply
from bedolaga_events.api.refusing import Refusing
from bedolaga_events.api.state import parts
from bedolaga_events.shapes.base import ListQuery
from bedolaga_events.store.listing import Filter, Listed

QUIET_SECONDS = 1.0  # that a search goes on for a client who says no more
T = TypeVar("T")
F = TypeVar("F", bound=Filter)


def asked(query: ListQuery) -> dict[str, Any]:
    """The fields of a `Filter`, in the store's terms."""
    return {
        "q": (query.q or "").strip() or None,
        "since": None if query.since is None else wire.microseconds(query.since),
        "until": None if query.until is None else wire.microseconds(query.until),
        "before_id": query.before_id,
        "limit": query.limit,
        "offset": query.offset,
        "payload": query.payload,
    }


async def page(
    request: web.Request, listed: Callable[[Any, F], Listed[T]], wanted: F, text: Callable[[T], str]
) -> web.Response:
    """The reply with one page; what may take long waits apart, and ends with its client."""
    database = parts(request).database
    if wanted.may_take_long:
        found = await database.search(lambda: is_there(request), listed, wanted)
    else:
        found = await database.read(listed, wanted)
    return reply(
        wire.page(
            map(text, found.items),
            total=found.total,
            limit=wanted.limit,
            offset=wanted.offset,
            searched_to=found.searched_to,
        )
    )


def is_there(request: web.Request) -> bool:
    """Whether the client that asked still waits.

    Who says no more may be gone altogether, which only writing would tell: he is waited for a
    little, and not as long as a search may take.
    """
    if request.transport is None or request.transport.is_closing():
        return False
    since = cast(Refusing, request.protocol).quiet_since
    return since is None or time.monotonic() - since < QUIET_SECONDS
