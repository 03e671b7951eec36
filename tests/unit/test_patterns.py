"""`patterns`: what `ticket.*` covers."""

from bedolaga_events.patterns import covering, is_known


def test_a_type_is_covered_by_itself_its_families_and_everything() -> None:
    """Narrowest first."""
    assert covering("a.b.c") == ("a.b.c", "a.b.*", "a.*", "*")


def test_a_pattern_is_known_when_it_covers_a_known_type() -> None:
    """A family without members is a typing mistake."""
    known = {"ticket.created", "user.created"}
    assert is_known("ticket.*", known)
    assert is_known("*", known)
    assert not is_known("tickets.*", known)
    assert not is_known("ticket", known)
