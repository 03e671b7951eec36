"""What a webhook may say about the chat it writes into (contract §4, Formats)."""

import re
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from bedolaga_events.shapes.base import Language, Partial, one_line, whole


def _chat(value: Any) -> Any:
    name = value.strip() if isinstance(value, str) else value
    if isinstance(name, bool) or not re.fullmatch(r"-?[0-9]{1,20}|@[A-Za-z0-9_]{4,64}", str(name)):
        raise ValueError("a chat is a number such as -1001234567890, or @name")
    return name


def _tags(value: Any) -> Any:
    words = value.split(",") if isinstance(value, str) else value
    if not isinstance(words, list):
        return words
    return [one for one in (one_line(str(word)).strip() for word in words) if one]


def _not_discords(name: str) -> str:
    if re.search("clyde|discord", name, re.IGNORECASE):
        raise ValueError("Discord takes no name that holds its own, or Clyde")
    return name


ChatId = Annotated[int | str, BeforeValidator(_chat)]
Tags = Annotated[
    list[Annotated[str, StringConstraints(min_length=1, max_length=50), BeforeValidator(whole)]],
    Field(max_length=10),
    BeforeValidator(_tags),
]


class Options(Partial):
    """Of a chat; as a form sends them or as JSON has them."""

    model_config = ConfigDict(strict=False)

    language: Annotated[Language | None, Field(description="ru, if left out")] = None
    text: Annotated[
        str | None,
        StringConstraints(max_length=4_000),
        BeforeValidator(whole),
        Field(description="own words, with {field} and {nested.field}"),
    ] = None
    fold: Annotated[bool | None, Field(description="false: never several in one message")] = None
    chat_id: Annotated[ChatId | None, Field(description="telegram, max")] = None
    thread_id: Annotated[int | None, Field(ge=1, description="telegram: the topic")] = None
    silent: Annotated[bool | None, Field(description="telegram, max: without a sound")] = None
    username: Annotated[
        str | None,
        StringConstraints(max_length=80, strip_whitespace=True),
        AfterValidator(_not_discords),
        BeforeValidator(whole),
        Field(description="discord: who it is from"),
    ] = None
    priority: Annotated[int | None, Field(ge=1, le=5, description="ntfy")] = None
    tags: Annotated[Tags | None, Field(description="ntfy: a list, or words with commas")] = None

    @model_validator(mode="before")
    @classmethod
    def _filled_in(cls, sent: Any) -> Any:
        """An empty field of a form says nothing."""
        if not isinstance(sent, dict):
            return sent
        return {name: value for name, value in sent.items() if value not in (None, "", [])}
