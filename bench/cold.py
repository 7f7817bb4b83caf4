"""What is rare finds nothing near the core: what a pause does to the caches, and how much memory a message touches.

*Pause.* 256 kB are read a line at a time, in an order that no core can guess; then again after a pause. That is the
machine alone, without Ryadom; asleep, and in a loop that reads nothing, which tells sleep from what others do on the
same processor.
*Message.* One message, with nothing else under way: the pages of 4 kB of its own memory, code and data, that the server
touches for it, as the kernel has noted in the page tables. The kernel's own memory is not in it.
"""

import json
import subprocess
import sys
from functools import partial
from pathlib import Path

from . import messages
from .bare import BARE, Bare
from .curves import tell
from .line import median, quick, report, runs
from .load import SERVER_CORE, Load, pinned, program
from .pairs import FLOOR_CHAT, beside, people

KILOBYTES = 256
PAUSES = (0, 0.1, 0.3, 1, 2, 5, 10)
"""Milliseconds."""
TIMES = 100
"""How often after each pause."""
PAGE = 4
"""kB."""


def main_pause() -> None:
    """Measure the machine."""
    command = pinned(SERVER_CORE, [program("pause"), KILOBYTES, TIMES // 10 if quick() else TIMES, *PAUSES])
    found = [
        json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)
        for _ in range(runs())
    ]  # fmt: skip
    for place, how in ((1, "of sleep"), (2, "in a loop")):
        values = [[ms, median([one[number][place] for one in found])] for number, ms in enumerate(PAUSES)]
        tell(f"a line of the cache, read again after a pause {how}", "ns", "ms of pause", "", values, runs=runs())


def main_message() -> None:
    """Measure what one message touches, where the kernel notes it."""
    if not Path("/proc/self/clear_refs").exists():
        print("This kernel does not tell which pages were touched.", file=sys.stderr)
        return
    made, chat_ids = people(1)
    with beside(made, partial(messages.plan, chat_ids), partial(messages.plan, [FLOOR_CHAT]), other=Bare) as sides:
        found = [[touched(side) for _ in range(4 * runs())] for side in sides]
    mine, theirs = map(median, found)
    report(
        "memory that a message touches, alone", mine, "pages of 4 kB", reference=BARE, reference_value=theirs,
        runs=runs(),
    )  # fmt: skip


def touched(load: Load) -> float:
    """Pages that the watched processes touch for one message."""
    for pid in load.watched:
        # The second clears notes of another kind, and what the core remembers of the first.
        for kind in ("1", "4"):
            Path(f"/proc/{pid}/clear_refs").write_text(kind, encoding="ascii")
    load.rounds(1, warm=0)
    return sum(_referenced(pid) for pid in load.watched) / PAGE


def _referenced(pid: int) -> int:
    """kB that a process has touched since its notes were cleared."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Referenced:"))


def main() -> None:
    """Measure both."""
    main_pause()
    main_message()


if __name__ == "__main__":
    main()
