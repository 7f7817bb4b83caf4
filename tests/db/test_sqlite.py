"""What only SQLite does: one file, one thread that commits, sets on the event loop."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from ryadom.clock import Clock
from ryadom.db import migrate
from ryadom.db.database import Database
from ryadom.db.query import new
from ryadom.db.sqlite import Sqlite, connect
from ryadom.db.tables import user
from ryadom.db.tx import Commit, Tx
from ryadom.protocol.audience import Users
from ryadom.protocol.emissions import Emission
from ryadom.protocol.events import UserOnline

ADD = new(user, "username", "display_name", "password_hash", "created_at")
COUNT = select(func.count()).select_from(user)


def add(tx: Tx, name: str) -> None:
    tx.run(ADD, username=name, display_name=name, password_hash="", created_at=tx.now)
    tx.emit(UserOnline(timestamp=tx.now, user_id=1, last_seen=None), Users([1]))


def add_all(tx: Tx, names: list[str]) -> list[None]:
    for name in names:
        add(tx, name)
    return [None] * len(names)


class Opened:
    """A file with the newest tables."""

    def __init__(self, path: Path) -> None:
        migrate.upgrade(path)
        self.path = path
        self.emitted: list[Emission] = []
        self.engine = Sqlite(path, Clock())
        self.db = Database(self.engine, self._committed)

    def _committed(self, commit: Commit, answer: Callable[[], None]) -> None:
        self.emitted.extend(commit.emissions)
        answer()


@pytest.fixture
async def opened(data: Path) -> AsyncIterator[Opened]:
    opened = Opened(data / "ryadom.db")
    yield opened
    await opened.db.close()


async def test_nobody_is_answered_and_nothing_leaves_while_the_commit_is_under_way(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit, under_way, go_on = opened.engine.writer._commit, threading.Event(), threading.Event()

    def held(*batch: Any) -> list[Emission]:
        under_way.set()
        assert go_on.wait(2)
        return commit(*batch)

    monkeypatch.setattr(opened.engine.writer, "_commit", held)
    answer = opened.db.write_many(add_all, "ann")
    await asyncio.to_thread(under_way.wait)
    for _ in range(20):
        await asyncio.sleep(0)
    assert not answer.done()
    assert opened.emitted == []
    go_on.set()
    await answer
    assert len(opened.emitted) == 1


def test_every_commit_is_on_disk_before_it_is_answered(data: Path) -> None:
    connection = connect(data / "new.db")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    connection.close()


async def test_when_the_disk_is_full_the_whole_batch_is_refused_and_nothing_is_emitted(opened: Opened) -> None:
    opened.engine.writer._connection.execute("PRAGMA max_page_count = 1")

    def much(tx: Tx) -> None:
        for number in range(500):
            add(tx, f"much-{number}-{'x' * 200}")

    writes = [opened.db.write(much), opened.db.write(lambda tx: add(tx, "beside"))]
    results = await asyncio.gather(*writes, return_exceptions=True)
    assert isinstance(results[0], Exception)
    kept = 0 if isinstance(results[1], Exception) else 1
    assert await opened.db.read(lambda tx: tx.value(COUNT)) == kept
    assert len(opened.emitted) == kept


async def test_a_set_runs_on_the_loop_and_a_function_in_the_writers_thread(opened: Opened) -> None:
    def where(tx: Tx, items: list[Any]) -> list[str]:
        return [threading.current_thread().name for _ in items]

    here = threading.current_thread().name
    assert await opened.db.write_many(where, 1) == here
    assert await opened.db.write(lambda tx: threading.current_thread().name) == "ryadom-writer"


async def test_a_set_waits_in_the_thread_while_another_process_writes(opened: Opened) -> None:
    ran: list[str] = []

    def where(tx: Tx, items: list[Any]) -> list[int]:
        ran.append(threading.current_thread().name)
        return items

    with closing(sqlite3.connect(opened.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        asked = opened.db.write_many(where, 7)
        for _ in range(20):
            await asyncio.sleep(0)
        assert not asked.done()
        other.execute("COMMIT")
    assert await asked == 7
    assert ran == ["ryadom-writer"]
