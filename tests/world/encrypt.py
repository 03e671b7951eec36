"""The certificate authority that Caddy asks by default, played in the world by another Caddy."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.world import proxies

NAME = "acme-v02.api.letsencrypt.org"
ADDRESS = "198.51.100.5"
SITE = f"""
{NAME} {{
    bind {ADDRESS}
    tls internal
    rewrite /directory /acme/local/directory
    acme_server
}}
"""


@asynccontextmanager
async def issuing(folder: Path, ca: Path) -> AsyncIterator[None]:
    """It makes certificates, signed by the CA in the folder `ca`, for who proves to hold a name."""
    folder.mkdir()
    async with proxies.caddy(folder, SITE, str(ca)):
        yield
