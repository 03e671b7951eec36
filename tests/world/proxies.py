"""Debian's proxies in front of a shop, from files that people would write."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.system.conftest import ROOT

OWN_CA = """
local_certs
skip_install_trust
pki {{
    ca local {{
        root {{
            cert {ca}/ca.pem
            key {ca}/ca.key
        }}
    }}
}}
"""
SBIN = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


def tool(name: str) -> str:
    """The path of a program; without it the test is skipped, which fails in CI."""
    found = shutil.which(name, path=SBIN)
    if found is None:
        pytest.skip(f"needs {name}")
    return found


def shipped(name: str) -> str:
    """A file of deploy/, to the letter."""
    return (ROOT / "deploy" / name).read_text()


@asynccontextmanager
async def nginx(folder: Path, site: str) -> AsyncIterator[None]:
    """nginx with `site` in its http block."""
    paths = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    file = folder / "nginx.conf"
    file.write_text(
        f"user root;\ndaemon off;\npid {folder}/nginx.pid;\nerror_log stderr;\nevents {{}}\n"
        "http {\naccess_log off;\n"
        + "".join(f"{path}_temp_path {folder}/{path};\n" for path in paths)
        + f"{site}\n}}\n"
    )
    async with _running([tool("nginx"), "-c", str(file)], folder):
        yield


@asynccontextmanager
async def caddy(folder: Path, site: str, ca: str = "") -> AsyncIterator[None]:
    """Caddy with `site`; the certificates are made by the CA in the folder `ca`, not by ACME."""
    file = folder / "Caddyfile"
    file.write_text(f"{{\nadmin off\n{OWN_CA.format(ca=ca) if ca else ''}\n}}\n{site}")
    command = [tool("caddy"), "run", "--adapter", "caddyfile", "--config", str(file)]
    async with _running(command, folder):
        yield


@asynccontextmanager
async def haproxy(folder: Path, site: str) -> AsyncIterator[None]:
    """HAProxy with `site` behind the defaults of its own manual."""
    file = folder / "haproxy.cfg"
    file.write_text(
        "defaults\n  mode http\n  timeout connect 5s\n  timeout client 60s\n  timeout server 60s\n"
        f"  timeout tunnel 1h\n{site}\n"
    )
    async with _running([tool("haproxy"), "-db", "-f", str(file)], folder):
        yield


@asynccontextmanager
async def apache(folder: Path, site: str, port: int = 443) -> AsyncIterator[None]:
    """Apache with `site` and the modules that Debian has, once they are enabled."""
    program, file = tool("apache2"), folder / "apache.conf"
    modules = ("mpm_event", "authz_core", "headers", "proxy", "proxy_http", "ssl")
    file.write_text(
        f"PidFile {folder}/apache.pid\nDefaultRuntimeDir {folder}\nErrorLog /dev/stderr\n"
        f"User www-data\nGroup www-data\nServerName localhost\nListen {port}\n"
        + "".join(
            f"LoadModule {one}_module /usr/lib/apache2/modules/mod_{one}.so\n" for one in modules
        )
        + site
    )
    async with _running([program, "-DFOREGROUND", "-f", str(file)], folder):
        yield


@asynccontextmanager
async def lighttpd(folder: Path, site: str, port: int = 80) -> AsyncIterator[None]:
    """lighttpd with `site`."""
    file = folder / "lighttpd.conf"
    file.write_text(f'server.document-root = "{folder}"\nserver.port = {port}\n{site}')
    async with _running([tool("lighttpd"), "-D", "-f", str(file)], folder):
        yield


@asynccontextmanager
async def varnish(folder: Path, site: str, port: int = 80) -> AsyncIterator[None]:
    """Varnish with `site`; it compiles it, which takes a moment."""
    file = folder / "default.vcl"
    file.write_text(site)
    where = ("-n", str(folder / "varnish"), "-a", f":{port}", "-j", "none", "-s", "malloc,16m")
    async with _running([tool("varnishd"), "-F", *where, "-f", str(file)], folder):
        yield


@asynccontextmanager
async def _running(command: list[str], folder: Path) -> AsyncIterator[None]:
    """A proxy as a process; what it says is in proxy.log."""
    with (folder / "proxy.log").open("wb") as log:
        environment = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder)}
        process = await asyncio.create_subprocess_exec(*command, stderr=log, env=environment)
    try:
        yield
    finally:
        process.terminate()
        await process.wait()
