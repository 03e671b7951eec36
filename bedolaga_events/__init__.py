"""Event server for a small VPN shop: durable events in, live feed and signed webhooks out."""

__version__ = "0.2.0"
