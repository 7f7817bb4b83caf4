"""What sets may rely on: they go down together and remember rightly."""

import asyncio
from typing import Any

import pytest

from db.conftest import Store
from ryadom.db.database import MAX_BATCH, Database
from ryadom.db.tx import Tx


@pytest.fixture
def db(store: Store) -> Database:
    return store.db


async def remember(db: Database, word: str | None = None) -> set[str]:
    """Let a set remember a word; what sets knew before."""

    def work(tx: Tx, words: list[str | None]) -> list[set[str]]:
        memory = tx.memory.setdefault("words", {})
        before = set(memory)
        memory.update({word: True for word in words if word})
        return [before for _ in words]

    known: set[str] = await db.write_many(work, word)
    return known


async def test_what_a_set_has_learnt_the_next_one_knows(db: Database) -> None:
    assert await remember(db, "one") == set()
    assert await remember(db, "two") == {"one"}
    assert await remember(db) == {"one", "two"}


async def test_anything_else_that_is_written_lets_it_be_forgotten(db: Database) -> None:
    await remember(db, "one")
    await db.write(lambda tx: tx.next_rev())
    assert await remember(db, "two") == set()


async def test_a_set_that_fails_lets_it_be_forgotten(db: Database) -> None:
    def fails(tx: Tx, items: list[Any]) -> list[Any]:
        tx.memory.setdefault("words", {})["never"] = True
        raise KeyError("a mistake of ours")

    await remember(db, "one")
    with pytest.raises(KeyError):
        await db.write_many(fails, 1)
    assert await remember(db) == set()


async def test_another_process_that_writes_lets_it_be_forgotten(db: Database, store: Store) -> None:
    await remember(db, "one")
    await store.elsewhere(lambda tx: tx.next_rev())
    assert await remember(db) == set()


async def test_no_rev_and_no_id_is_given_out_twice_whatever_comes_between_two_sets(db: Database, store: Store) -> None:
    given: list[tuple[int, int]] = []

    def work(tx: Tx, items: list[str]) -> list[None]:
        given.append(tx.next_rev_and_id(len(items)))
        if "fails" in items:
            raise KeyError("a mistake of ours")
        return [None] * len(items)

    async def elsewhere() -> None:
        given.append(await store.elsewhere(lambda tx: tx.next_rev_and_id(1000)))

    await db.write_many(work, "one")
    await elsewhere()
    await db.write_many(work, "two")
    with pytest.raises(KeyError):
        await db.write_many(work, "fails")
    # What a set that failed was given, nobody has seen.
    del given[3:]
    given.append(await db.write(lambda tx: tx.next_rev_and_id(2)))
    await db.write_many(work, "three")
    await elsewhere()
    for first in zip(*given, strict=True):
        for number, count in enumerate([1, 1000, 1, 2, 1]):
            assert first[number] + count <= first[number + 1]


async def test_a_set_runs_again_once_before_its_items_do(db: Database) -> None:
    tried: list[tuple[int, bool]] = []

    def work(tx: Tx, items: list[int]) -> list[int]:
        tried.append((len(items), tx.again))
        if not tx.again:
            raise LookupError
        return items

    assert await asyncio.gather(*(db.write_many(work, item) for item in range(3))) == [0, 1, 2]
    assert tried == [(3, False), (3, False), (3, True)]


async def test_a_set_that_is_larger_than_a_commit_goes_on_in_the_next(db: Database) -> None:
    sizes: list[int] = []

    def work(tx: Tx, items: list[int]) -> list[int]:
        sizes.append(len(items))
        return items

    asked = [db.write_many(work, item) for item in range(2 * MAX_BATCH + 3)]
    assert await asyncio.gather(*asked) == list(range(2 * MAX_BATCH + 3))
    assert sizes == [MAX_BATCH, MAX_BATCH, 3]


async def test_who_fails_when_told_keeps_nobody_else_from_hearing(db: Database) -> None:
    heard: list[Any] = []

    def fail(result: Any) -> None:
        raise RuntimeError(result)

    for told in (heard.append, fail, heard.append):
        db.post(lambda tx, items: items, len(heard), told)
    await db.drained()
    assert heard == [0, 0]
