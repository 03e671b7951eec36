"""`make screenshots`: every view of the demo in both themes, wide and on a phone.

They go to docs/screenshots/VIEW-THEME-WIDTH.png; dashboard.png is the one that README shows.
"""

import asyncio
import re
import shutil
import sys
from pathlib import Path

from playwright.async_api import Page, async_playwright

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "screenshots"
VIEWS = {
    "dashboard": "",
    "events": "events",
    "event": None,  # opened from the list before it
    "webhooks": "webhooks",
    "webhook": "webhooks/1",
    "deliveries": "webhooks/1/deliveries",
    "delivery": None,
    "edit": "webhooks/1/settings",
    "verify": "webhooks/1/verify",
    "form": "webhooks/new",
    "undelivered": "deliveries",
    "notifications": "notifications",
    "tokens": "tokens",
    "settings": "settings",
    "sandbox": "sandbox",
    "doctor": "doctor",
}
OPENED_FROM = {"event": ".stream a", "delivery": "tbody a"}
WIDTHS = {1280: 900, 360: 740}
LET_IT_RUN = 8.0  # seconds of believable events before the first picture
SETTLED = 700  # ms for charts to draw and rows to slide in


async def main() -> None:
    program = shutil.which("chromium")
    if program is None:
        sys.exit("apt-get install chromium")
    demo = await asyncio.create_subprocess_exec(
        *(sys.executable, "-u", "-m", "bedolaga_events", "demo", "--port", "18080"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert demo.stdout is not None
    link = re.search(r"http\S+", (await demo.stdout.readline()).decode())
    assert link, "the demo printed no link"
    try:
        async with async_playwright() as playwright:
            arguments = ["--no-sandbox", "--disable-gpu"]
            browser = await playwright.chromium.launch(executable_path=program, args=arguments)
            context = await browser.new_context(locale="ru-RU")
            page = await context.new_page()
            await page.goto(link.group(0))
            await asyncio.sleep(LET_IT_RUN)
            for theme in ("light", "dark"):
                for width, height in WIDTHS.items():
                    await page.set_viewport_size({"width": width, "height": height})
                    await page.emulate_media(color_scheme=theme)
                    await walk(page, f"{theme}-{width}")
            await browser.close()
    finally:
        demo.terminate()
        await demo.wait()
    shutil.copy(FOLDER / "dashboard-light-1280.png", FOLDER / "dashboard.png")


async def walk(page: Page, kind: str) -> None:
    for name, place in VIEWS.items():
        if place is None:
            await page.locator(OPENED_FROM[name]).nth(3).click()
        else:
            await page.evaluate(f"location.hash = '#/{place}'")
        await page.wait_for_timeout(SETTLED)
        await page.screenshot(path=FOLDER / f"{name}-{kind}.png")


if __name__ == "__main__":
    asyncio.run(main())
