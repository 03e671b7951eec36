"""`python -m bench [NAME ...]`: measure, and print a table of ratios."""

import os
import platform
import sys
from importlib.metadata import version

import uvloop

from bench import endurance, history, ingest, live, page

PARTS = {
    "ingest": ingest.ingest,
    "filtered": ingest.filtered,
    "batch": ingest.batch,
    "end-to-end": ingest.end_to_end,
    "ten-webhooks": ingest.ten_webhooks,
    "fairness": ingest.fairness,
    "fan-out": live.fan_out,
    "nchan": live.nchan,
    "storm": live.storm,
    "page": page.page,
    "lighthouse": page.lighthouse,
    "latency": live.latency,
    "memory": live.memory,
    "start": history.start,
    "history": history.history,
    "backlog": endurance.backlog,
    "disk": endurance.disk,
    "soak": endurance.soak,
}
BY_NAME = {"soak", "lighthouse"}  # one takes ten minutes, one needs what npm brings
PACKAGES = ("aiohttp", "aiosqlite", "pydantic")


async def main(names: list[str]) -> None:
    versions = ", ".join(f"{one} {version(one)}" for one in PACKAGES)
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    print(f"{machine}, {versions}\n")
    print("| what | against | ratio | goal |\n| --- | --- | --- | --- |")
    for name in names or (one for one in PARTS if one not in BY_NAME):
        async for what, against, ratio, goal in PARTS[name]():
            print(f"| {what} | {against} | {ratio:.2f} | {goal:g} |", flush=True)


if __name__ == "__main__":
    if unknown := set(sys.argv[1:]) - PARTS.keys():
        sys.exit(f"Unknown: {', '.join(sorted(unknown))}. Known: {', '.join(PARTS)}.")
    uvloop.run(main(sys.argv[1:]))
