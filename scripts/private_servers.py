"""Private copies of the servers that Ryadom stores in: on free ports, with data in a folder that is gone at the end."""

import asyncio
import atexit
import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import asyncpg

T = TypeVar("T")

USER = "ryadom"
READY_WITHIN = 30.0
PORTS = range(10_240, 32_768)
"""Where servers of our own listen."""


def free_port() -> int:
    """A port that nobody has, and that stays free while a server that was killed is away.

    It is below those that the system gives to connections: one of them could have it when the server comes back.
    """
    while True:
        with socket.socket() as free, contextlib.suppress(OSError):
            free.bind(("127.0.0.1", secrets.choice(PORTS)))
            return int(free.getsockname()[1])


class PostgresServer:
    """One server of our own, with its data in a new folder in `parent`. It may be killed, stopped and started again."""

    def __init__(self, parent: Path | None = None, **settings: str) -> None:
        self.port = free_port()
        self._settings = {
            "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": "200", **settings,
        }  # fmt: skip
        self._folder = Path(tempfile.mkdtemp(prefix="ryadom-postgres-", dir=parent))
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
                [binary("postgres"), "-D", self._data, "-p", str(self.port), *options],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/", **self._as,
            )  # fmt: skip
        self.sql("SELECT 1", within=READY_WITHIN)

    def stop(self) -> None:
        """End it at once, as `pg_ctl stop -m fast` does."""
        self._end(signal.SIGINT)

    def pids(self) -> list[int]:
        """The server, and a process of it for each connection and chore."""
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text(encoding="ascii")
        return [self._process.pid, *map(int, children.split())]

    def kill(self) -> None:
        """End it as a crash does: the server and every process of a connection."""
        assert self._process is not None
        for pid in self.pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
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
                return apart(lambda: asyncio.run(self._sql(statement, database)))
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
            [binary(program), *arguments],
            check=True,
            capture_output=True,
            cwd="/",
            timeout=READY_WITHIN * 2,
            **self._as,
        )


def apart(function: Callable[[], T]) -> T:
    """Run a function that begins an event loop, wherever one is running already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(function).result()


def binary(program: str) -> str:
    """The newest of the installed ones."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=lambda path: int(path.parts[4]))
    return str(found[-1]) if found else program


class RedisServer:
    """One Redis of our own. It may be killed, stopped, paused and started again; it keeps nothing on disk."""

    def __init__(self) -> None:
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.start()
        atexit.register(self.kill)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, cwd=tempfile.gettempdir(),
        )  # fmt: skip
        until = time.monotonic() + READY_WITHIN
        while not self._answers():
            if time.monotonic() > until:
                raise TimeoutError("redis-server does not answer")
            time.sleep(0.02)

    def kill(self) -> None:
        """End it as a crash does; it forgets everything."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            self._process.wait()
            self._process = None

    def pids(self) -> list[int]:
        """Its one process."""
        assert self._process is not None
        return [self._process.pid]

    def pause(self) -> None:
        """Let it stand still."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as asked:
                asked.sendall(b"PING\r\n")
                return asked.recv(16).startswith(b"+PONG")
        except OSError:
            return False
