"""`python -m bedolaga_events` is the same program."""

from bedolaga_events.cli import main

main()
