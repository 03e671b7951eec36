"""What a webhook is made of and changed by, and what else is asked about one (contract §4)."""

from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from bedolaga_events.model import Format
from bedolaga_events.shapes.base import Body, Name, Paged, Partial, empty_is_none
from bedolaga_events.shapes.chat import Options
from bedolaga_events.shapes.subscription import Conditions, EventTypes, without_first
from bedolaga_events.shapes.webhook import ChangedWebhook
from bedolaga_events.shapes.webhook_fields import (
    Description,
    EventPattern,
    Headers,
    PerMinute,
    Secret,
    Url,
)

ONE = "one type, in place of event_types"


class WebhookInput(Body):
    name: Name
    url: Annotated[Url | None, Field(description="may be left out with telegram and max")] = None
    event_types: EventTypes | None = None
    event_type: Annotated[EventPattern | None, Field(validate_default=True, description=ONE)] = None
    filter: Conditions | None = None
    secret: Annotated[
        Secret | None,
        AfterValidator(empty_is_none),
        Field(description="signs the deliveries; empty or null: none"),
    ] = None
    generate_secret: Annotated[
        bool, Field(description="make one, shown in this reply only; false, if left out")
    ] = False
    description: Description | None = None
    is_active: Annotated[bool, Field(description="true, if left out")] = True
    headers: Annotated[Headers, Field(default_factory=dict)]
    format: Annotated[Format, Field(strict=False, description="json, if left out")] = Format.JSON
    options: Annotated[Options, Field(default_factory=Options)]
    accept_redirects: Annotated[
        bool, Field(description="a 302 or 303 counts as taken; false, if left out")
    ] = False
    max_per_minute: Annotated[PerMinute | None, Field(description="0, or 20 for chats")] = None

    @model_validator(mode="before")
    @classmethod
    def _types(cls, sent: dict[str, Any]) -> dict[str, Any]:
        return without_first(sent)

    @field_validator("event_type")
    @classmethod
    def _there_is_one(cls, event_type: str | None, info: ValidationInfo) -> str | None:
        if event_type is None and info.data.get("event_types", ()) is None:
            raise ValueError("say which events: event_types, or event_type")
        return event_type

    def given(self) -> dict[str, Any]:
        """What was sent, with its types as a list."""
        given = self.model_dump(exclude_unset=True, exclude={"generate_secret"})
        first = given.pop("event_type", None)
        types = given.get("event_types") or [first]
        return given | {"event_types": types, "options": self.options.given()}


class WebhookChange(Partial):
    """What cannot be changed may stand here as it was read, and null means unchanged."""

    model_config = ConfigDict(json_schema_extra=lambda schema: schema.pop("additionalProperties"))

    name: Name | None = None
    url: Url | None = None
    secret: Annotated[Secret | None, Field(description="empty: stays as it is; null: removed")] = (
        None
    )
    description: Annotated[Description | None, Field(description="null: none")] = None
    is_active: bool | None = None
    headers: Headers | None = None
    event_types: EventTypes | None = None
    event_type: Annotated[EventPattern | None, Field(description="as it is")] = None
    filter: Conditions | None = None
    format: Annotated[Format, Field(strict=False)] | None = None
    options: Options | None = None
    accept_redirects: bool | None = None
    max_per_minute: PerMinute | None = None

    @model_validator(mode="before")
    @classmethod
    def _only_changes(cls, sent: dict[str, Any]) -> dict[str, Any]:
        """Without what only the server changes, and without what means unchanged."""
        own = cls.model_fields.keys()
        ignored = ChangedWebhook.model_fields.keys() - own
        kept = {name: it for name, it in without_first(sent).items() if name not in ignored}
        return {
            name: value
            for name, value in kept.items()
            if value is not None or name in ("description", "filter", "secret") or name not in own
        }

    def given(self) -> dict[str, Any]:
        """The changes; an empty secret is an edit form's field that nobody filled in."""
        given = super().given()
        if given.get("secret") == "":
            del given["secret"]
        if self.options is not None:
            given["options"] = self.options.given()
        return given


class WebhooksQuery(Paged):
    event_type: Annotated[
        str | None, Field(description="only with this among their types", examples=["*"])
    ] = None
    is_active: Annotated[
        bool | None, Field(description="only those that are, or are not", examples=[True])
    ] = None
    q: Annotated[
        str | None, Field(description="a text in name, URL or description", examples=["CRM"])
    ] = None


class RotateSecret(Body):
    overlap_hours: Annotated[
        float,
        Field(ge=0, le=24 * 30, description="how long the old ones sign too; 24, if left out"),
    ] = 24


class CheckUrl(Body):
    url: Annotated[Url, Field(description="where a webhook would send")]
