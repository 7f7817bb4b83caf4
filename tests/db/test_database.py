"""Transactions as plain functions: group commit, savepoints, sets, and events that leave only after COMMIT."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import bindparam, func, select

from ryadom.clock import Clock
from ryadom.db import migrate
from ryadom.db.database import MAX_BATCH, Database
from ryadom.db.query import new
from ryadom.db.sqlite import connect
from ryadom.db.tables import user
from ryadom.db.tx import Emission, Tx
from ryadom.protocol.audience import Users
from ryadom.protocol.errors import Refusal
from ryadom.protocol.events import UserOnline

ADD = new(user, "username", "display_name", "password_hash", "created_at")
COUNT = select(func.count()).select_from(user)
NAMED = select(user.c.id).where(user.c.username == bindparam("name"))


def add(tx: Tx, name: str) -> None:
    tx.run(ADD, username=name, display_name=name, password_hash="", created_at=tx.now)
    tx.emit(UserOnline(timestamp=tx.now, user_id=1, last_seen=None), Users([1]))


class Watched:
    """A database, and the batches that it committed."""

    def __init__(self, path: Path) -> None:
        migrate.upgrade(path)
        self.path = path
        self.emitted: list[Emission] = []
        self.batches: list[int] = []
        self.db = Database(path, Clock(), self.emitted.extend)
        self.db.on_batch = self.batches.append

    async def count(self) -> int:
        return int(await self.db.read(lambda tx: tx.value(COUNT)))


@pytest.fixture
async def watched(data: Path) -> AsyncIterator[Watched]:
    watched = Watched(data / "ryadom.db")
    yield watched
    await watched.db.close()


async def test_what_is_asked_for_while_a_commit_is_under_way_goes_down_together(watched: Watched) -> None:
    writes = [watched.db.write(lambda tx, name=name: add(tx, f"n{name}")) for name in range(40)]
    await asyncio.gather(*writes)
    assert sum(watched.batches) == 40
    assert len(watched.batches) <= 2
    assert len(watched.emitted) == 40


async def test_a_batch_has_a_bound(watched: Watched) -> None:
    writes = [watched.db.write(lambda tx, name=name: add(tx, f"n{name}")) for name in range(MAX_BATCH + 5)]
    await asyncio.gather(*writes)
    assert watched.batches == [MAX_BATCH, 5]


async def test_a_function_that_fails_takes_nothing_else_with_it_and_emits_nothing(watched: Watched) -> None:
    def fails(tx: Tx) -> None:
        add(tx, "lost")
        raise Refusal("forbidden")

    first, bad, last = (watched.db.write(one) for one in (lambda tx: add(tx, "a"), fails, lambda tx: add(tx, "b")))
    await asyncio.gather(first, last)
    with pytest.raises(Refusal, match="forbidden"):
        await bad
    assert await watched.count() == 2
    assert len(watched.emitted) == 2


async def test_a_set_is_one_call_with_one_result_or_refusal_per_item(watched: Watched) -> None:
    calls: list[list[str]] = []

    def add_many(tx: Tx, names: list[str]) -> list[Any]:
        calls.append(names)
        for name in names:
            if name != "bad":
                add(tx, name)
        return [Refusal("invalid") if name == "bad" else name.upper() for name in names]

    asked = [watched.db.write_many(add_many, name) for name in ("x", "bad", "y")]
    results = await asyncio.gather(*asked, return_exceptions=True)
    assert calls == [["x", "bad", "y"]]
    assert results[0] == "X"
    assert results[2] == "Y"
    assert isinstance(results[1], Refusal)


async def test_a_set_that_breaks_is_run_again_one_by_one(watched: Watched) -> None:
    def add_many(tx: Tx, names: list[str]) -> list[str]:
        for name in names:
            add(tx, name)
            if name == "poison":
                raise KeyError(name)
        return names

    asked = [watched.db.write_many(add_many, name) for name in ("one", "poison", "two")]
    results = await asyncio.gather(*asked, return_exceptions=True)
    assert results[0] == "one"
    assert isinstance(results[1], KeyError)
    assert results[2] == "two"
    assert await watched.count() == 2
    assert len(watched.emitted) == 2


async def test_an_answer_is_given_only_when_another_process_could_read_it(watched: Watched) -> None:
    await watched.db.write(lambda tx: add(tx, "kept"))
    other = sqlite3.connect(watched.path)
    assert other.execute("SELECT username FROM user").fetchall() == [("kept",)]
    other.close()


def test_every_commit_is_on_disk_before_it_is_answered(data: Path) -> None:
    connection = connect(data / "new.db")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    connection.close()


async def test_when_the_disk_is_full_the_whole_batch_is_refused_and_nothing_is_emitted(watched: Watched) -> None:
    watched.db._writer._connection.execute("PRAGMA max_page_count = 1")

    def much(tx: Tx) -> None:
        for number in range(500):
            add(tx, f"much-{number}-{'x' * 200}")

    writes = [watched.db.write(much), watched.db.write(lambda tx: add(tx, "beside"))]
    results = await asyncio.gather(*writes, return_exceptions=True)
    assert isinstance(results[0], Exception)
    kept = 0 if isinstance(results[1], Exception) else 1
    assert await watched.count() == kept
    assert len(watched.emitted) == kept


async def test_a_mistake_while_committing_leaves_nobody_waiting(watched: Watched, monkeypatch: Any) -> None:
    def broken(*args: object) -> None:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr(watched.db._writer, "_perform", broken)
    with pytest.raises(RuntimeError, match="a mistake of ours"):
        await watched.db.write(lambda tx: add(tx, "never"))
    monkeypatch.undo()
    await watched.db.write(lambda tx: add(tx, "afterwards"))
    assert await watched.count() == 1


async def test_a_read_sees_one_moment_and_may_not_write(watched: Watched) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await watched.db.read(lambda tx: add(tx, "never"))
    assert await watched.count() == 0


async def test_revs_rise_even_when_the_clock_stands_still(watched: Watched) -> None:
    def three(tx: Tx) -> list[int]:
        return [tx.next_rev(), tx.next_rev(5), tx.next_rev()]

    first, second, third = await watched.db.write(three)
    assert second == first + 1
    assert third == second + 5
    assert await watched.db.write(lambda tx: tx.next_rev()) > third


async def test_who_writes_after_the_end_is_refused(data: Path) -> None:
    watched = Watched(data / "ryadom.db")
    pending = watched.db.write(lambda tx: add(tx, "in time"))
    await watched.db.close()
    await pending
    with pytest.raises(Refusal, match="busy"):
        await watched.db.write(lambda tx: add(tx, "too late"))
