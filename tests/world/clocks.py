"""A wall clock that leaps while the server runs (libfaketime); elapsed time goes on as ever."""

import time
from datetime import datetime
from pathlib import Path

import pytest

from tests.conftest import until
from tests.world.shop import Shop

NEAR = 60.0  # seconds


class WallClock:
    """What time it is for a shop, in seconds off the true time."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._file = shop.folder / "clock"
        self._set(0)
        shop.environment |= {
            "LD_PRELOAD": library(),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": "1",  # seconds; never: the program starts in six
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    async def leap(self, seconds: float) -> None:
        """Let the running shop be so many seconds ahead (or behind) from now on."""
        self._set(seconds)

        async def leapt() -> bool:
            now = (await self._shop.call("GET", "/doctor"))["now"]
            return abs(datetime.fromisoformat(now).timestamp() - time.time() - seconds) < NEAR

        await until(leapt)

    def _set(self, seconds: float) -> None:
        new = self._file.with_suffix(".new")
        new.write_text(f"{seconds:+.1f}\n")
        new.rename(self._file)


def hurry(shop: Shop, times: int) -> None:
    """Let all clocks of a shop that is not started yet, elapsed time too, run so much faster."""
    shop.environment |= {"LD_PRELOAD": library(), "FAKETIME": f"+0 x{times}"}


def library() -> str:
    """libfaketime's file."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    if not found:
        pytest.skip("needs faketime")
    return str(found[0])
