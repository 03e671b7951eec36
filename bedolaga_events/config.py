"""Where settings come from: flags over environment over config.toml over defaults."""

import json
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_origin

from pydantic import SecretStr, ValidationError

from bedolaga_events.errors import ConfigError, reason, words
from bedolaga_events.kinds import Section
from bedolaga_events.settings import PREFIX, AddedType, Settings

UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")  # PowerShell's > writes one
# Kubernetes tells every container of every service; ours may be called bedolaga-events.
INJECTED = re.compile(
    r"(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)=.*"
    r"|(\w+_)?PORT=\w+://.*"
)
CLIENT_VARIABLES = {"BEDOLAGA_EVENTS_URL", "BEDOLAGA_EVENTS_CONFIG"}  # read by the CLI, no settings


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
    layers = [] if config_file is None else [(str(config_file), _read_toml(config_file))]
    layers.append(("environment", _read_environment(os.environ if environ is None else environ)))
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
            return "••••••" if value.get_secret_value() else ""
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
        return tomllib.loads(_text(path.read_bytes()))
    except FileNotFoundError:
        raise ConfigError(f"{path}: there is no such file.") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: {reason(error)}.") from None


def _read_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    known = {variable_of(key): (key, annotation) for key, annotation in _known_keys()}
    secrets = {name for name, (_, annotation) in known.items() if _is_secret(annotation)}
    values: dict[str, Any] = {}
    for name, value in environ.items():
        if not name.startswith(PREFIX) or name in CLIENT_VARIABLES:
            continue
        plain = name.removesuffix("_FILE")
        if name.endswith("_FILE") and plain in secrets:
            if plain in environ:
                raise ConfigError(f"{plain} and {name} are both in the environment: keep one.")
            name, value = plain, _read_secret(name, Path(value))  # noqa: PLW2901
        elif name not in known:
            if INJECTED.fullmatch(f"{name.removeprefix(PREFIX)}={value}"):
                continue
            raise ConfigError(_unknown(name, value, known))
        key, annotation = known[name]
        values[key] = _list_of(name, value) if get_origin(annotation) is list else value
    return _nested(values)


def _unknown(name: str, value: str, known: Iterable[str]) -> str:
    leaf = name.rpartition("_")[2]
    near = [one for one in known if one.endswith(f"__{leaf}")] or get_close_matches(name, known, 1)
    shown = f"{name}={value[:100]}" if "TOKEN" not in name and "KEY" not in name else name
    remedy = f"is {near[0]} meant?" if near else "unset it, or see `bedolaga-events config`."
    return f"{shown} in the environment: there is no such setting; {remedy}"


def _list_of(variable: str, text: str) -> list[Any]:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, list):
        raise ConfigError(f"environment: {variable}: a list is given as JSON.")
    return value


def _read_secret(variable: str, path: Path) -> str:
    if not path.name:
        raise ConfigError(f"{variable}: it names no file.")
    try:
        return _text(path.read_bytes()).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{variable}: {reason(error)}.") from None


def _text(raw: bytes) -> str:
    """What a file holds, as an editor or an echo of any system wrote it."""
    return raw.decode("utf-16" if raw[:2] in UTF_16_MARKS else "utf-8-sig")


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
            if leaf:
                nested.setdefault(section, {})[leaf] = value
            else:
                nested[section] = value
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
    return ConfigError(f"{origin}: {name}: {words(found)}.")
