"""docs/vps.md, typed line by line into an empty Debian, and its short form (T10).

The test's own are the clone's address and the world: its names, its certificate authority (Caddy
asks for the domain's certificate by ACME, as ever), and that deliveries may go to a documentation
network.
"""

import os
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from textwrap import dedent

import pytest
from playwright.async_api import Page, expect

from tests.api import chats
from tests.conftest import until
from tests.system.chromium import needs_chromium
from tests.system.conftest import ROOT
from tests.system.documents import instead
from tests.world import debian, encrypt
from tests.world import names as name_server
from tests.world.debian import ADDRESS, NAME_SERVER, REPOSITORY, Machine, Shell
from tests.world.names import Names
from tests.world.namespaces import World
from tests.world.trust import Authority

pytestmark = [needs_chromium, pytest.mark.timeout(900)]

CLONED = {"https://YOUR-GIT-HOST/bedolaga-events": f"file://{REPOSITORY}"}
SLOW = 300.0  # seconds for what installs
TELEGRAM = "198.51.100.6"
NETWORKS = '["192.0.2.0/24", "198.51.100.0/24"]'  # documentation's (RFC 5737), where the world is
OPEN = f"BEDOLAGA_EVENTS_DELIVERY__ALLOWED_NETWORKS='{NETWORKS}'\n"
HEALTH = "curl --retry 9 --retry-delay 1 --retry-all-errors -s https://events.example.com/health"
BROKEN = "raise SystemExit('it does not start')\n"
SITE = ":81 {\n\trespond mine\n}\n"


def steps(language: str = "") -> list[list[str]]:
    """The shell blocks of the page, chapter by chapter; the first chapter is the short way."""
    text = (ROOT / "docs" / language / "vps.md").read_text()
    _, *chapters = re.split(r"^## ", text, flags=re.MULTILINE)
    return [re.findall(r"```sh\n(.*?)```", one, re.DOTALL) for one in chapters]


SHORT, NAMES, PACKAGES, PROGRAM, SETTINGS, SERVICE, DOMAIN, FIREWALL, EVENT, HOOK, *_ = range(12)
UPGRADE, REMOVE = 10, 11


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty Debian with the page's packages, made while there still is a network."""
    if os.geteuid() != 0:
        pytest.skip("needs root, to make a Debian")
    return debian.made(tmp_path_factory.mktemp("debian"), "".join(steps()[PACKAGES]))


@pytest.fixture
async def machine(
    base: Path, world: World, names: Names, authority: Authority, tmp_path: Path
) -> AsyncIterator[Machine]:
    """A VPS that a name points to; the authority that Caddy asks is in the world, too."""
    async with AsyncExitStack() as stack:
        theirs = await stack.enter_async_context(name_server.serving(NAME_SERVER))
        for one in (names, theirs):
            one.point("events.example.com", ADDRESS)
            one.point("api.telegram.org", TELEGRAM)
            one.point(encrypt.NAME, encrypt.ADDRESS)
        await stack.enter_async_context(encrypt.issuing(tmp_path / "acme", authority.folder))
        yield await stack.enter_async_context(debian.booted(base, tmp_path, authority))


def test_both_languages_have_the_same_lines() -> None:
    """What is walked in one is right in the other."""
    assert steps() == steps("ru")


async def test_from_an_empty_machine_to_a_signed_webhook(
    machine: Machine, page: Page, authority: Authority
) -> None:
    """Line by line; the event is seen in a browser by https, the webhook comes by https as well."""
    walk, shell = steps(), await machine.shell()
    await shell.type(instead(walk[NAMES][0], **CLONED))
    await shell.type(walk[PACKAGES][0])
    await shell.type(walk[PROGRAM][0], SLOW)
    await shell.type(walk[SETTINGS][0])
    (machine.root / "etc/bedolaga-events/environment").write_text(OPEN)
    await shell.type(walk[SERVICE][0])
    await machine.run(
        "systemd-analyze verify bedolaga-events.service\nsystemctl reload bedolaga-events"
    )
    assert "SIGHUP: without TLS" in await machine.run("journalctl -u bedolaga-events")
    assert '"status": "ok"' in await shell.type(walk[DOMAIN][0])
    await shell.type(walk[FIREWALL][0])

    login, event = walk[EVENT]
    await page.goto((await shell.type(login)).split()[0])
    await expect(page.locator(".connection.connected")).to_be_visible()
    await page.evaluate("location.hash = '#/events'")
    assert '{"id": 1,' in await shell.type(event)
    await expect(page.get_by_text("Вася").first).to_be_visible()

    for lines in walk[HOOK]:
        await shell.type(lines)
    await shell.type("for _ in $(seq 50); do sleep 0.1; done")
    assert 'payment.completed: signature ok {"amount_kopeks": 50000' in shell.said
    assert "MISSING" not in shell.said
    await shell.type("kill %1")
    await page.close()
    await told_in_telegram(shell, authority)
    await copied_and_restored(machine)
    await upgraded_and_removed(machine)
    await shell.leave()


async def told_in_telegram(shell: Shell, authority: Authority) -> None:
    """docs/ru/channels.md, from the bot's token to a message in the chat, in the same terminal."""
    text = (ROOT / "docs/ru/channels.md").read_text()
    hook, send = map(dedent, re.findall(r"^ +```sh\n(.*?)^ +```", text, re.DOTALL | re.MULTILINE))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*authority.certificate("api.telegram.org"))
    async with chats.running(TELEGRAM, 443, context) as telegram:
        await shell.type(instead(hook, **{"123456:AAF…": chats.TOKEN}))
        await shell.type(send)
        [message] = await until(lambda: telegram.messages)
    assert (message["chat_id"], message["message_thread_id"]) == (chats.CHAT, 7)
    assert "₽" in message["shown"]


async def copied_and_restored(machine: Machine) -> None:
    """docs/backup.md: the script for every night, and back; the new file is another epoch."""
    text = (ROOT / "docs/backup.md").read_text()
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    [nightly] = [one for one in blocks if one.startswith("#!/bin/sh")]
    [restore] = [one for one in blocks if "restore /var/backups" in one]
    script = machine.root / "etc/cron.daily/bedolaga-events"
    script.parent.mkdir(exist_ok=True)
    script.write_text(nightly)
    await machine.run("chmod +x /etc/cron.daily/bedolaga-events\n/etc/cron.daily/bedolaga-events")
    today = await machine.run("date +%F")
    said = await machine.run(instead(restore, **{"2026-01-15": today.split()[0]}))
    assert "restored. What was there is /var/lib/bedolaga-events/events.db.replaced-1" in said
    assert '"last_event_id": 3' in await machine.run(HEALTH)


async def upgraded_and_removed(machine: Machine) -> None:
    """The last two chapters: a backup is made, nothing is lost; what stays is said, and stays."""
    walk = steps()
    publish(machine, "9.9.9")
    said = await machine.run(walk[UPGRADE][0], SLOW)
    assert "==> Backup: /var/backups/bedolaga-events/events-" in said
    health = await machine.run(HEALTH)
    assert '"version": "9.9.9"' in health
    assert '"last_event_id": 3' in health
    assert list((machine.root / "var/backups/bedolaga-events").glob("*.db"))

    keep, remove = walk[REMOVE][0].splitlines()
    await machine.run(keep)
    assert "could not be found" in await machine.run("systemctl status bedolaga-events || true")
    assert not (machine.root / "opt/bedolaga-events").exists()
    data = machine.root / "var/lib/bedolaga-events/events.db"
    assert data.is_file()
    await machine.run(remove)
    assert not data.parent.exists()
    assert "no such user" in await machine.run("id bedolaga-events 2>&1 || true")


async def test_the_short_form_twice_and_over_again(machine: Machine) -> None:
    """A second run changes nothing, a broken version is not taken, another site stays."""
    shell = await machine.shell()
    await shell.type(instead(steps()[SHORT][0], **CLONED), SLOW)
    assert "Domain: /etc/caddy/Caddyfile, now for events.example.com alone" in shell.said
    assert "https://events.example.com/#login=" in shell.said
    running = await machine.run("systemctl show --property MainPID --value bedolaga-events")
    before = (machine.root / "etc/caddy/Caddyfile").read_text()
    install = steps()[SHORT][0].splitlines()[-1]
    said = await shell.type(install)
    assert "stays as it is" in said
    assert "names events.example.com already" in said
    assert (machine.root / "etc/caddy/Caddyfile").read_text() == before
    assert await machine.run("systemctl show --property MainPID --value bedolaga-events") == running
    assert '"status": "ok"' in await machine.run(HEALTH)
    refused = await machine.run(f"! {instead(install, **{'events.example.com': 'магазин.рф'})}")
    assert "a .рф name is written in Punycode" in refused

    publish(machine, "9.9.9", BROKEN)
    upgrade = instead(steps()[UPGRADE][0], **{"deploy/install.sh": "! deploy/install.sh"})
    await machine.run(upgrade, SLOW)
    assert "9.9.9" not in await machine.run(HEALTH)

    await machine.run("/usr/local/src/bedolaga-events/deploy/install.sh remove")
    (machine.root / "etc/caddy/Caddyfile").write_text(SITE)
    publish(machine, "9.9.9")
    await machine.run(f"cd /usr/local/src/bedolaga-events\ngit pull\n{install}", SLOW)
    assert '"version": "9.9.9"' in await machine.run(HEALTH)
    assert (await machine.run("curl -s http://127.0.0.1:81/")).startswith("mine")
    await shell.leave()


def publish(machine: Machine, version: str, more: str = "") -> None:
    """Another version in the repository that the machine has cloned."""
    repository = machine.root / REPOSITORY.lstrip("/")
    file = repository / "bedolaga_events/__init__.py"
    text = re.sub(r'__version__ = ".*"', f'__version__ = "{version}"', file.read_text())
    file.write_text(text.replace(BROKEN, "") + more)
    debian.change(repository)
