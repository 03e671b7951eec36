"""Everything that a person can set, with its default and its meaning."""

from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, model_validator

from bedolaga_events.kinds import (
    Count,
    Database,
    Hosts,
    Network,
    Origin,
    PublicUrl,
    Seconds,
    Section,
    Token,
    Zone,
    is_loopback,
)
from bedolaga_events.numbers import Rules

PREFIX = "BEDOLAGA_EVENTS_"


class ServerSettings(Section):
    host: Hosts = Field(
        "127.0.0.1", description="address to listen on, or several; :: means IPv6 and IPv4"
    )
    port: int = Field(8080, ge=0, le=65535, description="port to listen on")
    public_url: PublicUrl = Field(
        "", description="how the world reaches the server: https://events.example.com/shop/"
    )
    trusted_proxies: list[Network] = Field(
        [], description="networks (CIDR) whose X-Forwarded-* headers are believed"
    )
    cert_file: str = Field(
        "", description="PEM certificate for TLS without a proxy; SIGHUP rereads"
    )
    key_file: str = Field("", description="PEM key of that certificate")
    shutdown_seconds: Seconds = Field(10, description="how long a stop waits for what is in flight")
    sink: Literal["auto", "on", "off"] = Field(
        "auto", description="the play receiver at /sink; auto: only while listening on loopback"
    )

    @model_validator(mode="after")
    def _both_files(self) -> "ServerSettings":
        if bool(self.cert_file) != bool(self.key_file):
            raise ValueError("cert_file and key_file go together")
        return self

    @property
    def hosts(self) -> list[str]:
        """Each address to listen on."""
        return self.host.split(", ")

    @property
    def is_local(self) -> bool:
        """Whether it is there for this machine only: on loopback, and not named to the world."""
        return not self.public_url and all(map(is_loopback, self.hosts))

    @property
    def has_sink(self) -> bool:
        """Whether /sink is there."""
        return self.sink == "on" or (self.sink == "auto" and self.is_local)


class AuthSettings(Section):
    max_failures: Count = Field(
        10, description="failed sign-ins a minute from one address before it is slowed down"
    )


class DatabaseSettings(Section):
    path: Database = Field(Path("data/events.db"), description="the one file that holds everything")


class EventsSettings(Section):
    queue_limit: Count = Field(
        10_000, description="events that may wait for the disk; more are answered 503"
    )
    unknown_types: Literal["refuse", "accept"] = Field(
        "refuse", description="what becomes of a well-formed type that nobody described"
    )
    packs: list[Literal["cabinet"]] = Field(
        [], description='bundled catalogues of further types: "cabinet"'
    )


class DeliverySettings(Section):
    retry_schedule: list[Seconds] = Field(
        [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400],
        max_length=50,
        description="seconds before each retry; [] means one attempt",
    )
    connect_timeout: Seconds = Field(5, description="seconds to connect to a receiver")
    total_timeout: Seconds = Field(10, description="seconds for a whole attempt")
    per_webhook_concurrency: Count = Field(
        8, description="requests in flight to one webhook at most"
    )
    concurrency: Count = Field(128, description="requests in flight in all at most")
    disable_after_hours: float = Field(
        120,
        ge=0,
        le=876_000,
        description="hours of nothing but failures that deactivate a webhook; 0 = never",
    )
    ca_file: str = Field("", description="PEM file of a CA to trust besides the system's")
    allowed_networks: list[Network] = Field(
        [], description="networks (CIDR) besides public ones where deliveries may go"
    )
    proxy: SecretStr = Field(
        SecretStr(""),
        description="http:// or socks5:// proxy for all that goes out; it resolves the names then",
    )


class LiveSettings(Section):
    max_connections: Count = Field(2_000, description="open /ws connections at most")
    max_per_address: Count = Field(200, description="of these from one address at most")
    ping_seconds: Seconds = Field(
        25, description="seconds between protocol pings (proxies cut at 60)"
    )
    unsent_limit_kib: int = Field(
        1_024,
        ge=64,
        le=1_000_000,
        description="KiB that a client may leave unread before it is cut off",
    )


class SecuritySettings(Section):
    allowed_origins: list[Origin] = Field(
        [], description="other sites whose pages may call the API and open /ws (CORS)"
    )
    public_metrics: bool = Field(False, description="GET /metrics without a token")


class RetentionSettings(Section):
    retention_days: float = Field(
        30, ge=0, le=36_500, description="days that events are kept; 0 = for ever"
    )
    retention_mb: int = Field(
        2_048, ge=0, le=1_000_000_000, description="megabytes of database at most; 0 = no limit"
    )

    @property
    def days(self) -> float | None:
        """`retention_days`; None for ever."""
        return self.retention_days or None

    @property
    def bytes(self) -> int | None:
        """`retention_mb` in bytes; None without a limit."""
        return self.retention_mb * 1_000_000 or None


class DashboardSettings(Section):
    timezone: Zone = Field("Europe/Moscow", description="whose midnight starts today's revenue")
    not_revenue: list[str] = Field(
        ["manual", "balance"], description="payment methods that are no income"
    )

    @property
    def zone(self) -> tzinfo:
        """The time zone as an object."""
        return ZoneInfo(self.timezone)


class AlertsSettings(Section):
    urls: list[SecretStr] = Field(
        [], description="apprise URLs that are told of trouble, such as tgram://BOT/CHAT"
    )
    heartbeat_url: SecretStr = Field(
        SecretStr(""),
        description="fetched every minute while all is well: Healthchecks, Uptime Kuma's push",
    )
    webhook_id: int = Field(
        0,
        ge=0,
        le=2**63 - 1,
        description="a chat webhook that gets alerts in words, active or not; 0 = none",
    )
    silence_minutes: float = Field(
        0, ge=0, le=525_600, description="minutes without an event that are told; 0 = never"
    )
    failure_rate_percent: float = Field(
        50, gt=0, le=100, description="failed attempts of a webhook in the last hour"
    )
    failure_rate_attempts: Count = Field(
        20, description="attempts from which on that rate means something"
    )
    backlog_minutes: float = Field(
        15, gt=0, le=525_600, description="minutes that deliveries may be overdue"
    )
    disk_free_mb: int = Field(500, ge=0, description="megabytes of disk that should be free")


class LogSettings(Section):
    level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="least level shown"
    )
    format: Literal["auto", "console", "json"] = Field(
        "auto", description="auto: console in a terminal, JSON lines otherwise"
    )


Type = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$", max_length=100)]


class AddedType(Section):
    """One ``[[event_types]]`` table."""

    value: Type
    label: str
    description: str = ""
    example: dict[str, Any] = Field({})


class Settings(Section):
    """Everything that a person can set."""

    server: ServerSettings = ServerSettings()
    auth: AuthSettings = AuthSettings()
    database: DatabaseSettings = DatabaseSettings()
    events: EventsSettings = EventsSettings()
    delivery: DeliverySettings = DeliverySettings()
    live: LiveSettings = LiveSettings()
    security: SecuritySettings = SecuritySettings()
    retention: RetentionSettings = RetentionSettings()
    dashboard: DashboardSettings = DashboardSettings()
    alerts: AlertsSettings = AlertsSettings()
    log: LogSettings = LogSettings()
    event_types: list[AddedType] = Field([], description="event types besides the built-in six")
    token: Token | None = Field(None, description="an admin token, ensured at each start")
    secret_key: SecretStr | None = Field(
        None, description="the key that encrypts secrets at rest, instead of the secret.key file"
    )

    @property
    def rules(self) -> Rules:
        """What the dashboard's numbers depend on."""
        dashboard = self.dashboard
        return Rules(
            dashboard.timezone,
            tuple(sorted(dashboard.not_revenue)),
            tuple(sorted(self.events.packs)),
        )
