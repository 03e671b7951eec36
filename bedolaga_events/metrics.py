"""The instruments: one Prometheus registry per application."""

from collections import Counter as Counts

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bedolaga_events import __version__
from bedolaga_events.committed import Committed

FAST = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)  # seconds
MOST_TYPES = 500  # labels; what comes besides is counted as `OTHER`
OTHER = "other"
SLOW = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)  # seconds


class Metrics:
    """Everything that is counted; event types are the only labels that come from outside."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._types: set[str] = set()  # labels in use
        self.events = self._counter("events", "Events accepted.", ["type"])
        self.duplicates = self._counter(
            "duplicate_events", "Events known by their idempotency key."
        )
        self.refused = self._counter("refused_events", "Events refused, by type.", ["type"])
        self.attempts = self._counter("delivery_attempts", "Delivery attempts.", ["outcome"])
        self.deliveries = self._counter("deliveries", "Deliveries that ended.", ["status"])
        self.attempt_seconds = self._histogram("delivery_attempt_seconds", "One attempt.", SLOW)
        self.delivered_seconds = self._histogram(
            "event_to_delivered_seconds", "From the commit of an event to a 2xx.", SLOW
        )
        self.in_flight = self._gauge("deliveries_in_flight", "Requests that are out.")
        self.pending = self._gauge("deliveries_pending", "Deliveries that wait.")
        self.due = self._gauge("deliveries_due", "Deliveries whose time has come, up to 10000.")
        self.oldest_due_seconds = self._gauge(
            "deliveries_oldest_due_seconds", "How long the longest overdue delivery has been due."
        )
        self.tls_failures = self._counter("tls_failures", "TLS handshakes that failed.")
        self.sockets = self._gauge("websocket_connections", "Open /ws connections.")
        self.messages = self._counter("websocket_messages_sent", "Events written to sockets.")
        self.slow_readers = self._counter("websocket_slow_readers", "Sockets cut for not reading.")
        self.commit_seconds = self._histogram("commit_seconds", "One transaction with fsync.", FAST)
        self.commit_drafts = self._histogram(
            "commit_drafts",
            "Drafts in one transaction.",
            (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000),
        )
        self.fsync_seconds = self._gauge("fsync_seconds", "One fsync, measured at start.")
        self.helper_failures = self._counter(
            "helper_failures", "What failed without ending the work.", ["helper"]
        )
        self.alerts_open = self._gauge("alerts_open", "Troubles that are not over.")
        self.heartbeats = self._counter("heartbeats", "alerts.heartbeat_url fetched.", ["outcome"])
        self.log_lines_lost = self._gauge(
            "log_lines_lost", "Log lines that could not be written since the start."
        )
        self.database_bytes = self._gauge("database_bytes", "Size of the database file.")
        self._gauge("build_info", "Version.", ["version"]).labels(__version__).set(1)

    def heard(self, committed: Committed) -> None:
        """Count what a commit brought: once a type, not once an event."""
        for kind, count in Counts(one.type for one in committed.events).items():
            if kind not in self._types and len(self._types) >= MOST_TYPES:
                kind = OTHER  # noqa: PLW2901 - of types that nobody described there is no end
            self._types.add(kind)
            self.events.labels(kind).inc(count)

    def text(self) -> bytes:
        """The exposition format (text/plain; version=0.0.4)."""
        return generate_latest(self.registry)

    def _counter(self, name: str, meaning: str, labels: list[str] | None = None) -> Counter:
        return Counter(f"bedolaga_events_{name}", meaning, labels or [], registry=self.registry)

    def _gauge(self, name: str, meaning: str, labels: list[str] | None = None) -> Gauge:
        return Gauge(f"bedolaga_events_{name}", meaning, labels or [], registry=self.registry)

    def _histogram(self, name: str, meaning: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(
            f"bedolaga_events_{name}", meaning, buckets=buckets, registry=self.registry
        )
