"""Searching a list: rows newest first, looked into one by one, within a bound of work.

There is no index of words: what a person looks for came lately, and an index would cost every
event. So a search does a bounded piece of work, says down to which row it looked, and can be
continued there (contract §2, `searched_to`).
"""

import time
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

WORK = 8_000_000  # of one search, in characters looked into: some tenths of a second
PIECE = 16_000  # of that work, between two rests
REST = 0.0005  # seconds: threads that only let go of the GIL for a moment never lose it
ROW = 200  # what a row costs besides its characters
PASSED = 20  # what a row costs that is out of the time asked for


class Row(NamedTuple):
    """What a search sees of a row; both texts are None when the row is passed over."""

    id: int
    other_id: int | None  # another number that it is found by
    payload: str | None  # canonical JSON
    text: str | None = None


class Found(NamedTuple):
    """The ids that match, in the order of the rows, and the last row looked at.

    `searched_to` is None when all were looked at.
    """

    ids: list[int]
    searched_to: int | None


def search(rows: Iterable[Row], q: str, enough: int) -> Found:
    """Look into `rows` until `enough` match, the bound of work is reached, or there are no more."""
    matches = Needle(q).is_in
    found, work = list[int](), Work()
    rows = iter(rows)
    for row in rows:
        if row.payload is not None and matches(row):
            found.append(row.id)
        is_left = work.spend(PASSED if row.payload is None else ROW + len(row.payload))
        if not is_left or len(found) == enough:
            return Found(found, None if next(rows, None) is None else row.id)
    return Found(found, None)


class Work:
    """What one call may look into, with a rest after every piece."""

    def __init__(self) -> None:
        self._left = WORK
        self._next_rest = WORK - PIECE

    def spend(self, characters: int) -> bool:
        """Take note of work that was done; returns whether any is left."""
        self._left -= characters
        if self._left < self._next_rest:
            time.sleep(REST)
            self._next_rest = self._left - PIECE
        return self._left > 0


class Needle:
    """What is looked for: an id, or a text in whatever case."""

    def __init__(self, q: str) -> None:
        self._text = folded(q)
        self._number = int(q) if q.isascii() and q.isdecimal() else None
        self._is_ascii = self._text.isascii()

    def is_in(self, row: Row) -> bool:
        """Whether a row has that id, or holds that text."""
        return (
            (self._number is not None and self._number in (row.id, row.other_id))
            or (row.payload is not None and self._is_in_json(row.payload))
            or (row.text is not None and self._text in folded(row.text))
        )

    def _is_in_json(self, payload: str) -> bool:
        if "\\" not in payload:  # then it is ASCII, and so is all that it can hold
            return self._is_ascii and self._text in payload.lower()
        return self._text in folded(unescaped(payload))


def folded(text: str) -> str:
    """`text` without what makes no difference: upper or lower case, composed or not (Unicode).

    Turkish has an i without a dot and an I with one, and people search for either by a plain i.
    """
    if text.isascii():
        return text.casefold()
    composed = unicodedata.normalize("NFC", text.casefold())
    return composed.replace("i\u0307", "i").replace("\u0131", "i")


def unescaped(payload: str) -> str:
    """The text of a canonical payload as a person reads it: without JSON's escapes."""
    # Python's own escapes hold JSON's: \" \\ \b \f \n \r \t \uXXXX, and no others are written.
    text = payload.encode("ascii").decode("unicode_escape")
    if "\\ud" in payload:  # a pair stands for one character
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
