"""Under which epoch an event was committed: a restored file begins a new one (contract §4, §7)."""

import secrets
import sqlite3
from bisect import bisect
from dataclasses import dataclass

UID_BYTES = 8


@dataclass(frozen=True, slots=True)
class Epochs:
    """Every epoch of a file, oldest first, and from which event on each counts."""

    uids: tuple[str, ...]
    first_event_ids: tuple[int, ...]

    @property
    def present(self) -> str:
        """The epoch of what is committed now."""
        return self.uids[-1]

    def of(self, event_id: int | None) -> str:
        """The epoch of an event; of a test, which has none, the present one."""
        if event_id is None:
            return self.present
        return self.uids[max(bisect(self.first_event_ids, event_id) - 1, 0)]


def read(connection: sqlite3.Connection) -> Epochs:
    """The epochs of the file."""
    rows = connection.execute("SELECT uid, first_event_id FROM epochs ORDER BY rowid").fetchall()
    return Epochs(tuple(row[0] for row in rows), tuple(row[1] for row in rows))


def begin(connection: sqlite3.Connection) -> str:
    """Begin a new epoch with the next event; returns its uid."""
    uid = secrets.token_hex(UID_BYTES)
    connection.execute(
        "INSERT INTO epochs (uid, first_event_id) VALUES"
        " (?, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'events'), 0) + 1)",
        (uid,),
    )
    connection.execute("UPDATE meta SET value = ? WHERE name = 'uid'", (uid,))  # as 0.1.0 had it
    return uid
