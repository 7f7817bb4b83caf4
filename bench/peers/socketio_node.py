"""A bare program on Socket.IO and Node, with better-sqlite3 (socketio/server.js)."""

import shutil
import subprocess
from functools import cached_property

from . import store
from .parts import HERE, People, Server, cache, folder, launch, output, told_port
from .socketio_wire import SocketIOWire

PROGRAM = HERE / "socketio"


class SocketIO:
    """`synchronous`: SQLite's, FULL or OFF; `two`: a status is told by two events, as Ryadom does."""

    def __init__(self, synchronous: str, rows: tuple[str, ...], *, two: bool = False) -> None:
        self.rows = rows
        self.wire = SocketIOWire()
        self.sockets = 10_000
        self._synchronous = synchronous
        self._two = two
        self._modules = cache("socketio") / "node_modules"

    @cached_property
    def label(self) -> str:
        """With the version that npm has brought."""
        storage = "SQLite FULL" if self._synchronous == "FULL" else "SQLite without sync"
        return f"Socket.IO {self.versions()['socket.io']}, {storage}{', two events' if self._two else ''}"

    def install(self) -> None:
        """By npm, which compiles better-sqlite3 or takes it ready-made."""
        if (self._modules / "better-sqlite3" / "build" / "Release" / "better_sqlite3.node").exists():
            return
        shutil.copy(PROGRAM / "package.json", self._modules.parent)
        subprocess.run(["npm", "install", "--no-audit", "--no-fund"], cwd=self._modules.parent, check=True)

    def versions(self) -> dict[str, str]:
        """Of Node, the two packages and the SQLite within."""
        asked = (
            "const v = n => require(n + '/package.json').version;"
            "const sqlite = new (require('better-sqlite3'))(':memory:').prepare('SELECT sqlite_version()').pluck();"
            "console.log([process.versions.node, v('socket.io'), v('better-sqlite3'), sqlite.get()].join(' '))"
        )
        found = output("env", f"NODE_PATH={self._modules}", "node", "-e", asked).split()
        return dict(zip(("node", "socket.io", "better-sqlite3", "sqlite"), found, strict=True))

    def start(self, people: People) -> Server:
        """With a database of its own."""
        data = folder()
        store.fill(data / "peer.db", people)
        command = ["node", PROGRAM / "server.js", data / "peer.db", self._synchronous, *(["two"] if self._two else [])]
        process = launch(command, data, {"NODE_PATH": str(self._modules), "NODE_ENV": "production"})
        return Server(told_port(process), process, data)
