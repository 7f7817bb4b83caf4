"""Queries as constants: lists as tables, values converted on both ways."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import BigInteger, Text, bindparam, select
from sqlalchemy.dialects import sqlite

from ryadom.clock import Clock
from ryadom.db import migrate
from ryadom.db.query import gathered, ids_in, moment, new, rows, written
from ryadom.db.sqlite import SqliteTx, connect, prepare, read
from ryadom.db.tables import Instant, user

ADD = new(user, "username", "display_name", "password_hash", "created_at").returning(user.c.id, user.c.created_at)
BY_IDS = select(user.c.username).where(user.c.id.in_(ids_in("ids"))).order_by(user.c.id)
ALL_IDS = select(user.c.password_hash, gathered(user.c.id)).group_by(user.c.password_hash)
FLAG = select(user.c.is_online, user.c.settings, user.c.last_seen).where(user.c.username == bindparam("name"))
_items = rows("items", number=BigInteger, word=Text)
ITEMS = select(_items.c.ordinal, _items.c.number, _items.c.word).order_by(_items.c.ordinal)
MOMENT = datetime(2027, 1, 15, 8, 0, 0, 123456, tzinfo=UTC)


def test_values_come_back_as_they_were_given(data: Path) -> None:
    migrate.upgrade(data / "ryadom.db")
    connection = connect(data / "ryadom.db")
    tx = SqliteTx(connection, MOMENT)
    row = tx.first(ADD, username="anna", display_name="Анна 🌿", password_hash="", created_at=MOMENT)
    assert row == (1, MOMENT)
    assert tx.first(FLAG, name="anna") == (False, {}, None)
    assert tx.run(BY_IDS, ids=[5, 1]) == [("anna",)]
    assert tx.run(BY_IDS, ids=[]) == []
    connection.close()


def test_a_list_is_a_table_in_its_order(data: Path) -> None:
    connection = connect(data / "empty.db")
    found = read(connection, Clock(), lambda tx: tx.run(ITEMS, items=[(7, "семь"), (2**53 - 1, None)]))
    assert found == [(0, 7, "семь"), (1, 2**53 - 1, None)]
    connection.close()


def test_a_query_is_compiled_once() -> None:
    assert prepare(ITEMS) is prepare(ITEMS)


@pytest.mark.parametrize(
    "given",
    [MOMENT, MOMENT.replace(microsecond=0), MOMENT.replace(tzinfo=timezone(timedelta(hours=5, minutes=30)))],
)
def test_a_moment_is_written_as_its_type_would_and_read_as_it_was(given: datetime) -> None:
    dialect = sqlite.dialect()
    as_its_type = Instant().dialect_impl(dialect).bind_processor(dialect)
    assert as_its_type is not None
    assert written(given) == as_its_type(given)
    assert moment(written(given)) == given


def test_the_ids_of_a_group_are_one_list(data: Path) -> None:
    migrate.upgrade(data / "ryadom.db")
    connection = connect(data / "ryadom.db")
    tx = SqliteTx(connection, MOMENT)
    assert tx.run(ALL_IDS) == []
    for name, kind in (("anna", "x"), ("boris", "y"), ("vera", "x")):
        tx.run(ADD, username=name, display_name=name, password_hash=kind, created_at=MOMENT)
    assert sorted(tx.run(ALL_IDS)) == [("x", [1, 3]), ("y", [2])]
    connection.close()
