"""Every statement about API tokens."""

import hashlib
import secrets
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from bedolaga_events.errors import Conflict, NotFound
from bedolaga_events.model import Scope, Token
from bedolaga_events.store.transaction import Transaction

PREFIX = "bev_"
SHOWN_CHARACTERS = 8  # of the value, so that a person can tell tokens apart
_COLUMNS = "id, name, prefix, digest, scopes, created_at, last_used_at, expires_at"
SECRET_BYTES = 32  # 256 random bits (contract §1)


def new_value() -> str:
    """A new secret value."""
    return PREFIX + secrets.token_urlsafe(SECRET_BYTES)


def digest_of(value: str) -> bytes:
    """The SHA-256 digest by which a token is stored and found."""
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).digest()


def all_tokens(connection: sqlite3.Connection) -> list[Token]:
    """All tokens, oldest first."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM tokens ORDER BY id")
    return [_token(row) for row in rows]


def with_digest(connection: sqlite3.Connection, digest: bytes) -> list[Token]:
    """The token with this digest, or none."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM tokens WHERE digest = ?", (digest,))
    return [_token(row) for row in rows]


def has_admin(connection: sqlite3.Connection, now: int) -> bool:
    """Whether a token with scope admin is there and has not expired."""
    return _has_admin(all_tokens(connection), now)


def create(
    transaction: Transaction,
    value: str,
    name: str,
    scopes: Iterable[Scope],
    expires_at: int | None,
) -> Token:
    """Make a token, kept by its digest alone; a value that is there already keeps its row."""
    digest, written = digest_of(value), " ".join(sorted(scopes))
    transaction.connection.execute(
        "INSERT OR IGNORE INTO tokens (name, prefix, digest, scopes, created_at, expires_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (name, value[:SHOWN_CHARACTERS], digest, written, transaction.now, expires_at),
    )
    [token] = with_digest(transaction.connection, digest)
    transaction.committed.tokens.append(token)
    return token


def revoke(transaction: Transaction, token_id: int) -> None:
    """Take a token back; what came in with it is closed.

    Raises:
        NotFound: there is no such token.
        Conflict: it is the last one with scope admin (contract §1).
    """
    connection = transaction.connection
    tokens = {one.id: one for one in all_tokens(connection)}
    if token_id not in tokens:
        raise NotFound(f"There is no token {token_id}.")
    others = [one for one in tokens.values() if one.id != token_id]
    if Scope.ADMIN in tokens[token_id].scopes and not _has_admin(others, transaction.now):
        raise Conflict("This is the last admin token; create another one first.")
    connection.execute("DELETE FROM tokens WHERE id = ?", (token_id,))
    transaction.committed.revoked_tokens.add(token_id)


def ensure(transaction: Transaction, name: str, value: str | None) -> None:
    """Let `value` be the only token of a name, with scope admin; None: let there be none.

    A row that has this value already keeps its id, whatever it was before.
    """
    connection, kept = transaction.connection, b"" if value is None else digest_of(value)
    connection.execute("DELETE FROM tokens WHERE name = ? AND digest <> ?", (name, kept))
    if value is not None:
        create(transaction, value, name, {Scope.ADMIN}, None)
        connection.execute(
            "UPDATE tokens SET name = ?, scopes = 'admin', expires_at = NULL WHERE digest = ?",
            (name, kept),
        )


def delete_expired(connection: sqlite3.Connection, before: int) -> None:
    """Forget tokens that expired before a moment."""
    connection.execute("DELETE FROM tokens WHERE expires_at < ?", (before,))


def touch(connection: sqlite3.Connection, used: Mapping[int, int]) -> None:
    """Write when tokens were last used: id → microseconds."""
    connection.executemany(
        "UPDATE tokens SET last_used_at = ? WHERE id = ?",
        [(moment, token_id) for token_id, moment in used.items()],
    )


def _has_admin(tokens: Iterable[Token], now: int) -> bool:
    return any(
        Scope.ADMIN in one.scopes and (one.expires_at is None or one.expires_at > now)
        for one in tokens
    )


def _token(row: tuple[Any, ...]) -> Token:
    token_id, name, prefix, digest, scopes, *times = row
    return Token(token_id, name, prefix, digest, frozenset(map(Scope, scopes.split())), *times)
