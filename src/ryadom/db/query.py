"""Queries are SQLAlchemy Core constants, compiled once and run by the driver: a tenth of the cost of `execute`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Dialect,
    Executable,
    Insert,
    String,
    Table,
    Text,
    TypeDecorator,
    bindparam,
    insert,
    select,
)  # fmt: skip
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import Select, Subquery
from sqlalchemy.types import TypeEngine, to_instance

from .tables import Instant

Processor = Callable[[Any], Any]
_OFFSET = len("+00:00")
_decode_ids = msgspec.json.Decoder(list[int]).decode


class _Sent(TypeDecorator[Any]):
    """A list that goes to the database as one parameter: as JSON text, or as an array of ids where it takes that."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return msgspec.json.encode(value).decode()


class _SentIds(_Sent):
    """The same for ids."""

    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        impl = ARRAY(BigInteger) if dialect.name == "postgresql" else String()
        return dialect.type_descriptor(impl)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return value if dialect.name == "postgresql" else super().process_bind_param(value, dialect)


class _Ids(FunctionElement[Any]):
    """A list of ids as a table with the column `value`."""

    inherit_cache = True


class _GivenIds(_SentIds):
    """A list of ids that comes from the database, as it is sent there."""

    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return value if dialect.name == "postgresql" else _decode_ids(value)


class _Gathered(FunctionElement[list[int]]):
    """The ids of all rows of a group as one list."""

    inherit_cache = True
    type = _GivenIds()


class _Items(FunctionElement[Any]):
    """A list as a table with the columns `key` (from 0 on) and `value` (JSON)."""

    inherit_cache = True


class _Part(FunctionElement[Any]):
    """One element of an item of a list: of (item, place)."""

    inherit_cache = True

    def __init__(self, item: ColumnElement[Any], place: int, type_: Any) -> None:
        self.place = place
        self.type = to_instance(type_)
        super().__init__(item)


class casefolded(FunctionElement[str]):  # noqa: N801 - it stands in a query as a function does
    """A text without its case."""

    inherit_cache = True
    type = Text()


@compiles(_Ids, "sqlite")
@compiles(_Items, "sqlite")
def _json_each(element: FunctionElement[Any], compiler: Any, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(_Gathered, "sqlite")
def _json_array(element: _Gathered, compiler: Any, **options: Any) -> str:
    return f"json_group_array({compiler.process(element.clauses, **options)})"


@compiles(_Gathered, "postgresql")
def _array(element: _Gathered, compiler: Any, **options: Any) -> str:
    return f"array_agg({compiler.process(element.clauses, **options)})"


@compiles(_Ids, "postgresql")
def _unnest(element: _Ids, compiler: Any, **options: Any) -> str:
    return f"(SELECT unnest({compiler.process(element.clauses, **options)}) AS value)"


@compiles(_Items, "postgresql")
def _elements(element: _Items, compiler: Any, **options: Any) -> str:
    listed = compiler.process(element.clauses, **options)
    each = f"jsonb_array_elements(CAST({listed} AS JSONB)) WITH ORDINALITY AS each(value, place)"
    return f"(SELECT place - 1 AS key, value FROM {each})"  # noqa: S608 - of our own making


@compiles(_Part, "sqlite")
def _extracted(element: _Part, compiler: Any, **options: Any) -> str:
    return f"json_extract({compiler.process(element.clauses, **options)}, '$[{element.place}]')"


@compiles(_Part, "postgresql")
def _picked(element: _Part, compiler: Any, **options: Any) -> str:
    type_ = compiler.dialect.type_compiler_instance.process(element.type)
    return f"CAST({compiler.process(element.clauses, **options)} ->> {element.place} AS {type_})"


@compiles(casefolded, "sqlite")
def _folded(element: casefolded, compiler: Any, **options: Any) -> str:
    return f"casefold({compiler.process(element.clauses, **options)})"


@compiles(casefolded, "postgresql")
def _lowered(element: casefolded, compiler: Any, **options: Any) -> str:
    return f"lower({compiler.process(element.clauses, **options)})"


def ids_in(name: str) -> Select[Any]:
    """The ids in the list parameter `name`, for `column.in_(…)`."""
    return select(_Ids(bindparam(name, type_=_SentIds)).table_valued("value").c.value)


def gathered(ids: ColumnElement[int]) -> ColumnElement[list[int]]:
    """The ids of all rows of a group as one list, for `select`: less than half of what rows of their own cost."""
    return _Gathered(ids)


def rows(name: str, **columns: Any) -> Subquery:
    """The list parameter `name` as a table: each item is a list with the values of `columns`, in their order.

    `columns` maps a column's name to its SQLAlchemy type. The order of the items is the column `ordinal`.
    """
    items = _Items(bindparam(name, type_=_Sent)).table_valued("key", "value")
    parts = [_Part(items.c.value, place, type_).label(column) for place, (column, type_) in enumerate(columns.items())]
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
            processor = _bind(bind.type, dialect)
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


def prepared_for(dialect: Dialect) -> Callable[[Executable], Prepared]:
    """What gives the compiled form of a query constant for a dialect; made once for each."""
    # The query is kept beside its compiled form, so that its id stays its own.
    kept: dict[int, tuple[Executable, Prepared]] = {}

    def prepare(query: Executable) -> Prepared:
        known = kept.get(id(query))
        if known is None:
            known = kept[id(query)] = (query, Prepared(query, dialect))
        return known[1]

    return prepare


def _bind(type_: TypeEngine[Any], dialect: Dialect) -> Processor | None:
    """What makes of a Python value what the driver takes; None when it takes that."""
    if isinstance(type_, Instant) and dialect.name == "sqlite":
        return written
    return type_.dialect_impl(dialect).bind_processor(dialect)


def _result(type_: TypeEngine[Any], dialect: Dialect) -> Processor | None:
    """What makes a Python value of what the driver gives; None when that is one."""
    if isinstance(type_, Instant):
        # On SQLite a quarter of what the type's own way costs; elsewhere the driver gives moments.
        return moment if dialect.name == "sqlite" else None
    return type_.dialect_impl(dialect).result_processor(dialect, None)


def written(moment_: datetime | None) -> str | None:
    """A moment as SQLite keeps it: naive text in UTC, which sorts as the moments do."""
    return None if moment_ is None else moment_.astimezone(UTC).isoformat(" ", "microseconds")[:-_OFFSET]


def moment(kept: str | datetime | None) -> datetime | None:
    """The moment that SQLite keeps as naive text in UTC; one that a driver gave as a moment stays as it is."""
    return datetime.fromisoformat(kept + "+00:00") if isinstance(kept, str) else kept
