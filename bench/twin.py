"""Our server with aiohttp's client in place of ours, for the bench: options as server.py has them.

This is the one line that would switch (docs/decisions/2026-11-26-own-http-client.md).
"""

from bedolaga_events import app, cli
from tests.delivery.twin import Twin

vars(app)["Poster"] = Twin  # a stand-in with the same verbs

if __name__ == "__main__":
    cli.main()
