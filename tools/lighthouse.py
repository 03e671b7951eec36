"""`make lighthouse`: the page on a phone, signed in; the median of three runs.

As a phone meets it: by https and HTTP/2 through Caddy (docs/domain.md), with a certificate of
Caddy's own. Lighthouse slows the processor down from a fast desktop's to a phone's; a slower
machine needs less of it (Lighthouse's docs/throttling.md, by the index that it measures).

It needs Chromium, Caddy and npm's lighthouse; 13 wants Node 22: npm install --global
lighthouse@12.2.3
"""

import asyncio
import json
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tools.screenshots import PORT, TOKEN, serving
from tools.ugly import fill

RUNS = 3
AT_LEAST = {"performance": 0.98, "accessibility": 1.0, "best-practices": 1.0}
FLAGS = "--headless=new --no-sandbox --ignore-certificate-errors"
FAST = 1500  # the index of a "high-end desktop"
SECURE = "https://localhost:18443"
CADDYFILE = """{{
	admin off
	auto_https disable_redirects
	skip_install_trust
	storage file_system {folder}
}}
{address} {{
	tls internal
	reverse_proxy http://127.0.0.1:{port}
}}
"""


@asynccontextmanager
async def proxied() -> AsyncIterator[str]:
    """Caddy in front of the server; gives its address."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "Caddyfile"
        config.write_text(CADDYFILE.format(folder=folder, address=SECURE, port=PORT))
        process = await asyncio.create_subprocess_exec(
            *("caddy", "run", "--adapter", "caddyfile", "--config", str(config)),
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stderr is not None
        try:
            async with asyncio.timeout(30):
                while b"serving initial configuration" not in await process.stderr.readline():
                    pass
            reading = asyncio.create_task(process.stderr.read())  # a full pipe would hold it up
            yield SECURE
            reading.cancel()
        finally:
            process.terminate()
            await process.wait()


async def run(link: str, multiplier: int) -> dict[str, Any]:
    """What one run reports."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        process = await asyncio.create_subprocess_exec(
            *("lighthouse", link, "--quiet", f"--chrome-flags={FLAGS}", "--output=json"),
            *(f"--output-path={report}", f"--only-categories={','.join(AT_LEAST)}"),
            f"--throttling.cpuSlowdownMultiplier={multiplier}",
            env={**os.environ, "CHROME_PATH": shutil.which("chromium") or ""},
        )
        async with asyncio.timeout(300):
            await process.wait()
        found: dict[str, Any] = json.loads(report.read_text())
        return found


def slowdown(report: dict[str, Any]) -> int:
    """Times that a middling phone is slower than this machine: Lighthouse's docs/throttling.md."""
    index = report["environment"]["benchmarkIndex"]
    sys.stderr.write(f"benchmark index {index:.0f}\n")
    return 4 if index >= FAST else 2


async def scores() -> dict[str, float]:
    """The medians of `RUNS` runs by category.

    Raises:
        SystemExit: a program that it needs is not here.
    """
    for program in ("chromium", "caddy", "lighthouse"):
        if shutil.which(program) is None:
            sys.exit(f"it needs {program}: {__doc__}")
    # Not the demo: what streams in all the time moves.
    async with serving("ugly") as address, proxied() as secure:
        await fill(address, TOKEN)
        link = f"{secure}/#token={TOKEN}"
        multiplier = slowdown(await run(link, 4))
        runs = [(await run(link, multiplier))["categories"] for _ in range(RUNS)]
    return {name: statistics.median(one[name]["score"] for one in runs) for name in AT_LEAST}


async def main() -> bool:
    """Whether every median is good enough."""
    found = await scores()
    for name, least in AT_LEAST.items():
        sys.stdout.write(f"{name:15} {found[name]:.2f}  (at least {least})\n")
    return all(found[name] >= least for name, least in AT_LEAST.items())


if __name__ == "__main__":
    sys.exit(not asyncio.run(main()))
