"""The disk under the file: the lock that keeps a second server off, and what the disk is worth."""

import errno
import fcntl
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from bedolaga_events.errors import ConfigError
from bedolaga_events.store.trouble import no_start

FSYNC_SAMPLES = 16
PROBE = ".fsync-"  # what the files are called that a disk is measured with

NETWORK_FILE_SYSTEMS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "ceph"}

log = structlog.get_logger()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep servers off the database for a while.

    Raises:
        ConfigError: one is running.
    """
    descriptor = lock(path)
    try:
        yield
    finally:
        os.close(descriptor)


def lock(path: Path) -> int:
    """Take the lock beside the file; closing the descriptor gives it back.

    Raises:
        ConfigError: another server has it, or there is no place for it.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(lock_of(path), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise no_start(error, path) from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise ConfigError(f"{path}: another server is running on this database.") from None
    except OSError as error:
        os.close(descriptor)
        raise ConfigError(
            f"{path}: this file system gives no locks ({error.strerror}); put the database on a"
            " local disk."
        ) from None
    return descriptor


def make(path: Path) -> bool:
    """Make an empty file that only its owner may read; False when there is one already.

    What SQLite puts beside it (events.db-wal, -shm) gets the same mode.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return False
    return True


def look_at(path: Path) -> None:
    """Look at a database before SQLite does, which would leave files beside a read-only one.

    Raises:
        ConfigError: there is something else in its place.
        OSError: it cannot be written.
    """
    if not path.is_file():
        raise ConfigError(f"{path}: this is no file; name the one that is to be the database.")
    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def unmake(path: Path) -> None:
    """Take back a database that did not come about."""
    path.unlink(missing_ok=True)
    mark_of(path).unlink(missing_ok=True)


def lock_of(path: Path) -> Path:
    """The file that a server holds a lock on."""
    return path.with_name(path.name + ".lock")


def mark_of(path: Path) -> Path:
    """The file that tells how far the server had got."""
    return path.with_name(path.name + ".mark")


def file_system_of(folder: Path, mounts: str) -> str:
    """The type of the file system that holds `folder`, by the lines of /proc/self/mounts."""
    found = ("", "unknown")
    for line in mounts.splitlines():
        _, point, kind, *_ = line.split(" ")
        point = point.replace("\\040", " ")
        if folder.is_relative_to(point) and len(point) >= len(found[0]):
            found = point, kind
    return found[1]


def warn_of_network(folder: Path) -> None:
    """A network file system does not keep the promises on locks and syncs that SQLite rests on."""
    mounts = Path("/proc/self/mounts")
    if not mounts.exists():
        return
    kind = file_system_of(folder.resolve(), mounts.read_text(encoding="utf-8", errors="replace"))
    if kind in NETWORK_FILE_SYSTEMS:
        log.warning("the database lies on a network file system", folder=str(folder), kind=kind)


def measure_fsync(folder: Path) -> float:
    """The median time of one fsync in `folder`, in seconds; nothing is left there.

    Raises:
        OSError: it cannot be written.
    """
    for left in folder.glob(PROBE + "*"):  # by a start that was killed, and by 0.1.0
        left.unlink(missing_ok=True)
    probe = folder / f"{PROBE}{secrets.token_hex(4)}"
    times = []
    try:
        with probe.open("wb", buffering=0) as file:
            for _ in range(FSYNC_SAMPLES):
                os.pwrite(file.fileno(), b"\0" * 4096, 0)
                started = time.perf_counter()
                os.fsync(file.fileno())
                times.append(time.perf_counter() - started)
    finally:
        probe.unlink(missing_ok=True)
    return sorted(times)[FSYNC_SAMPLES // 2]
