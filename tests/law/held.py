"""Commits that are on disk but that nobody has been told of yet: the moment in which a race is decided."""

import asyncio
import threading
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

    def __init__(self, db: Database) -> None:
        self._writer = db._writer
        self._done = self._writer._done
        self._made: list[Any] = []
        self._holding = threading.Lock()
        self._over = False

    async def __aenter__(self) -> "Held":
        self._writer._done = self._hold
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer._done = self._done
        with self._holding:
            self._over = True
            for emissions in self._made:
                self._done(emissions)

    def _hold(self, emissions: Any) -> None:
        """In the writer thread, which may come with its commit when the block is over."""
        with self._holding:
            if self._over:
                self._done(emissions)
            else:
                self._made.append(emissions)

    async def committed(self) -> None:
        """Return when a commit has been made."""
        while not self._made:
            await self.look()

    async def look(self) -> None:
        """Let everything act that does not wait for a write."""
        for _ in range(ROUNDS):
            await asyncio.sleep(0)
