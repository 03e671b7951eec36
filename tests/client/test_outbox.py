"""The outbox's file (bedolaga_events_client.outbox)."""

import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bedolaga_events_client.outbox import Outbox, Waiting, count, current, set_aside


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another program that holds the file's write lock."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


def test_events_leave_in_the_order_in_which_they_came(outbox: Path) -> None:
    """A batch ends at its number, or at its size; one event always goes."""
    file = Outbox(outbox)
    file.put(["aaaa", "bbbb", "cccc"])
    assert [event.text for event in file.head(2, 1000)] == ["aaaa", "bbbb"]
    assert [event.text for event in file.head(9, 9)] == ["aaaa", "bbbb"]
    assert [event.text for event in file.head(9, 1)] == ["aaaa"]
    file.done(file.head(2, 1000))
    file.put(["dddd"])
    assert [event.text for event in file.head(9, 1000)] == ["cccc", "dddd"]


def test_a_refused_event_can_be_read_and_sent_once_more(outbox: Path) -> None:
    """It waits behind the others then."""
    file = Outbox(outbox)
    file.put(['{"type": "odd"}', '{"type": "good"}'])
    file.set_aside(file.head(1, 100)[0], "HTTP 422: Unknown event type.")
    assert count(outbox) == (1, 1)
    [aside] = set_aside(outbox)
    assert (aside.event, aside.reason) == ({"type": "odd"}, "HTTP 422: Unknown event type.")
    assert file.resend() == 1
    assert [event.text for event in file.head(9, 99)] == ['{"type": "good"}', '{"type": "odd"}']
    assert count(outbox) == (2, 0)


@pytest.mark.parametrize("verb", ["put", "done", "set_aside", "keep_aside", "resend"])
def test_a_verb_that_meets_a_lock_changes_nothing_and_leaves_no_transaction(
    outbox: Path, verb: str
) -> None:
    """B1: every later event was lost in a transaction that nobody ended."""
    file = Outbox(outbox, patience=0.01)
    file.put(["one"])
    [event] = file.head(1, 100)
    calls = {
        "put": (["two"],),
        "done": ([event],),
        "set_aside": (event, "why"),
        "keep_aside": ("two", "why"),
        "resend": (),
    }
    with locked(outbox), pytest.raises(sqlite3.OperationalError, match="locked"):
        getattr(file, verb)(*calls[verb])
    assert count(outbox) == (1, 0)
    file.put(["three"])
    file.close()
    assert [event.text for event in Outbox(outbox).head(9, 100)] == ["one", "three"]


def test_the_file_is_for_its_owner_alone(outbox: Path) -> None:
    """It holds names and sums."""
    Outbox(outbox.parent / "sub" / "outbox.db").close()
    mode = (outbox.parent / "sub" / "outbox.db").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_a_file_of_0_1_0_is_gone_on_with(outbox: Path) -> None:
    """Its waiting and its refused rows, and the numbers that it has given."""
    old = sqlite3.connect(outbox, isolation_level=None)
    old.execute("PRAGMA journal_mode = WAL")
    old.execute("CREATE TABLE outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL)")
    old.execute("CREATE TABLE refused (id INTEGER PRIMARY KEY, text TEXT, reason TEXT)")
    old.execute("INSERT INTO outbox VALUES (7, '{}')")
    old.execute("INSERT INTO refused VALUES (3, '{\"type\": \"a\"}', 'HTTP 422')")
    old.close()
    file = Outbox(outbox)
    assert file.head(9, 99) == [Waiting(7, "{}")]
    assert set_aside(outbox)[0].id == 3
    file.put(["{}"])
    assert [event.id for event in file.head(9, 99)] == [7, 8]


def test_a_file_that_was_moved_away_is_not_written_any_more(outbox: Path) -> None:
    """What were written there would be lost with it."""
    file = Outbox(outbox)
    assert current(file, outbox) is file
    outbox.rename(outbox.with_name("moved.db"))
    anew = current(file, outbox)
    anew.put(["new"])
    assert count(outbox) == (1, 0)


def test_another_process_that_comes_and_goes_takes_nothing_away(outbox: Path) -> None:
    """A script opens and closes the file beside a bot's two threads; what the bot writes then is
    in the file, for everybody, also when the bot is killed.
    """
    count = (
        "import sys, pathlib, bedolaga_events_client as client\n"
        "one = client.Outbox(pathlib.Path(sys.argv[1]))\n"
        "print(len(one.head(10, 1000)))\n"
        "one.close()"
    )

    def seen_by_another() -> str:
        script = [sys.executable, "-c", count, str(outbox)]
        return subprocess.run(script, check=True, capture_output=True, text=True).stdout.strip()

    with closing(Outbox(outbox)) as keepers, closing(Outbox(outbox)) as couriers:
        keepers.put(['{"n": 1}'])
        assert len(couriers.head(10, 1_000)) == 1
        assert seen_by_another() == "1"
        keepers.put(['{"n": 2}'])
        assert seen_by_another() == "2"
