"""A webhook as it is stored → where its requests go, with its secrets opened."""

import json

from bedolaga_events.delivery.formats import Endpoint, Secret
from bedolaga_events.model import Webhook
from bedolaga_events.store.vault import Vault


def endpoint_of(vault: Vault, webhook: Webhook) -> Endpoint:
    """Where a webhook's requests go, with its secrets opened."""
    box = webhook.headers_box
    return Endpoint(
        webhook.id,
        vault.open(webhook.url_box) if webhook.url_box else webhook.url,
        [Secret(vault.open(secret), until) for secret, until in webhook.secrets],
        json.loads(vault.open(box)) if box else {},
        webhook.format,
        webhook.options,
        accepts_redirects=webhook.accept_redirects,
    )
