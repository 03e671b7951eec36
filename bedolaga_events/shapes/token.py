"""A token, a ticket and a sign-in link, to who makes and lists them (contract §1)."""

from typing import Annotated

from pydantic import Field

from bedolaga_events.model import Scope
from bedolaga_events.model import Token as Kept
from bedolaga_events.shapes.base import Body, Moment, Name, Reply, Time, shown


class TokenInput(Body):
    name: Name
    scopes: Annotated[list[Annotated[Scope, Field(strict=False)]], Field(min_length=1)]
    expires_at: Annotated[Moment | None, Field(description="never, if left out")] = None


class Login(Body):
    code: Annotated[str, Field(description="what stands behind #login= in a sign-in link")]


class Token(Reply):
    id: int
    name: str
    prefix: str
    scopes: list[Scope]
    created_at: Time
    last_used_at: Time | None
    expires_at: Time | None


class Tokens(Reply):
    items: list[Token]
    total: int


class CreatedToken(Token):
    token: str = Field(description="shown this once")


class LoginLink(Reply):
    url: str = Field(description="opened once, it signs a browser in as an admin")
    expires_in: int = Field(description="seconds")


class Ticket(Reply):
    ticket: str
    expires_in: int = Field(description="seconds")


def fields(token: Kept) -> dict[str, object]:
    """A token as GET /tokens lists it."""
    return shown(Token, token, scopes=sorted(token.scopes))


def sign_in_link(address: str, code: str) -> str:
    """Where a one-time code signs a browser in; what stands behind # is sent to nobody."""
    return f"{address.rstrip('/')}/#login={code}"
