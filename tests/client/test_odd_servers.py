"""The bot's side against odd servers and odd tokens (contract §2, cases B1 to B12)."""

import time
from pathlib import Path
from typing import Any

import pytest

from bedolaga_events_client import EventPublisher
from tests.client.conftest import OddServer, Said, emit, refusal, taken
from tests.conftest import until


@pytest.mark.parametrize("token", ["token\n", "  token\r\n", "\ufefftoken"])
async def test_a_token_read_from_a_file_is_stripped(
    odd: OddServer, outbox: Path, token: str
) -> None:
    """B3: the newline of a secret's file ended the courier's thread."""
    bot = EventPublisher(odd.url, token, outbox)
    await emit(bot, 1)
    await until(lambda: odd.numbers == [1])
    assert odd.requests[0][0]["Authorization"] == "Bearer token"
    await bot.close()


@pytest.mark.parametrize("token", ["two\nlines", "жетон"])
async def test_a_token_that_no_header_can_carry_is_told_and_never_shown(
    odd: OddServer, outbox: Path, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The thread lives and says so."""
    bot = EventPublisher(odd.url, token, outbox)
    await emit(bot, 1)
    await until(lambda: "token" in (bot.state().waits_for or ""))
    assert bot.pending() == 1
    assert token not in caplog.text
    await bot.close(0.1)


@pytest.mark.parametrize(
    "said",
    [
        Said(200, b"<html>Welcome</html>"),
        Said(200, taken(2).body),
        Said(202, b""),
        Said(202, taken(3).body),
        Said(302, b"", {"Location": "/login"}),
        Said(307, b"", {"Location": "/events/batch"}),
        Said(401, b'{"detail": "The token is not valid."}'),
        Said(404, b"not found"),
        Said(503, b"{}", {"Retry-After": "1"}),
        Said(None),
        Said(202, b"short", {"Content-Length": "99"}),
    ],
    ids=lambda said: f"{said.status}-{said.body[:9]!r}",
)
async def test_nothing_but_the_servers_own_word_counts_as_delivered(
    bot: EventPublisher, odd: OddServer, said: Said
) -> None:
    """B4: a captive page's 200 took the events with it. No redirect is followed either."""
    odd.behave = lambda _: said
    await emit(bot, 1, 2)
    await until(lambda: bot.state().waits_for)
    assert (bot.pending(), bot.refused(), odd.numbers) == (2, [], [])
    odd.behave = lambda _: None
    await until(lambda: bot.pending() == 0)
    assert odd.numbers == [1, 2]


@pytest.mark.parametrize("status", [500, 502, 503, 413, 400])
async def test_an_event_at_which_the_server_fails_is_found_and_set_aside(
    bot: EventPublisher, odd: OddServer, status: int
) -> None:
    """B5: it held up everything behind it for ever. Two of them, not neighbours."""
    bad = {3, 7}
    odd.behave = lambda events: (
        Said(status, b"<html>") if any(e["payload"]["user_id"] in bad for e in events) else None
    )
    await emit(bot, *range(30))
    await until(lambda: len(bot.refused()) == 2)
    await until(lambda: bot.pending() == 0)
    assert sorted(odd.numbers) == sorted(set(range(30)) - bad)
    assert {aside.event["payload"]["user_id"] for aside in bot.refused()} == bad
    assert f"HTTP {status}" in bot.refused()[0].reason


async def test_a_server_that_fails_at_everything_sets_nothing_aside(
    bot: EventPublisher, odd: OddServer
) -> None:
    """An outage is no event's fault, however long it lasts; afterwards all arrive.

    One may be ahead of the others: the one that showed that the server works again.
    """
    odd.behave = lambda _: Said(500)
    await emit(bot, *range(10))
    await until(lambda: len(odd.requests) > 40)
    assert (bot.refused(), bot.pending()) == ([], 10)
    odd.behave = lambda _: None
    await until(lambda: bot.pending() == 0)
    assert sorted(odd.numbers) == list(range(10))
    assert bot.refused() == []


async def test_a_refused_event_is_sent_once_more_when_the_server_knows_its_type(
    bot: EventPublisher, odd: OddServer
) -> None:
    """B10: only SQL brought it back."""
    odd.behave = lambda _: refusal()
    await emit(bot, 1)
    await until(bot.refused)
    odd.behave = lambda _: None
    assert bot.resend() == 1
    await until(lambda: odd.numbers == [1])
    assert bot.state().set_aside == 0


async def test_environment_proxies_are_not_asked(
    odd: OddServer, outbox: Path, monkeypatch: Any
) -> None:
    """A proxy for the bot's own requests is not on the way to the server beside it."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    bot = EventPublisher(odd.url, "token", outbox)
    await emit(bot, 1)
    await until(lambda: odd.numbers == [1])
    await bot.close()


async def test_a_refusal_that_quotes_half_a_character_holds_up_nothing(
    bot: EventPublisher, odd: OddServer
) -> None:
    """The server's sentence cannot be stored as it is: the event is set aside all the same."""
    odd.behave = lambda events: (
        refusal(detail="no such type: \ud83d") if events[0]["type"] == "odd" else None
    )
    await bot.emit("odd", {})
    await emit(bot, 1)
    await until(lambda: odd.numbers == [1])
    assert "no such type" in bot.refused()[0].reason


async def test_who_asks_for_fewer_requests_gets_no_halves(
    bot: EventPublisher, odd: OddServer
) -> None:
    """429 with Retry-After: the batch rests, whole; the events are not to blame."""
    asked = list[tuple[float, int]]()

    def busy(events: Any) -> Said | None:
        asked.append((time.monotonic(), len(events)))
        limited = Said(429, b"<html>", {"Retry-After": "1"})
        return limited if len(asked) < 3 else None

    odd.behave = lambda _: Said(503)
    for number in range(20):
        bot._keep(
            {"type": "user.created", "payload": {"user_id": number}, "idempotency_key": str(number)}
        )
    await until(lambda: bot.state().in_file == 20)
    odd.behave = busy
    await until(lambda: len(odd.numbers) == 20)
    moments = [at for at, _ in asked[:3]]
    assert moments[1] - moments[0] >= 1 <= moments[2] - moments[1]
    assert bot.refused() == []
