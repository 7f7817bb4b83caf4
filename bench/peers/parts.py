"""What a peer is made of: who its people are, what its client says, how its server runs."""

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from bench.load import SERVER_CORE, Plan, pinned
from bench.node import files_enough

ROWS = ("message", "typing", "presence", "cycle", "read", "idle", "connect")
HERE = Path(__file__).parent


class People(NamedTuple):
    """Who is there before a server starts. People are numbered from 0, a peer may count them otherwise."""

    size: int
    contacts: list[tuple[int, int]]
    """Mutual contacts, each pair once."""
    chats: list[tuple[int, int]]
    """Direct chats; their place in the list is their number."""


class Work(NamedTuple):
    """What one kind of work is in a peer's words."""

    own: bytes
    """What the one who acts gets once for each unit; empty when nothing."""
    each: bytes
    """What each receiver gets once for each unit."""
    units: Callable[[int, int], list[str]]
    """(who acts, whom it goes to) → the units, which take turns; ######## in them is a count."""


class Wire(Protocol):
    """A peer's client side."""

    def plan(self, port: int) -> Plan:
        """An empty plan that answers the server's pings."""

    def socket(self, plan: Plan, person: int, row: str, *, acts: bool) -> int:
        """A connection of this person, who acts in this row or only listens; its number.

        It is open when its sign-in has been answered.
        """

    def work(self, row: str) -> Work:
        """What is done in a row. For `connect` and `cycle`: only `each`, what a contact gets
        once for each who comes (and who goes)."""


def tree(first: int) -> list[int]:
    """A process and all that came from it and live."""
    found = [first]
    for pid in found:
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            found += [int(child) for child in task.read_text(encoding="utf-8").split()]
    return found


@dataclass
class Server:
    """A running peer."""

    port: int
    process: subprocess.Popen[str]
    data: Path

    @property
    def pids(self) -> list[int]:
        """All its processes, children included."""
        return tree(self.process.pid)

    @property
    def rss_kb(self) -> int:
        """Resident memory of all its processes."""
        texts = [Path(f"/proc/{pid}/status").read_text(encoding="utf-8") for pid in self.pids]
        return sum(int(found[1]) for text in texts if (found := re.search(r"^VmRSS:\s+(\d+) kB", text, re.MULTILINE)))

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        shutil.rmtree(self.data, ignore_errors=True)


class Peer(Protocol):
    """A program that can be measured."""

    @property
    def label(self) -> str:
        """What people call it: program, version, storage."""

    @property
    def wire(self) -> Wire:
        """Its client side."""

    rows: tuple[str, ...]
    """What it can do."""
    sockets: int
    """How many idle sockets it is asked to hold."""

    def install(self) -> None:
        """Have it on this machine. Quick when it is."""

    def versions(self) -> dict[str, str]:
        """What is measured."""

    def start(self, people: People) -> AbstractContextManager[Server]:
        """A server of its own with these people, its data in a temporary folder that goes with it."""


def folder() -> Path:
    """A new place for a peer's data, on the disk where Ryadom's own is measured."""
    return Path(tempfile.mkdtemp(prefix="ryadom-peer-"))


def cache(name: str) -> Path:
    """Where a peer's packages stay between runs."""
    made = Path(os.environ.get("RYADOM_PEERS", Path.home() / ".cache" / "ryadom-peers")) / name
    made.mkdir(parents=True, exist_ok=True)
    return made


def configure(template: Path, data: Path, **words: str) -> None:
    """Copy a peer's configuration to where its data is, these words replaced."""
    text = template.read_text(encoding="utf-8")
    for word, value in words.items():
        text = text.replace(word, value)
    (data / template.name).write_text(text, encoding="utf-8")


def launch(command: list[object], data: Path, environment: dict[str, str] | None = None) -> subprocess.Popen[str]:
    """Start a server on its core, in a process group of its own; what it prints can be read, but for its complaints."""
    files_enough()
    with (data / "complaints").open("w") as complaints:
        return subprocess.Popen(
            pinned(SERVER_CORE, command), cwd=data, env=os.environ | (environment or {}), text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaints, start_new_session=True,
        )  # fmt: skip


def told_port(process: subprocess.Popen[str]) -> int:
    """Wait for the line `port N`, which our own programs print when they listen."""
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.match(r"port (\d+)$", line):
            return int(found[1])
    raise SystemExit("The peer did not start; what it said is in the youngest ryadom-peer-* of the temporary folder.")


def listening(port: int) -> None:
    """Wait until somebody answers there."""
    until = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise SystemExit("The peer did not start.") from None
            time.sleep(0.1)
        else:
            return


def output(*command: object) -> str:
    """What a command prints; its failure ends this program."""
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout.strip()
