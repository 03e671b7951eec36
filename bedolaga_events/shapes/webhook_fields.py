"""The fields that only a webhook has, as a person may write them (contract §4)."""

import base64
import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from bedolaga_events.shapes.base import one_line, whole
from bedolaga_events.wire import MASK, WHSEC

KEY_BYTES = range(24, 65)  # of a whsec_ secret (Standard Webhooks 1.0.0)
MAX_HEADERS = 20
MAX_HEADER = 4_096  # characters of a value
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")  # RFC 9110 §5.6.2
RESERVED = re.compile(
    r"host|content-.*|transfer-encoding|te|trailer|upgrade|expect|connection|user-agent"
    r"|accept-encoding|webhook-.*|x-webhook-.*",
    re.IGNORECASE,
)


def _signing(secret: str) -> str:
    if secret.startswith(WHSEC):
        try:
            key = base64.b64decode(secret.removeprefix(WHSEC), validate=True)
        except ValueError:
            key = b""
        if len(key) not in KEY_BYTES:
            raise ValueError("a whsec_ secret is whsec_ and the base64 of 24 to 64 bytes")
    return secret


def _headers(headers: dict[str, str]) -> dict[str, str]:
    if len(headers) > MAX_HEADERS:
        raise ValueError(f"at most {MAX_HEADERS} headers")
    if len({name.lower() for name in headers}) < len(headers):
        raise ValueError("a header stands twice")
    for name, value in headers.items():
        if not HEADER_NAME.fullmatch(name):
            raise ValueError("a header name has only letters, digits and -")
        if RESERVED.fullmatch(name):
            raise ValueError(f"{name} is the server's own header")
        if value != MASK and not _is_sendable(value):
            raise ValueError(
                f"the value of {name} is at most {MAX_HEADER} printable ASCII characters"
            )
    return {name: value.strip(" \t") for name, value in headers.items()}


def _is_sendable(value: str) -> bool:
    plain = value.replace("\t", "")
    return len(value) <= MAX_HEADER and all(0x20 <= ord(one) <= 0x7E for one in plain)


Url = Annotated[str, StringConstraints(strip_whitespace=True), BeforeValidator(whole)]
Secret = Annotated[
    str,
    StringConstraints(max_length=500, strip_whitespace=True),
    AfterValidator(one_line),
    AfterValidator(_signing),
    BeforeValidator(whole),
]
Description = Annotated[
    str, StringConstraints(max_length=2_000, strip_whitespace=True), BeforeValidator(whole)
]
EventPattern = Annotated[
    str,
    StringConstraints(min_length=1, max_length=100, strip_whitespace=True),
    BeforeValidator(whole),
]
Headers = Annotated[
    dict[str, str],
    AfterValidator(_headers),
    Field(description="extra request headers; a value that is masked stays as it is"),
]
PerMinute = Annotated[int, Field(ge=0, le=60_000, description="0: no limit")]
