"""Secrets at rest: AES-GCM under a key that is never in the database."""

import base64
import binascii
import hashlib
import os
import secrets
from collections.abc import Collection
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from bedolaga_events.errors import ConfigError, reason
from bedolaga_events.settings import Settings

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12  # NIST SP 800-38D §8.2
KEY_FILE = "secret.key"
NEXT_KEY_FILE = "secret.key.next"
WRONG_KEY = (
    "the key does not open the secrets in this database; "
    "restore secret.key or set BEDOLAGA_EVENTS_SECRET_KEY to the key it was made with"
)
NO_KEY = (
    "there is no such file, so the server does not open the secrets in this database; "
    "restore it or set BEDOLAGA_EVENTS_SECRET_KEY to the key it was made with"
)


class Vault:
    """Seals small texts with one key (32 bytes), and opens them with it or an alternative."""

    def __init__(self, key: bytes, *alternatives: bytes) -> None:
        self._keys = (key, *alternatives)

    @cached_property
    def _ciphers(self) -> "list[AESGCM]":
        # 6 MB and a tenth of the start, which a server without a secret is spared.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

        return [AESGCM(one) for one in self._keys]

    def seal(self, text: str) -> bytes:
        """Encrypt; equal texts give different boxes."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._ciphers[0].encrypt(nonce, text.encode(), None)

    def open(self, box: bytes) -> str:
        """Decrypt what `seal` made.

        Raises:
            ConfigError: another key made it.
        """
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - as above

        for cipher in self._ciphers:
            try:
                return cipher.decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], None).decode()
            except InvalidTag:
                continue
        raise ConfigError(f"secret key: {WRONG_KEY}.")


def of(settings: Settings, sealed: Collection[bytes], *, may_make: bool = True) -> Vault:
    """The key from the settings, or from the file beside the database, tried on what is sealed.

    Args:
        sealed: what it is to open; without any, a file is made where there is none.
        may_make: not even then; what is there is read all the same.

    Raises:
        ConfigError: it is missing, or another one.
    """
    if settings.secret_key is not None:
        box = from_setting(settings.secret_key.get_secret_value())
    elif not (sealed or may_make or (settings.database.path.parent / KEY_FILE).exists()):
        return Vault(b"")
    else:
        box = from_file(settings.database.path.parent, may_make=not sealed)
    for one in sealed:
        box.open(one)
    return box


def from_setting(key: str) -> Vault:
    """The vault of a key given as a setting: any text of 16 characters or more.

    Raises:
        ConfigError: the text is too short to be a key.
    """
    return Vault(_raw(key))


def from_file(folder: Path, *, may_make: bool) -> Vault:
    """The vault of the key file beside the database.

    Args:
        may_make: make one, with mode 0600, when there is none: nothing is sealed yet.

    Raises:
        ConfigError: there is none, or it cannot be read or made.
    """
    path = folder / KEY_FILE
    # A key change that was cut off after its commit left the key in the second file.
    files = [one for one in (path, folder / NEXT_KEY_FILE) if one.exists()]
    if not files:
        if not may_make:
            raise ConfigError(f"{path}: {NO_KEY}.")
        try:
            _write(path, os.O_EXCL, new_key())
        except OSError as error:
            raise ConfigError(f"{path}: {error.strerror}.") from None
        files = [path]
    try:
        return Vault(*(_raw(one.read_text(encoding="utf-8-sig").strip()) for one in files))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {reason(error)}.") from None


def new_key() -> str:
    """A new random key, as text."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def keep_next(folder: Path, key: str) -> None:
    """Write down the key that is about to be used; from now on it opens secrets too."""
    _write(folder / NEXT_KEY_FILE, os.O_TRUNC, key)


def use_next(folder: Path) -> None:
    """Make the key that was written down the key."""
    (folder / NEXT_KEY_FILE).replace(folder / KEY_FILE)


def _raw(key: str) -> bytes:
    try:
        raw = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) == KEY_BYTES:
        return raw
    if len(key) < 16:
        raise ConfigError("secret_key: a key has at least 16 characters.")
    return hashlib.sha256(key.encode()).digest()


def _write(path: Path, how: int, key: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | how, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key.encode() + b"\n")
        file.flush()
        os.fsync(descriptor)
