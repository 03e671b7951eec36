"""Events in, and the log of them (contract §2)."""

import json
import re

from aiohttp import hdrs, web

from bedolaga_events import shapes, wire
from bedolaga_events.api import lists, reading
from bedolaga_events.api.json_reply import reply
from bedolaga_events.api.state import Parts, parts
from bedolaga_events.errors import TooLarge, Unprocessable
from bedolaga_events.filters import Condition, Facts, compiled
from bedolaga_events.model import Accepted, Delivery, Event, EventDraft, Status, Webhook
from bedolaga_events.numbers import check_sum, moves_of
from bedolaga_events.patterns import covers
from bedolaga_events.shapes.event import EventInput
from bedolaga_events.store import history
from bedolaga_events.store.batch import Append

# Of Accept-Language: a language, whatever stands behind it, and its weight (RFC 9110 §12.5.4).
LANGUAGE_RANGE = re.compile(
    r"\s*([a-z]{1,8})(?:-[a-z0-9-]*)?\s*(?:;\s*q=([01](?:\.[0-9]{0,3})?))?\s*"
)


async def create_event(request: web.Request) -> web.Response:
    """POST /events: Tell of an event.

    It is answered once it is on disk. With an `Idempotency-Key` a repetition stores and sends
    nothing: it gets the first reply, with `duplicate`.
    """
    server = parts(request)
    body = await reading.body(request, EventInput)
    accepted = await accept(server, body, reading.idempotency_key(request.headers))
    status, text = answer_of(server, accepted)
    return reply(text, status)


async def accept(server: Parts, body: EventInput, key: str | None) -> Accepted:
    """Check and store one event."""
    with server.refusals.counting(body.type):
        draft = draft_of(server, body, key)
    accepted: list[Accepted] = await server.writer.append(Append((draft,)), 1)
    return accepted[0]


def answer_of(server: Parts, accepted: Accepted) -> tuple[int, str]:
    """The status and the JSON text that tell of an event that is on disk (contract §2)."""
    if accepted.duplicate:
        server.metrics.duplicates.inc()
    text = shapes.event.accepted(accepted.event, duplicate=accepted.duplicate)
    return 200 if accepted.duplicate else 202, text


async def create_events(request: web.Request) -> web.Response:
    """POST /events/batch: Tell of up to 1,000 events, all or nothing."""
    server = parts(request)
    body = await reading.body(request, shapes.event.BatchInput, reading.BATCH_LIMIT)
    drafts, findings = [], list[Unprocessable]()
    for index, one in enumerate(body.events):
        try:
            with server.refusals.counting(one.type):
                drafts.append(draft_of(server, one, one.idempotency_key))
        except Unprocessable as error:
            findings.append(_located(error, index))
        except TooLarge as error:
            raise TooLarge(f"events.{index}: {error.detail}") from None
    if findings:
        errors = [error for finding in findings for error in finding.errors]
        raise Unprocessable(findings[0].detail, errors=errors)
    items = await server.writer.append(Append(tuple(drafts)), len(drafts))
    texts = [answer_of(server, one)[1] for one in items]
    return reply(wire.page(texts), 202)


async def list_events(request: web.Request) -> web.Response:
    """GET /events: List events, newest first.

    With `since_id` they come oldest first, after that id.
    """
    query = reading.query(request, shapes.event.EventsQuery)
    wanted = history.EventFilter(
        type=query.type, since_id=query.since_id, brief=query.brief, **lists.asked(query)
    )
    return await lists.page(request, history.list_events, wanted, shapes.event.text)


async def get_event(request: web.Request) -> web.Response:
    """GET /events/{id}: Show an event, and what became of it.

    For each webhook its delivery, or the reason that there is none.
    """
    read, event_id = parts(request).database.read, reading.path_id(request, "id")
    event, made, hooks = await read(history.whole_event, event_id)
    verdicts = [_verdict(event, one, made) for one in hooks]
    seen_by = _seen_by(parts(request), event)
    listed = map(shapes.delivery.text, made)
    return reply(shapes.event.detail(event, listed, webhooks=verdicts, seen_by=seen_by))


async def list_refused_events(request: web.Request) -> web.Response:
    """GET /events/refused: List what was refused since the start, by type."""
    return reply(json.dumps({"items": parts(request).refusals.listed()}))


async def list_event_types(request: web.Request) -> web.Response:
    """GET /event-types: List the event types, in Russian or English.

    Without `lang` it is the language of Accept-Language that is wanted most of these two.
    """
    language = reading.query(request, shapes.event.LanguageQuery).lang or _preferred(request)
    known = parts(request).catalogue.types.values()
    return reply(json.dumps([one.describe(language) for one in known], ensure_ascii=False))


def draft_of(server: Parts, body: EventInput, key: str | None) -> EventDraft:
    """An event that may be stored.

    Raises:
        Unprocessable: its type is unknown, or its payload is not what the type asks for.
        TooLarge: it could not come in a call of its own.
    """
    server.catalogue.check(body.type, body.payload)
    try:
        payload = wire.canonical(body.payload)
        check_sum(body.type, body.payload)
    except ValueError as error:
        raise Unprocessable.at(["payload"], str(error)) from None
    if len(payload) > reading.BODY_LIMIT and _shortest(body) > reading.BODY_LIMIT:
        raise TooLarge(f"The event is over {reading.BODY_LIMIT // 1024} KiB.")
    return EventDraft(
        type=body.type,
        payload=payload,
        timestamp=None if body.timestamp is None else wire.microseconds(body.timestamp),
        idempotency_key=key,
        moves=moves_of(body.type, body.payload, server.rules),
        fields=body.payload,
    )


def _shortest(event: EventInput) -> int:
    """How many bytes its shortest JSON has: no more than any body that holds it."""
    whole = {"type": event.type, "payload": event.payload}
    text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
    return len(text.encode("utf-8", "surrogatepass"))


def _located(error: Unprocessable, index: int) -> Unprocessable:
    found = [{**one, "loc": ["events", index, *list(one["loc"])]} for one in error.errors]  # type: ignore[call-overload]
    return Unprocessable(f"events.{index}: {error.detail}", errors=found)


def _verdict(event: Event, webhook: Webhook, made: list[Delivery]) -> dict[str, object]:
    """Why this webhook got the event, or why not."""
    condition = None
    delivery = next((one for one in made if one.webhook_id == webhook.id), None)
    if delivery is not None:
        verdict, reason = str(delivery.status), delivery.reason
        if delivery.status is Status.FAILED and delivery.last and not reason:
            reason = delivery.last.error_message
    elif not covers(webhook.event_types, event.type):
        wants = ", ".join(webhook.event_types)
        verdict, reason = "not_subscribed", f"It subscribes to {wants}."
    elif webhook.created_at > event.created_at:
        verdict, reason = "created_later", "It was created after the event came."
    elif webhook.wants_since > event.created_at:
        verdict, reason = "changed_later", "What it subscribes to was changed after the event came."
    elif condition := _failing(event, webhook):
        verdict, reason = "filtered", f"Its filter wants {condition}."
    else:
        verdict, reason = "removed", "Its delivery was removed by retention."
    return {
        "webhook_id": webhook.id,
        "name": webhook.name,
        "verdict": verdict,
        "reason": reason,
        "delivery_id": delivery.id if delivery else None,
        "condition": condition and condition._asdict(),
    }


def _failing(event: Event, webhook: Webhook) -> Condition | None:
    """The condition of a webhook's filter that held an event back."""
    if webhook.filter is None:
        return None
    return compiled(webhook.filter).failing(Facts(wire.parse(event.payload)))


def _seen_by(server: Parts, event: Event) -> list[dict[str, object]]:
    """Whose live connections got an event when it came; forgotten at a restart."""
    ids = sorted(server.hub.seen_by(event.id, event.type))
    known = [(one, server.access.by_id(one)) for one in ids]
    return [
        {"token_id": one, "name": None if token is None else token.name} for one, token in known
    ]


def _preferred(request: web.Request) -> str:
    """The language of Accept-Language that is wanted most of ours; Russian without one."""
    listed = request.headers.get(hdrs.ACCEPT_LANGUAGE, "").lower().split(",")
    found = [one for one in map(LANGUAGE_RANGE.fullmatch, listed) if one]
    wanted = [(float(one[2] or 1), one[1]) for one in found if one[1] in ("ru", "en")]
    weight, language = max(wanted, key=lambda one: one[0], default=(0.0, "ru"))
    return language if weight else "ru"
