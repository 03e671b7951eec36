"""What an event pattern covers: one type, a family (`ticket.*`) or everything (`*`)."""

from collections.abc import Collection


def covering(event_type: str) -> tuple[str, ...]:
    """Every pattern that covers `event_type`, narrowest first.

    >>> covering("ticket.created")
    ('ticket.created', 'ticket.*', '*')
    """
    families = []
    family = event_type
    while "." in family:
        family = family.rpartition(".")[0]
        families.append(family + ".*")
    return (event_type, *families, "*")


def covers(patterns: Collection[str], event_type: str) -> bool:
    """Whether one of `patterns` covers `event_type`."""
    return any(one in patterns for one in covering(event_type))


def is_known(pattern: str, known_types: Collection[str]) -> bool:
    """Whether `pattern` covers at least one of `known_types`."""
    return any(pattern in covering(known) for known in known_types)
