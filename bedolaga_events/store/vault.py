"""Secrets at rest: AES-GCM under a key that is never in the database."""

import base64
import binascii
import hashlib
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bedolaga_events.errors import ConfigError

KEY_BYTES = 32
NONCE_BYTES = 12  # NIST SP 800-38D §8.2
KEY_FILE = "secret.key"
WRONG_KEY = (
    "the key does not open the secrets in this database; "
    "restore secret.key or set BEDOLAGA_EVENTS_SECRET_KEY to the key it was made with"
)


class Vault:
    """Seals and opens small texts with one key (32 bytes)."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, text: str) -> bytes:
        """Encrypt; equal texts give different boxes."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, text.encode(), None)

    def open(self, box: bytes) -> str:
        """Decrypt what `seal` made.

        Raises:
            ConfigError: another key made it.
        """
        try:
            return self._cipher.decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], None).decode()
        except InvalidTag:
            raise ConfigError(f"secret key: {WRONG_KEY}.") from None


def from_setting(key: str) -> Vault:
    """The vault of a key given as a setting: any text of 16 characters or more.

    Raises:
        ConfigError: the text is too short to be a key.
    """
    try:
        raw = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) == KEY_BYTES:
        return Vault(raw)
    if len(key) < 16:
        raise ConfigError("secret_key: a key has at least 16 characters.")
    return Vault(hashlib.sha256(key.encode()).digest())


def from_file(folder: Path) -> Vault:
    """The vault of the key file beside the database, made with mode 0600 when there is none.

    Raises:
        ConfigError: the file cannot be read or made.
    """
    path = folder / KEY_FILE
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return from_setting(path.read_text(encoding="ascii").strip())
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}.") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
        file.flush()
        os.fsync(descriptor)
    return from_setting(path.read_text(encoding="ascii").strip())
