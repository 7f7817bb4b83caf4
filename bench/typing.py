"""Typing to one peer: `typing_start` and `typing_stop` in turn, each told to the peer; 100 pairs.

A unit is one event: socket in → checks (session, membership, mutual contact) → the peer's socket. The floor unmasks the
frame, looks for a word in it and writes the ready-made event, one write each. Two windows, the same for both: 16 events
under way in each pair, and 1, where nothing can share a read or a write.
"""

from functools import partial

from . import node
from .line import compared, interleaved, seconds
from .load import Plan
from .pairs import FLOOR_CHAT, PAIRS, beside, people

WINDOWS = {16: "typing to one peer", 1: "typing to one peer, one event under way in each pair"}


def plan(chat_ids: list[int], port: int, tokens: list[str]) -> Plan:
    """Every first of a pair types to the second."""
    made = node.plan(port)
    made.mark("each", '"type":"typing_st')
    sockets = node.sockets(made, tokens)
    for pair, chat_id in enumerate(chat_ids):
        sender = sockets.start + 2 * pair
        words = [f'{{"type":"typing_{word}","chat_id":{chat_id}}}' for word in ("start", "stop")]
        made.lane(sender, range(sender + 1, sender + 2), *words, each=1)
    return made


def main() -> None:
    """Measure."""
    made, chat_ids = people()
    with beside(made, partial(plan, chat_ids), partial(plan, [FLOOR_CHAT] * PAIRS)) as (ours, theirs):
        for window, name in WINDOWS.items():
            mine, base = interleaved(
                partial(ours.closed, window, seconds(4)), partial(theirs.closed, window, seconds(2))
            )  # fmt: skip
            goal = {"target": 12, "target_rate": 75_000} if window > 1 else {}
            compared(name, mine, base, "C floor", window=window, **goal)


if __name__ == "__main__":
    main()
