"""What every test may use: `world`, a server with virtual time."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import hypothesis
import pytest

from budgets import Stopwatch
from ryadom import logs
from ryadom.config import Settings
from ryadom.db import migrate
from world import World

# A loaded machine is no finding.
hypothesis.settings.register_profile("ryadom", deadline=None)
hypothesis.settings.load_profile("ryadom")
logs.configure(Settings(log_format="json"))


@pytest.fixture
def data() -> Iterator[Path]:
    """A folder for a database, in memory where the system has such: a test needs no disk to be true."""
    shared = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="ryadom-", dir=shared if shared.is_dir() else None))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as the migrations leave it: to copy it takes a fifth of the time to make it."""
    path = tmp_path_factory.mktemp("empty") / "ryadom.db"
    migrate.upgrade(path)
    return path


@pytest.fixture
async def world(data: Path, empty_database: Path) -> AsyncIterator[World]:
    """A running server whose clock the test turns."""
    shutil.copy(empty_database, data / "ryadom.db")
    world = World(data)
    await world.start()
    yield world
    await world.close()


_stopwatch = Stopwatch()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add up what each part of the tests takes."""
    _stopwatch.add(report.nodeid.partition("::")[0], report.duration)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what each part took, beside its budget."""
    terminalreporter.section("time by part")
    for line in _stopwatch.lines():
        terminalreporter.write_line(line)
