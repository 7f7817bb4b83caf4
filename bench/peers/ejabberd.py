"""ejabberd from Debian, its archive (mod_mam) in Mnesia or in SQLite (ejabberd.yml, ejabberd.script)."""

import shutil
from functools import cached_property

from bench.floor import free_port

from . import debian
from .parts import HERE, People, Server, configure, folder, launch, told_port
from .xmpp_wire import XMPPWire

PACKAGES = ("ejabberd", "erlang-p1-sqlite3")
ARCHIVES = {"mnesia": "Mnesia without sync", "sql": "SQLite FULL"}
LIBRARIES = "/usr/lib/x86_64-linux-gnu"
FILL = 'case file:script("ejabberd.script") of {ok, _} -> ok; Error -> io:format("~p~n", [Error]), halt(1) end.'


class Ejabberd:
    """`archive`: where the archive is, `mnesia` or `sql`. Accounts and rosters are always in Mnesia.

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
        return f"ejabberd {debian.upstream(PACKAGES[0])}, {ARCHIVES[self._archive]}"

    def install(self) -> None:
        """By apt-get."""
        debian.install(*PACKAGES)

    def versions(self) -> dict[str, str]:
        """Debian's."""
        return {package: debian.version(package) for package in (*PACKAGES, "erlang-base", "libsqlite3-0")}

    def start(self, people: People) -> Server:
        """The node fills its database and then says that it is ready."""
        data, port = folder(), free_port()
        configure(HERE / "ejabberd.yml", data, DATA=str(data), PORT=str(port), ARCHIVE=self._archive)
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
        return Server(told_port(process), process, data)
