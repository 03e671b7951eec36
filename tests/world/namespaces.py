"""A private network and a private /etc for the thread that runs a test, and all that it starts.

Linux keeps these per thread (unshare(2)): servers, proxies and browsers that the test starts,
and the threads of its event loop, inherit them; nothing else on the machine notices, and ports
80 and 443 of every address are free.
"""

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CLONE_FS = 0x00000200  # os.unshare has these from Python 3.12 on
CLONE_NEWNS = 0x00020000  # mounts
CLONE_NEWNET = 0x40000000
NOBODY = "02:00:00:00:00:66"  # a hardware address that no interface has
LIBC = ctypes.CDLL(None, use_errno=True)
SETUP = (
    # Every address of the first two networks is this machine's, as all of 127.0.0.0/8 is.
    "link set lo up",
    "address add 203.0.113.1/24 dev lo",
    "address add 198.51.100.1/24 dev lo",
    "address add 2001:db8::10 dev lo",
    "address add 2001:db8::20 dev lo",
    # At the other end of the cable nobody listens. Nothing may change later: browsers notice.
    "link add cable type veth peer name end",
    "link set cable addrgenmode none up",
    "link set end addrgenmode none up",
    "address add 192.0.2.1/32 dev cable",
    "address add 2001:db8:ffff::1 dev cable nodad",
)


class World:
    """The network that a test runs in, and its /etc."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def swallows(self, address: str) -> None:
        """Let packets to `address` go out and never come back, as behind a bad firewall."""
        _ip("route", "replace", address, "dev", "cable")
        _ip("neighbour", "replace", address, "lladdr", NOBODY, "dev", "cable", "nud", "permanent")

    def etc(self, name: str, text: str) -> None:
        """What /etc/`name` says in here; writing again changes it in place."""
        mine = self._folder / name
        is_new = not mine.exists()
        mine.write_text(text)
        if is_new:
            subprocess.run(["mount", "--bind", mine, f"/etc/{name}"], check=True)


@contextmanager
def entered(folder: Path) -> Iterator[World]:
    """A world of its own, from here on until the end of the `with`.

    Raises:
        PermissionError: not root, or in a container that may not make namespaces.
    """
    here = os.getcwd()
    before = [
        (os.open(f"/proc/thread-self/ns/{name}", os.O_RDONLY), kind)
        for name, kind in (("net", CLONE_NEWNET), ("mnt", CLONE_NEWNS))
    ]
    _call(LIBC.unshare, CLONE_NEWNET | CLONE_NEWNS)
    try:
        subprocess.run(["mount", "--make-rprivate", "/"], check=True)
        for line in SETUP:
            _ip(*line.split())
        yield World(folder)
    finally:
        _call(LIBC.unshare, CLONE_FS)  # threads that are left keep theirs; else EINVAL (setns(2))
        for descriptor, kind in before:
            _call(LIBC.setns, descriptor, kind)
            os.close(descriptor)
        os.chdir(here)  # a change of mounts goes to their root


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


def _call(function: "ctypes._NamedFuncPointer", *arguments: int) -> None:
    if function(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
