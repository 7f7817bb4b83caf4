"""Transactions as plain functions: group commit, savepoints, sets, and events that leave only after COMMIT."""

import asyncio
import socket
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import asyncpg
import pytest
from sqlalchemy import bindparam, func, select

from db.conftest import Store, within
from ryadom.db import postgres, sqlite
from ryadom.db.database import MAX_BATCH
from ryadom.db.query import new
from ryadom.db.tables import user
from ryadom.db.tx import Commit, Tx
from ryadom.db.work import Work
from ryadom.protocol.audience import Users
from ryadom.protocol.errors import Refusal
from ryadom.protocol.events import UserOnline

ADD = new(user, "username", "display_name", "password_hash", "created_at")
COUNT = select(func.count()).select_from(user)
NAMED = select(user.c.id).where(user.c.username == bindparam("name"))


def add(tx: Tx, name: str) -> None:
    tx.run(ADD, username=name, display_name=name, password_hash="", created_at=tx.now)
    tx.emit(UserOnline(timestamp=tx.now, user_id=1, last_seen=None), Users([1]))


def add_many(tx: Tx, names: list[str]) -> list[str]:
    for name in names:
        add(tx, name)
    return names


async def count(store: Store) -> int:
    return int(await store.db.read(lambda tx: tx.value(COUNT)))


async def test_what_is_asked_for_while_a_commit_is_under_way_goes_down_together(store: Store) -> None:
    writes = [store.db.write(lambda tx, name=name: add(tx, f"n{name}")) for name in range(40)]
    await asyncio.gather(*writes)
    assert sum(store.batches) == 40
    assert len(store.batches) <= 2
    assert len(store.emitted) == 40


async def test_what_the_first_answers_bring_goes_down_with_what_waits(store: Store) -> None:
    ours, theirs = socket.socketpair()
    loop, brought = asyncio.get_running_loop(), asyncio.Event()

    def tell(result: list[str]) -> None:
        ours.send(b"!")

    def bring() -> None:
        theirs.recv(1)
        store.db.post(add_many, "c", lambda result: brought.set())

    with ours, theirs:
        loop.add_reader(theirs, bring)
        store.db.post(add_many, "a", tell)
        await asyncio.sleep(0)
        waits = store.db.write_many(add_many, "b")
        await asyncio.gather(waits, brought.wait())
        loop.remove_reader(theirs)
    assert store.batches == [1, 2]


async def test_a_whole_batch_that_waits_goes_down_while_the_one_before_it_is_told(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()
    told: list[int] = []
    submitted: list[int] = []
    submit = store.engine.submit

    def watched(batch: Sequence[Work], done: Callable[[Commit], None]) -> None:
        submitted.append(len(told))
        submit(batch, done)

    monkeypatch.setattr(store.engine, "submit", watched)
    last = loop.create_future()
    for place in range(2 * MAX_BATCH + 1):
        store.db.post(add_many, f"n{place}", told.append if place < 2 * MAX_BATCH else last.set_result)
    await last
    assert store.batches == [MAX_BATCH, MAX_BATCH, 1]
    assert submitted == [0, 0, 2 * MAX_BATCH]


async def test_a_batch_has_a_bound(store: Store) -> None:
    writes = [store.db.write(lambda tx, name=name: add(tx, f"n{name}")) for name in range(MAX_BATCH + 5)]
    await asyncio.gather(*writes)
    assert store.batches == [MAX_BATCH, 5]


async def test_a_function_that_fails_takes_nothing_else_with_it_and_emits_nothing(store: Store) -> None:
    def fails(tx: Tx) -> None:
        add(tx, "lost")
        raise Refusal("forbidden")

    first, bad, last = (store.db.write(one) for one in (lambda tx: add(tx, "a"), fails, lambda tx: add(tx, "b")))
    await asyncio.gather(first, last)
    with pytest.raises(Refusal, match="forbidden"):
        await bad
    assert await count(store) == 2
    assert len(store.emitted) == 2


async def test_a_set_is_one_call_with_one_result_or_refusal_per_item(store: Store) -> None:
    calls: list[list[str]] = []

    def add_many(tx: Tx, names: list[str]) -> list[Any]:
        calls.append(names)
        for name in names:
            if name != "bad":
                add(tx, name)
        return [Refusal("invalid") if name == "bad" else name.upper() for name in names]

    asked = [store.db.write_many(add_many, name) for name in ("x", "bad", "y")]
    results = await asyncio.gather(*asked, return_exceptions=True)
    assert calls == [["x", "bad", "y"]]
    assert results[0] == "X"
    assert results[2] == "Y"
    assert isinstance(results[1], Refusal)


async def test_a_set_that_breaks_is_run_again_one_by_one(store: Store) -> None:
    def add_many(tx: Tx, names: list[str]) -> list[str]:
        for name in names:
            add(tx, name)
            if name == "poison":
                raise KeyError(name)
        return names

    asked = [store.db.write_many(add_many, name) for name in ("one", "poison", "two")]
    results = await asyncio.gather(*asked, return_exceptions=True)
    assert results[0] == "one"
    assert isinstance(results[1], KeyError)
    assert results[2] == "two"
    assert await count(store) == 2
    assert len(store.emitted) == 2


async def test_an_answer_is_given_only_when_another_process_could_read_it(store: Store) -> None:
    await store.db.write(lambda tx: add(tx, "kept"))
    assert await store.rows('SELECT username FROM "user"') == [("kept",)]


async def test_a_read_sees_one_moment_and_may_not_write(store: Store) -> None:
    with pytest.raises((sqlite3.OperationalError, asyncpg.ReadOnlySQLTransactionError), match=r"read-?only"):
        await store.db.read(lambda tx: add(tx, "never"))
    assert await count(store) == 0


async def test_revs_rise_even_when_the_clock_stands_still(store: Store) -> None:
    def three(tx: Tx) -> list[int]:
        return [tx.next_rev(), tx.next_rev(5), tx.next_rev()]

    first, second, third = await store.db.write(three)
    assert second == first + 1
    assert third == second + 5
    assert await store.db.write(lambda tx: tx.next_rev()) > third


async def test_who_writes_after_the_end_is_refused(store: Store) -> None:
    pending = store.db.write(lambda tx: add(tx, "in time"))
    await store.db.close()
    await pending
    with pytest.raises(Refusal, match="busy"):
        await store.db.write(lambda tx: add(tx, "too late"))


async def test_a_mistake_while_committing_leaves_nobody_waiting(store: Store, monkeypatch: Any) -> None:
    def broken(*args: object) -> None:
        raise RuntimeError("a mistake of ours")

    for module in (sqlite, postgres):
        monkeypatch.setattr(module, "perform", broken)
        monkeypatch.setattr(module, "perform_bare", broken)
    asked = [store.db.write(lambda tx: add(tx, "never")) for _ in range(2)]
    for outcome in await asyncio.gather(*asked, return_exceptions=True):
        assert isinstance(outcome, RuntimeError)
    monkeypatch.undo()
    # PostgreSQL may need a moment to see that the connection before is gone, which had the database for itself.
    await within(20, lambda: store.db.write(lambda tx: add(tx, "afterwards")))
    assert await count(store) == 1
