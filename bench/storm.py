"""All come back: 10,000 clients are connected, the server is killed (SIGKILL) and started again, and all return.

Each person is in 10 chats: 7 direct ones with people who are their contacts, and 3 groups of 20. A client opens its
socket, waits for `hello`, sends `catch_up` with the rev that it holds, and waits for all of `caught_up`. A thousand
are at it at any moment. Two variants:

- *one message in each chat* came while they were away: each client waits for that very message of all 10 chats, so
  what is lost would not be passed over;
- *nothing* came.

The value is the time from the start of the new process to the last client caught up. A client that is refused (no
socket, no `hello`, another answer than 200) ends the run. Nobody is shown as offline: all are back within their grace.
"""

import random
import time
from collections.abc import Iterator

from . import node
from .idle import plan as only_sockets
from .line import median, quick, report, runs
from .load import Load, Plan, Run
from .node import Node, People

CLIENTS, CONCURRENCY, MESSAGES = 10_000, 1000, 10
OFFSETS, LAYERS, GROUP = (1, 2, 3), 3, 20
CHATS = 2 * len(OFFSETS) + 1 + LAYERS
"""Of each person: the direct ones go both ways."""
Chats = list[list[int]]


def people(count: int) -> tuple[People, Chats, dict[int, list[int]]]:
    """Everybody, each one's chats, and each chat's members."""
    made = People()
    made.more(count)
    members: dict[int, list[int]] = {}
    for one, other in pairs(count):
        members[made.direct(one, other)] = [one, other]
    shuffled = random.Random(4)
    for _ in range(LAYERS):
        everybody = shuffled.sample(range(count), count)
        for first in range(0, count, GROUP):
            some = everybody[first : first + GROUP]
            members[made.group(some[0], some[1:])] = some
    chats: Chats = [[] for _ in range(count)]
    for chat_id, some in members.items():
        made.messages(chat_id, some, MESSAGES)
        for one in some:
            chats[one].append(chat_id)
    return made, chats, members


def pairs(count: int) -> Iterator[tuple[int, int]]:
    """Who has a direct chat: everybody with seven others."""
    for one in range(count):
        yield from ((one, (one + offset) % count) for offset in OFFSETS)
    half = count // 2
    yield from ((one, one + half) for one in range(half))


def catch_up(rev: int, missed: str) -> Iterator[tuple[str, bytes | str]]:
    """What one client asks for, and waits for. `rev`: what it holds; `missed`: what it has to find in each chat."""
    yield "text", f'{{"type":"catch_up","after_rev":{rev}}}'
    yield "wait", '"whole":true'
    for _ in range(CHATS if missed else 0):
        yield "wait", missed
    yield "wait", '"total_unread":'


def plan(port: int, tokens: list[str], rev: int, missed: str) -> Plan:
    """Everybody comes back and catches up."""
    made = node.plan(port)
    for token in tokens:
        made.conn(("send", node.upgrade(token)), ("wait", node.HELLO), *catch_up(rev, missed))
    return made


class Storm:
    """A server that everybody is connected to, for one crash after another."""

    def __init__(self, count: int) -> None:
        self.made, self.chats, self.members = people(count)
        self.server = Node(self.made.done())
        self.load = Load(only_sockets(self.server.port, self.made.tokens), self.server.pids)
        self.load.open(200)
        self.rounds = 0

    def crash(self) -> None:
        """The server and the clients' connections are gone."""
        self.load.hold(1)
        self.load.freeze()
        self.server.kill()
        self.load.__exit__()

    def away(self, missed: str) -> int:
        """What is written while they are away; the rev that they hold."""
        self.made.again()
        (rev,) = self.made.raw.execute("SELECT value FROM revision").fetchone()
        if missed:
            for chat_id, some in self.members.items():
                self.made.messages(chat_id, some[-1:], 1, text=missed)
        self.made.done()
        return int(rev)

    def back(self, rev: int, missed: str) -> tuple[float, Run]:
        """Everybody comes back: seconds from the start of the process, and what the load client saw."""
        self.server = Node(self.server.data)
        self.load = Load(plan(self.server.port, self.made.tokens, rev, missed), self.server.pids)
        began = time.monotonic()
        run = self.load.open(CONCURRENCY)
        assert run.opened == len(self.made.tokens), f"{run.failed} of {len(self.made.tokens)} failed"
        assert run.failed == 0, f"{run.failed} failed"
        return self.server.started_in + time.monotonic() - began, run

    def once(self, *, busy: bool) -> tuple[float, Run]:
        """One crash."""
        self.rounds += 1
        missed = f"This came while you were away, number {self.rounds}." if busy else ""
        self.crash()
        return self.back(self.away(missed), missed)


def main() -> None:
    """Measure."""
    count = 400 if quick() else CLIENTS
    storm = Storm(count)
    try:
        for busy, what, target in ((True, "one message missed in each", 12), (False, "nothing missed", None)):
            found = [storm.once(busy=busy) for _ in range(runs())]
            report(
                f"{count:,} clients back after a crash, 10 chats each, {what}", median([one[0] for one in found]), "s",
                target=target if count == CLIENTS else None, slowest=max(one[0] for one in found),
                of_these_starting=median([one[0] - one[1].seconds for one in found]), refused=0, lost=0,
                each_cpu_us=median([one[1].cpu for one in found]) / count * 1e6,
                server_cpu=median([one[1].cpu / one[1].seconds for one in found]),
                client_cpu=max(one[1].own / one[1].seconds for one in found), runs=len(found),
            )  # fmt: skip
    finally:
        storm.load.__exit__()
        storm.server.__exit__()


if __name__ == "__main__":
    main()
