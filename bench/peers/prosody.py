"""Prosody from Debian, its archive (mod_mam) in its own files or in SQLite (prosody.cfg.lua)."""

from functools import cached_property
from pathlib import Path

from bench.floor import free_port

from . import debian
from .parts import HERE, People, Server, configure, folder, launch, listening
from .xmpp_wire import HOST, PASSWORD, XMPPWire, jid

PACKAGES = ("prosody", "lua-dbi-sqlite3")
ARCHIVES = {"internal": "own files without sync", "sql": "SQLite FULL"}


class Prosody:
    """`archive`: the storage driver of the archive, `internal` or `sql`. Accounts and rosters are always files."""

    def __init__(self, archive: str, rows: tuple[str, ...]) -> None:
        self.rows = rows
        self.wire = XMPPWire()
        self.sockets = 5_000
        self._archive = archive

    @cached_property
    def label(self) -> str:
        """With its version."""
        return f"Prosody {debian.upstream(PACKAGES[0])}, {ARCHIVES[self._archive]}"

    def install(self) -> None:
        """By apt-get."""
        debian.install(*PACKAGES)

    def versions(self) -> dict[str, str]:
        """Debian's."""
        return {package: debian.version(package) for package in (*PACKAGES, "lua5.4", "libsqlite3-0")}

    def start(self, people: People) -> Server:
        """Ready when its port answers."""
        data, port = folder(), free_port()
        configure(HERE / "prosody.cfg.lua", data, DATA=str(data), PORT=str(port), ARCHIVE=self._archive)
        fill(data / "data" / HOST, people)
        process = launch(["prosody", "-F", "--config", data / "prosody.cfg.lua"], data)
        listening(port)
        return Server(port, process, data)


def fill(place: Path, people: People) -> None:
    """Accounts and rosters, as Prosody's own storage has them: a Lua table in a file for each person."""
    know: dict[int, list[int]] = {person: [] for person in range(people.size)}
    for one, other in people.contacts:
        know[one].append(other)
        know[other].append(one)
    for store in ("accounts", "roster"):
        (place / store).mkdir(parents=True)
    for person, contacts in know.items():
        items = "".join(f'["{jid(one)}"] = {{ subscription = "both", groups = {{}} }},\n' for one in contacts)
        (place / "accounts" / f"p{person}.dat").write_text(f'return {{ password = "{PASSWORD}" }};\n', encoding="utf-8")
        (place / "roster" / f"p{person}.dat").write_text(
            f"return {{ [false] = {{ version = 1 }},\n{items}}};\n", encoding="utf-8"
        )
