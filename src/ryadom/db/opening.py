"""Which database the settings name, and what is done with either kind."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from ryadom.clock import Clock
from ryadom.config import Settings

from . import backup, migrate, postgres, postgres_link, sqlite
from .database import Engine
from .tx import Tx

T = TypeVar("T")


def address(settings: Settings) -> str | Path:
    """The URL of a PostgreSQL database, or the path of an SQLite file."""
    return settings.postgres_url or settings.sqlite_path


def shown(settings: Settings) -> str:
    """The same, without its password."""
    return postgres_link.shown(settings.postgres_url) if settings.postgres_url else str(settings.sqlite_path)


async def open_engine(settings: Settings, clock: Clock, node: str = "") -> Engine:
    """Open the database, which is at the newest revision. `node`: the name of one of several.

    Raises `Unreachable` and `InUse`.
    """
    if settings.postgres_url:
        return await postgres.Postgres(settings.postgres_url, clock, node=node, alone=not node).open()
    return sqlite.Sqlite(settings.sqlite_path, clock)


def upgrade(settings: Settings) -> None:
    """Bring the database to this version's revision, making an SQLite file if there is none. Not on an event loop.

    Raises `TooOld`.
    """
    if not settings.postgres_url:
        sqlite.check_version()
        settings.sqlite_path.parent.mkdir(parents=True, exist_ok=True)
    migrate.upgrade(address(settings))


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Be the only server of an SQLite file; PostgreSQL takes many."""
    if settings.postgres_url:
        yield
    else:
        with backup.alone(settings.sqlite_path):
            yield


def write_once(settings: Settings, clock: Clock, function: Callable[[Tx], T]) -> T:
    """Run a function in one transaction of its own and give its result. Not on an event loop.

    What it emits reaches nobody; a running server finds ended sessions in the database.
    """
    if settings.postgres_url:
        return asyncio.run(postgres.write_once(settings.postgres_url, clock, function))
    return sqlite.write_once(settings.sqlite_path, clock, function)
