"""`make release-check`: what would be released, built, read, and installed as a stranger would."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
SERVER, CLIENT = "bedolaga_events/__init__.py", "client/bedolaga_events_client/version.py"
NEWEST = ("3.11", "3.12", "3.13", "3.14")  # the first is needed, the others are tried where found
PORT = "18089"  # of the servers that are started for a moment
IN_THE_SERVER = (
    "bedolaga_events/static/index.html",
    "bedolaga_events/static/js/app.js",
    "bedolaga_events/static/vendor/preact.LICENSE",
    "bedolaga_events/store/migrations/0001_first.sql",
    "bedolaga_events/packs/cabinet.toml",
    "bedolaga_events/docs/index.md",
    "bedolaga_events/docs/ru/vps.md",
    "bedolaga_events/help/index.html",
    "bedolaga_events/help/ru/vps.html",
)
IN_THE_CLIENT = ("bedolaga_events_client/py.typed", "bedolaga_events_client/outbox.py")
NOBODY_S = re.compile(r"(^|/)(tests|bench|__pycache__|\.git|data|node_modules)/|\.db$|secret\.key$")


def main() -> None:
    """Everything in turn; the first finding ends it with a sentence."""
    say(f"Version {agreed(ROOT)}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        build(ROOT, folder)
        read(folder)
        for python in pythons():
            for kind in ("whl", "tar.gz"):
                install(folder, kind, python)
    say("It can be released")


def agreed(root: Path) -> str:
    """The version of both distributions, which the changelog knows with its day.

    Raises:
        SystemExit: they differ, or there is no word about it.
    """
    server, client = (version_in((root / one).read_text()) for one in (SERVER, CLIENT))
    if server != client:
        sys.exit(f"The server is {server}, its client {client}.")
    changes = (root / "CHANGELOG.md").read_text()
    if not re.search(rf"^## \[{re.escape(server)}\] - \d{{4}}-\d\d-\d\d$", changes, re.MULTILINE):
        sys.exit(f"CHANGELOG.md has no line “## [{server}] - YYYY-MM-DD”.")
    return server


def version_in(text: str) -> str:
    """`__version__` of a module."""
    found = re.search(r'^__version__ = "(.+)"$', text, re.MULTILINE)
    assert found
    return found.group(1)


def build(root: Path, folder: Path) -> None:
    """An sdist of the server and one of its client into `folder`, and a wheel from each."""
    for source in (root / "client", root):
        say(f"Building {source}")
        command = ("-m", "build", "--no-isolation", "--outdir")
        run(sys.executable, *command, str(folder), str(source))


def read(folder: Path) -> None:
    """Look into what was built: what an index would show of it, and its files.

    Raises:
        SystemExit: something is not as it should be.
    """
    say("Reading what was built")
    run(sys.executable, "-m", "twine", "check", "--strict", *map(str, folder.iterdir()))
    for finding in strange(folder):
        sys.exit(finding)


def strange(folder: Path) -> Iterator[str]:
    """A sentence for each file that is missing in what was built, or should not be there."""
    for built in sorted(folder.iterdir()):
        names = set(names_in(built))
        wanted: tuple[str, ...] = IN_THE_CLIENT if "client" in built.name else IN_THE_SERVER
        if built.suffix == ".gz":  # static/ and docs/ stand beside the package there
            wanted = tuple(re.sub("^bedolaga_events/(static|docs)/", r"\1/", one) for one in wanted)
        for name in wanted:
            if name not in names:
                yield f"{built.name} lacks {name}."
        for name in names:
            if NOBODY_S.search(name):
                yield f"{built.name} has {name}."


def names_in(built: Path) -> list[str]:
    """The files of a wheel or an sdist, below its own folder."""
    if built.suffix == ".whl":
        return zipfile.ZipFile(built).namelist()
    with tarfile.open(built) as archive:
        return [one.name.partition("/")[2] for one in archive.getmembers() if one.isfile()]


def pythons() -> Iterator[str]:
    """The programs of those versions that are on this machine."""
    for version in NEWEST:
        program = next(filter(starts, programs(version)), None)
        if program is not None:
            yield program
        elif version == NEWEST[0]:
            sys.exit(f"Python {version} is needed.")
        else:
            say(f"Python {version} is not on this machine, and was not tried")


def programs(version: str) -> Iterator[str]:
    """Where that Python may be: on the path, or where pyenv keeps those that are not in use."""
    yield shutil.which(f"python{version}") or ""
    kept = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    yield from map(str, sorted(kept.glob(f"{version}.*/bin/python{version}")))


def starts(program: str) -> bool:
    """Whether it is a Python: a shim of pyenv's may stand for none."""
    return (
        bool(program)
        and subprocess.run([program, "-c", ""], capture_output=True, check=False).returncode == 0
    )


def install(folder: Path, kind: str, python: str) -> None:
    """Install both of a kind into an empty environment of that Python, and see them work."""
    say(f"Installing *.{kind} with {Path(python).name}")
    with tempfile.TemporaryDirectory() as name:
        bare = Path(name)
        run(python, "-m", "venv", str(bare / "venv"))
        binaries = bare / "venv/bin"
        built = sorted(map(str, folder.glob(f"*.{kind}")))
        run(str(binaries / "pip"), "install", "--quiet", "--disable-pip-version-check", *built)
        run(str(binaries / "python"), "-c", "import bedolaga_events_client", cwd=bare)
        program = str(binaries / "bedolaga-events")
        server = subprocess.Popen([program, "--port", PORT], cwd=bare, stdout=subprocess.PIPE)
        try:
            assert server.stdout is not None
            server.stdout.readline()  # it listens
            run(program, "healthcheck", "--port", PORT, cwd=bare)
        finally:
            server.terminate()
        if server.wait() != 0:
            sys.exit(f"{program} ended with {server.returncode}.")


def run(*words: str, cwd: Path = ROOT) -> None:
    """Run a program; what it says is shown when it fails.

    Raises:
        SystemExit: it failed.
    """
    done = subprocess.run(
        words, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{done.stdout}\n{' '.join(words)}: exit code {done.returncode}")


def say(text: str) -> None:
    """Tell what is done now."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
