"""Private copies of the servers that Ryadom stores in: on free ports, with data in a temporary folder, gone at the end.

`RYADOM_TEST_DATABASE=postgresql` lets whoever asks for a `World` store in PostgreSQL instead of SQLite.
"""

import asyncio
import atexit
import contextlib
import itertools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import asyncpg

from ryadom.db import migrate

ON_POSTGRES = os.environ.get("RYADOM_TEST_DATABASE", "sqlite") == "postgresql"
T = TypeVar("T")

USER = "ryadom"
READY_WITHIN = 30.0
_numbers = itertools.count(1)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class PostgresServer:
    """One server of our own. It may be killed, stopped and started again."""

    def __init__(self, **settings: str) -> None:
        self.port = free_port()
        self._settings = {
            "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": "200", **settings,
        }  # fmt: skip
        self._folder = Path(tempfile.mkdtemp(prefix="ryadom-postgres-", dir=_shared()))
        # It does not run as root.
        self._as: dict[str, Any] = {"user": "postgres", "group": "postgres"} if os.getuid() == 0 else {}
        if self._as:
            shutil.chown(self._folder, "postgres", "postgres")
        self._process: subprocess.Popen[bytes] | None = None
        made = ["--pgdata", self._data, "--username", USER, "--auth", "trust", "--encoding", "UTF8"]
        self._run("initdb", *made, "--locale", "C.UTF-8", "--no-sync")
        self.start()
        atexit.register(self.remove)

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    def url(self, database: str = "postgres", driver: str = "postgresql+asyncpg") -> str:
        """The URL of one of its databases."""
        return f"{driver}://{USER}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [_bin("postgres"), "-D", self._data, "-p", str(self.port), *options],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/", **self._as,
            )  # fmt: skip
        self.sql("SELECT 1", within=READY_WITHIN)

    def stop(self) -> None:
        """End it at once, as `pg_ctl stop -m fast` does."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """End it as a crash does: the server and every process of a connection."""
        assert self._process is not None
        children = subprocess.run(["pgrep", "-P", str(self._process.pid)], capture_output=True, text=True, check=False)
        self._process.kill()
        for child in children.stdout.split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)
        self._process.wait()
        self._process = None

    def remove(self) -> None:
        """End it and forget its data."""
        self._end(signal.SIGQUIT)
        shutil.rmtree(self._folder, ignore_errors=True)

    def sql(self, statement: str, *, within: float = 0.0, database: str = "postgres") -> list[Any]:
        """Run one statement, trying again for some seconds while nobody answers; its rows."""
        until = time.monotonic() + within
        while True:
            try:
                return _apart(lambda: asyncio.run(self._sql(statement, database)))
            except (OSError, asyncpg.CannotConnectNowError):
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)

    async def _sql(self, statement: str, database: str) -> list[Any]:
        connection = await asyncpg.connect(self.url(database, "postgresql"))
        try:
            return list(await connection.fetch(statement))
        finally:
            await connection.close()

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait()
            self._process = None

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [_bin(program), *arguments], check=True, capture_output=True, cwd="/", timeout=READY_WITHIN * 2, **self._as
        )


@cache
def postgres() -> PostgresServer:
    """The server that tests share; what it writes need not outlive the machine."""
    return PostgresServer(fsync="off", full_page_writes="off")


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
        _apart(lambda: migrate.upgrade(url))
    return url


def _apart(function: Callable[[], T]) -> T:
    """Run a function that begins an event loop, wherever one is running already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(function).result()


def _bin(program: str) -> str:
    """The newest of the installed ones."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=lambda path: int(path.parts[4]))
    return str(found[-1]) if found else program


def _shared() -> Path | None:
    shared = Path("/dev/shm")
    return shared if shared.is_dir() else None
