"""An empty Debian 12 as a provider hands it over: its own files, its own systemd, a cable.

systemd-nspawn starts it in the test's network, over a root that debootstrap made once. Packages
come from where this machine has its own; Python's were fetched before, since the world has no
internet.
"""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.conftest import until
from tests.system.conftest import ROOT
from tests.world.proxies import tool
from tests.world.trust import Authority

ADDRESS = "192.0.2.10"
HERE = "192.0.2.9"  # the other end of its cable
NAME_SERVER = "198.51.100.53"
RELEASE = "bookworm"
REPOSITORY = "/srv/bedolaga-events"  # in the machine: what a person would clone from elsewhere
WHEELS = "/srv/wheels"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PATIENCE = 90.0  # seconds for what a machine is told to do
STARTED = (
    "until systemctl is-system-running --wait | grep -E 'running|degraded'; do sleep 0.2; done"
)
PIP = f"[global]\nno-index = true\nfind-links = {WHEELS}\ndisable-pip-version-check = true\n"


def made(folder: Path, packages: str) -> Path:
    """The root of an empty Debian, with a repository of this project and wheels at hand.

    Args:
        folder: where it is made; it takes a few hundred megabytes and a minute or two.
        packages: the shell lines that install what is needed, run with this machine's network.
    """
    root = folder / "debian"
    include = "--include=systemd,systemd-sysv,dbus,iproute2"
    _run(tool("debootstrap"), "--variant=minbase", include, RELEASE, str(root), _mirror())
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    _run("chroot", str(root), "bash", "-ec", f"export DEBIAN_FRONTEND=noninteractive\n{packages}")
    wheels = root / WHEELS.lstrip("/")
    tools = re.findall(r'requires = \["(.+)"\]', (ROOT / "pyproject.toml").read_text())
    wanted = ["-c", "constraints.txt", "./client", ".[speed,alerts,proxy]", *tools]
    _run(sys.executable, "-m", "pip", "wheel", "--quiet", "-w", str(wheels), *wanted)
    for one in wheels.glob("bedolaga_events*"):
        one.unlink()  # the machine builds these itself
    (root / "etc/pip.conf").write_text(PIP)
    _commit(root / REPOSITORY.lstrip("/"))
    return root


def _mirror() -> str:
    """Where this machine's apt finds Debian."""
    wanted = ("--format", "$(REPO_URI)", "Created-By: Packages", f"Release: {RELEASE}")
    done = subprocess.run(
        ["apt-get", "indextargets", *wanted], capture_output=True, text=True, check=True
    )
    return done.stdout.split()[0]


def _run(*words: str) -> None:
    done = subprocess.run(
        words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-5_000:]


def _commit(repository: Path) -> None:
    """The files of this checkout as they are, as the one commit of a repository."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in names.strip("\0").split("\0"):
        if (ROOT / name).is_file():
            (repository / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, repository / name)
    committed(repository, "init", "--quiet", "--initial-branch=main")
    change(repository)


def change(repository: Path) -> None:
    """Commit all that is there."""
    committed(repository, "add", "--all")
    committed(repository, "commit", "--quiet", "--allow-empty", "--message=as it is")


def committed(repository: Path, *words: str) -> None:
    author = ("-c", "user.name=world", "-c", "user.email=world@example.com")
    _run("git", "-C", str(repository), *author, *words)


class Machine:
    """A running Debian; `root` are its files, `pid` its first process, from outside."""

    def __init__(self, root: Path, pid: int) -> None:
        self.root = root
        self.pid = pid

    async def run(self, script: str, patience: float = PATIENCE) -> str:
        """Run shell lines as root, each of which must succeed; what they print."""
        shell = await self.shell()
        try:
            await shell.type(script, patience)
        finally:
            await shell.leave()
        return shell.said

    async def shell(self) -> "Shell":
        """A shell of root's, that takes lines until it is left."""
        log = self.root / "root" / f"{os.urandom(4).hex()}.said"
        spaces = ("--mount", "--uts", "--ipc", "--net", "--pid")
        with log.open("wb") as out:
            running = await asyncio.create_subprocess_exec(
                *("nsenter", "--target", str(self.pid), *spaces, "--"),
                *("env", "-i", "HOME=/root", "LANG=C.UTF-8", "TERM=dumb", f"PATH={PATH}"),
                *("bash", "-e"),
                stdin=asyncio.subprocess.PIPE,
                stdout=out,
                stderr=out,
            )
        return Shell(running, log)


class Shell:
    """What a person types into one terminal, in which variables and jobs stay."""

    def __init__(self, running: asyncio.subprocess.Process, log: Path) -> None:
        self._running = running
        self._log = log
        self._typed = 0

    async def type(self, lines: str, patience: float = PATIENCE) -> str:
        """Type lines and wait until they are done; what they printed.

        Raises:
            AssertionError: one of them failed, or took too long.
        """
        before, self._typed = len(self.said), self._typed + 1
        done = f"[done {self._typed}]"
        assert self._running.stdin is not None
        self._running.stdin.write(f"{lines}\necho '{done}'\n".encode())
        try:
            await until(lambda: done in self.said or self._running.returncode is not None, patience)
        except TimeoutError:
            raise AssertionError(f"after {patience} s:\n{self.said}") from None
        assert done in self.said, self.said
        return self.said[before:].replace(done, "")

    @property
    def said(self) -> str:
        return self._log.read_text(errors="replace")

    async def leave(self) -> None:
        if self._running.returncode is None:
            self._running.kill()
        await self._running.wait()


@asynccontextmanager
async def booted(base: Path, folder: Path, authority: Authority) -> AsyncIterator[Machine]:
    """A machine over a root that `made` gave and that stays as it is; it trusts the world's CA."""
    root = folder / "machine"
    for one in ("changes", "work", "machine"):
        (folder / one).mkdir()
    layers = f"lowerdir={base},upperdir={folder}/changes,workdir={folder}/work"
    _run("mount", "-t", "overlay", "overlay", "-o", layers, str(root))
    (root / "etc/resolv.conf").write_text(f"nameserver {NAME_SERVER}\n")
    shutil.copy(authority.file, root / "usr/local/share/ca-certificates/world.crt")
    _run("chroot", str(root), "update-ca-certificates")
    log = (folder / "boot.log").open("wb")
    nspawn = await asyncio.create_subprocess_exec(
        *(tool("systemd-nspawn"), "--quiet", "--boot", "--directory", str(root)),
        *("--machine", f"vps-{os.getpid()}", "--register=no", "--keep-unit", "--console=pipe"),
        *("--network-veth-extra=outside:host0", "--resolv-conf=off", "--timezone=off"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=log,
        stderr=log,
    )
    try:
        machine = Machine(root, await until(lambda: _child(nspawn.pid), PATIENCE))
        await _connect(machine)
        yield machine
    finally:
        nspawn.terminate()  # it powers off
        await nspawn.wait()
        log.close()


def _child(pid: int) -> int | None:
    """The container's first process, once it is systemd."""
    for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        if Path(f"/proc/{one}/comm").read_text().strip() == "systemd":
            return int(one)
    return None


async def _connect(machine: Machine) -> None:
    """Lay the cable, and wait until all of the machine's services have started."""
    for line in (
        f"address add {HERE}/32 dev outside",
        "link set outside up",
        f"route add {ADDRESS}/32 dev outside",
    ):
        _run("ip", *line.split())
    await machine.run(
        f"ip address add {ADDRESS}/32 dev host0\nip link set host0 up\n"
        f"ip route add {HERE}/32 dev host0\nip route add default via {HERE} dev host0\n{STARTED}"
    )
