"""Which event types exist, what their payloads hold, and how they are called in two languages."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from bedolaga_events.errors import Unprocessable


class Payload(BaseModel):
    """Known fields have the right JSON type; extra fields pass through (contract §2).

    Defaults only say that a field may be left out: what is stored and sent is the payload as it
    came.
    """

    model_config = ConfigDict(strict=True, extra="allow", defer_build=True)


class UserCreated(Payload):
    user_id: int
    telegram_id: int | None = None
    username: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    referral_code: str | None = None
    email: str | None = None
    auth_type: str | None = None
    referred_by_id: int | None = None


class Transaction(Payload):
    transaction_id: int
    user_id: int
    type: str = ""
    amount_kopeks: int = 0
    amount_rubles: float = 0
    payment_method: str | None = None
    external_id: str | None = None
    description: str | None = None
    is_completed: bool = True


class TicketCreated(Payload):
    ticket_id: int
    user_id: int
    title: str = ""
    status: str = ""
    priority: str = ""
    has_media: bool = False


class TicketStatusChanged(Payload):
    ticket_id: int
    user_id: int = 0
    old_status: str = ""
    new_status: str = ""
    closed_at: str | None = None


class TicketMessageAdded(Payload):
    ticket_id: int
    message_id: int
    user_id: int = 0
    is_from_admin: bool = False
    message_text: str = ""
    has_media: bool = False
    status: str | None = None


@dataclass(frozen=True, slots=True)
class EventType:
    """A type of event; `label` and `description` by language (``ru``, ``en``)."""

    value: str
    label: dict[str, str]
    description: dict[str, str]
    example: dict[str, Any]
    payload: type[Payload]

    def describe(self, language: str) -> dict[str, Any]:
        """This type as GET /event-types shows it, in ``ru`` or ``en``."""
        return {
            "value": self.value,
            "label": self.label[language],
            "description": self.description[language],
            "example": self.example,
            "schema": self.payload.model_json_schema(),
        }


class Catalogue:
    """The types that this server knows: the built-in six and those that the config adds."""

    def __init__(self, added: Iterable[EventType] = ()) -> None:
        self.types = {one.value: one for one in (*BUILT_IN, *added)}

    def check(self, event_type: str, payload: dict[str, Any]) -> None:
        """Refuse an unknown type or a payload that breaks the type's schema.

        Raises:
            Unprocessable: with the known types, or with the fields that are wrong.
        """
        known = self.types.get(event_type)
        if known is None:
            raise self.unknown(event_type)
        try:
            # Straight to the validator: `model_validate` adds half of what the check takes.
            known.payload.__pydantic_validator__.validate_python(payload)
        except ValidationError as error:
            raise _payload_error(event_type, error) from None

    def unknown(self, event_type: str, field: str = "type") -> Unprocessable:
        """The refusal of a type in `field` that nobody knows; it lists those that are known."""
        known = ", ".join(self.types)
        shown = event_type[:100].encode("unicode_escape").decode("ascii")
        return Unprocessable(
            f"Unknown event type '{shown}'. Known types: {known}.",
            errors=[{"loc": [field], "msg": "unknown event type"}],
        )


def added_type(value: str, label: str, description: str, example: dict[str, Any]) -> EventType:
    """A type from the config: its payload is any JSON object, its texts serve both languages."""
    return EventType(
        value,
        {"ru": label, "en": label},
        {"ru": description, "en": description},
        example,
        create_model("AnyPayload", __base__=Payload),
    )


def _payload_error(event_type: str, error: ValidationError) -> Unprocessable:
    found = [
        {"loc": ["payload", *one["loc"]], "msg": one["msg"]}
        for one in error.errors(include_url=False, include_input=False)
    ]
    first = found[0]
    where = ".".join(map(str, first["loc"]))
    return Unprocessable(f"{event_type}: {where}: {first['msg']}.", errors=found)


_USER = {
    "user_id": 123,
    "telegram_id": 456789,
    "username": "testuser",
    "first_name": "Test",
    "last_name": "User",
    "referral_code": "refABC123",
    "referred_by_id": None,
}
_MONEY = {
    "transaction_id": 9912,
    "user_id": 123,
    "type": "deposit",
    "amount_kopeks": 50000,
    "amount_rubles": 500.0,
    "payment_method": "yookassa",
    "external_id": "2d8f1a5c",
    "description": "Пополнение баланса",
    "is_completed": True,
}

BUILT_IN = (
    EventType(
        "user.created",
        {"ru": "Создание пользователя", "en": "User created"},
        {
            "ru": "Отправляется при регистрации нового пользователя",
            "en": "Sent when a new user registers",
        },
        _USER,
        UserCreated,
    ),
    EventType(
        "payment.completed",
        {"ru": "Завершение платежа", "en": "Payment completed"},
        {
            "ru": "Отправляется при успешном пополнении баланса",
            "en": "Sent when a balance top-up succeeds",
        },
        _MONEY,
        Transaction,
    ),
    EventType(
        "transaction.created",
        {"ru": "Создание транзакции", "en": "Transaction created"},
        {
            "ru": "Отправляется при создании любой транзакции",
            "en": "Sent when any transaction is created",
        },
        _MONEY | {"type": "subscription_payment", "description": "Подписка на 30 дней"},
        Transaction,
    ),
    EventType(
        "ticket.created",
        {"ru": "Создание тикета", "en": "Ticket created"},
        {
            "ru": "Отправляется при создании нового тикета поддержки",
            "en": "Sent when a new support ticket is opened",
        },
        {
            "ticket_id": 42,
            "user_id": 123,
            "title": "Не работает VPN",
            "status": "open",
            "priority": "normal",
            "has_media": False,
        },
        TicketCreated,
    ),
    EventType(
        "ticket.status_changed",
        {"ru": "Изменение статуса тикета", "en": "Ticket status changed"},
        {
            "ru": "Отправляется при изменении статуса тикета",
            "en": "Sent when a ticket's status changes",
        },
        {
            "ticket_id": 42,
            "user_id": 123,
            "old_status": "open",
            "new_status": "closed",
            "closed_at": "2026-01-15T10:30:00Z",
        },
        TicketStatusChanged,
    ),
    EventType(
        "ticket.message_added",
        {"ru": "Новое сообщение в тикете", "en": "New message in a ticket"},
        {
            "ru": "Отправляется при добавлении нового сообщения в тикет "
            "(от пользователя или админа)",
            "en": "Sent when a message is added to a ticket (by the user or an admin)",
        },
        {
            "ticket_id": 42,
            "message_id": 7,
            "user_id": 123,
            "is_from_admin": False,
            "message_text": "Здравствуйте! Не подключается.",
            "has_media": False,
            "status": "open",
        },
        TicketMessageAdded,
    ),
)
