"""The watch on the loop sees what holds it up; else the attacks would prove nothing."""

import asyncio
import time
from pathlib import Path

from attack.victim import LONGEST_STALL
from attack.watched import EVERY, watch


async def test_whatever_holds_the_loop_up_is_noted(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    watching = asyncio.create_task(watch(notes))
    await asyncio.sleep(3 * EVERY)
    time.sleep(1.5 * LONGEST_STALL)  # noqa: ASYNC251 - what a careless handler would do
    await asyncio.sleep(3 * EVERY)
    watching.cancel()
    [what, _, late] = max((line.split() for line in notes.read_text().splitlines()), key=lambda line: float(line[2]))
    assert what == "late"
    assert LONGEST_STALL < float(late) < 10 * LONGEST_STALL
