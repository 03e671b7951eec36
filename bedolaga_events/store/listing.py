"""A page of a table: what is asked for, which rows those are, how many there are in all."""

import heapq
import itertools
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from bedolaga_events.store.search import Row, search

COUNTED_AT_MOST = 10_000  # what has no counter is exact up to here, then "more than"
FAR = 10_000  # rows that a page may skip without being a long way off
LARGEST = 2**63 - 1  # of SQLite's integers

T = TypeVar("T")
V = TypeVar("V")
R = TypeVar("R", bound=tuple[Any, ...])
Condition = tuple[str, *tuple[object, ...]]  # and its values; one that is None: not asked for


class Listed(NamedTuple, Generic[T]):
    """One page, how many match in all, and how far a search looked (None: at all there is)."""

    items: list[T]
    total: int
    searched_to: int | None = None

    def of(self, by_id: Mapping[T, V]) -> "Listed[V]":
        """The same page with what stands behind its ids."""
        items = [by_id[one] for one in self.items if one in by_id]
        return Listed(items, self.total, self.searched_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What every list asks for; times in microseconds, `until` exclusive.

    With `payload` False no payload is read: what is listed has an empty text in its place.
    """

    q: str | None = None
    since: int | None = None
    until: int | None = None
    before_id: int | None = None
    limit: int = 50
    offset: int = 0
    payload: bool = True

    @property
    def may_take_long(self) -> bool:
        """Whether many rows are looked at one by one, so that others must not wait for it."""
        slow = (self.q, self.since, self.until)
        return any(one is not None for one in slow) or self.offset > FAR


@dataclass(frozen=True, slots=True)
class Table:
    """A table that is listed by id, newest first unless it `rises`.

    Args:
        time: the column that `since` and `until` mean.
        sight: the columns of a `search.Row`; what is not ``{within}`` that time has no payload.
    """

    connection: sqlite3.Connection
    name: str
    time: str
    sight: str
    rises: bool = False

    def find(
        self, wanted: Filter, branches: list[list[Condition]], count: Callable[[], int]
    ) -> Listed[int]:
        """The ids on a page: of the rows of all `branches`, each of which an index serves.

        `count` says how many there are when nothing is searched for.
        """
        below: Condition = ("id < ?", wanted.before_id)
        end = min(wanted.offset + wanted.limit, LARGEST)
        if wanted.q:
            sights = [self._sights(wanted, [*one, below]) for one in branches]
            found = search(self._merged(sights), wanted.q, end)
            return Listed(found.ids[wanted.offset :], len(found.ids), found.searched_to)
        rows = [self._ids([*one, *self._within(wanted), below]) for one in branches]
        ids = [row[0] for row in itertools.islice(self._merged(rows), wanted.offset, end)]
        return Listed(ids, count())

    def count(self, wanted: Filter, asked: list[Condition]) -> int:
        """How many rows match, counted up to a bound."""
        where, values = _joined([*asked, *self._within(wanted)])
        query = f"SELECT count(*) FROM (SELECT 1 FROM {self.name} WHERE {where} LIMIT ?)"
        return int(self.connection.execute(query, (*values, COUNTED_AT_MOST)).fetchone()[0])

    def _sights(self, wanted: Filter, asked: list[Condition]) -> Iterator[Row]:
        within, times = _joined(self._within(wanted))
        columns = self.sight.replace("{within}", within)
        times *= self.sight.count("{within}")
        return map(Row._make, self._rows(columns, times, asked))

    def _ids(self, asked: list[Condition]) -> Iterator[tuple[int]]:
        return self._rows("id", [], asked)

    def _rows(self, columns: str, values: list[object], asked: list[Condition]) -> Iterator[Any]:
        where, more = _joined(asked)
        order = "ASC" if self.rises else "DESC"
        query = f"SELECT {columns} FROM {self.name} WHERE {where} ORDER BY id {order}"
        return self.connection.execute(query, (*values, *more))

    def _merged(self, rows: list[Iterator[R]]) -> Iterator[R]:
        return heapq.merge(*rows, reverse=not self.rises)  # ids differ: nothing else is compared

    def _within(self, wanted: Filter) -> list[Condition]:
        return [(f"{self.time} >= ?", wanted.since), (f"{self.time} < ?", wanted.until)]


def _joined(conditions: list[Condition]) -> tuple[str, list[object]]:
    asked = [one for one in conditions if None not in one]
    return " AND ".join(one[0] for one in asked) or "1", [it for one in asked for it in one[1:]]
