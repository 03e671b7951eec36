"""`delivery.secrecy`: what is hidden, in every spelling and wherever a text was cut."""

import json
import re
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedolaga_events.delivery.answers import Answer
from bedolaga_events.delivery.secrecy import Hidden, of_headers, of_token, of_url
from bedolaga_events.wire import MASK

TOKEN = "123456:AAF-secret_token-of-a-bot"
SECRET = TOKEN.partition(":")[2]
AROUND = st.text("0123456789 /\r\n", max_size=50)


@given(AROUND, AROUND, st.integers(0, 200))
def test_no_beginning_of_a_secret_is_left_wherever_the_text_ends(
    before: str, after: str, end: int
) -> None:
    """Whole, or cut at any character."""
    text = f"{before}/bot{TOKEN}/send{after}"[:end]
    shown = Hidden(of_token(TOKEN)).text(text)
    assert SECRET[:4] not in shown
    assert shown.startswith(text[: len(before)])


@pytest.mark.parametrize("secret", ["a/b+c&d<e>f", 'quo"ted', "пароль", "per%2Fcent"])
def test_a_secret_is_known_in_every_spelling(secret: str) -> None:
    """As services repeat it: in a URL, in JSON, in PHP's and .NET's JSON, in a page."""
    hidden = Hidden([secret])
    php = json.dumps(secret)[1:-1].replace("/", "\\/")
    page = secret.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    lower = re.sub("%..", lambda found: found[0].lower(), quote(secret, safe=""))
    dotnet = json.dumps(secret)[1:-1]
    for sign in "+&<>":
        dotnet = dotnet.replace(sign, f"\\u00{ord(sign):02X}")
    spellings = (secret, quote(secret), quote(secret, safe=""), lower, php, dotnet)
    for spelt in (*spellings, page.replace('"', "&quot;")):
        assert hidden.text(f"[{spelt}]") == f"[{MASK}]"


@pytest.mark.parametrize(
    ("url", "keys"),
    [
        ("https://hooks.slack.com/services/T0001/B0002/XXXXXXXXXXXXXXXXXXXXXXXX", ["X" * 24]),
        ("https://discord.com/api/webhooks/1234567/aaaaaaaaaaaaaaaaaaaaaaaa/slack", ["a" * 24]),
        ("https://discord.com/api/webhooks/1/bbbbbbbbbbbbbbbbbbbbbbbb?wait=true", ["b" * 24]),
        ("https://mattermost.example/hooks/short", ["short", "hooks"]),
        ("https://kuma.example/api/push/Kuma12?status=up&ping=", ["ping", "Kuma12"]),
        ("https://example.com", [""]),
    ],
)
def test_the_key_in_a_url_is_found(url: str, keys: list[str]) -> None:
    """What is long; where nothing is, the last part and the longest."""
    assert of_url(url)[-len(keys) :] == keys


def test_only_headers_that_say_so_are_secret() -> None:
    """By their names, and of these the credentials, not the scheme."""
    headers = {"Authorization": "Bearer abcdefgh", "X-Api-Key": "k1234567", "X-Shop": "Shop12345"}
    assert set(of_headers(headers)) == {"abcdefgh", "k1234567"}


def test_an_answer_is_cleaned_whole_and_its_bytes_stay() -> None:
    """Message, headers and body; what is no UTF-8 stays as it came."""
    headers = (("location", f"/{SECRET[:9]}"),)
    answer = Answer(500, None, f"no {SECRET}", headers, b"\xffAAF-x")
    clean = Hidden(of_token(TOKEN)).answer(answer)
    assert (clean.message, clean.headers) == (f"no {MASK}", (("location", f"/{MASK}"),))
    assert clean.body == b"\xffAAF-x"
    assert Hidden().answer(answer) is answer


def test_short_words_are_no_secret() -> None:
    """Three characters say nothing, and every text would be full of holes."""
    assert Hidden(["abc", ""]).text("abc") == "abc"
