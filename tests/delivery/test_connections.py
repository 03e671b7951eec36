"""Kept connections: what dies with one is repeated once, and late bytes belong to nobody."""

import asyncio
import socket
import threading

import pytest

from bedolaga_events.delivery import poster as poster_module
from bedolaga_events.delivery import resolver
from bedolaga_events.delivery.poster import Poster
from bedolaga_events.delivery.resolver import AddrInfo
from bedolaga_events.model import ErrorCode
from tests.conftest import until
from tests.delivery.conftest import BODY, Receiver, dialler, post, receiving, says

NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
LATE = {
    "a body": b"ok",
    "half a status line": b"HTT",
    "chunks": b"2\r\nok\r\n0\r\n\r\n",
    "an empty line": b"\r\n",
    "a page": b"<html>" + b"x" * 5_000 + b"</html>",
}
IDLE = {
    **LATE,
    "a 408": b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    "another answer": b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n",
    "an interim answer": b"HTTP/1.1 100 Continue\r\n\r\n",
}


async def test_a_payload_that_kills_connections_is_posted_twice_at_most(poster: Poster) -> None:
    """Eight are kept; the next request dies with one of them, and with a fresh one."""
    served = 0

    def all_are_out() -> bool:
        return served >= 8

    async def talk(
        receiver: Receiver, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        nonlocal served
        while b"poison" not in await receiver.request(reader):
            served += 1
            await until(all_are_out)
            writer.write(OK)

    async with receiving(talk) as receiver:
        await asyncio.gather(*(post(poster, receiver.url) for _ in range(8)))
        assert receiver.connections == 8
        receiver.requests.clear()
        answer = await post(poster, receiver.url, body=b'"poison"')
        assert (answer.status, answer.error_code) == (None, ErrorCode.CONNECTION_RESET)
        assert len(receiver.requests) == 2
        assert receiver.connections == 9


async def test_a_kept_connection_closed_without_a_word_is_the_same_attempt(poster: Poster) -> None:
    """The request is repeated on a fresh connection, and answered there."""

    async def talk(
        receiver: Receiver, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await receiver.request(reader)
        writer.write(OK)
        await receiver.request(reader)  # taken, and gone

    async with receiving(talk) as receiver:
        assert (await post(poster, receiver.url)).status == 200
        assert (await post(poster, receiver.url)).status == 200
        assert (len(receiver.requests), receiver.connections) == (3, 2)


@pytest.mark.parametrize("late", LATE)
async def test_the_rest_of_an_answer_is_not_the_next_one(poster: Poster, late: str) -> None:
    """A 204, and its body when the next request has come: thirty events are thirty requests."""

    async def talk(
        receiver: Receiver, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await receiver.request(reader)
        writer.write(NO_CONTENT)
        while await receiver.request(reader):
            writer.write(LATE[late])
            await writer.drain()
            await asyncio.sleep(0.003)
            writer.write(NO_CONTENT)

    async with receiving(talk) as receiver:
        for _ in range(30):
            assert (await post(poster, receiver.url)).status == 204
        assert len(receiver.requests) == 30


class Blunt:
    """A receiver in a thread, so that it goes on while the loop of the test stands still."""

    def __init__(self, idle: bytes) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.may_speak, self.has_spoken = threading.Event(), threading.Event()
        self._idle = idle
        self.requests = 0
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self) -> None:
        first, _ = self._listening.accept()
        with first:
            self._answer(first)
            assert self.may_speak.wait(10)
            first.sendall(self._idle)
            self.has_spoken.set()
            second, _ = self._listening.accept()
            with second:
                self._answer(second)
        self._listening.close()

    def _answer(self, connection: socket.socket) -> None:
        taken = b""
        while not taken.endswith(BODY):
            taken += connection.recv(65_536)
        self.requests += 1
        connection.sendall(OK)


@pytest.mark.parametrize("idle", IDLE)
async def test_bytes_on_an_idle_connection_are_no_answer(poster: Poster, idle: str) -> None:
    """They came before the next request, though the loop has not read them: it goes elsewhere."""
    receiver = Blunt(IDLE[idle])
    url = f"http://127.0.0.1:{receiver.port}/"
    assert (await post(poster, url)).status == 200
    receiver.may_speak.set()
    assert receiver.has_spoken.wait(10)  # the loop stands still
    assert (await post(poster, url)).status == 200
    receiver.thread.join()
    assert receiver.requests == 2


async def test_a_408_for_an_idle_connection_is_no_answer_to_a_request(poster: Poster) -> None:
    """It crossed the request on the way: RFC 9110 §15.5.9 lets a client ask once more."""

    async def talk(
        receiver: Receiver, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await receiver.request(reader)
        writer.write(OK)
        if receiver.connections == 1:
            await reader.readexactly(1)
            writer.write(IDLE["a 408"])

    async with receiving(talk) as receiver:
        assert (await post(poster, receiver.url)).status == 200
        assert (await post(poster, receiver.url)).status == 200
        assert receiver.connections == 2


async def test_a_changed_record_is_followed_under_steady_traffic(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both hosts live on; connections grow old, and so do answers of the resolver."""
    monkeypatch.setattr(poster_module, "OLDEST", 0.3)
    monkeypatch.setattr(resolver, "FRESH", 0.2)
    address = ["127.0.0.1"]

    def look_up(_: str) -> list[AddrInfo]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address[0], 0))]

    moving = Poster(dialler(look_up))
    async with (
        receiving(says(OK, "stay")) as old,
        receiving(says(OK, "stay"), host="127.0.0.2", port=old.port) as new,
    ):
        url = f"http://shop.test:{old.port}/"
        for _ in range(20):
            await post(moving, url)
        assert (len(old.requests), old.connections) == (20, 1)
        address[0] = "127.0.0.2"
        async with asyncio.timeout(10):
            while not new.requests:
                await post(moving, url)
    moving.close()
