"""A database of each kind: what is promised of one is promised of the other."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import text

import servers
from ryadom.clock import Clock
from ryadom.config import Settings
from ryadom.db import opening
from ryadom.db.database import Database, Engine
from ryadom.db.tx import Commit, Tx
from ryadom.protocol.emissions import Emission
from ryadom.protocol.errors import Refusal

T = TypeVar("T")


class Store:
    """A database, what it emitted, and the batches that it committed."""

    def __init__(self, settings: Settings, node: str = "") -> None:
        self.settings = settings
        self.node = node
        self.emitted: list[Emission] = []
        self.batches: list[int] = []
        self.engine: Engine
        self.db: Database

    async def open(self) -> None:
        await asyncio.to_thread(opening.upgrade, self.settings)
        self.engine = await opening.open_engine(self.settings, Clock(), self.node)
        self.db = Database(self.engine, self._committed)
        self.db.on_batch = self.batches.append

    def _committed(self, commit: Commit, answer: Callable[[], None]) -> None:
        self.emitted.extend(commit.emissions)
        answer()

    async def elsewhere(self, function: Callable[[Tx], T]) -> T:
        """Run a transaction as another process does."""
        return await asyncio.to_thread(opening.write_once, self.settings, Clock(), function)

    async def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What another process finds in it."""
        return await self.elsewhere(lambda tx: [tuple(row) for row in tx.run(text(statement))])


async def within(seconds: float, attempt: Any) -> Any:
    """What an attempt gives as soon as it is no longer refused."""
    clock = Clock()
    until = clock.now() + seconds
    while True:
        try:
            return await attempt()
        except Refusal as refusal:
            if clock.now() > until or (refusal.code, refusal.status, refusal.retry_after) != ("busy", 503, 1.0):
                raise
        await clock.sleep(0.05)


@pytest.fixture(params=["sqlite", "postgresql"])
async def store(request: pytest.FixtureRequest, data: Path) -> AsyncIterator[Store]:
    """A database of either kind."""
    url = servers.empty_database() if request.param == "postgresql" else ""
    store = Store(Settings(data=data, database_url=url))
    await store.open()
    yield store
    await store.db.close()
    if url:
        servers.forget(url)
