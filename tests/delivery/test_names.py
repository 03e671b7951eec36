"""Names: who is silent holds up nobody else, and costs a bounded number of threads."""

import asyncio
import socket
import subprocess
import sys
import threading
import time

import pytest

from bedolaga_events.delivery import resolver as module
from bedolaga_events.delivery.poster import Poster
from bedolaga_events.delivery.resolver import Resolver
from bedolaga_events.model import ErrorCode
from tests.conftest import until
from tests.delivery.conftest import NameServer, dialler, infos, post

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def soon(seconds: float = 5.0) -> float:
    return asyncio.get_running_loop().time() + seconds


async def test_one_name_has_one_look_up_however_many_wait(server: NameServer) -> None:
    """And its answer is used for a while."""
    resolver = Resolver(server.look_up)
    for _ in range(3):
        found = await asyncio.gather(*(resolver.resolve("shop.test", 80, soon()) for _ in range(9)))
        assert found == [[(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))]] * 9
    assert server.asked["shop.test"] == 1


async def test_silent_names_hold_up_no_other(server: NameServer) -> None:
    """Thirty names whose server is silent, asked for again and again, beside a healthy one."""
    resolver = Resolver(server.look_up)

    async def ask(number: int) -> None:
        for _ in range(3):
            with pytest.raises(OSError, match="does not answer"):
                await resolver.resolve(f"silent-{number}.test", 80, soon(0.3))

    asking = [asyncio.create_task(ask(number)) for number in range(30)]
    await asyncio.sleep(0)
    for number in range(10):
        server.known[f"healthy-{number}.test"] = infos("127.0.0.1")
        assert await resolver.resolve(f"healthy-{number}.test", 80, soon())
    await asyncio.gather(*asking)
    assert max(server.asked.values()) == 1


async def test_given_up_look_ups_do_not_pile_up(server: NameServer) -> None:
    """Two hundred silent names cost a bounded number of threads."""
    resolver, before = Resolver(server.look_up), threading.active_count()
    results = await asyncio.gather(
        *(resolver.resolve(f"silent-{number}.test", 80, soon(1.0)) for number in range(200)),
        return_exceptions=True,
    )
    assert all(isinstance(one, OSError) for one in results)
    assert threading.active_count() - before <= module.AT_ONCE + module.HANGING


async def test_an_address_that_is_written_out_never_waits(server: NameServer) -> None:
    """All threads hang, and literals are dialled at once: IPv4, short IPv4, IPv6, with a zone."""
    resolver = Resolver(server.look_up)
    silent = [
        asyncio.create_task(resolver.resolve(f"silent-{number}.test", 80, soon(0.5)))
        for number in range(100)
    ]
    await until(lambda: len(server.asked) >= module.AT_ONCE)
    for host in ("127.0.0.1", "127.1", "::1", "fe80::1%lo"):
        [info] = await resolver.resolve(host, 8080, soon(0))
        assert info[4][1] == 8080
    assert not any(server.asked[one] for one in ("127.0.0.1", "127.1", "::1", "fe80::1%lo"))
    await asyncio.gather(*silent, return_exceptions=True)


async def test_a_name_that_fails_is_remembered_for_a_moment(
    server: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A burst of deliveries asks once; when it knows better, it is asked again."""
    resolver = Resolver(server.look_up)
    server.failing["gone.test"] = socket.EAI_NONAME
    for _ in range(5):
        with pytest.raises(socket.gaierror):
            await resolver.resolve("gone.test", 80, soon())
    assert server.asked["gone.test"] == 1
    monkeypatch.setattr(module, "FAILED", 0.0)
    del server.failing["gone.test"]
    server.known["gone.test"] = infos("127.0.0.1")
    assert await resolver.resolve("gone.test", 80, soon())


@pytest.mark.parametrize("trouble", ["silence", "a passing failure"])
async def test_the_last_good_answer_stands_in(
    server: NameServer, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    """A name server that is down for a while stops no delivery to a host it told before."""
    monkeypatch.setattr(module, "FRESH", 0.0)
    resolver = Resolver(server.look_up)
    first = await resolver.resolve("shop.test", 80, soon())
    del server.known["shop.test"]
    if trouble == "a passing failure":
        server.failing["shop.test"] = socket.EAI_AGAIN
    for _ in range(5):
        assert await resolver.resolve("shop.test", 80, soon()) == first
    assert server.asked["shop.test"] == 2


async def test_a_name_that_is_gone_is_gone(
    server: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An old answer does not stand in for a clear no."""
    monkeypatch.setattr(module, "FRESH", 0.0)
    resolver = Resolver(server.look_up)
    assert await resolver.resolve("shop.test", 80, soon())
    server.failing["shop.test"] = socket.EAI_NONAME
    with pytest.raises(socket.gaierror):
        await resolver.resolve("shop.test", 80, soon())


async def test_what_is_remembered_is_bounded(
    server: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody who checks one URL after another fills no memory."""
    monkeypatch.setattr(module, "NAMES", 10)
    resolver = Resolver(server.look_up)
    for number in range(50):
        server.failing[f"{number}.test"] = socket.EAI_NONAME
        with pytest.raises(socket.gaierror):
            await resolver.resolve(f"{number}.test", 80, soon())
    assert len(resolver._names) == 10


async def test_the_system_knows_its_hosts_file() -> None:
    """By the same way as every other program."""
    found = await Resolver().resolve("localhost", 80, soon())
    assert {info[4][0] for info in found} <= {"127.0.0.1", "::1"}
    with pytest.raises(socket.gaierror):
        await Resolver().resolve("nobody.invalid", 80, soon())


async def test_a_name_that_hangs_is_a_dns_error(server: NameServer) -> None:
    """After the connect timeout, and at once while that is remembered."""
    poster = Poster(dialler(server.look_up, timeout=0.3))
    for _ in range(2):
        answer = await post(poster, "http://silent.test/")
        assert (answer.error_code, answer.remote_address) == (ErrorCode.DNS, None)
        assert "does not resolve" in answer.message
    assert answer.duration < 0.2


def test_a_program_that_ends_does_not_wait_for_a_name() -> None:
    """A look-up that hangs has a daemon's thread: no pool is joined at the exit."""
    program = """
import asyncio, time
from bedolaga_events.delivery.resolver import Resolver
async def main():
    now = asyncio.get_running_loop().time()
    try:
        await Resolver(lambda host: time.sleep(30)).resolve("silent.test", 80, now + 0.2)
    except OSError:
        print("given up")
asyncio.run(main())
"""
    began = time.monotonic()

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "given up\n"
    assert time.monotonic() - began < 20
