"""`catalogue`: which payloads are events (contract §2)."""

import re
from typing import Any

import pytest

from bedolaga_events.catalogue import BUNDLED, Catalogue, is_well_formed, pack
from bedolaga_events.errors import Unprocessable

EVERYTHING = Catalogue(packs=BUNDLED[1:])


@pytest.mark.parametrize("known", EVERYTHING.types.values(), ids=lambda one: one.value)
def test_every_type_is_described_in_both_languages(known: Any) -> None:
    """Its example is a valid payload; its sentence names fields that there are."""
    EVERYTHING.check(known.value, known.example)
    fields = set(known.payload.model_fields)
    for texts in (known.label, known.description, known.text):
        assert set(texts) == {"ru", "en"}
        assert re.search("[А-я]", texts["ru"])
        assert not re.search("[А-я]", re.sub(r"\{.*?\}", "", texts["en"]))
    for text in known.text.values():
        assert set(re.findall(r"\{(\w+)", text)) <= fields
        assert text.count("{") == text.count("}")
        optional = re.sub(r"\[.*?\]", "", text.replace("[{", "{", 1) if "[[" in text else text)
        required = {name for name, kind in known.payload.model_fields.items() if kind.is_required()}
        assert set(re.findall(r"\{(\w+)", optional)) <= required


def test_the_pack_of_a_cabinet_is_whole() -> None:
    """Nineteen types, each about a user; every sum in kopeks has its twin in rubles."""
    types = {known.value: known for known in pack("cabinet")}
    assert len(types) == 19
    for known in types.values():
        fields = known.payload.model_fields
        assert fields["user_id"].is_required()
        sums = {name.removesuffix("_kopeks") for name in fields if name.endswith("_kopeks")}
        assert {f"{name}_rubles" for name in sums} <= set(fields)
    assert "subscription.expired" not in Catalogue().types


@pytest.mark.parametrize(
    ("event_type", "payload", "where"),
    [
        ("user.created", {}, "user_id"),
        ("user.created", {"user_id": "1"}, "user_id"),
        ("user.created", {"user_id": True}, "user_id"),
        ("user.created", {"user_id": 1.5}, "user_id"),
        ("user.created", {"user_id": 1, "username": 5}, "username"),
        ("payment.completed", {"transaction_id": 1, "user_id": None}, "user_id"),
        (
            "payment.completed",
            {"transaction_id": 1, "user_id": 1, "amount_rubles": 1e308},
            "amount_rubles",
        ),
        ("ticket.message_added", {"ticket_id": 1}, "message_id"),
        ("ticket.created", {"ticket_id": 1, "user_id": 1, "has_media": "yes"}, "has_media"),
        ("subscription.expiring", {"user_id": 1, "days_left": "3"}, "days_left"),
    ],
)
def test_a_known_field_of_a_wrong_type_is_named(event_type: str, payload: Any, where: str) -> None:
    """The finding says where."""
    with pytest.raises(Unprocessable) as refused:
        EVERYTHING.check(event_type, payload)
    assert refused.value.errors[0]["loc"] == ["payload", where]


def test_unknown_values_and_extra_fields_pass() -> None:
    """The value lists are open, and an integral number is an integer (JSON Schema)."""
    Catalogue().check("ticket.status_changed", {"ticket_id": 1, "new_status": "frozen", "x": [1]})
    money = {"transaction_id": 1.0, "user_id": 1, "amount_kopeks": 50000.0, "amount_rubles": 500}
    Catalogue().check("payment.completed", money)


def test_an_unknown_type_is_answered_with_the_known_ones() -> None:
    """So that a typing mistake is seen at once."""
    with pytest.raises(Unprocessable, match=r"user\.created, payment\.completed"):
        Catalogue().check("user.create", {})


def test_a_well_formed_type_is_taken_where_the_config_says_so() -> None:
    """With any object; it may be subscribed to as well."""
    open_to_all = Catalogue(accepts_unknown=True)
    open_to_all.check("order.shipped", {"anything": [1]})
    assert open_to_all.knows("order.shipped")
    assert open_to_all.knows("order.*")
    assert not open_to_all.knows("Order Shipped")
    assert not Catalogue().knows("order.shipped")
    with pytest.raises(Unprocessable):
        open_to_all.check("user.created", {})


@pytest.mark.parametrize(
    ("text", "well_formed"),
    [
        ("a.b", True),
        ("order.line_item.added2", True),
        ("order", False),
        ("", False),
        (".", False),
        ("a..b", False),
        ("A.b", False),
        ("a.1b", False),
        ("a._b", False),
        ("a.b ", False),
        ("а.б", False),
        ("a." + "b" * 99, False),
    ],
)
def test_what_could_be_a_type(text: str, well_formed: bool) -> None:
    """As `[[event_types]]` has it: lower case words with dots between them."""
    assert is_well_formed(text) is well_formed
