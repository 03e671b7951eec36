"""A corpus of answers goes through our client, through aiohttp's and through curl."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bedolaga_events.delivery.poster import Poster
from tests.delivery.answers import ANSWERS, SAME, Case
from tests.delivery.conftest import Receiver, dialler, post, receiving, says
from tests.delivery.twin import Twin

SECONDS = 2.5  # for a request; more than what is waited for an answer without an end
AT_ONCE = 12
Verdict = tuple[object, int]  # status or error code, and how many POSTs came
Asking = Callable[[Receiver], Awaitable[object]]


async def verdicts(ask: Asking, expected: Callable[[Case], object]) -> dict[str, Any]:
    """What differs from what is written: (found, written) by the name of the answer."""

    few = asyncio.Semaphore(AT_ONCE)

    async def verdict(case: Case) -> Verdict:
        async with few, receiving(says(case.sent, case.then)) as receiver:
            return await ask(receiver), len(receiver.requests)

    found = await asyncio.gather(*(verdict(case) for case in ANSWERS.values()))
    written = [(expected(case), 1) for case in ANSWERS.values()]
    return {
        name: (one, other)
        for name, one, other in zip(ANSWERS, found, written, strict=True)
        if one != other
    }


def asking(poster: Any) -> Asking:
    async def ask(receiver: Receiver) -> object:
        answer = await post(poster, receiver.url, SECONDS)
        return answer.status or answer.error_code

    return ask


async def curl(receiver: Receiver) -> object:
    process = await asyncio.create_subprocess_exec(
        *("curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}"),
        *("--max-time", str(SECONDS), "--noproxy", "*", "--data", "{}", receiver.url),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    return int(out) or None


async def test_every_answer_has_its_verdict_and_costs_one_request(poster: Poster) -> None:
    """What is written beside each answer of the corpus holds for our client."""
    assert len(ANSWERS) >= 80
    assert await verdicts(asking(poster), lambda case: case.ours) == {}


async def test_aiohttp_sees_the_same_but_where_a_line_says_why() -> None:
    """The oracle: the same verb over another client."""
    twin = Twin(dialler())
    different = await verdicts(
        asking(twin), lambda case: case.ours if case.aiohttp is SAME else case.aiohttp
    )
    twin.close()
    assert different == {}


@pytest.mark.asyncio(loop_factories=["asyncio"])
async def test_curl_sees_the_same_but_where_a_line_says_why() -> None:
    """What a person finds out by hand is what the history says."""

    def expected(case: Case) -> object:
        if case.curl is not SAME:
            return case.curl
        return case.ours if isinstance(case.ours, int) else None

    assert await verdicts(curl, expected) == {}


@pytest.mark.parametrize("name", ANSWERS)
def test_where_others_differ_a_line_says_why(name: str) -> None:
    """No difference without a reason."""
    case = ANSWERS[name]
    differs = case.aiohttp is not SAME or case.curl is not SAME
    assert bool(case.why) == differs
