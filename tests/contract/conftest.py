"""What the contract's tests share."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from contract.cast import Cast
from ryadom.web import bundle
from web.small_client import small_client
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


@pytest.fixture(scope="session", autouse=True)
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A small client in place of the built one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bundle, "FOLDER", small_client(tmp_path_factory.mktemp("client")))
        yield


@pytest.fixture
async def strict(data: Path, empty_database: Path) -> AsyncIterator[World]:
    """A server that keeps its rate limits."""
    shutil.copy(empty_database, data / "ryadom.db")
    world = World(data, mirrors=False, stranger=False, rate_limits=True)
    await world.start()
    yield world
    await world.close()
