"""Ryadom beside bare Python: what the language, uvloop, msgspec and sqlite3 need for the same work, and nothing else.

`bare_server.py` stores the same messages and marks with one sync for many and sends events of the same shapes, but
knows nobody: no sign-in, memberships, contacts, revs, limits, retries, catching up, grace or metrics. What Ryadom needs
above it is what Ryadom is for; what bare Python needs above the C floor, no program in Python can spare.
"""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from . import comers, crowds, floor, messages, pairs, presence, reads
from .bare_server import EVERYBODY
from .floor import Floor
from .line import compared, interleaved, median, quick, report, runs, seconds, shortened
from .load import Load, Plan
from .node import Node, People

BARE = "bare Python"
ALIKE = "bare Python that writes the same"
PLAN = partial(messages.plan, [pairs.FLOOR_CHAT] * pairs.PAIRS)
"""Messages in pairs where nobody knows chats."""
GROUPS = (1000, 10_000)
RATE = 200
OFTEN = 4
"""Times as many runs where what has to be told apart is close."""


class Bare(Floor):
    """A running `bare_server.py`."""

    def command(self, folder: Path) -> list[object]:
        """How it is started."""
        return [sys.executable, "-m", "bench.bare_server", self.port, folder, folder / "answers"]


class Alike(Bare):
    """The same, but for a message it also writes the rows that Ryadom does."""

    def command(self, folder: Path) -> list[object]:
        """How it is started."""
        return [*super().command(folder), "alike"]


class Unlike(Bare):
    """The same, but in a group each has another number unread."""

    def command(self, folder: Path) -> list[object]:
        """How it is started."""
        return [*super().command(folder), "unlike"]


def main_messages() -> None:
    """Messages in pairs, in a closed loop and at a rate."""
    with pairs.beside(*_pairs(), PLAN, other=Bare) as (ours, theirs):
        mine, base = interleaved(partial(ours.closed, 1, seconds(4)), partial(theirs.closed, 1, seconds(4)))
        compared("durable 1:1 message, closed loop, beside bare Python", mine, base, BARE)
        if quick():
            return
        mine, base = interleaved(partial(ours.rate, RATE, seconds(4)), partial(theirs.rate, RATE, seconds(4)))
        compared(f"durable 1:1 message, open loop, {RATE} /s, beside bare Python", mine, base, BARE)


def main_latency() -> None:
    """How soon half of the messages at a rate are there: Ryadom, who writes the same, and the floor, in turn."""
    with (
        pairs.beside(*_pairs(), PLAN, other=Alike) as (ours, theirs), Floor() as bottom,
        Load(PLAN(bottom.port, floor.tokens(2 * pairs.PAIRS)), bottom.pids) as least,
    ):  # fmt: skip
        least.open()
        sides = interleaved(*(partial(load.rate, RATE, seconds(4)) for load in (ours, theirs, least)), times=OFTEN)
    mine, alike, lowest = (median([run.p50_ms for run in side]) for side in sides)
    what = f"half of the messages at {RATE} /s are there after"
    report(f"{what}, beside {ALIKE}", mine, "ms", reference=ALIKE, reference_value=alike, runs=OFTEN * runs())
    what += f", {ALIKE} beside the floor"
    report(what, alike, "ms", reference="C floor", reference_value=lowest, runs=OFTEN * runs())


def _pairs() -> tuple[People, Callable[[int, list[str]], Plan]]:
    made, chat_ids = pairs.people()
    return made, partial(messages.plan, chat_ids)


def main_reads() -> None:
    """Read marks in pairs."""
    made, chat_ids, each = reads.people_with_messages()
    bare_plan = partial(reads.plan, [pairs.FLOOR_CHAT] * pairs.PAIRS, each)
    with pairs.beside(made, partial(reads.plan, chat_ids, each), bare_plan, other=Bare) as (ours, theirs):
        mine, base = interleaved(partial(ours.closed, 1, seconds(4)), partial(theirs.closed, 1, seconds(4)))
        compared("read mark, stored, to its author, beside bare Python", mine, base, BARE)


def main_presence() -> None:
    """One change to many, and coming and going."""
    mine, base = presence.changes(Bare)
    name = f"presence change to {presence.CONTACTS:,} contacts online, per delivery, beside bare Python"
    compared(name, mine, base, BARE)
    with comers.beside(presence.WATCHERS, presence.CYCLERS, Bare) as (ours, theirs):
        for how, per_second in list(presence.PACES.items())[:2]:
            mine, base = interleaved(
                partial(presence.cycle, ours, per_second), partial(presence.cycle, theirs, per_second)
            )  # fmt: skip
            name = f"offline/online cycle with {presence.WATCHERS} contacts online, {how}, beside bare Python"
            compared(name, mine, base, BARE, speed=False, people=presence.CYCLERS)


def main_group() -> None:
    """A message to groups, per member: each with a count of their own, and all with the same."""
    for size in (100,) if quick() else GROUPS:
        for what, other in shortened((("", Unlike), (", all with as much unread", Bare))):
            _group(size, what, other)


def _group(size: int, what: str, other: type[Bare]) -> None:
    made, chat_id = crowds.members(size, unlike=other is Unlike)
    with Node(made.done()) as server, other() as bottom:
        ours = Load(crowds.messages(chat_id, server.port, made.tokens), server.pids)
        theirs = Load(crowds.messages(EVERYBODY, bottom.port, floor.tokens(size + 1)), bottom.pids)
        with ours, theirs:
            ours.open()
            theirs.open()
            rounds = 20 if quick() else max(20, 100_000 // size)
            mine, base = interleaved(
                partial(presence.deliveries, ours, rounds, size), partial(presence.deliveries, theirs, rounds, size)
            )  # fmt: skip
    compared(f"message to a group of {size:,}, per member online{what}, beside bare Python", mine, base, BARE)


def main() -> None:
    """Measure all of it; in the short form messages in pairs and in a group."""
    main_messages()
    main_group()
    if not quick():
        main_latency()
        main_reads()
        main_presence()


if __name__ == "__main__":
    main()
