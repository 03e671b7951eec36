"""Log lines: readable in a terminal, JSON otherwise; never a token or a query string."""

import logging
import sys
import time
from collections import OrderedDict
from contextlib import suppress
from typing import Any, TextIO, cast

import structlog
from aiohttp.http_exceptions import HttpProcessingError

from bedolaga_events.settings import Log

MINUTE = 60.0  # seconds
REMEMBERED = 1_000  # things that were told lately


class Minutely:
    """Says yes once a minute for each thing, so that strangers do not fill the log."""

    def __init__(self) -> None:
        self._told: OrderedDict[str, float] = OrderedDict()

    def __call__(self, thing: str) -> bool:
        """Whether it is time to tell of this."""
        now = time.monotonic()
        if now - self._told.get(thing, -MINUTE) < MINUTE:
            return False
        self._told[thing] = now
        self._told.move_to_end(thing)
        if len(self._told) > REMEMBERED:
            self._told.popitem(last=False)
        return True


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
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, Unfailing(sys.stderr))),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(handlers=[FromLibraries()], level=logging.WARNING, force=True)


class Unfailing:
    """A file whose full disk or broken pipe ends no work: the line is lost (contract §7)."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> int:
        """Write, if it goes."""
        with suppress(OSError):
            return self._file.write(text)
        return 0

    def flush(self) -> None:
        """Flush, if it goes."""
        with suppress(OSError):
            self._file.flush()


class FromLibraries(logging.Handler):
    """What libraries log by the standard module, as lines like ours."""

    def emit(self, record: logging.LogRecord) -> None:
        """Pass a record on; a request that is not HTTP is told without what it held."""
        log = structlog.get_logger()
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(
            error, HttpProcessingError
        ):  # aiohttp's text quotes the header, token and all
            log.info("a request was not HTTP", code=error.code)
        else:
            log.log(record.levelno, record.getMessage(), exc_info=record.exc_info)


def _same(_: Any, __: str, event: Any) -> Any:
    return event
