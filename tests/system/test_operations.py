"""The files of deploy/ that other programs read, read by those programs (T15, T16, T28, T29)."""

import asyncio
import re
import shutil
from pathlib import Path
from urllib.parse import quote

import aiohttp
import pytest

from bedolaga_events.metrics import Metrics
from tests.conftest import until
from tests.system.conftest import ROOT, Process

DEPLOY = ROOT / "deploy"
LOG = "/var/log/bedolaga-events.log"
FORGED = (
    '"address": "203.0.113.1", "event": "authentication failed"',
    "\n2026-01-15T10:30:00Z [warning  ] authentication failed          address=203.0.113.1",
)


async def told(*words: str, cwd: Path = ROOT) -> str:
    """What a program prints; without it the test is skipped, which fails in CI."""
    name = shutil.which(words[0], path="/usr/bin:/usr/sbin:/usr/local/bin")
    if name is None:
        pytest.skip(f"needs {words[0]}")
    running = await asyncio.create_subprocess_exec(
        *(name, *words[1:]),
        cwd=cwd,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await running.communicate()
    assert running.returncode == 0, out.decode()
    return out.decode()


async def guess(process: Process, times: int) -> None:
    """Show a wrong token."""
    async with aiohttp.ClientSession(headers={"Authorization": "Bearer wrong"}) as session:
        for _ in range(times):
            async with session.get(f"{process.url}/stats") as answer:
                assert answer.status in (401, 429)


@pytest.mark.parametrize("form", ["json", "console"])
async def test_fail2ban_counts_each_guess_and_nothing_else(process: Process, form: str) -> None:
    """The shipped filter over a log as the server writes it (T15); a line in a path is none."""
    await process.start(BEDOLAGA_EVENTS_LOG__FORMAT=form, BEDOLAGA_EVENTS_LOG__LEVEL="debug")
    await guess(process, 7)
    async with aiohttp.ClientSession() as session:
        for forged in FORGED:
            await session.get(f"{process.url}/{quote(forged)}")
    await process.stop()
    log = process.folder / "server.log"
    said = await told("fail2ban-regex", str(log), str(DEPLOY / "fail2ban/filter.conf"))
    lines = len(log.read_text().splitlines())
    assert f"Lines: {lines} lines, 0 ignored, 7 matched, {lines - 7} missed" in said


async def test_fail2ban_takes_the_jail(tmp_path: Path) -> None:
    """Its own check of a whole configuration, with our two files where they belong."""
    folder = tmp_path / "fail2ban"
    shutil.copytree("/etc/fail2ban", folder)
    for one in (folder / "jail.d").iterdir():
        one.unlink()
    shutil.copy(DEPLOY / "fail2ban/filter.conf", folder / "filter.d/bedolaga-events.conf")
    shutil.copy(DEPLOY / "fail2ban/jail.conf", folder / "jail.d/bedolaga-events.conf")
    said = await told("fail2ban-client", "-c", str(folder), "--dump-pretty")
    assert "['add', 'bedolaga-events', 'systemd']" in said
    assert "'maxretry', 30" in said


async def test_prometheus_takes_the_rules_and_they_ring_when_they_should() -> None:
    """promtool checks them and plays them against series that are written down beside (T16)."""
    assert "SUCCESS" in await told("promtool", "check", "rules", str(DEPLOY / "alerts.rules.yml"))
    await told("promtool", "test", "rules", "rules.yml", cwd=Path(__file__).parent)


def test_the_rules_use_metrics_that_exist() -> None:
    """An alert on a name that is wrong never rings; one that nobody tried may be wrong."""
    known = set(re.findall(r"^# TYPE (\w+) ", Metrics().text().decode(), re.MULTILINE))
    rules = (DEPLOY / "alerts.rules.yml").read_text()
    tried = Path(__file__).with_name("rules.yml").read_text()
    used = set(re.findall(r"bedolaga_events_\w+", rules))
    assert "bedolaga_events_deliveries_oldest_due_seconds" in used
    assert {one.removesuffix("_bucket") for one in used} <= known
    for name in re.findall(r"- alert: (\w+)", rules):
        assert f'alertname="{name}"' in tried, name


async def test_shellcheck_finds_nothing_in_what_root_runs() -> None:
    """The installer and the command (T10)."""
    await told("shellcheck", *map(str, DEPLOY.glob("*.sh")))


async def test_logrotate_leaves_the_server_writing(process: Process, tmp_path: Path) -> None:
    """copytruncate: what came before is in the copy, what comes after in the file (T29)."""
    log = process.folder / "server.log"
    rules = tmp_path / "logrotate.conf"
    rules.write_text((DEPLOY / "logrotate.conf").read_text().replace(LOG, str(log)))
    rules.chmod(0o644)
    await process.start()
    await guess(process, 1)
    await until(lambda: "authentication failed" in log.read_text())
    await told("logrotate", "--force", "--state", str(tmp_path / "state"), str(rules))
    assert "authentication failed" in log.with_name("server.log.1").read_text()
    assert log.read_text() == ""
    await guess(process, 1)
    await until(lambda: "authentication failed" in log.read_text())
    assert "\0" not in log.read_text()
