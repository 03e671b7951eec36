"""`config.load`: secrets that come from files (contract §1)."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from bedolaga_events import config
from bedolaga_events.errors import ConfigError
from bedolaga_events.kinds import Section
from bedolaga_events.settings import Settings

SECRET = "a-secret-of-enough-characters"


@pytest.mark.parametrize(
    "written",
    [
        SECRET.encode(),
        f"{SECRET}\n".encode(),
        f"{SECRET}\r\n".encode(),
        f"\ufeff{SECRET}\r\n\r\n".encode(),
        f"  {SECRET}\t\n".encode(),
        f"{SECRET}\r\n".encode("utf-16"),
    ],
    ids=["plain", "newline", "crlf", "bom", "spaces", "utf-16"],
)
def test_a_secrets_file_may_be_written_by_anything(tmp_path: Path, written: bytes) -> None:
    """What editors and shells put around it is not part of it."""
    file = tmp_path / "token"
    file.write_bytes(written)
    loaded = config.load({}, None, {"BEDOLAGA_EVENTS_TOKEN_FILE": str(file)})
    assert loaded.settings.token == SecretStr(SECRET)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_config_file_may_be_written_by_any_editor(tmp_path: Path, encoding: str) -> None:
    """Windows' Notepad puts a mark before it, PowerShell writes UTF-16."""
    file = tmp_path / "config.toml"
    file.write_bytes("[server]\r\nport = 8123\r\n# да\r\n".encode(encoding))
    assert config.load({}, file, {}).settings.server.port == 8123


def test_a_link_leads_to_one_database(tmp_path: Path) -> None:
    """By whatever name it is called, its lock and its WAL are beside the file itself."""
    link, elsewhere = tmp_path / "events.db", tmp_path / "disk" / "events.db"
    link.symlink_to(elsewhere)
    assert config.load({"database.path": link}, None, {}).settings.database.path == elsewhere


def test_every_secret_setting_has_its_file(tmp_path: Path) -> None:
    """Whatever section it is in, and lists of them as JSON."""
    secrets = []
    for name, info in Settings.model_fields.items():
        section = info.annotation
        if isinstance(section, type) and issubclass(section, Section):
            secrets += [
                (f"{name}.{leaf}", str(field.annotation))
                for leaf, field in section.model_fields.items()
                if "SecretStr" in str(field.annotation)
            ]
        elif "SecretStr" in str(section):
            secrets.append((name, str(section)))
    assert {"token", "secret_key", "alerts.urls"} <= {key for key, _ in secrets}
    for key, annotation in secrets:
        file = tmp_path / key
        file.write_text('["json://127.0.0.1/"]\n' if "list" in annotation else f"{SECRET}\n")
        variable = f"{config.variable_of(key)}_FILE"
        environment = {variable: str(file)}
        try:
            loaded = config.load({}, None, environment)
        except ConfigError as error:  # its value has a form of its own: it was read, and is shown
            assert variable.removesuffix("_FILE") in error.detail  # noqa: PT017
        else:
            assert loaded.origins[key] == "environment"


def test_a_file_that_cannot_be_used_is_one_sentence(tmp_path: Path) -> None:
    """It is not there, is no text, or contradicts the plain variable."""
    (tmp_path / "bytes").write_bytes(b"\x80\x81\x82")
    for path in ("none", "bytes"):
        with pytest.raises(ConfigError, match="BEDOLAGA_EVENTS_TOKEN_FILE"):
            config.load({}, None, {"BEDOLAGA_EVENTS_TOKEN_FILE": str(tmp_path / path)})
    both = {"BEDOLAGA_EVENTS_TOKEN": SECRET, "BEDOLAGA_EVENTS_TOKEN_FILE": str(tmp_path / "none")}
    with pytest.raises(ConfigError, match="keep one"):
        config.load({}, None, both)


@pytest.mark.parametrize(
    "key", ["server.port", "delivery.retry_schedule", "retention.retention_days"]
)
def test_true_is_no_number(tmp_path: Path, key: str) -> None:
    """Which pydantic takes it for: `port = true` listened on port 1; a switch takes it."""
    section, leaf = key.split(".")
    file = tmp_path / "config.toml"
    file.write_text(f"[{section}]\n{leaf} = true\n")
    with pytest.raises(ConfigError, match=key):
        config.load({}, file, {})
    file.write_text("[security]\npublic_metrics = true\n")
    assert config.load({}, file, {}).settings.security.public_metrics


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("RETENTION__RETENTION_DAYS", "inf"),
        ("RETENTION__RETENTION_MB", "1" + "0" * 30),
        ("DELIVERY__DISABLE_AFTER_HOURS", "inf"),
        ("ALERTS__BACKLOG_MINUTES", "1e300"),
        ("ALERTS__WEBHOOK_ID", "1" + "0" * 30),
    ],
)
def test_what_no_column_holds_stops_the_start(variable: str, value: str) -> None:
    """Not the round of housekeeping that reckons with it, hours later; 0 is for ever."""
    name = f"BEDOLAGA_EVENTS_{variable}"
    with pytest.raises(ConfigError, match=f"{name}: Input should be less than or equal"):
        config.load({}, None, {name: value})


def test_what_kubernetes_injects_is_ignored() -> None:
    """For a service called bedolaga-events, or one whose name begins so (C13)."""
    injected = {
        "BEDOLAGA_EVENTS_SERVICE_HOST": "10.96.0.12",
        "BEDOLAGA_EVENTS_SERVICE_PORT": "8080",
        "BEDOLAGA_EVENTS_SERVICE_PORT_HTTP": "8080",
        "BEDOLAGA_EVENTS_PORT": "tcp://10.96.0.12:8080",
        "BEDOLAGA_EVENTS_PORT_8080_TCP": "tcp://10.96.0.12:8080",
        "BEDOLAGA_EVENTS_PORT_8080_TCP_PROTO": "tcp",
        "BEDOLAGA_EVENTS_PORT_8080_TCP_PORT": "8080",
        "BEDOLAGA_EVENTS_PORT_8080_TCP_ADDR": "10.96.0.12",
        "BEDOLAGA_EVENTS_ADMIN_PORT": "tcp://10.96.0.13:80",
    }
    loaded = config.load({}, None, {**injected, "BEDOLAGA_EVENTS_SERVER__PORT": "9000"})
    assert loaded.settings.server.port == 9000


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("BEDOLAGA_EVENTS_PORT", "BEDOLAGA_EVENTS_SERVER__PORT"),
        ("BEDOLAGA_EVENTS_SERVER_HOST", "BEDOLAGA_EVENTS_SERVER__HOST"),
        ("BEDOLAGA_EVENTS_RETENTION__RETENTION_DAY", "BEDOLAGA_EVENTS_RETENTION__RETENTION_DAYS"),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest(name: str, meant: str) -> None:
    """What was found, and how to go on."""
    with pytest.raises(ConfigError) as refused:
        config.load({}, None, {name: "8090"})
    assert f"{name}=8090 in the environment" in refused.value.detail
    assert f"is {meant} meant?" in refused.value.detail


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("TOKEN", "", "a token has at least 16 characters."),
        ("TOKEN", "токентокентокентокен", "a token is letters, digits and signs of ASCII"),
        ("TOKEN_FILE", "", "it names no file."),
        ("TOKEN_FILE", "/", "it names no file."),
        ("TOKEN_FILE", "/tmp", "Is a directory."),
        ("DATABASE__PATH", "", "write the path of a file"),
        ("DATABASE__PATH", ":memory:", "write the path of a file"),
        ("SERVER__HOST", "a" * 300, "is no name of a host."),
        ("SERVER__HOST", "a..b", "'a..b' is no name of a host."),
        ("SERVER__PUBLIC_URL", "example.com", "write it like https://events.example.com/"),
        ("EVENTS__QUEUE_LIMIT", "9" * 20, "Input should be less than or equal to 1000000."),
        ("LIVE__MAX_CONNECTIONS", "9" * 20, "Input should be less than or equal to 1000000."),
        ("DELIVERY__CONCURRENCY", "9" * 20, "Input should be less than or equal to 1000000."),
    ],
)
def test_a_bad_value_is_one_plain_sentence(variable: str, value: str, sentence: str) -> None:
    """It names the variable, and nothing of the library or the numbers of an operating system."""
    name = f"BEDOLAGA_EVENTS_{variable}"
    with pytest.raises(ConfigError) as found:
        config.load({}, None, {name: value})
    told = found.value.detail
    assert name in told
    assert sentence in told
    assert "Value error" not in told
    assert "Errno" not in told


def test_a_token_may_stand_in_a_file_of_windows() -> None:
    """docker --env-file keeps the CR, which no client could ever send."""
    loaded = config.load({}, None, {"BEDOLAGA_EVENTS_TOKEN": f" {SECRET}\r"})
    assert loaded.settings.token == SecretStr(SECRET)
