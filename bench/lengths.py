"""Curves over the length of a chat: `GET /chats` with its unread count, and a page of history far back.

There is one group for each length, with a writer and two readers: one has read all, one has the last 1,000 unread
(500, where there are but 1,000). `GET /chats` lists this one chat. A page is 50 messages of the longest chat,
`before` a seq that lies so far back.
"""

import json
from functools import partial

from . import node
from .curves import curve
from .line import quick, seconds
from .load import Load, Plan, Run
from .node import Node, People

UNREAD = 1000


def lengths() -> tuple[int, ...]:
    """How many messages, from a thousand to a million."""
    return (1000, 10_000) if quick() else (1000, 10_000, 100_000, 1_000_000)


def people() -> tuple[People, dict[int, int]]:
    """Three people for each length: writer, who has read all, who has not; the chats by length."""
    made, chats = People(), {}
    for length in lengths():
        writer, done, behind = made.more(3)
        chats[length] = made.group(writer, [done, behind])
        made.messages(chats[length], [writer], length)
        made.mark(chats[length], done, length)
        made.mark(chats[length], behind, length - min(UNREAD, length // 2))
    return made, chats


def plan(path: str, port: int, token: str) -> Plan:
    """One connection that asks for one path."""
    made = node.plan(port)
    made.mark("own", "HTTP/1.1 200")
    made.lane(made.conn(ws=False), range(0), node.request("GET", path, token), own=1)
    return made


def asked(server: Node, path: str, token: str) -> Run:
    """A closed loop of one connection."""
    with Load(plan(path, server.port, token), server.pids) as load:
        load.open()
        return load.closed(1, seconds(2), warm=0.3)


def main() -> None:
    """Measure."""
    made, chats = people()
    with Node(made.done()) as server:
        for place, how in ((1, "all read"), (2, "1,000 unread")):
            points = {}
            for number, length in enumerate(lengths()):
                token = made.tokens[3 * number + place]
                (seen,) = json.loads(node.asked(server.port, "/chats", token))
                assert seen["unread_count"] == (min(UNREAD, length // 2) if place == 2 else 0), seen
                points[length] = partial(asked, server, "/chats", token)
            curve(
                f"GET /chats with its unread count, {how}", "CPU µs", "messages in the chat", "flat", points
            )  # fmt: skip
        longest = lengths()[-1]
        pages = {
            depth: partial(
                asked, server, f"/chats/{chats[longest]}/messages?limit=50&before={longest - depth + 51}",
                made.tokens[3 * len(chats) - 2],
            )
            for depth in lengths()
        }  # fmt: skip
        curve("a page of history", "CPU µs", "messages back", "flat", pages)


if __name__ == "__main__":
    main()
