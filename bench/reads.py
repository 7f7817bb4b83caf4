"""Read marks: `read` in, the mark stored with one sync for many, `messages_read` to the author and `unread_changed` to
the reader; 100 pairs.

Every frame names the next message and moves the mark by one; a unit is done when both events have arrived. A closed
loop with one frame under way in each pair: two of one reader within a commit would be one move, told once.
The floor writes the frame to its log, syncs once for all that were ready, and writes the two ready-made events.
"""

from functools import partial

from . import node
from .line import compared, interleaved, runs, seconds
from .load import WARM, Plan
from .node import People
from .pairs import FLOOR_CHAT, PAIRS, beside, people

WINDOW = 1
FASTEST = 35_000
"""Reads a second at most, for which there are messages enough."""
FIRST_ID = 10_000_000
"""Ids of eight digits, so that the frame's counter fits."""
SECONDS = 4.0


def needed() -> int:
    """Messages for each pair, so that no run reads what was read before."""
    return int(runs() * (seconds(SECONDS) + WARM) * FASTEST / PAIRS) + 100


def plan(chat_ids: list[int], each: int, port: int, tokens: list[str]) -> Plan:
    """Every second of a pair reads what the first has written, message by message."""
    made = node.plan(port)
    made.mark("own", '"type":"unread_changed"')
    made.mark("each", '"type":"messages_read"')
    sockets = node.sockets(made, tokens)
    for pair, chat_id in enumerate(chat_ids):
        reader = sockets.start + 2 * pair + 1
        word = f'{{"type":"read","chat_id":{chat_id},"message_id":########}}'
        made.lane(reader, range(reader - 1, reader), word, own=1, each=1, count=(FIRST_ID + pair * each, 1))
    return made


def people_with_messages() -> tuple[People, list[int], int]:
    """Pairs of people, their chats, and how many messages the first of each has written to the second."""
    made, chat_ids = people()
    each = needed()
    for pair, chat_id in enumerate(chat_ids):
        made.messages(chat_id, [2 * pair], each, FIRST_ID + pair * each)
    return made, chat_ids, each


def main() -> None:
    """Measure."""
    made, chat_ids, each = people_with_messages()
    with beside(made, partial(plan, chat_ids, each), partial(plan, [FLOOR_CHAT] * PAIRS, each)) as (ours, theirs):
        mine, base = interleaved(
            partial(ours.closed, WINDOW, seconds(SECONDS)), partial(theirs.closed, WINDOW, seconds(2))
        )  # fmt: skip
    compared(
        "read mark, stored, to its author", mine, base, "C floor with fdatasync", target=40, target_rate=20_000,
        window=WINDOW,
    )  # fmt: skip


if __name__ == "__main__":
    main()
