"""The stand-ins of the chat services."""

from collections.abc import AsyncIterator

import pytest

from tests.api.chats import Chats, running


@pytest.fixture
async def chats() -> AsyncIterator[Chats]:
    async with running() as one:
        yield one
