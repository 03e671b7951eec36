"""The admin page in Chromium: 10,000 events at 200 a second; and what Lighthouse says of it."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator

from playwright.async_api import async_playwright

from bench.ingest import Row
from bench.run import EVENT, TOKEN, ours
from tools.lighthouse import AT_LEAST, scores

EVENTS, PER_SECOND, AT_ONCE = 10_000, 200, 10
WATCH = """() => {
  window.longest = 0;
  let before = performance.now();
  const frame = (now) => {
    window.longest = Math.max(window.longest, now - before);
    before = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame((now) => { before = now; requestAnimationFrame(frame); });
}"""
HEAP = "() => { gc(); return performance.memory.usedJSHeapSize / 1e6 }"


async def page() -> AsyncIterator[Row]:
    """The longest frame in ms, and how much the page's memory grew from the first half on in MB."""
    arguments = ["--no-sandbox", "--disable-gpu", "--js-flags=--expose-gc"]
    arguments += ["--enable-precise-memory-info"]
    async with ours() as server, async_playwright() as playwright:
        program = shutil.which("chromium")
        browser = await playwright.chromium.launch(executable_path=program, args=arguments)
        shown = await browser.new_page()
        await shown.goto(f"http://127.0.0.1:{server.port}/#token={TOKEN}")
        await shown.wait_for_selector(".connection.connected")

        async def stream(count: int) -> None:
            body = {"events": [json.loads(EVENT)] * AT_ONCE}
            for _ in range(count // AT_ONCE):
                await asyncio.gather(
                    server.call("POST", "/events/batch", body),
                    asyncio.sleep(AT_ONCE / PER_SECOND),
                )

        await stream(PER_SECOND)  # the first second
        await shown.evaluate(WATCH)
        await stream(EVENTS // 2)
        half = await shown.evaluate(HEAP)
        await stream(EVENTS // 2)
        yield (
            "longest frame of the page at 200 events/s, ms",
            "–",
            await shown.evaluate("longest"),
            50,
        )
        yield (
            "its memory after 10,000 events, MB more than after 5,000",
            "–",
            await shown.evaluate(HEAP) - half,
            1,
        )
        await browser.close()


async def lighthouse() -> AsyncIterator[Row]:
    """`make lighthouse` as rows."""
    for category, score in (await scores()).items():
        yield f"Lighthouse on a phone, {category}", "–", score, AT_LEAST[category]
