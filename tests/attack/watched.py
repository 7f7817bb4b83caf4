"""The program, with a watch on its event loop: `python watched.py FILE` serves, and notes in FILE what held it up.

A line `late MOMENT SECONDS` for each time that the loop came round late. The time for which the
machine had no core for a thread of this process (it may have held the interpreter's lock) is taken off: that is no
fault of the server. And a line `tasks MOMENT COUNT` each second.
"""

import asyncio
import sys
import time
from pathlib import Path

import uvloop

from ryadom import config, logs, process
from ryadom.app import Server

EVERY = 0.02
NOTED = 0.02


def no_core() -> dict[str, float]:
    """Thread → seconds for which it was ready to run and had no core."""
    return {
        thread.name: int((thread / "schedstat").read_text().split()[1]) / 1e9
        for thread in Path("/proc/self/task").iterdir()
    }


async def watch(notes: Path) -> None:
    """Look every few milliseconds how late the loop is, for ever."""
    with notes.open("a", buffering=1) as file:
        while True:
            began, waited = time.monotonic(), no_core()
            await asyncio.sleep(EVERY)
            late = time.monotonic() - began - EVERY
            if late > NOTED:
                late -= max(now - waited.get(thread, 0.0) for thread, now in no_core().items())
            if late > NOTED:
                print("late", time.monotonic(), late, file=file)


async def count(notes: Path) -> None:
    """Note every second how many tasks there are, for ever."""
    with notes.open("a", buffering=1) as file:
        while True:
            print("tasks", time.monotonic(), len(asyncio.all_tasks()), file=file)
            await asyncio.sleep(1.0)


async def main(notes: Path) -> None:
    """Serve until SIGTERM."""

    async def on_start(server: Server, url: str) -> None:
        watching.extend((asyncio.create_task(watch(notes)), asyncio.create_task(count(notes))))
        print(url, flush=True)

    watching: list[asyncio.Task[None]] = []
    settings = config.load()
    logs.configure(settings)
    await process.serve(settings, on_start)


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1])))
