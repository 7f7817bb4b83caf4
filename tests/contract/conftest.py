"""What the contract's tests share."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from contract.cast import Cast
from world import World


@pytest.fixture(scope="session")
def cast() -> Iterator[Cast]:
    """The people of the authorization matrix."""
    shared = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="ryadom-cast-", dir=shared if shared.is_dir() else None))
    cast = Cast(folder)
    asyncio.run(cast.make())
    yield cast
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def strict(data: Path, empty_database: Path) -> AsyncIterator[World]:
    """A server that keeps its rate limits."""
    shutil.copy(empty_database, data / "ryadom.db")
    world = World(data, mirrors=False, stranger=False, rate_limits=True)
    await world.start()
    yield world
    await world.close()
