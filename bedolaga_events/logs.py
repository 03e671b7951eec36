"""Log lines: readable in a terminal, JSON otherwise; never a token or a query string."""

import logging
import os
import select
import time
from collections import OrderedDict
from typing import Any, TextIO, cast

import structlog
from aiohttp.http_exceptions import HttpProcessingError

from bedolaga_events.settings import LogSettings

MINUTE = 60.0  # seconds
REMEMBERED = 1_000  # things that were told lately
PATIENCE = 100  # milliseconds that a full pipe is waited for, until it is taken for stuck


class Lines:
    """Writes lines to a descriptor; what it does not take is lost and counted, and nobody waits.

    Past `sys.stderr`, which keeps what it could not write, and waits for ever for a reader that
    stands still.
    """

    def __init__(self, descriptor: int) -> None:
        self.lost = 0
        self._descriptor = descriptor
        self._room = select.poll()
        self._room.register(descriptor, select.POLLOUT)
        self._is_stuck = False
        self._is_torn = False  # the last line ended in its middle

    def write(self, text: str) -> None:
        """Write whole lines."""
        data = b"\n" * self._is_torn + text.encode(errors="backslashreplace")
        try:
            while data and self._has_room():  # for PIPE_BUF bytes, says pipe(7)
                data = data[os.write(self._descriptor, data[: select.PIPE_BUF]) :]
                self._is_torn = bool(data)
        except OSError:  # the disk is full, the reader is gone, it is closed
            pass
        self.lost += bool(data)

    def flush(self) -> None:
        """Nothing is kept back."""

    def _has_room(self) -> bool:
        self._is_stuck = not self._room.poll(0 if self._is_stuck else PATIENCE)
        return not self._is_stuck


OUT, ERR = Lines(1), Lines(2)


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


def configure(settings: LogSettings) -> None:
    """Set up structlog for this process; lines go to stderr."""
    _fill_standard_streams()
    in_terminal = os.isatty(2)
    as_console = settings.format == "console" or (settings.format == "auto" and in_terminal)
    renderer: Any = (
        # Rich's tracebacks, the default, show what variables hold: secrets, payloads of any depth.
        structlog.dev.ConsoleRenderer(
            colors=in_terminal, exception_formatter=structlog.dev.plain_traceback
        )
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
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, ERR)),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(handlers=[FromLibraries()], level=logging.WARNING, force=True)


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


def _fill_standard_streams() -> None:
    """Where one is closed, the next file that is opened, the database say, would get its lines."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free: this one


def _same(_: Any, __: str, event: Any) -> Any:
    return event
