"""The kinds of values that settings have: networks, zones, origins, addresses, seconds."""

import ipaddress
import json
import os
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
)

from bedolaga_events import origins

TOKEN_LENGTH = 16  # characters at least


def _network(text: str) -> str:
    return str(ipaddress.ip_network(text))


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"'{text}' is not a time zone of the IANA list") from None
    return text


def _origin(text: str) -> str:
    found = origins.origin(text)
    if found is None:
        raise ValueError("an origin is scheme://host[:port] without a path")
    return str(found)  # as browsers send it


def _public_url(text: str) -> str:
    found = origins.address(text)
    if text and found is None:
        raise ValueError("write it like https://events.example.com/ (a path may follow)")
    return "".join(map(str, found or ()))


def _hosts(value: Any) -> Any:
    """One text for a list, for texts with commas, and for JSON, as the environment has lists."""
    if isinstance(value, str) and value.lstrip().startswith('["'):
        value = json.loads(value)
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        value = ",".join(value)
    if not isinstance(value, str):
        return value
    named = [one.strip().removeprefix("[").removesuffix("]") for one in value.split(",")]
    if not all(named):
        raise ValueError("write one address to listen on, or several with commas between them")
    for one in named:
        try:
            one.encode("idna")  # which asyncio does with a name
        except UnicodeError:
            raise ValueError(f"'{one[:100]}' is no name of a host") from None
    return ", ".join(dict.fromkeys(named))


def _database(path: Path) -> Path:
    """One file, one lock: it stands beside the file itself, whatever link leads there."""
    if path.name in ("", ":memory:"):
        raise ValueError("write the path of a file; SQLite's database in memory keeps nothing")
    return Path(os.path.realpath(path)) if path.is_symlink() else path


def _token(value: SecretStr) -> SecretStr:
    """As every client can send it; a shell, an .env file of Windows leave white space around it."""
    text = value.get_secret_value().strip()
    if len(text) < TOKEN_LENGTH:
        raise ValueError(f"a token has at least {TOKEN_LENGTH} characters")
    if not (text.isascii() and text.isprintable()):
        raise ValueError("a token is letters, digits and signs of ASCII: no header takes more")
    return SecretStr(text)


Network = Annotated[str, AfterValidator(_network)]
Zone = Annotated[str, AfterValidator(_zone)]
Origin = Annotated[str, AfterValidator(_origin)]
PublicUrl = Annotated[str, AfterValidator(_public_url)]
Hosts = Annotated[str, BeforeValidator(_hosts)]
Database = Annotated[Path, AfterValidator(_database)]
Token = Annotated[SecretStr, AfterValidator(_token)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]
Seconds = Annotated[float, Field(gt=0, le=86_400 * 365)]


class Section(BaseModel):
    """A table of config.toml; an unknown key in it stops the start."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _no_bool_for_a_number(cls, value: Any, info: ValidationInfo) -> Any:
        """Pydantic takes true for 1: `port = true` would listen on port 1."""
        asked = cls.model_fields[str(info.field_name)].annotation
        if isinstance(value, bool) and asked is not bool:
            raise ValueError("true or false is no value of this setting")
        return value


def is_loopback(host: str) -> bool:
    """Whether an address or name is of this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
