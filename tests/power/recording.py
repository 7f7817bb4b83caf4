"""What a server wrote, synced and sent, in this order: its own process, recorded by `recorder.c`."""

import shutil
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from process.real_server import RealServer

ENTRY = struct.Struct("<ciIQQ")
SMALL_JOURNAL = "import ryadom.db.sqlite as sqlite; sqlite.CHECKPOINT_EVERY = 300; from ryadom.cli import main; main()"
"""The program with a journal that is brought home every 1.2 MB instead of every 32: so that a short load does it often,
and an image is quickly opened."""


class Deed(NamedTuple):
    """One thing that the process did."""

    kind: str
    """W wrote, T cut to `offset`, F begins to sync, S has synced, N sends."""
    thread: int
    file: str
    offset: int
    data: bytes


def recorder(folder: Path) -> Path:
    """The compiled recorder."""
    library = folder / "recorder.so"
    source = Path(__file__).with_name("recorder.c")
    compiler = shutil.which("gcc") or shutil.which("cc")
    assert compiler, "the recorder is in C: install gcc"
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", library, source, "-ldl", "-lpthread"], check=True)
    return library


class RecordedServer(RealServer):
    """A server of which everything is recorded that it does to its data and to its sockets."""

    def __init__(self, data: Path) -> None:
        super().__init__(data)
        self.program = ["-c", SMALL_JOURNAL]
        self.record = data / "record"
        self.environment |= {
            "LD_PRELOAD": str(recorder(data)), "RECORD_TO": str(self.record), "RECORD_FOLDER": f"{data}/",
        }  # fmt: skip

    def deeds(self) -> list[Deed]:
        """What it has done."""
        return list(_deeds(self.record.read_bytes()))


def _deeds(log: bytes) -> Iterator[Deed]:
    at = 0
    while at + ENTRY.size <= len(log):
        kind, thread, name_size, offset, size = ENTRY.unpack_from(log, at)
        at += ENTRY.size
        name = log[at : at + name_size].decode()
        at += name_size
        yield Deed(kind.decode(), thread, name, offset, log[at : at + size])
        at += size
