"""`make docs`: configuration.md in both languages, from the models that validate the settings."""

import json
from pathlib import Path

from bedolaga_events.config import describe, load

ROOT = Path(__file__).parents[1]
PAGES = {"en": ROOT / "docs/configuration.md", "ru": ROOT / "docs/ru/configuration.md"}
HEADS = {
    "en": """# Configuration

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
""",
    "ru": """# Настройки

Сделано командой `make docs` из `bedolaga_events/settings.py`; здесь не правьте.

Параметры запуска (`--host`, `--port`, `--db`) сильнее окружения, оно сильнее `config.toml` (или
файла из `--config`), он сильнее значений по умолчанию. Неизвестный ключ останавливает запуск и
называется по имени. `bedolaga-events config` показывает, что действует и откуда оно взялось.

В окружении каждый ключ — это `BEDOLAGA_EVENTS_SECTION__KEY` (списки в JSON), например
`BEDOLAGA_EVENTS_SERVER__PORT=9000`. Секрет может стоять и в файле, на который указывает имя с
`_FILE` на конце: `BEDOLAGA_EVENTS_TOKEN_FILE`, `BEDOLAGA_EVENTS_SECRET_KEY_FILE`,
`BEDOLAGA_EVENTS_DELIVERY__PROXY_FILE`, `BEDOLAGA_EVENTS_ALERTS__HEARTBEAT_URL_FILE`.

| ключ | по умолчанию | что это |
| --- | --- | --- |
""",
}


def page(language: str) -> str:
    """The text of the page in a language; the Russian words are the admin page's."""
    said = json.loads((ROOT / "static/js/locales/ru.said.json").read_text(encoding="utf-8"))
    rows = [
        f"| `{one.key}` | {f'`{one.value}`' if one.value else '–'} |"
        f" {said[one.meaning] if language == 'ru' else one.meaning} |"
        for one in describe(load({}, None, {}))
    ]
    return HEADS[language] + "\n".join(rows) + "\n"


if __name__ == "__main__":
    for language, path in PAGES.items():
        path.write_text(page(language), encoding="utf-8")
