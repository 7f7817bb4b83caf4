"""Connecting with a token: the handshake with a Bearer header up to `hello`, presence told to 20 contacts online.

A thousand people share the 20 contacts and connect, 32 at a time. Then they leave, their grace passes, and the next run
begins with all of them offline again; only connecting counts, to the last event told. The floor answers the handshake
and writes the event to each of the 20.
"""

from functools import partial

from .comers import Side, beside
from .line import compared, interleaved, quick
from .load import Run

PEOPLE, WATCHERS, CONCURRENCY = 1000, 20, 32


def connects(side: Side) -> Run:
    """All leave, their grace passes, all connect: the CPU of the last."""
    side.leave()
    seen = side.load.hold(side.grace + 1.5).seen
    before = side.cpu()
    opened = side.load.open(CONCURRENCY)
    told = side.load.hold(0.5)
    assert told.seen - seen == side.people * side.watchers, f"{told.seen - seen} events were told"
    return opened._replace(units=side.people, cpu=side.cpu() - before)


def main() -> None:
    """Measure."""
    people = PEOPLE // 10 if quick() else PEOPLE
    with beside(WATCHERS, people) as (ours, theirs):
        mine, base = interleaved(partial(connects, ours), partial(connects, theirs))
    compared(
        f"connect with a token to hello, presence told to {WATCHERS} contacts", mine, base,
        "C floor, one write per contact", target=600, people=people, concurrency=CONCURRENCY,
    )  # fmt: skip


if __name__ == "__main__":
    main()
