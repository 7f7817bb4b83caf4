"""Queries are SQLAlchemy Core constants, compiled once and run by the driver: a tenth of the cost of `execute`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import Dialect, Executable, Insert, String, Table, TypeDecorator, bindparam, func, insert, select
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import Select, Subquery
from sqlalchemy.types import TypeEngine

from .tables import Instant

Processor = Callable[[Any], Any]


class _Json(TypeDecorator[Any]):
    """A list that goes to the database as JSON text."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        return msgspec.json.encode(value).decode()


def ids_in(name: str) -> Select[Any]:
    """The ids in the list parameter `name`, for `column.in_(…)`."""
    return select(func.json_each(bindparam(name, type_=_Json)).table_valued("value").c.value)


def rows(name: str, **columns: Any) -> Subquery:
    """The list parameter `name` as a table: each item is a list with the values of `columns`, in their order.

    `columns` maps a column's name to its SQLAlchemy type. The order of the items is the column `ordinal`.
    """
    items = func.json_each(bindparam(name, type_=_Json)).table_valued("key", "value")
    parts: list[ColumnElement[Any]] = [
        func.json_extract(items.c.value, f"$[{position}]", type_=type_).label(column)
        for position, (column, type_) in enumerate(columns.items())
    ]
    return select(items.c.key.label("ordinal"), *parts).subquery()


def new(table: Table, *columns: str) -> Insert:
    """An INSERT that takes these columns as parameters of the same names."""
    return insert(table).values({name: bindparam(name, type_=table.c[name].type) for name in columns})


class Prepared:
    """One query as its driver wants it: text, parameters in order, and what must be converted on the way."""

    __slots__ = ("_binds", "_orders", "_results", "sql")

    def __init__(self, query: Executable, dialect: Dialect) -> None:
        compiled: Any = query.compile(dialect=dialect)  # type: ignore[attr-defined]
        self.sql: str = compiled.string
        self._binds: list[tuple[str, bool, Any, Processor | None]] = []
        for name in compiled.positiontup or ():
            bind = compiled.binds[name]
            processor = bind.type.dialect_impl(dialect).bind_processor(dialect)
            self._binds.append((name, bind.required, bind.value, processor))
        self._orders: dict[tuple[str, ...], itemgetter[Any] | None] = {}
        columns: Sequence[Any] = tuple(getattr(query, "exported_columns", ()))
        processors = [_result(column.type, dialect) for column in columns]
        self._results = [(place, processor) for place, processor in enumerate(processors) if processor is not None]

    def bind(self, given: Mapping[str, Any]) -> list[Any]:
        """The parameters in the driver's order."""
        values = []
        for name, required, default, processor in self._binds:
            value = given[name] if required or name in given else default
            values.append(value if processor is None else processor(value))
        return values

    def ordered(self, names: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> Sequence[Any]:
        """Rows whose values are those of `names`, in the driver's order; nothing is converted."""
        if names not in self._orders:
            wanted = [name for name, _, _, _ in self._binds]
            same = wanted == list(names)
            self._orders[names] = None if same else itemgetter(*(names.index(name) for name in wanted))
        order = self._orders[names]
        return rows if order is None else list(map(order, rows))

    def convert(self, raw: list[tuple[Any, ...]]) -> list[Any]:
        """Rows as Python values."""
        if not self._results or not raw:
            return raw
        columns: list[Iterable[Any]] = list(zip(*raw, strict=True))
        for place, processor in self._results:
            columns[place] = map(processor, columns[place])
        return list(zip(*columns, strict=True))


def _result(type_: TypeEngine[Any], dialect: Dialect) -> Processor | None:
    """What makes a Python value of what the driver gives; None when that is one."""
    if isinstance(type_, Instant) and dialect.name == "sqlite":
        return moment  # a quarter of what the type's own way costs
    return type_.dialect_impl(dialect).result_processor(dialect, None)


def moment(text: str | None) -> datetime | None:
    """The moment that SQLite keeps as naive text in UTC."""
    return None if text is None else datetime.fromisoformat(text + "+00:00")
