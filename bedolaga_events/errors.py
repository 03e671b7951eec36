"""Every error that a caller may see, with its HTTP status and its sentence.

EventsError (500)
├── ConfigError            a setting is wrong; the server does not start
├── StoreError (503)       the database cannot be used
│   ├── Busy (503)         the writer's queue is full
│   ├── DiskFull (507)     no space; nothing was acknowledged
│   └── StoreClosed (503)  the server is shutting down
├── BadRequest (400)
├── Unauthorized (401)
├── Forbidden (403)
├── NotFound (404)
├── TooSlow (408)
├── Conflict (409)
├── TooLarge (413)
├── UnsupportedMedia (415)
├── Unprocessable (422)    with `errors`: [{"loc", "msg"}]
├── UpgradeRequired (426)  with what /ws speaks
├── TooManyFailures (429)
├── TooManyConnections (429)
└── Unwanted (499)         who asked is gone
"""

from collections.abc import Mapping, Sequence
from typing import Any


class EventsError(Exception):
    """An error with a sentence for the caller.

    Args:
        detail: one sentence that a person understands.
        headers: reply headers that go with it.
        errors: per-field findings, each ``{"loc": [...], "msg": "..."}``.
    """

    status = 500

    def __init__(
        self,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[Mapping[str, object]] = (),
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.headers = dict(headers or {})
        self.errors = list(errors)


class ConfigError(EventsError):
    """A setting is unknown or has a bad value."""


class StoreError(EventsError):
    """The database cannot take the change now; nothing was acknowledged."""

    status = 503


class Busy(StoreError):
    """The writer is behind by more than its bound (contract §2)."""

    def __init__(self) -> None:
        super().__init__(
            "The server is writing as fast as the disk allows; try again in a second.",
            headers={"Retry-After": "1"},
        )


class DiskFull(StoreError):
    """The disk is full."""

    status = 507


class StoreClosed(StoreError):
    """The store is shutting down."""

    def __init__(self) -> None:
        super().__init__("The server is shutting down.", headers={"Retry-After": "5"})


class BadRequest(EventsError):
    """The body is not what it claims to be."""

    status = 400


class Unauthorized(EventsError):
    """No token, or one that the server does not know (RFC 6750 §3)."""

    status = 401

    def __init__(self, detail: str) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"})


class Forbidden(EventsError):
    """The token lacks the scope, or the Origin is a stranger's."""

    status = 403


class NotFound(EventsError):
    """There is no such thing."""

    status = 404


class TooSlow(EventsError):
    """The body did not arrive in time."""

    status = 408

    def __init__(self) -> None:
        super().__init__("The body did not arrive in time.", headers={"Connection": "close"})


class Conflict(EventsError):
    """The request contradicts what is stored."""

    status = 409


class TooLarge(EventsError):
    """The body is over its limit."""

    status = 413


class UnsupportedMedia(EventsError):
    """The body is not JSON by its Content-Type."""

    status = 415


class Unwanted(EventsError):
    """Who asked is gone, and with him the reason to go on; nobody reads this (nginx's 499)."""

    status = 499

    def __init__(self) -> None:
        super().__init__("Nobody waits for the answer any more.")


class Unprocessable(EventsError):
    """The body is JSON, but not what this call takes."""

    status = 422

    @classmethod
    def at(cls, loc: Sequence[str | int], msg: str) -> "Unprocessable":
        """One finding at one field; `loc` is the path to it."""
        where = ".".join(map(str, loc))
        return cls(f"{where}: {msg}" if where else msg, errors=[{"loc": list(loc), "msg": msg}])


class TooManyFailures(EventsError):
    """This address guessed wrong too often (contract §1)."""

    status = 429

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            f"Too many failed sign-ins from this address; try again in {retry_after} s.",
            headers={"Retry-After": str(retry_after)},
        )


class TooManyConnections(EventsError):
    """As many streams are open as may be, in all or from this address (contract §3)."""

    status = 429

    def __init__(self, detail: str) -> None:
        super().__init__(detail, headers={"Retry-After": "5"})


class UpgradeRequired(EventsError):
    """Only a WebSocket handshake is taken here (RFC 9110 §15.5.22, RFC 6455 §4.4)."""

    status = 426

    def __init__(self, detail: str) -> None:
        headers = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
        super().__init__(detail, headers=headers)


def words(found: Mapping[str, Any]) -> str:
    """What pydantic says about one value; what a validator of ours said, as it said it."""
    return str(found["msg"]).removeprefix("Value error, ")


def reason(error: OSError | ValueError) -> str:
    """Why something cannot be read, without a number for programmers."""
    return getattr(error, "strerror", None) or str(error)
