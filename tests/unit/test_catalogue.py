"""`catalogue`: which payloads are events (contract §2)."""

from typing import Any

import pytest

from bedolaga_events.catalogue import BUILT_IN, Catalogue
from bedolaga_events.errors import Unprocessable


@pytest.mark.parametrize("known", BUILT_IN, ids=lambda one: one.value)
def test_every_example_is_a_valid_payload_of_its_type(known: Any) -> None:
    """What /event-types shows can be sent as it is."""
    Catalogue().check(known.value, known.example)
    assert known.describe("ru")["label"] != known.describe("en")["label"]


@pytest.mark.parametrize(
    ("event_type", "payload", "where"),
    [
        ("user.created", {}, "user_id"),
        ("user.created", {"user_id": "1"}, "user_id"),
        ("user.created", {"user_id": True}, "user_id"),
        ("user.created", {"user_id": 1.5}, "user_id"),
        ("user.created", {"user_id": 1, "username": 5}, "username"),
        ("payment.completed", {"transaction_id": 1, "user_id": None}, "user_id"),
        ("ticket.message_added", {"ticket_id": 1}, "message_id"),
        ("ticket.created", {"ticket_id": 1, "user_id": 1, "has_media": "yes"}, "has_media"),
    ],
)
def test_a_known_field_of_a_wrong_type_is_named(event_type: str, payload: Any, where: str) -> None:
    """The finding says where."""
    with pytest.raises(Unprocessable) as refused:
        Catalogue().check(event_type, payload)
    assert refused.value.errors[0]["loc"] == ["payload", where]


def test_unknown_values_and_extra_fields_pass() -> None:
    """The value lists are open."""
    Catalogue().check("ticket.status_changed", {"ticket_id": 1, "new_status": "frozen", "x": [1]})


def test_an_unknown_type_is_answered_with_the_known_ones() -> None:
    """So that a typing mistake is seen at once."""
    with pytest.raises(Unprocessable, match=r"user\.created, payment\.completed"):
        Catalogue().check("user.create", {})
