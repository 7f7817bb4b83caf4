"""Presence: one change to its 1,000 mutual contacts online, and a full cycle of a person with 50 contacts online.

*Change.* `POST /status/online` and `POST /status/offline` in turn on a kept connection, one after the other; done when
all contacts have both events (`status_change` and `user_offline` or `user_online`) and the sender the answer. CPU per
contact told. The floor makes one write per contact, with both events in it.

*Cycle.* A person's socket closes (1000); after 5 s of grace their 50 contacts are told; they connect anew, and the
contacts are told again. 500 people share the contacts and go one after the other, 100 a second, so that the core sleeps
between two; 1,000 a second, so that it hardly does; and all at the same time. All CPU from the first close to the last
event told counts: handshake, hello, pings and database. The floor accepts, tells the 50 in one write each, and tells
them again when the socket closes.
"""

from functools import partial

from . import floor, node
from .comers import Side, beside
from .floor import Floor
from .line import compared, interleaved, quick, shortened
from .load import Load, Plan, Run
from .node import Node, People

CONTACTS, CYCLERS, WATCHERS = 1000, 500, 50
SPACED = 100
PACES = {"one after the other": SPACED, "1,000 a second": 1000, "all at once": 0}
"""How many go, or come, in a second; 0 for all."""


def change(port: int, tokens: list[str]) -> Plan:
    """The first is told of by REST, to all others."""
    made = node.plan(port)
    made.mark("own", "HTTP/1.1 20")
    made.mark("each", '"type":"user_o')
    sockets = node.sockets(made, tokens[1:])
    sender = made.conn(ws=False)
    words = [node.request("POST", f"/status/{word}", tokens[0]) for word in ("online", "offline")]
    made.lane(sender, sockets, *words, own=1, each=len(sockets))
    return made


def deliveries(load: Load, rounds: int, each: int) -> Run:
    """Rounds of one lane, counted in deliveries."""
    run = load.rounds(rounds)
    return run._replace(units=run.units * each)


def changes(other: type[Floor] = Floor) -> list[list[Run]]:
    """One change to many, ours and the floor's, or what else stands beside."""
    made = People()
    made.know(0, made.more(CONTACTS + 1))
    with Node(made.done()) as server, other() as bottom:
        ours = Load(change(server.port, made.tokens), server.pids)
        theirs = Load(change(bottom.port, floor.tokens(CONTACTS + 1)), bottom.pids)
        with ours, theirs:
            ours.open()
            theirs.open()
            rounds = 30 if quick() else 100
            return interleaved(
                partial(deliveries, ours, rounds, CONTACTS), partial(deliveries, theirs, rounds, CONTACTS)
            )  # fmt: skip


def main_change() -> None:
    """Measure one change to many."""
    mine, base = changes()
    compared(
        f"presence change to {CONTACTS:,} contacts online, per delivery", mine, base, "C floor, one write per contact",
        target=7,
    )  # fmt: skip


def cycle(side: Side, per_second: float) -> Run:
    """All go, the grace passes, all come back. The CPU of all of it, per cycle."""
    before, seen, load = side.cpu(), side.load.hold(0).seen, side.load
    steps = [
        load.leave(side.watchers, side.people, per_second), load.hold(side.grace + 0.5),
        load.open(side.people, per_second), load.hold(0.5),
    ]  # fmt: skip
    told = steps[-1].seen - seen
    assert told == 2 * side.people * side.watchers, f"{told} events were told"
    return steps[0]._replace(
        units=side.people, cpu=side.cpu() - before, own=sum(step.own for step in steps),
        seconds=sum(step.seconds for step in steps),
    )  # fmt: skip


def main_cycle() -> None:
    """Measure coming and going."""
    people = CYCLERS // 10 if quick() else CYCLERS
    with beside(WATCHERS, people) as (ours, theirs):
        for how, per_second in shortened(PACES.items()):
            target = 1200 if per_second else None
            mine, base = interleaved(partial(cycle, ours, per_second), partial(cycle, theirs, per_second))
            compared(
                f"offline/online cycle with {WATCHERS} contacts online, {how}", mine, base,
                "C floor, one write per contact", target=target, speed=False, people=people,
            )  # fmt: skip


def main() -> None:
    """Measure both."""
    main_change()
    main_cycle()


if __name__ == "__main__":
    main()
