"""The program among its neighbours: TLS by itself, systemd, a certificate that is renewed."""

import asyncio
import os
import signal
import socket
import ssl
from pathlib import Path
from typing import Any

import aiohttp
import trustme
from cryptography import x509

from tests.conftest import until
from tests.system.conftest import TOKEN, Process


class Certificate:
    """A certificate in the two files that the server is told of."""

    def __init__(self, folder: Path) -> None:
        self.authority = trustme.CA()
        self.cert, self.key = folder / "cert.pem", folder / "key.pem"
        self.trusting = ssl.create_default_context()
        self.authority.configure_trust(self.trusting)

    def renew(self) -> int:
        """Write a new one; returns its serial number."""
        made = self.authority.issue_cert("127.0.0.1")
        self.cert.write_bytes(b"".join(one.bytes() for one in made.cert_chain_pems))
        made.private_key_pem.write_to_path(self.key)
        return x509.load_pem_x509_certificate(made.cert_chain_pems[0].bytes()).serial_number

    async def served(self, url: str) -> int:
        """The serial number of what a server shows now."""
        host, port = url.removeprefix("https://").split(":")
        _, writer = await asyncio.open_connection(host, int(port), ssl=self.trusting)
        shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        writer.close()
        return x509.load_der_x509_certificate(shown).serial_number


async def test_tls_without_a_proxy_and_a_renewed_certificate(
    process: Process, tmp_path: Path
) -> None:
    """https and wss; SIGHUP takes the new files, a bad one changes nothing, nobody is cut off."""
    certificate = Certificate(tmp_path)
    first = certificate.renew()
    await process.start(
        BEDOLAGA_EVENTS_SERVER__CERT_FILE=str(certificate.cert),
        BEDOLAGA_EVENTS_SERVER__KEY_FILE=str(certificate.key),
    )
    assert process.url.startswith("https://")
    assert await certificate.served(process.url) == first
    connector = aiohttp.TCPConnector(ssl=certificate.trusting)
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        session.ws_connect(f"{process.url}/ws?token={TOKEN}") as live,
    ):
        assert (await live.receive_json())["type"] == "connection"
        second = certificate.renew()
        os.kill(process.pid, signal.SIGHUP)

        async def is_new() -> bool:
            return await certificate.served(process.url) == second

        await until(is_new)
        certificate.key.write_text("nonsense")
        os.kill(process.pid, signal.SIGHUP)
        await until(lambda: "cannot be used" in (tmp_path / "server.log").read_text())
        assert await certificate.served(process.url) == second
        headers = {"Authorization": f"Bearer {TOKEN}"}
        body = {"type": "user.created", "payload": {"user_id": 1}}
        async with session.post(f"{process.url}/events", json=body, headers=headers) as answer:
            assert answer.status == 202
        assert (await live.receive_json())["id"] == 1
    assert await process.stop() == 0


async def test_a_key_without_a_certificate_stops_the_start(tmp_path: Path) -> None:
    """In one sentence."""
    for values in (
        {"BEDOLAGA_EVENTS_SERVER__KEY_FILE": "key.pem"},
        {
            "BEDOLAGA_EVENTS_SERVER__KEY_FILE": str(tmp_path / "none.pem"),
            "BEDOLAGA_EVENTS_SERVER__CERT_FILE": str(tmp_path / "none.pem"),
        },
    ):
        with (tmp_path / "log").open("wb") as log:
            running = await Process(tmp_path)._spawn("0", {**os.environ, **values}, log)
        assert await running.wait() != 0
        said = (tmp_path / "log").read_text()
        assert "Traceback" not in said
        assert "cert" in said or "none.pem" in said


async def test_systemd_is_told_when_it_is_ready_and_when_it_stops(
    process: Process, tmp_path: Path, call: Any
) -> None:
    """Type=notify: READY only once requests are answered."""
    channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    channel.bind(str(tmp_path / "notify"))
    loop = asyncio.get_running_loop()
    await process.start(NOTIFY_SOCKET=str(tmp_path / "notify"))
    assert await loop.sock_recv(channel, 100) == b"READY=1"
    assert (await call("GET", f"{process.url}/health"))[0] == 200
    os.kill(process.pid, signal.SIGHUP)
    assert (await call("GET", f"{process.url}/health"))[0] == 200
    assert await process.stop() == 0
    assert await loop.sock_recv(channel, 100) == b"STOPPING=1"
    channel.close()
