"""What alerts say, in both languages."""

import re
from collections.abc import Mapping
from typing import Any

EN, RU = "en", "ru"

Texts = Mapping[str, str]  # by language

TEXTS = {
    "disabled": {
        EN: "Webhook “{name}” was deactivated: {reason}",
        RU: "Вебхук «{name}» отключён сервером: {reason}",
    },
    "failing": {
        EN: "Webhook “{name}” has only failed for {percent} % of the time until it is deactivated.",
        RU: "Вебхук «{name}» сбоит уже {percent} % времени, после которого сервер его отключит.",
    },
    "rate": {
        EN: "Webhook “{name}” fails: {percent:.0f} % of the last {made} attempts.",
        RU: "Вебхук «{name}» сбоит: не удалось {percent:.0f} % последних попыток (всего {made}).",
    },
    "backlog": {
        EN: "Webhook “{name}” is behind: deliveries are overdue by {minutes} min.",
        RU: "Вебхук «{name}» отстаёт: доставки просрочены на {minutes} мин.",
    },
    "disk": {
        EN: "The disk is nearly full: {free} MB are free.",
        RU: "Диск почти полон: свободно {free} МБ.",
    },
    "clock": {
        EN: "The clock leapt by {hours:+.1f} h, which nothing explains: nothing expires for it in"
        " the next hour.",
        RU: "Часы прыгнули на {hours:+.1f} ч, и ничто этого не объясняет: ещё час по ним ничего не"
        " устареет.",
    },
    "silence": {
        EN: "The bot is silent since {since}: no event for {minutes:g} min.",
        RU: "Бот молчит с {since}: ни одного события за {minutes:g} мин.",
    },
    "again": {
        EN: "Events come again; the bot was silent since {since}.",
        RU: "События снова приходят; бот молчал с {since}.",
    },
    "test": {
        EN: "This is a test: alerts of this server reach you.",
        RU: "Это тест: оповещения этого сервера до вас доходят.",
    },
}


REASONS = (  # why a webhook is deactivated, as `delivery` says it
    (
        re.compile(r"The receiver answered 410 Gone\."),
        "получатель ответил 410 Gone: его больше нет.",
    ),
    (
        re.compile(r"Every delivery failed for (.+) hours\."),
        r"ни одна доставка не удалась за \1 ч.",
    ),
)


def texts(kind: str, reason: str = "", **fields: Any) -> Texts:
    """An alert of a kind."""
    reasons = {EN: reason, RU: reason}
    for pattern, russian in REASONS:
        reasons[RU] = pattern.sub(russian, reasons[RU])
    return {
        language: text.format(reason=reasons[language], **fields)
        for language, text in TEXTS[kind].items()
    }
