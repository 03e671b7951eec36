"""Every statement about the secrets that sign a webhook's deliveries."""

import sqlite3

from bedolaga_events.errors import Conflict

AT_MOST = 5  # that sign at once, the present one included (contract §4)


def put(connection: sqlite3.Connection, webhook_id: int, box: bytes | None) -> None:
    """Let `box` be the only secret of a webhook; None: let it have none."""
    connection.execute("DELETE FROM webhook_secrets WHERE webhook_id = ?", (webhook_id,))
    if box is not None:
        _insert(connection, webhook_id, box)


def rotate(
    connection: sqlite3.Connection, webhook_id: int, box: bytes, until: int, now: int
) -> None:
    """Let `box` be the present secret; the one before signs until a moment (microseconds).

    Raises:
        Conflict: too many would sign.
    """
    connection.execute(
        "UPDATE webhook_secrets SET until = ? WHERE webhook_id = ? AND until IS NULL",
        (until, webhook_id),
    )
    connection.execute(
        "DELETE FROM webhook_secrets WHERE webhook_id = ? AND until <= ?", (webhook_id, now)
    )
    [signing] = connection.execute(
        "SELECT count(*) FROM webhook_secrets WHERE webhook_id = ?", (webhook_id,)
    ).fetchone()
    if signing >= AT_MOST:
        raise Conflict(
            f"{AT_MOST} secrets sign already; wait until the first of them ends, or set one secret."
        )
    _insert(connection, webhook_id, box)


def _insert(connection: sqlite3.Connection, webhook_id: int, box: bytes) -> None:
    connection.execute(
        "INSERT INTO webhook_secrets (webhook_id, box) VALUES (?, ?)", (webhook_id, box)
    )
