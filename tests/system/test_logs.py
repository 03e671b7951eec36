"""`logs`: what a line does not tell."""

import subprocess
import sys

import pytest

FAILS = """
import structlog
from bedolaga_events import logs
from bedolaga_events.settings import LogSettings

logs.configure(LogSettings(format="{format}"))

def fail(token):
    raise RuntimeError("it broke")

try:
    fail("secret".upper())
except RuntimeError as error:
    structlog.get_logger().error("task failed", exc_info=error)
"""


@pytest.mark.parametrize("written", ["console", "json"])
def test_a_traceback_shows_no_values(written: str) -> None:
    """Where it broke and why, but not what the variables hold (contract §1)."""
    script = [sys.executable, "-c", FAILS.format(format=written)]
    told = subprocess.run(script, capture_output=True, text=True, check=True).stderr
    assert "RuntimeError: it broke" in told
    assert "SECRET" not in told
