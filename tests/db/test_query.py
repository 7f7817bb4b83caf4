"""Queries as constants: lists as tables, values converted on both ways."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import BigInteger, Text, bindparam, select

from ryadom.clock import Clock
from ryadom.db import migrate
from ryadom.db.query import ids_in, new, rows
from ryadom.db.sqlite import SqliteTx, connect, prepare, read
from ryadom.db.tables import user

ADD = new(user, "username", "display_name", "password_hash", "created_at").returning(user.c.id, user.c.created_at)
BY_IDS = select(user.c.username).where(user.c.id.in_(ids_in("ids"))).order_by(user.c.id)
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
