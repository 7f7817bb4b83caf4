"""PostgreSQL from Debian as a peer's store: on the peer's core, as initdb configures it, its data in a folder."""

import os
import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from bench.floor import free_port
from bench.load import SERVER_CORE, pinned

from .parts import Server, folder, output, tree

PACKAGE = "postgresql"
POOL = 10
"""Connections that a peer keeps."""


def programs() -> Path:
    """Where the newest PostgreSQL's programs are."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not found:
        raise SystemExit(f"Install {PACKAGE} and run this again.")
    return found[-1]


def version() -> str:
    """PostgreSQL's own."""
    found = re.search(r"\d[\d.]*", output(programs() / "postgres", "--version"))
    assert found is not None
    return found[0]


def unprivileged(command: list[object]) -> list[object]:
    """The same as the user postgres, as whom alone it starts where we are root."""
    if os.geteuid() != 0:
        return command
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]


class Postgres:
    """A running cluster with one database, `peer`, of the superuser `peer`; it syncs and asks for no password."""

    def __init__(self, schema: Path) -> None:
        self.data, self.port = folder(), free_port()
        if os.geteuid() == 0:
            shutil.chown(self.data, "postgres", "postgres")
        cluster = self.data / "cluster"
        made = programs()
        output(*unprivileged([made / "initdb", "-D", cluster, "-U", "peer", "-A", "trust", "-E", "UTF8"]))
        command = [made / "postgres", "-D", cluster, "-p", self.port, "-h", "127.0.0.1", "-k", self.data]
        with (self.data / "complaints").open("w") as complaints:
            self.process = subprocess.Popen(pinned(SERVER_CORE, unprivileged(command)), stderr=complaints)
        reach = ["-h", "127.0.0.1", "-p", self.port, "-U", "peer"]
        until = time.monotonic() + 30
        while subprocess.run([str(word) for word in [made / "pg_isready", "-q", *reach]], check=False).returncode:
            if time.monotonic() > until:
                raise SystemExit("PostgreSQL did not start.")
            time.sleep(0.1)
        output(made / "createdb", *reach, "peer")
        output(made / "psql", *reach, "-q", "-v", "ON_ERROR_STOP=1", "-f", schema, "peer")

    def connected(self) -> int:
        """How many connections it has now."""
        asked = "SELECT count(*) FROM pg_stat_activity WHERE application_name <> 'psql' AND datname = 'peer'"
        reach = ["-h", "127.0.0.1", "-p", self.port, "-U", "peer"]
        return int(output(programs() / "psql", *reach, "-At", "-c", asked, "peer"))

    def stop(self) -> None:
        """At once; the data goes."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait()
        shutil.rmtree(self.data, ignore_errors=True)


@dataclass
class WithPostgres(Server):
    """A peer with its database. Autovacuum's workers, which come and go, are not counted."""

    database: Postgres

    @property
    def pids(self) -> list[int]:
        """The peer's, and the cluster's with all its backends."""
        return [*tree(self.process.pid), *tree(self.database.process.pid)]

    def pooled(self) -> "WithPostgres":
        """Wait until the peer has all its connections, so that their processes are counted."""
        until = time.monotonic() + 30
        while self.database.connected() < POOL:
            if time.monotonic() > until:
                self.__exit__()
                raise SystemExit("The peer has not connected to PostgreSQL.")
            time.sleep(0.1)
        return self

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        self.database.stop()
