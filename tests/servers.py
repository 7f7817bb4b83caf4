"""The servers that the tests share, and databases of one's own on them.

`RYADOM_TEST_DATABASE=postgresql` lets whoever asks for a `World` store in PostgreSQL instead of SQLite.
"""

import itertools
import os
from functools import cache
from pathlib import Path

from private_servers import PostgresServer, apart

from ryadom.db import migrate

ON_POSTGRES = os.environ.get("RYADOM_TEST_DATABASE", "sqlite") == "postgresql"
MEMORY = Path("/dev/shm") if Path("/dev/shm").is_dir() else None
_numbers = itertools.count(1)


@cache
def postgres() -> PostgresServer:
    """The server that tests share; what it writes need not outlive the machine."""
    return PostgresServer(MEMORY, fsync="off", full_page_writes="off")


@cache
def _template() -> str:
    """A database as the migrations leave it: to copy it takes a fifth of the time to make it."""
    return _made("template_ryadom", migrated=True)


def new_database(*, copy_of: str = "") -> str:
    """The URL of a database of one's own on the shared server: a copy of another one, else as migrations leave it."""
    name = f"ryadom_{next(_numbers)}"
    template = (copy_of or _template()).rpartition("/")[2]
    postgres().sql(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    return postgres().url(name)


def empty_database() -> str:
    """The URL of a database of one's own in which there is nothing yet."""
    return _made(f"ryadom_{next(_numbers)}", migrated=False)


def forget(url: str) -> None:
    """Drop a database that `new_database` made."""
    postgres().sql(f"DROP DATABASE IF EXISTS {url.rpartition('/')[2]} WITH (FORCE)")


def _made(name: str, *, migrated: bool) -> str:
    postgres().sql(f"CREATE DATABASE {name}")
    url = postgres().url(name)
    if migrated:
        apart(lambda: migrate.upgrade(url))
    return url
