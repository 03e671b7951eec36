"""Signed requests to webhooks: who is next, where it may go, what the answer means."""
