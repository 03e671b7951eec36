"""One module a noun: what may be sent, what is answered, and the JSON of it (contract §1 to §5)."""

from bedolaga_events.shapes import base as base
from bedolaga_events.shapes import delivery as delivery
from bedolaga_events.shapes import event as event
from bedolaga_events.shapes import numbers as numbers
from bedolaga_events.shapes import operations as operations
from bedolaga_events.shapes import series as series
from bedolaga_events.shapes import subscription as subscription
from bedolaga_events.shapes import token as token
from bedolaga_events.shapes import webhook as webhook
from bedolaga_events.shapes import webhook_input as webhook_input
