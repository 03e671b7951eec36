"""Every statement about one-time sign-in codes."""

import secrets
import sqlite3

from bedolaga_events.errors import Unauthorized
from bedolaga_events.model import Scope, Token
from bedolaga_events.store import tokens
from bedolaga_events.store.tokens import digest_of
from bedolaga_events.store.transaction import Transaction
from bedolaga_events.times import SECOND

CODE_SECONDS = 30 * 60
CODE_BYTES = 32  # 256 random bits
SPENT = "This sign-in code is not valid: it works once, for 30 minutes."


def issue(transaction: Transaction, now: int) -> str:
    """A new code, kept as its digest; those that are late are forgotten.

    Args:
        now: the time that is believed, in microseconds.
    """
    code, connection = secrets.token_urlsafe(CODE_BYTES), transaction.connection
    connection.execute("DELETE FROM login_codes WHERE expires_at <= ?", (now,))
    connection.execute(
        "INSERT INTO login_codes (digest, expires_at) VALUES (?, ?)",
        (digest_of(code), now + CODE_SECONDS * SECOND),
    )
    return code


def is_good(connection: sqlite3.Connection, code: str, now: int) -> bool:
    """Whether a code is known, unused and in time."""
    row = connection.execute(
        "SELECT 1 FROM login_codes WHERE digest = ? AND expires_at > ?", (digest_of(code), now)
    ).fetchone()
    return row is not None


def exchange(
    transaction: Transaction, code: str, value: str, name: str, expires_at: int, now: int
) -> Token:
    """Use a code up for an admin token; `now` is the time that is believed, in microseconds.

    Raises:
        Unauthorized: somebody else was faster.
    """
    if not is_good(transaction.connection, code, now):
        raise Unauthorized(SPENT)
    transaction.connection.execute("DELETE FROM login_codes WHERE digest = ?", (digest_of(code),))
    return tokens.create(transaction, value, name, {Scope.ADMIN}, expires_at)
