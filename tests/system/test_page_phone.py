"""A phone is signed in by the QR code that the laptop shows."""

import asyncio
import shutil
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.conftest import Server, until
from tests.system.chromium import browsing, choose, needs_chromium, sign_in

pytestmark = [
    needs_chromium,
    pytest.mark.skipif(shutil.which("zbarimg") is None, reason="needs zbar-tools"),
]


async def read(picture: Path) -> str:
    """What a camera reads in a picture."""
    process = await asyncio.create_subprocess_exec(
        *("zbarimg", "--quiet", "--raw", str(picture)), stdout=asyncio.subprocess.PIPE
    )
    return (await process.communicate())[0].decode().strip()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_phone_is_signed_in_by_the_code(
    server: Server, page: Page, tmp_path: Path, scheme: str
) -> None:
    """Read from the screen, in both themes; it works once; an address of this machine is named."""
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await sign_in(server, page, "settings")
    await choose(page, "Войти на телефоне")
    dialog = page.get_by_role("dialog", name="Войти на телефоне")
    await expect(dialog).to_contain_text("задайте server.public_url")
    await until(lambda: page.evaluate("!document.getAnimations().length"))
    await dialog.locator("svg.qr").screenshot(path=tmp_path / "code.png")
    link = await read(tmp_path / "code.png")
    assert link == await dialog.locator("pre").inner_text()
    async with browsing(viewport={"width": 390, "height": 844}) as phone:
        other = await phone.new_page()
        await other.goto(link)
        await expect(other.locator(".connection.connected")).to_be_visible()
    code = link.partition("login=")[2]
    assert (await server.call("POST", "/login", {"code": code}, token=None)).status == 401
