"""People who come and go, told to some who watch: what the presence cycle and the connect have in common."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from . import floor, node
from .floor import Floor
from .load import Load, Plan, cpu
from .node import Node, People

GRACE = 5.0
"""Seconds until somebody who has closed their socket shows as offline."""


class Side(NamedTuple):
    """A server, or the floor, with all connected: the watchers first."""

    load: Load
    pids: list[int]
    watchers: int
    people: int
    grace: float

    def cpu(self) -> float:
        """Seconds of CPU that the server has used."""
        return cpu(self.pids)

    def leave(self, per_second: float = 0) -> None:
        """Everybody but the watchers closes their socket."""
        self.load.leave(self.watchers, self.people, per_second)


def people(watchers: int, comers: int) -> People:
    """Everybody who comes and goes is a mutual contact of everybody who watches."""
    made = People()
    made.more(watchers + comers)
    for one in range(watchers, watchers + comers):
        made.know(one, range(watchers))
    return made


def plan(watchers: int, port: int, tokens: list[str], *, bare: bool = False) -> Plan:
    """`bare`: at the floor, which knows nobody and is told whom to tell."""
    made = node.plan(port)
    made.mark("each", '"type":"user_o')
    node.sockets(made, tokens[:watchers])
    told: tuple[tuple[str, str], ...] = (("text", f'{{"type":"status_of","status_of":{watchers}}}'),) if bare else ()
    for token in tokens[watchers:]:
        made.conn(("send", node.upgrade(token)), ("wait", node.HELLO), *told)
    return made


@contextmanager
def beside(watchers: int, comers: int, other: type[Floor] = Floor) -> Iterator[tuple[Side, Side]]:
    """Ours and the floor, or what else stands beside, everybody connected."""
    made = people(watchers, comers)
    with Node(made.done()) as server, other() as bottom:
        ours = Load(plan(watchers, server.port, made.tokens), server.pids)
        theirs = Load(plan(watchers, bottom.port, floor.tokens(watchers + comers), bare=True), bottom.pids)
        with ours, theirs:
            ours.open()
            theirs.open()
            ours.hold(1)
            yield (
                Side(ours, server.pids, watchers, comers, GRACE),
                Side(theirs, bottom.pids, watchers, comers, 0.0),
            )  # fmt: skip
