"""Where a row's CPU time goes, by part of the program: `python -m bench.profile NAME [OPTION ...]`.

Runs `python -m bench.NAME --runs=1` and samples its servers with perf (Debian's package linux-perf) from their start to
their end, so that signing everybody in is in it too. A sample in the kernel is told by what was asked of the kernel,
one outside by the library that it was in. perf's own cost is in the figures that the bench prints meanwhile.
"""

import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
KERNEL = (
    ("disk: fdatasync and writing the journal", ("fdatasync", "do_fsync", "pwrite", "ext4_", "xfs_", "btrfs_", "jbd2")),
    ("sockets: writing", ("sock_write_iter", "sock_sendmsg", "tcp_sendmsg")),
    ("sockets: reading", ("sock_read_iter", "sock_recvmsg", "tcp_recvmsg")),
    ("sockets: coming and going", ("accept", "inet_shutdown", "tcp_close", "sock_close")),
    ("waiting for sockets", ("epoll", "ep_poll")),
    ("threads: handing over", ("futex",)),
    ("disk: reading the file", ("pread", "filemap_read")),
)
"""What was asked of the kernel, by functions in the stack; the first that is found counts."""
LIBRARIES = (
    ("SQLite and its driver", ("libsqlite3", "_sqlite3")),
    ("uvloop", ("uvloop",)),
    ("msgspec", ("msgspec",)),
    ("HTTP parser", ("httptools",)),
    ("C library", ("libc.so", "ld-linux", "[vdso]")),
    ("interpreter", ("libpython", "bin/python", "_asyncio", "_struct", "_datetime", "_json")),
)
FRAME = re.compile(r"^\s+[0-9a-f]+ (.+?)(?:\+0x[0-9a-f]+)? \((.+)\)$")


def servers(bench: int) -> list[int]:
    """The servers that a bench has started, once they have done with starting: then they have threads."""
    found = []
    for child in Path(f"/proc/{bench}/task/{bench}/children").read_text(encoding="utf-8").split():
        command = Path(f"/proc/{child}/cmdline").read_bytes()
        if b"ryadom" in command and b"serve" in command and len(list(Path(f"/proc/{child}/task").iterdir())) > 2:
            found.append(int(child))
    return found


def sampled(name: str, options: list[str], folder: Path) -> list[Path]:
    """Run the bench, with a perf for each of its servers; what they wrote."""
    bench = subprocess.Popen([sys.executable, "-m", f"bench.{name}", "--runs=1", *options], cwd=ROOT)
    perfs: dict[int, subprocess.Popen[bytes]] = {}
    while bench.poll() is None:
        try:
            new = [pid for pid in servers(bench.pid) if pid not in perfs]
        except FileNotFoundError:  # one of them has just ended
            new = []
        for pid in new:
            perfs[pid] = subprocess.Popen(
                ["perf", "record", "-q", "-e", "cpu-clock", "-F", "999", "-g", "-p", str(pid), "-o",
                 folder / f"{pid}.perf"], stderr=subprocess.DEVNULL,
            )  # fmt: skip
        time.sleep(0.05)
    for perf in perfs.values():
        perf.wait()
    return [folder / f"{pid}.perf" for pid in perfs]


def stacks(recorded: Path) -> Iterator[list[tuple[str, str]]]:
    """The stack of each sample, innermost first: (function, where it is)."""
    command = ["perf", "script", "-i", recorded, "-F", "comm,ip,sym,dso"]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    stack: list[tuple[str, str]] = []
    for line in told.splitlines():
        frame = FRAME.match(line)
        if frame is not None:
            stack.append((frame[1], frame[2]))
        elif stack:
            yield stack
            stack = []
    if stack:
        yield stack


def part(stack: list[tuple[str, str]]) -> str:
    """Which part of the program a sample belongs to."""
    if "kernel" in stack[0][1]:
        functions = " ".join(function for function, _ in stack)
        return next((name for name, words in KERNEL if any(word in functions for word in words)), "kernel, other")
    where = stack[0][1]
    return next((name for name, words in LIBRARIES if any(word in where for word in words)), "other")


def main() -> int:
    """Profile one bench."""
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        try:
            recorded = sampled(sys.argv[1], sys.argv[2:], Path(folder))
        except FileNotFoundError:
            print("perf is missing: apt install linux-perf", file=sys.stderr)
            return 1
        for one in recorded:
            counts.update(map(part, stacks(one)))
    total = sum(counts.values())
    if not total:
        print(f"No server of bench.{sys.argv[1]} was sampled; see above.", file=sys.stderr)
        return 1
    print(f"{total} samples")
    for name, count in counts.most_common():
        print(f"{100 * count / total:5.1f} %  {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
