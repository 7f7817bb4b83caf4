"""Curves over the number of people: a presence change among many, and a message to a group of many.

*Presence.* So many people with a session that the server holds in memory (they have said `offline`, so it never
forgets them), and among them one whose 50 contacts are online; CPU per change, as in `bench.presence`.
*Group.* Everybody in the group is online; one sends, one message after the other; CPU per message over members told
(`new_message` and `unread_message` each). Storing and answering are in it, so a small group's members look dear.
Twice: what they have unread elsewhere differs from one to the next, so that (up to 1,000) each has an `unread_message`
of their own; and nobody has anything, so that all have the same.
"""

from contextlib import ExitStack
from functools import partial

from . import node, presence
from .curves import curve
from .floor import TEXT
from .line import quick, shortened
from .load import Load, Plan, Run
from .node import Node, People

CONTACTS = 50
ELSEWHERE, ELSEWHERE_FROM = 1000, 10_000_000
"""Messages in another group of the same people, and where their ids begin."""


def main_presence() -> None:
    """Measure a change among so many people."""
    sizes = (200, 1000) if quick() else (1000, 10_000, 100_000)
    with ExitStack() as stack:
        made = {size: _among(size) for size in sizes}
        servers = {size: stack.enter_context(Node(people.data)) for size, people in made.items()}
        # Only now, since the server closes a REST connection that is idle for long.
        points = {}
        for size, server in servers.items():
            tokens = made[size].tokens[: CONTACTS + 1]
            load = stack.enter_context(Load(presence.change(server.port, tokens), server.pids))
            load.open()
            points[size] = partial(_changes, load)
        curve(f"presence change to {CONTACTS} contacts", "CPU µs", "people on the server", "flat", points)


def _among(size: int) -> People:
    made = People()
    made.know(0, made.more(CONTACTS + 1))
    made.more(size - CONTACTS - 1)
    made.done()
    made.again()
    made.raw.execute("UPDATE user_sessions SET standing = 'absent' WHERE user_id > ?", (made.ids[CONTACTS],))
    made.done()
    return made


def _changes(load: Load) -> Run:
    return load.rounds(40 if quick() else 200)


def main_group() -> None:
    """Measure a message to so many members."""
    sizes = (10, 100) if quick() else (10, 100, 1000, 10_000)
    for what, unlike in shortened((("", True), (", all with as much unread", False))):
        curve(
            f"message to a group, per member online{what}", "CPU µs", "members online", "≤ 7 µs each, linear",
            {size: partial(group, size, unlike=unlike) for size in sizes}, each=True, target=7,
        )  # fmt: skip


def group(size: int, *, unlike: bool) -> Run:
    """One size: the run is in messages."""
    made, chat_id = members(size, unlike=unlike)
    with Node(made.done()) as server, Load(messages(chat_id, server.port, made.tokens), server.pids) as load:
        load.open()
        load.hold(1)
        return load.rounds(max(10, min(500, 200_000 // size) // (10 if quick() else 1)))


def members(size: int, *, unlike: bool = True) -> tuple[People, int]:
    """A group of so many besides its owner, and its id. `unlike`: each has as much unread elsewhere as nobody else."""
    made = People()
    everybody = made.more(size + 1)
    if unlike:
        elsewhere = made.group(0, everybody[1:])
        made.messages(elsewhere, [0], ELSEWHERE, ELSEWHERE_FROM)
        for one in everybody[1:]:
            made.mark(elsewhere, one, one % ELSEWHERE)
    return made, made.group(0, everybody[1:])


def messages(chat_id: int, port: int, tokens: list[str]) -> Plan:
    """The first writes to all others."""
    made = node.plan(port)
    made.mark("own", '"type":"message_sent"')
    made.mark("each", '"type":"unread_message"')
    sockets = node.sockets(made, tokens)
    text = f'{{"type":"send_message","chat_id":{chat_id},"client_id":"b-########","text":"{TEXT}"}}'
    made.lane(sockets.start, sockets[1:], text, own=1, each=len(sockets) - 1)
    return made


def main() -> None:
    """Measure both."""
    main_presence()
    main_group()


if __name__ == "__main__":
    main()
