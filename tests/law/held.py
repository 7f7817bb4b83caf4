"""Commits that are on disk but that nobody has been told of yet: the moment in which a race is decided."""

import asyncio
from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import Any

from ryadom.db.database import Database

ROUNDS = 20


class Held:
    """Within `async with`, the next commit is made, and its answer and events wait until the end of the block.

        async with Held(db) as held:
            ...begin something that writes, without waiting for it...
            await held.committed()
            ...look: the database knows, the clients do not...

    Other writes wait meanwhile, so nothing in the block may wait for one. `world.settle` may be called only afterwards.
    """

    def __init__(self, db: Database, *others: Database) -> None:
        """`others`: databases of other nodes, which somebody acts on meanwhile."""
        self._dbs = (db, *others)
        self._engine: Any = db._engine
        self._made: list[Callable[[], None]] = []
        self._over = False

    async def __aenter__(self) -> "Held":
        self._submit = self._engine.submit
        self._engine.submit = self._submit_held
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        del self._engine.submit
        self._over = True
        for answer in self._made:
            answer()

    def _submit_held(self, batch: Any, done: Callable[[Any], None]) -> None:
        def hold(emissions: Any) -> None:
            if self._over:
                done(emissions)
            else:
                self._made.append(partial(done, emissions))

        self._submit(batch, hold)

    async def committed(self) -> None:
        """Return when a commit has been made."""
        while not self._made:
            await self.look()

    async def look(self) -> None:
        """Let everything act that does not wait for a write."""
        calm = 0
        while calm < ROUNDS:
            await asyncio.sleep(0)
            calm = 0 if any(db._reading for db in self._dbs) else calm + 1
