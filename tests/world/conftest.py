"""A world for each test: its own network, names, certificates, and a shop in it."""

import os
import signal
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Page

from tests.system.chromium import browsing
from tests.world import names as name_server
from tests.world import namespaces, trust
from tests.world.doors import Street
from tests.world.names import Names
from tests.world.namespaces import World
from tests.world.receivers import Receiver, Receivers, receiving
from tests.world.shop import Shop
from tests.world.trust import Authority


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A private network and /etc, left again at the end; HOME is empty."""
    if os.geteuid() != 0:
        pytest.skip("needs root, to make network namespaces")
    monkeypatch.setenv("HOME", str(tmp_path))
    with namespaces.entered(tmp_path) as one:
        one.etc("hosts", "127.0.0.1 localhost\n::1 localhost\n")
        yield one


@pytest.fixture
async def names(world: World) -> AsyncIterator[Names]:
    """The world's name server."""
    world.etc("resolv.conf", f"nameserver {name_server.ADDRESS}\n")
    async with name_server.serving() as one:
        yield one


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """A certificate authority."""
    return trust.made(tmp_path)


@pytest.fixture
async def shop(names: Names, authority: Authority, tmp_path: Path) -> AsyncIterator[Shop]:
    """A server that is not started yet."""
    known = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=authority.file))
    async with aiohttp.ClientSession(connector=known) as session:
        one = Shop(tmp_path, session)
        yield one
        await one.stop(signal.SIGKILL)


@pytest.fixture
async def street(names: Names, authority: Authority, shop: Shop) -> AsyncIterator[Street]:
    """Where the shop gets its door; what stands before it is taken down before the shop is."""
    async with AsyncExitStack() as stack:
        yield Street(names, authority, shop, stack)


@pytest.fixture
async def receivers(world: World) -> AsyncIterator[Receivers]:
    """Start a receiver: (address, certificate) → Receiver."""
    async with AsyncExitStack() as stack:

        async def start(address: str, certificate: tuple[str, str] | None = None) -> Receiver:
            return await stack.enter_async_context(receiving(address, certificate))

        yield start


@pytest.fixture
async def page(world: World, tmp_path: Path, authority: Authority) -> AsyncIterator[Page]:
    """One page of a browser in this world, which knows its authority."""
    authority.known_to_browsers(tmp_path)
    async with browsing() as context:
        yield await context.new_page()
