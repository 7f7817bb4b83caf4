"""What lets a state machine of hypothesis, which knows no `await`, live in one world on one event loop."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from world import World

T = TypeVar("T")


class Bridge:
    """A world with its own event loop. `run` takes one step; between steps everything stands still."""

    def __init__(self, make: Callable[[Path], Any] = World) -> None:
        """`make`: what makes the world, given a folder for its data."""
        shared = Path("/dev/shm")
        self._folder = Path(tempfile.mkdtemp(prefix="ryadom-", dir=shared if shared.is_dir() else None))
        self._loop = asyncio.new_event_loop()
        self.world = make(self._folder)
        self.run(self.world.start())

    def run(self, step: Coroutine[Any, Any, T]) -> T:
        """The result of a coroutine, run to its end."""
        return self._loop.run_until_complete(step)

    def close(self) -> None:
        """Check the law, stop the server, leave nothing behind."""
        try:
            self.run(self.world.close())
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()
            shutil.rmtree(self._folder, ignore_errors=True)
