"""ejabberd from Debian, its archive (mod_mam) in Mnesia, SQLite or PostgreSQL (ejabberd.yml, ejabberd.script)."""

import shutil
from functools import cached_property
from pathlib import Path
from subprocess import Popen

from bench.floor import free_port

from . import debian, postgres
from .parts import HERE, People, Server, configure, folder, launch, told_port
from .xmpp_wire import XMPPWire

PACKAGES = ("ejabberd", "erlang-p1-sqlite3")
ARCHIVES = {"mnesia": "Mnesia without sync", "sqlite": "SQLite FULL", "pgsql": "PostgreSQL"}
SCHEMA = Path("/usr/share/ejabberd/sql/pg.sql")
LIBRARIES = "/usr/lib/x86_64-linux-gnu"
FILL = 'case file:script("ejabberd.script") of {ok, _} -> ok; Error -> io:format("~p~n", [Error]), halt(1) end.'


class Ejabberd:
    """`archive`: where the archive is, `mnesia`, `sqlite` or `pgsql`. Accounts and rosters are always in Mnesia.

    The node has no name, so that no epmd is started and nothing else belongs to it.
    """

    def __init__(self, archive: str, rows: tuple[str, ...]) -> None:
        self.rows = rows
        self.wire = XMPPWire()
        self.sockets = 5_000
        self._archive = archive

    @cached_property
    def label(self) -> str:
        """With its version."""
        number = f" {postgres.version().partition('.')[0]}" if self._archive == "pgsql" else ""
        return f"ejabberd {debian.upstream(PACKAGES[0])}, {ARCHIVES[self._archive]}{number}"

    def install(self) -> None:
        """By apt-get."""
        debian.install(*PACKAGES, *(("erlang-p1-pgsql", postgres.PACKAGE) if self._archive == "pgsql" else ()))

    def versions(self) -> dict[str, str]:
        """Debian's."""
        found = {package: debian.version(package) for package in (*PACKAGES, "erlang-base", "libsqlite3-0")}
        if self._archive == "pgsql":
            found |= {"erlang-p1-pgsql": debian.version("erlang-p1-pgsql"), "postgresql": postgres.version()}
        return found

    def start(self, people: People) -> Server:
        """The node fills its database and then says that it is ready."""
        if self._archive != "pgsql":
            data = folder()
            return Server(*self._node(people, data, f'sql_type: sqlite\nsql_database: "{data}/archive.sqlite"'))
        database = postgres.Postgres(SCHEMA)
        reach = {
            "type": "pgsql", "server": '"127.0.0.1"', "port": database.port, "database": "peer", "username": "peer",
            "pool_size": postgres.POOL,
        }  # fmt: skip
        words = "\n".join(f"sql_{key}: {value}" for key, value in reach.items())
        try:
            node = self._node(people, folder(), words)
        except BaseException:
            database.stop()
            raise
        return postgres.WithPostgres(*node, database).pooled()

    def _node(self, people: People, data: Path, sql: str) -> tuple[int, Popen[str], Path]:
        """Port, process and folder of a node that is ready."""
        port, archive = free_port(), "mnesia" if self._archive == "mnesia" else "sql"
        configure(HERE / "ejabberd.yml", data, DATA=str(data), PORT=str(port), ARCHIVE=archive, SQLSTORE=sql)
        shutil.copy(HERE / "ejabberd.script", data)
        contacts = ",".join(f"{{{one},{other}}}" for one, other in people.contacts)
        (data / "people").write_text(f"{{{port}, {people.size}, [{contacts}]}}.\n", encoding="utf-8")
        process = launch(
            ["erl", "-noinput", "+P", 250_000, "+Q", 65_536, "-mnesia", "dir", f'"{data}/mnesia"', "-s", "ejabberd",
             "-eval", FILL], data,
            {
                "EJABBERD_CONFIG_PATH": f"{data}/ejabberd.yml", "EJABBERD_LOG_PATH": f"{data}/ejabberd.log",
                "ERL_LIBS": LIBRARIES,
            },
        )  # fmt: skip
        return told_port(process), process, data
