"""Start the server: `python server.py [--config F] [--host H] [--port P] [--db F]`."""

from bedolaga_events.cli import main

if __name__ == "__main__":
    main()
