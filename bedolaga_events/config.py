"""The settings: flags over environment over config.toml over defaults, each with its origin."""

import ipaddress
import json
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict, SettingsError

from bedolaga_events.errors import ConfigError

PREFIX = "BEDOLAGA_EVENTS_"
CLIENT_VARIABLES = {"BEDOLAGA_EVENTS_URL", "BEDOLAGA_EVENTS_CONFIG"}  # read by the CLI, no settings


def _network(text: str) -> str:
    return str(ipaddress.ip_network(text))


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"'{text}' is not a time zone of the IANA list") from None
    return text


def _origin(text: str) -> str:
    scheme, _, host = text.partition("://")
    if scheme not in ("http", "https") or not host or "/" in host:
        raise ValueError("an origin is scheme://host[:port] without a path")
    return text


Network = Annotated[str, AfterValidator(_network)]
Zone = Annotated[str, AfterValidator(_zone)]
Origin = Annotated[str, AfterValidator(_origin)]
Seconds = Annotated[float, Field(gt=0, le=86_400 * 365)]


class Section(BaseModel):
    """A table of config.toml; an unknown key in it stops the start."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Server(Section):
    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8080, ge=0, le=65535, description="port to listen on")
    trusted_proxies: list[Network] = Field(
        [], description="networks (CIDR) whose X-Forwarded-* headers are believed"
    )
    shutdown_seconds: Seconds = Field(10, description="how long a stop waits for what is in flight")
    sink: Literal["auto", "on", "off"] = Field(
        "auto", description="the play receiver at /sink; auto: only while listening on loopback"
    )

    @property
    def is_local(self) -> bool:
        """Whether it listens on loopback only."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def has_sink(self) -> bool:
        """Whether /sink is there."""
        return self.sink == "on" or (self.sink == "auto" and self.is_local)


class Auth(Section):
    max_failures: int = Field(
        10, ge=1, description="failed sign-ins a minute from one address before it is slowed down"
    )


class Database(Section):
    path: Path = Field(Path("data/events.db"), description="the one file that holds everything")


class Events(Section):
    queue_limit: int = Field(
        10_000, ge=1, description="events that may wait for the disk; more are answered 503"
    )


class Delivery(Section):
    retry_schedule: list[Seconds] = Field(
        [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400],
        max_length=50,
        description="seconds before each retry; [] means one attempt",
    )
    connect_timeout: Seconds = Field(5, description="seconds to connect to a receiver")
    total_timeout: Seconds = Field(10, description="seconds for a whole attempt")
    per_webhook_concurrency: int = Field(
        8, ge=1, description="requests in flight to one webhook at most"
    )
    concurrency: int = Field(128, ge=1, description="requests in flight in all at most")
    disable_after_hours: float = Field(
        120, ge=0, description="hours of nothing but failures that deactivate a webhook; 0 = never"
    )
    ca_file: str = Field("", description="PEM file of a CA to trust besides the system's")
    allowed_networks: list[Network] = Field(
        [], description="networks (CIDR) besides public ones where deliveries may go"
    )


class Live(Section):
    max_connections: int = Field(2_000, ge=1, description="open /ws connections at most")
    max_per_address: int = Field(200, ge=1, description="of these from one address at most")
    ping_seconds: Seconds = Field(
        25, description="seconds between protocol pings (proxies cut at 60)"
    )
    unsent_limit_kib: int = Field(
        1_024, ge=64, description="KiB that a client may leave unread before it is cut off"
    )


class Security(Section):
    allowed_origins: list[Origin] = Field(
        [], description="other sites whose pages may call the API and open /ws (CORS)"
    )
    public_metrics: bool = Field(False, description="GET /metrics without a token")


class Retention(Section):
    retention_days: float = Field(30, ge=0, description="days that events are kept; 0 = for ever")
    retention_mb: int = Field(
        2_048, ge=0, description="megabytes of database at most; 0 = no limit"
    )


class Dashboard(Section):
    timezone: Zone = Field("Europe/Moscow", description="whose midnight starts today's revenue")

    @property
    def zone(self) -> tzinfo:
        """The time zone as an object."""
        return ZoneInfo(self.timezone)


class Alerts(Section):
    urls: list[SecretStr] = Field(
        [], description="apprise URLs that are told of trouble, such as tgram://BOT/CHAT"
    )
    failure_rate_percent: float = Field(
        50, gt=0, le=100, description="failed attempts of a webhook in the last hour"
    )
    failure_rate_attempts: int = Field(
        20, ge=1, description="attempts from which on that rate means something"
    )
    backlog_minutes: float = Field(15, gt=0, description="minutes that deliveries may be overdue")
    disk_free_mb: int = Field(500, ge=0, description="megabytes of disk that should be free")


class Log(Section):
    level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="least level shown"
    )
    format: Literal["auto", "console", "json"] = Field(
        "auto", description="auto: console in a terminal, JSON lines otherwise"
    )


class AddedType(Section):
    """One ``[[event_types]]`` table."""

    value: str = Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$", max_length=100)
    label: str
    description: str = ""
    example: dict[str, Any] = {}


class Settings(BaseSettings):
    """Everything that a person can set."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True
    )

    server: Server = Server()
    auth: Auth = Auth()
    database: Database = Database()
    events: Events = Events()
    delivery: Delivery = Delivery()
    live: Live = Live()
    security: Security = Security()
    retention: Retention = Retention()
    dashboard: Dashboard = Dashboard()
    alerts: Alerts = Alerts()
    log: Log = Log()
    event_types: list[AddedType] = Field([], description="event types besides the built-in six")
    token: SecretStr | None = Field(
        None, min_length=16, description="an admin token, ensured at each start"
    )
    secret_key: SecretStr | None = Field(
        None, description="the key that encrypts secrets at rest, instead of the secret.key file"
    )

    @classmethod
    def settings_customise_sources(cls, *_: Any, **sources: Any) -> tuple[Any, ...]:
        """Only what `load` hands over: the layers are merged there, with their origins."""
        return (sources["init_settings"],)


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings and where each of them came from (dotted key → origin)."""

    settings: Settings
    origins: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Described:
    """One setting as `bedolaga-events config` shows it."""

    key: str
    value: str
    origin: str
    variable: str
    meaning: str


def load(
    flags: Mapping[str, Any],
    config_file: Path | None,
    environ: Mapping[str, str] | None = None,
) -> Loaded:
    """Read all layers.

    Args:
        flags: dotted key → value, from the command line; None values are ignored.
        config_file: the TOML file, None for none.
        environ: the environment, `os.environ` by default.

    Raises:
        ConfigError: an unknown key or a bad value; the sentence names the key and its source.
    """
    environ = os.environ if environ is None else environ
    layers: list[tuple[str, dict[str, Any]]] = []
    if config_file is not None:
        layers.append((str(config_file), _read_toml(config_file)))
    layers.append(("environment", _read_environment(environ)))
    layers.append(("flag", _nested(flags)))

    merged: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for name, values in layers:
        _merge(merged, values)
        origins.update((key, name) for key, _ in _leaves(values))
    try:
        settings = Settings(**merged)
    except ValidationError as error:
        raise _bad_value(error, origins) from None
    return Loaded(settings, origins)


def describe(loaded: Loaded) -> Iterator[Described]:
    """Every setting, its value (secrets masked), its origin, its environment name, its meaning."""
    for name, info in Settings.model_fields.items():
        value = getattr(loaded.settings, name)
        fields = type(value).model_fields.items() if isinstance(value, Section) else None
        for key, field, shown in (
            [(f"{name}.{leaf}", field, getattr(value, leaf)) for leaf, field in fields]
            if fields is not None
            else [(name, info, value)]
        ):
            yield Described(
                key,
                _shown(shown),
                loaded.origins.get(key, "default"),
                variable_of(key),
                field.description or "",
            )


def variable_of(key: str) -> str:
    """The environment variable of a dotted key."""
    return PREFIX + key.upper().replace(".", "__")


def _shown(value: Any) -> str:
    match value:
        case None:
            return "(not set)"
        case SecretStr():
            return "••••••"
        case list():
            return json.dumps(
                [_shown_one(one) for one in value],
                ensure_ascii=False,
            )
        case bool():
            return str(value).lower()
        case _:
            return str(value)


def _shown_one(value: Any) -> Any:
    match value:
        case SecretStr():
            return "••••••"
        case AddedType():
            return value.value
        case _:
            return value


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: there is no such file.") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: {error}.") from None


def _read_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    known = {variable_of(key) for key, _ in _known_keys()}
    secrets = {variable_of(key) for key, annotation in _known_keys() if _is_secret(annotation)}
    values: dict[str, str] = {}
    for name, value in environ.items():
        if not name.startswith(PREFIX) or name in CLIENT_VARIABLES:
            continue
        plain = name.removesuffix("_FILE")
        if name in known:
            values[name] = value
        elif name.endswith("_FILE") and plain in secrets:
            values[plain] = _read_secret(name, Path(value))
        else:
            raise ConfigError(f"{name} in the environment: there is no such setting.")
    source = EnvSettingsSource(Settings)
    source.env_vars = {name.lower(): value for name, value in values.items()}
    try:
        return source()
    except SettingsError:
        broken = next(name for name, value in values.items() if value[:1] in ("[", "{"))
        raise ConfigError(f"environment: {broken}: a list is given as JSON.") from None


def _read_secret(variable: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{variable}: {error}.") from None


def _known_keys() -> Iterator[tuple[str, Any]]:
    for name, info in Settings.model_fields.items():
        section = info.annotation
        if isinstance(section, type) and issubclass(section, Section):
            for leaf, field in section.model_fields.items():
                yield f"{name}.{leaf}", field.annotation
        else:
            yield name, info.annotation


def _is_secret(annotation: Any) -> bool:
    return "SecretStr" in str(annotation)


def _nested(flags: Mapping[str, Any]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for key, value in flags.items():
        if value is not None:
            section, _, leaf = key.partition(".")
            nested.setdefault(section, {})[leaf] = value
    return nested


def _merge(into: dict[str, Any], values: Mapping[str, Any]) -> None:
    for key, value in values.items():
        if isinstance(value, Mapping) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = dict(value) if isinstance(value, Mapping) else value


def _leaves(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, Mapping) and not prefix:
            yield from _leaves(value, f"{key}.")
        else:
            yield prefix + key, value


def _bad_value(error: ValidationError, origins: Mapping[str, str]) -> ConfigError:
    found = error.errors(include_url=False, include_context=False)[0]
    path = [str(part) for part in found["loc"]]
    key = ".".join(path[:2]) if path[0] != "event_types" else path[0]
    inside = (one for leaf, one in origins.items() if leaf.partition(".")[0] == path[0])
    origin = origins.get(key) or next(inside, "settings")
    name = variable_of(key) if origin == "environment" else ".".join(path)
    if found["type"] == "extra_forbidden":
        return ConfigError(f"{origin}: {name}: there is no such setting.")
    return ConfigError(f"{origin}: {name}: {found['msg']}.")
