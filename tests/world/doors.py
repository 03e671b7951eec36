"""Ways to reach a shop: each starts it, puts something in front, and returns the page's address."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.conftest import until
from tests.system.documents import instead, shown
from tests.world import proxies
from tests.world.names import Names
from tests.world.shop import BACKEND, Shop
from tests.world.trust import Authority

NAME = "events.example.com"
RUSSIAN = "события.пример.рф"
PUNYCODE = RUSSIAN.encode("idna").decode()
IPV4 = "203.0.113.10"
IPV6 = "2001:db8::10"
PROXIED = {"server__trusted_proxies": ["127.0.0.1/32"]}


@dataclass
class Street:
    """The shop, its world, and whatever is put in front of it."""

    names: Names
    authority: Authority
    shop: Shop
    stack: AsyncExitStack

    async def open(self, url: str, host: Any, name: str = NAME, **settings: Any) -> str:
        """Let the shop listen on `host` itself, known to all as `name`."""
        self.names.point(name, IPV4, IPV6)
        port = 443 if url.startswith("https") else 80
        self.shop.url = url.rstrip("/")
        await self.shop.start(server__host=host, server__port=port, **settings)
        return url

    async def behind(self, url: str, proxy: Any, site: str, *more: Any, **settings: Any) -> str:
        """Start the shop on loopback, where proxies look for it, and a proxy with `site`."""
        self.names.point(NAME, IPV4, IPV6)
        if self.shop.running is None:
            await self.shop.start(**PROXIED, **settings)
        await self.stack.enter_async_context(proxy(self.shop.folder, site, *more))
        await until(lambda: self._answers(url))
        return url

    async def _answers(self, url: str) -> bool:
        try:
            async with self.shop.session.get(url, allow_redirects=False) as answer:
                return answer.status < 500
        except (OSError, aiohttp.ClientError):
            return False


async def name(street: Street) -> str:
    return await street.open(f"http://{NAME}/", [IPV4, "127.0.0.1"])


async def name_with_tls(street: Street) -> str:
    chain, key = street.authority.certificate(NAME)
    files = {"server__cert_file": chain, "server__key_file": key}
    return await street.open(f"https://{NAME}/", "::", **files)


async def ipv4(street: Street) -> str:
    return await street.open(f"http://{IPV4}/", "0.0.0.0")


async def ipv6(street: Street) -> str:
    return await street.open(f"http://[{IPV6}]/", IPV6)


async def both_families(street: Street) -> str:
    return await street.open(f"http://{IPV4}/", "::")


async def russian(street: Street) -> str:
    return await street.open(f"http://{RUSSIAN}/", f"{IPV4},{IPV6}", RUSSIAN)


async def russian_with_tls(street: Street) -> str:
    street.names.point(RUSSIAN, IPV4, IPV6)
    site = proxies.shipped("Caddyfile").replace(NAME, PUNYCODE)
    return await street.behind(f"https://{RUSSIAN}/", proxies.caddy, site, street.authority.folder)


async def nginx(street: Street) -> str:
    """The shipped file to the letter: plain, under /shop/."""
    return await street.behind(f"http://{NAME}/shop/", proxies.nginx, proxies.shipped("nginx.conf"))


async def nginx_with_tls(street: Street) -> str:
    chain, key = street.authority.certificate(NAME)
    listen = f"listen 443 ssl http2;\nssl_certificate {chain};\nssl_certificate_key {key};"
    site = proxies.shipped("nginx.conf").replace("listen 80;", listen)
    return await street.behind(
        f"https://{NAME}/", proxies.nginx, site.replace("location /shop/ {", "location / {")
    )


async def caddy(street: Street) -> str:
    """The shipped file to the letter: TLS, redirects from http, HTTP/2."""
    return await street.behind(
        f"http://{NAME}/", proxies.caddy, proxies.shipped("Caddyfile"), street.authority.folder
    )


async def caddy_with_prefix(street: Street) -> str:
    site = f"{NAME} {{\nhandle_path /shop/* {{\nreverse_proxy {BACKEND}\n}}\n}}\n"
    return await street.behind(
        f"https://{NAME}/shop/", proxies.caddy, site, street.authority.folder
    )


HAPROXY = """
frontend front
  bind :443 ssl crt {pem} alpn h2,http/1.1
  http-request set-header X-Forwarded-Proto https
  {lines}
  default_backend shop
backend shop
  option httpchk
  option forwardfor
  compression algo gzip
  server shop 127.0.0.1:8080 check inter 300
"""


async def haproxy(street: Street) -> str:
    site = HAPROXY.format(pem=street.authority.pem(NAME), lines="")
    return await street.behind(f"https://{NAME}/", proxies.haproxy, site)


async def haproxy_with_prefix(street: Street) -> str:
    lines = r"http-request replace-path /shop/(.*) /\1"
    site = HAPROXY.format(pem=street.authority.pem(NAME), lines=lines)
    return await street.behind(f"https://{NAME}/shop/", proxies.haproxy, site)


def as_shown(language: str) -> str:
    """The configuration that docs/in-front.md shows."""
    [block] = shown("in-front.md", language)
    return block


async def haproxy_as_shown(street: Street) -> str:
    pem = street.authority.pem(NAME)
    site = instead(as_shown("haproxy"), **{"/etc/haproxy/events.pem": pem})
    return await street.behind(f"https://{NAME}/", proxies.haproxy, site)


async def apache(street: Street) -> str:
    chain, key = street.authority.certificate(NAME)
    files = {"/etc/ssl/events.pem": chain, "/etc/ssl/events.key": key}
    site = instead(as_shown("apache"), **files)
    return await street.behind(f"https://{NAME}/", proxies.apache, site)


async def apache_with_prefix(street: Street) -> str:
    chain, key = street.authority.certificate(NAME)
    files = {"/etc/ssl/events.pem": chain, "/etc/ssl/events.key": key}
    site = instead(as_shown("apache"), **files, **{"ProxyPass / ": "ProxyPass /shop/ "})
    return await street.behind(f"https://{NAME}/shop/", proxies.apache, site)


async def lighttpd(street: Street) -> str:
    return await street.behind(f"http://{NAME}/", proxies.lighttpd, as_shown("lighttpd"))


async def lighttpd_with_prefix(street: Street) -> str:
    cut = '"upgrade" => "enable", "map-urlpath" => ("/shop/" => "/")'
    prefixed = {'proxy.server = (""': 'proxy.server = ("/shop/"', '"upgrade" => "enable"': cut}
    site = instead(as_shown("lighttpd"), **prefixed)
    return await street.behind(f"http://{NAME}/shop/", proxies.lighttpd, site)


async def varnish(street: Street) -> str:
    return await street.behind(f"http://{NAME}/", proxies.varnish, as_shown("vcl"))


Door = Callable[[Street], Awaitable[str]]
DIRECT: list[Door] = [name, name_with_tls, ipv4, ipv6, both_families, russian]
BEHIND: list[Door] = [
    russian_with_tls,
    *(nginx, nginx_with_tls, caddy, caddy_with_prefix),
    *(haproxy, haproxy_with_prefix, haproxy_as_shown),
    *(apache, apache_with_prefix, lighttpd, lighttpd_with_prefix, varnish),
]
