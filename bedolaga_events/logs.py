"""Log lines: readable in a terminal, JSON otherwise; never a token or a query string."""

import logging
import sys
from typing import Any

import structlog

from bedolaga_events.settings import Log


def configure(settings: Log) -> None:
    """Set up structlog for this process; lines go to stderr."""
    in_terminal = sys.stderr.isatty()
    as_console = settings.format == "console" or (settings.format == "auto" and in_terminal)
    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=in_terminal)
        if as_console
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info if not as_console else _same,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[settings.level.upper()]
        ),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _same(_: Any, __: str, event: Any) -> Any:
    return event
