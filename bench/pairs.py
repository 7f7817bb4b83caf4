"""What messages, typing and read marks have in common: pairs of people with direct chats, ours beside the floor."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from . import floor
from .floor import Floor
from .load import Load, Plan
from .node import Node, People

PAIRS = 100
FLOOR_CHAT = 100
"""The id of every chat at the floor, which knows no chats."""


def people(pairs: int = PAIRS) -> tuple[People, list[int]]:
    """Pairs of people, each with a direct chat; the second of a pair is the next in number."""
    made = People()
    made.more(2 * pairs)
    return made, [made.direct(number, number + 1) for number in range(0, 2 * pairs, 2)]


@contextmanager
def beside(
    made: People, plan: Callable[[int, list[str]], Plan], floor_plan: Callable[[int, list[str]], Plan], *,
    limits: bool = False, database: Callable[[], list[int]] = list, other: type[Floor] = Floor, **environment: str,
) -> Iterator[tuple[Load, Load]]:  # fmt: skip
    """A server with these people and a floor, a load client at each with all its connections open.

    A plan is made of a port and of the tokens of those who connect. `database` gives the processes of a database
    that `environment` names; `other` is what stands beside, if not the floor.
    """
    with (
        Node(made.data if environment else made.done(), limits=limits, environment=environment) as server,
        other() as bottom,
    ):
        server.beside = database()
        ours = Load(plan(server.port, made.tokens), server.pids)
        theirs = Load(floor_plan(bottom.port, floor.tokens(len(made.tokens))), bottom.pids)
        with ours, theirs:
            ours.open()
            theirs.open()
            yield ours, theirs
