"""The load client and the floor, both in C: compiled when they are first needed, driven from here.

`Plan` says what connections there are and what they send (load.c has its language); `Load` runs it on a core of its
own.
"""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
WARM = 0.3 if "--quick" in sys.argv else 1.0
"""Seconds that a load runs before it is measured."""
SERVER_CORE = 0
CLIENT_CORE = min(1, (os.cpu_count() or 1) - 1)


@cache
def program(name: str) -> Path:
    """The compiled `NAME.c` of this folder. Needs gcc."""
    source = HERE / f"{name}.c"
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        raise SystemExit("The benchmarks' load client is in C: install gcc and run this again.")
    mark = hashlib.sha256(source.read_bytes()).hexdigest()[:16]
    built = Path(tempfile.gettempdir()) / f"ryadom-bench-{name}-{mark}"
    if not built.exists():
        fresh = built.with_suffix(".new")
        subprocess.run([compiler, "-O2", "-Wall", "-o", fresh, source], check=True)
        fresh.replace(built)
    return built


def pinned(core: int, command: list[Any]) -> list[str]:
    """A command that runs on one core only."""
    return ["taskset", "-c", str(core), *map(str, command)]


class Run(NamedTuple):
    """What one command of the load client measured."""

    units: int
    seconds: float
    cpu: float
    """Seconds of user + system time of the watched processes."""
    own: float
    """Seconds of the load client's own."""
    rss_kb: int
    """Resident memory of the watched processes at the end."""
    opened: int
    failed: int
    seen: int = 0
    """`each` marks on connections of no lane, since the client began."""
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    max_ms: float = 0.0

    @property
    def rate(self) -> float:
        """Units a second."""
        return self.units / self.seconds

    @property
    def each(self) -> float:
        """CPU µs of the watched processes per unit."""
        return self.cpu / self.units * 1e6


def escaped(data: bytes | str) -> str:
    """Bytes as the plan's language writes them."""
    if isinstance(data, str):
        data = data.encode()
    return "".join(chr(b) if 33 <= b < 127 and b != 0x5C else f"\\x{b:02x}" for b in data)


def cpu(pids: list[int]) -> float:
    """Seconds of user + system time that these processes have used, all threads."""
    return sum(time.clock_gettime((~pid << 3) | 2) for pid in pids)


class Plan:
    """Connections and lanes, written down for load.c."""

    def __init__(self, port: int) -> None:
        self.lines = [f"port {port}"]
        self.conns = 0

    def port(self, port: int) -> None:
        """Where the connections after this go."""
        self.lines.append(f"port {port}")

    def mark(self, who: str, what: bytes | str) -> None:
        """What counts as an answer (`own`) or a delivery (`each`)."""
        self.lines.append(f"mark {who} {escaped(what)}")

    def reply(self, seen: bytes, sent: bytes) -> None:
        """What is sent at once when something is seen."""
        self.lines.append(f"reply {escaped(seen)} {escaped(sent)}")

    def hangup(self) -> None:
        """Whose close was answered ends the connection: some servers leave that to the client."""
        self.lines.append("hangup")

    def conn(self, *script: tuple[str, bytes | str | int], ws: bool = True, later: bool = False) -> int:
        """A connection with its script of (send | text | wait | then | end, what); its number."""
        self.lines.append(f"conn {'ws' if ws else 'raw'}{' later' if later else ''}")
        self.lines += [f"{verb} {what if isinstance(what, int) else escaped(what)}" for verb, what in script]
        self.conns += 1
        return self.conns - 1

    def lane(
        self, sender: int, receivers: range, *units: bytes | str | list[bytes], own: int = 0, each: int = 0,
        count: tuple[int, int] = (0, 1),
    ) -> None:  # fmt: skip
        """Units of work; a list of frames is one unit that leaves in one write."""
        self.lines.append(f"lane {sender} {receivers.start} {len(receivers)} {own} {each}")
        for unit in units:
            first, *rest = unit if isinstance(unit, list) else [unit]
            self.lines.append(f"unit {escaped(first)}")
            self.lines += [f"part {escaped(part)}" for part in rest]
        self.lines.append(f"count {count[0]} {count[1]}")


class Load:
    """A running load client."""

    def __init__(self, plan: Plan, pids: list[int], core: int = CLIENT_CORE) -> None:
        self._file = tempfile.NamedTemporaryFile("w", suffix=".plan")  # noqa: SIM115  # it lives as long as the client
        self._file.write("\n".join(plan.lines) + "\n")
        self._file.flush()
        self._process = subprocess.Popen(
            pinned(core, [program("load"), self._file.name]), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._ask("watch", *pids)
        self.watched = pids
        """The processes whose work is measured."""
        self.pids = [self._process.pid]

    def _ask(self, *words: object) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(" ".join(map(str, words)) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("The load client gave up; see above.")
        return dict(json.loads(line))

    def open(self, concurrency: int = 64, per_second: float = 0) -> Run:
        """Open all connections that are not; with `per_second` no more than so many."""
        return Run(**self._ask("open", concurrency, per_second))

    def closed(self, window: int, seconds: float, warm: float = WARM) -> Run:
        """Every lane keeps `window` units under way."""
        return Run(**self._ask("closed", window, warm, seconds))

    def rate(self, per_second: float, seconds: float, warm: float = WARM) -> Run:
        """Units leave by the clock."""
        return Run(**self._ask("rate", per_second, warm, seconds))

    def rounds(self, number: int, warm: int = 10) -> Run:
        """Lane 0 sends one unit after the other."""
        return Run(**self._ask("rounds", warm, number))

    def hold(self, seconds: float) -> Run:
        """Only read."""
        return Run(**self._ask("hold", seconds))

    def leave(self, first: int, count: int, per_second: float = 0) -> Run:
        """Close some connections in good order; `open` brings them back."""
        return Run(**self._ask("leave", first, count, per_second))

    def freeze(self) -> None:
        """Do nothing more, so that the end of the server is no mishap."""
        self._process.send_signal(signal.SIGSTOP)

    def __enter__(self) -> "Load":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._file.close()
