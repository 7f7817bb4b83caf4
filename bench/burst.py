"""A burst: 10 events within a tick to 1,000 sockets, as typing in a group whose members are the sender's contacts.

The 10 frames (`typing_start` and `typing_stop` in turn) arrive in one write, one burst after the other. CPU per event
told to one socket. The server writes once per socket and tick, whatever the number of events; the floor makes one
write per event and socket, which is what a server without that does.
"""

from functools import partial

from . import floor, node
from .floor import Floor
from .line import compared, interleaved, quick
from .load import Load, Plan, Run
from .node import Node, People

SOCKETS, EVENTS = 1000, 10


def plan(chat_id: int, port: int, tokens: list[str]) -> Plan:
    """The first types to all others."""
    made = node.plan(port)
    made.mark("each", '"type":"typing_st')
    sockets = node.sockets(made, tokens)
    words = [f'{{"type":"typing_{word}","chat_id":{chat_id}}}' for word in ("start", "stop")]
    made.lane(sockets.start, sockets[1:], [words[number % 2] for number in range(EVENTS)], each=EVENTS * SOCKETS)
    return made


def bursts(load: Load, rounds: int) -> Run:
    """So many bursts, counted in deliveries."""
    run = load.rounds(rounds, warm=5)
    return run._replace(units=run.units * EVENTS * SOCKETS)


def main() -> None:
    """Measure."""
    made = People()
    others = made.more(SOCKETS + 1)[1:]
    made.know(0, others)
    chat_id = made.group(0, others)
    with Node(made.done()) as server, Floor() as bottom:
        ours = Load(plan(chat_id, server.port, made.tokens), server.pids)
        theirs = Load(plan(9, bottom.port, floor.tokens(SOCKETS + 1)), bottom.pids)
        with ours, theirs:
            ours.open()
            theirs.open()
            rounds = 20 if quick() else 100
            mine, base = interleaved(partial(bursts, ours, rounds), partial(bursts, theirs, rounds))
    compared(
        f"burst of {EVENTS} events to {SOCKETS:,} sockets, per delivery", mine, base,
        "C floor, one write per event", target=1.2, target_ratio=0.25,
    )  # fmt: skip


if __name__ == "__main__":
    main()
