"""When an answer counts, and how long it is waited for."""

import asyncio

import pytest

from bedolaga_events.delivery import formats
from bedolaga_events.delivery.answers import Answer
from bedolaga_events.delivery.poster import Poster
from tests.delivery.conftest import Receiver, post, receiving, says

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.mark.parametrize("size", [2, 1_000_000])
@pytest.mark.parametrize("then", ["close", "hang"])
async def test_an_answer_before_the_request_was_read_is_an_answer(
    poster: Poster, size: int, then: str
) -> None:
    """Like `printf ... | nc -l -N`: it speaks first, ends its side, and may read later or never."""

    async def talk(_: Receiver, __: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        writer.write_eof()
        if then == "hang":
            await asyncio.Event().wait()

    async with receiving(talk) as receiver:
        for _ in range(5):
            answer = await post(poster, receiver.url, body=b"x" * size)
            assert answer.status == 200, answer


async def test_what_answers_first_still_gets_the_request(poster: Poster) -> None:
    """Who watches with nc wants to see what was sent."""
    taken = asyncio.Event()

    async def talk(
        receiver: Receiver, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        writer.write(OK)
        writer.write_eof()
        await receiver.request(reader)
        taken.set()

    async with receiving(talk) as receiver:
        assert (await post(poster, receiver.url)).status == 200
        await asyncio.wait_for(taken.wait(), 5)


async def test_an_answer_without_an_end_takes_a_second_after_its_last_byte(poster: Poster) -> None:
    """Not the whole timeout: the rest of its sender's deliveries wait behind it."""
    for sent in (b"HTTP/1.1 200 OK\r\n\r\nok", b"HTTP/1.1 200 OK\r\n", b"SSH-2.0-x\r\n"):
        async with receiving(says(sent, "hang")) as receiver:
            assert 0.9 < (await post(poster, receiver.url)).duration < 5


async def test_an_answer_whose_end_is_told_is_waited_for(poster: Poster) -> None:
    """A script that sends its head, works, and then the rest must not be broken off."""

    async def talk(
        receiver: Receiver, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await receiver.request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nwo\r\n")
        await asyncio.sleep(1.2)  # longer than an answer without an end is waited for
        writer.write(b"2\r\nrk\r\n0\r\n\r\n")

    async with receiving(talk) as receiver:
        assert (await post(poster, receiver.url)).body == b"work"


async def test_an_answer_without_end_is_cut_while_it_comes(poster: Poster) -> None:
    """Trailers as fast as they can be written: the status decides after 64 KiB of them."""
    written = 0

    async def talk(
        receiver: Receiver, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        nonlocal written
        await receiver.request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n")
        while True:
            writer.write(b"X-A: b\r\n" * 1_000)
            written += 8_000
            await writer.drain()

    async with receiving(talk) as receiver:
        answer = await post(poster, receiver.url)
        assert (answer.status, answer.duration < 5) == (200, True)
        assert written < 50_000_000  # what the kernel takes


@pytest.mark.parametrize(
    ("coding", "body", "shown"),
    [
        ("gzip", b"\x1f\x8b\x08", "[gzip: 3 bytes, compressed]"),
        ("deflate, BR", b"\x0b\x02", "[deflate, br: 2 bytes, compressed]"),
        (None, b"\x1f\x8b\x08", "[gzip: 3 bytes, compressed]"),
        ("", b"taken", "taken"),
        ("none", b"taken", "taken"),
        ("UTF-8", b"taken", "taken"),
        ("identity,", b"taken", "taken"),
    ],
)
def test_what_is_compressed_is_named_and_what_is_not_is_shown(
    coding: str | None, body: bytes, shown: str
) -> None:
    """D22: by the coding, or by its first bytes; some say a charset, or nothing, for a coding."""
    headers = () if coding is None else (("content-encoding", coding),)
    assert formats.shown(Answer(200, None, "OK", headers, body)) == shown
