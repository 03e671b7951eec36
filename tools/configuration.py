"""`make docs`: docs/configuration.md, made from the models that validate the settings."""

from pathlib import Path

from bedolaga_events.config import describe, load

PAGE = Path(__file__).parents[1] / "docs" / "configuration.md"
HEAD = """# Configuration

Made by `make docs` from `bedolaga_events/settings.py`; do not edit it here.

Flags (`--host`, `--port`, `--db`) win over the environment, that over `config.toml` (or the file
of `--config`), that over the defaults. An unknown key stops the start with its name.
`bedolaga-events config` shows what is in force and where each value came from.

In the environment every key is `BEDOLAGA_EVENTS_SECTION__KEY` (lists as JSON), for example
`BEDOLAGA_EVENTS_SERVER__PORT=9000`. A secret can also stand in a file, which a name with `_FILE`
behind it points to: `BEDOLAGA_EVENTS_TOKEN_FILE`, `BEDOLAGA_EVENTS_SECRET_KEY_FILE`,
`BEDOLAGA_EVENTS_DELIVERY__PROXY_FILE`, `BEDOLAGA_EVENTS_ALERTS__HEARTBEAT_URL_FILE`.

| key | default | what it is |
| --- | --- | --- |
"""


def page() -> str:
    """The text of the page."""
    rows = [
        f"| `{one.key}` | {f'`{one.value}`' if one.value else '–'} | {one.meaning} |"
        for one in describe(load({}, None, {}))
    ]
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
