"""A certificate authority of the test's own, which its browser, receivers and server know."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import trustme

from tests.world.proxies import tool


@dataclass(frozen=True)
class Authority:
    """A CA whose certificate is `folder`/ca.pem."""

    folder: Path
    ca: trustme.CA

    @property
    def file(self) -> str:
        return str(self.folder / "ca.pem")

    def certificate(self, *names: str) -> tuple[str, str]:
        """The files (chain, key) of a certificate for names and addresses."""
        issued = self.ca.issue_cert(*names)
        chain, key = (self.folder / f"{names[0].replace(':', '_')}.{end}" for end in ("pem", "key"))
        issued.cert_chain_pems[0].write_to_path(chain)
        issued.private_key_pem.write_to_path(key)
        return str(chain), str(key)

    def pem(self, *names: str) -> str:
        """One file with key and chain, as HAProxy wants it."""
        chain, key = self.certificate(*names)
        both = Path(f"{chain}.both")
        both.write_text(Path(chain).read_text() + Path(key).read_text())
        return str(both)

    def known_to_browsers(self, home: Path) -> None:
        """Put the CA where a Chromium whose HOME is `home` looks for a user's own."""
        database = home / ".pki/nssdb"
        database.mkdir(parents=True)
        certutil = [tool("certutil"), "-d", f"sql:{database}"]
        subprocess.run([*certutil, "-N", "--empty-password"], check=True)
        subprocess.run([*certutil, "-A", "-t", "C,,", "-n", "world", "-i", self.file], check=True)


def made(folder: Path) -> Authority:
    """A new authority, with its files in `folder`."""
    ca = trustme.CA()
    ca.cert_pem.write_to_path(folder / "ca.pem")
    ca.private_key_pem.write_to_path(folder / "ca.key")
    return Authority(folder, ca)
