"""Servers in their own process: one for all tests that leave it running, one for each test that ends it."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from process.real_server import RealServer, running


@pytest.fixture(scope="session")
def shared_server() -> Iterator[RealServer]:
    """A server that is shared: use usernames that nobody else uses."""
    shared = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="ryadom-", dir=shared if shared.is_dir() else None))
    yield from running(RealServer(folder))
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def own_server(data: Path) -> Iterator[RealServer]:
    """A server that the test may end and start again."""
    yield from running(RealServer(data))
