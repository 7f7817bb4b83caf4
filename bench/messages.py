"""Durable 1:1 messages: socket in → fsync → the peer's socket and the sender's answer, 100 pairs."""

from functools import partial

from . import node
from .floor import TEXT
from .line import compared, interleaved, seconds, shortened
from .load import Plan
from .pairs import FLOOR_CHAT, PAIRS, beside, people

FLOOR = "C floor with fdatasync"
OPEN: dict[int, dict[str, float]] = {200: {"target_p50_ms": 0.6, "target_p99_ms": 3}, 1000: {"target_p99_ms": 5}}
"""The rates of the open loop, and how soon an answer has to be there."""


def plan(chat_ids: list[int], port: int, tokens: list[str]) -> Plan:
    """Every first of a pair writes to the second."""
    made = node.plan(port)
    made.mark("own", '"type":"message_sent"')
    made.mark("each", '"type":"new_message"')
    sockets = node.sockets(made, tokens)
    for pair, chat_id in enumerate(chat_ids):
        text = f'{{"type":"send_message","chat_id":{chat_id},"client_id":"b-########","text":"{TEXT}"}}'
        sender = sockets.start + 2 * pair
        made.lane(sender, range(sender + 1, sender + 2), text, own=1, each=1, count=(pair * 100_000, 1))
    return made


def main() -> None:
    """Measure."""
    made, chat_ids = people()
    with beside(made, partial(plan, chat_ids), partial(plan, [FLOOR_CHAT] * PAIRS)) as (ours, theirs):
        mine, base = interleaved(partial(ours.closed, 1, seconds(4)), partial(theirs.closed, 1, seconds(2)))
        goals = {"target": 50, "target_rate": 17_000, "target_p99_ms": 20}
        compared("durable 1:1 message, closed loop", mine, base, FLOOR, **goals)
        for rate, goals in shortened(OPEN.items()):
            mine, base = interleaved(partial(ours.rate, rate, seconds(4)), partial(theirs.rate, rate, seconds(2)))
            compared(f"durable 1:1 message, open loop, {rate:,} /s", mine, base, FLOOR, **goals)


if __name__ == "__main__":
    main()
