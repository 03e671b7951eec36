"""`delivery.signing` against published vectors."""

import base64

from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from bedolaga_events.delivery import signing
from bedolaga_events.delivery.signing import Key


def test_the_published_vector_is_reproduced() -> None:
    """The signature of the Standard Webhooks libraries' own test vector."""
    headers = signing.headers(
        b'{"test": 2432232314}',
        [Key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")],
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_hex_signature_is_githubs_vector() -> None:
    """GitHub documents this HMAC of `Hello, World!`."""
    headers = signing.headers(b"Hello, World!", [Key("It's a Secret to Everybody")], "m", 1)
    expected = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    assert headers["X-Webhook-Signature"] == expected


def test_no_secret_means_no_signature() -> None:
    """Without a secret there is nothing to sign with."""
    assert signing.headers(b"{}", [], "m", 1) == {}


def test_a_rotation_signs_twice_and_the_new_one_comes_first() -> None:
    """Two entries, one comma each, a single space between."""
    headers = signing.headers(b"{}", [Key("new"), Key("old")], "m", 1)
    new, old = headers["webhook-signature"].split(" ")
    assert new == signing.headers(b"{}", [Key("new")], "m", 1)["webhook-signature"]
    assert old == signing.headers(b"{}", [Key("old")], "m", 1)["webhook-signature"]


@given(st.binary(min_size=24, max_size=64), st.text(max_size=200))
def test_every_whsec_secret_verifies_with_the_published_library(key: bytes, text: str) -> None:
    """A receiver with the `standardwebhooks` package accepts what we sign."""
    secret = "whsec_" + base64.b64encode(key).decode()
    assert signing.key_of(secret) == Webhook(secret)._whsecret
