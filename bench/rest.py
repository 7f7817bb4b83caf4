"""Two lists by REST on kept connections: `GET /chats` with 50 chats and `GET /status/contacts` with 200 contacts.

Eight people ask, each on a connection of their own, one request after the other. Of the 50 chats 40 are direct and 10
are groups of 20; each has 20 messages, none read. Half of the contacts are online. The floor answers with the same
bytes out of its memory.
"""

from functools import partial

from . import floor, node
from .floor import Floor
from .line import compared, interleaved, seconds
from .load import Load, Plan
from .node import Node, People

ASKERS, CONTACTS, DIRECT, GROUPS, MEMBERS, MESSAGES = 8, 200, 40, 10, 20, 20
ROWS = {
    "/chats": ("GET /chats with 50 chats", 400),
    "/status/contacts": ("GET /status/contacts with 200 contacts", 300),
}


def people() -> tuple[People, range, range]:
    """Everybody, who asks, and whom they know."""
    made = People()
    askers, known = made.more(ASKERS), made.more(CONTACTS)
    for asker in askers:
        made.know(asker, known)
        for number in range(DIRECT):
            made.messages(made.direct(asker, known[number]), [known[number], asker], MESSAGES)
        for number in range(GROUPS):
            others = known[number * 5 : number * 5 + MEMBERS - 1]
            made.messages(made.group(asker, others), [*others], MESSAGES)
    return made, askers, known


def plan(path: str, online: list[str], port: int, tokens: list[str]) -> Plan:
    """Each of these tokens asks for one path; `online` have a socket."""
    made = node.plan(port)
    made.mark("own", "HTTP/1.1 200")
    if online:
        node.sockets(made, online)
    for token in tokens:
        made.lane(made.conn(ws=False), range(0), node.request("GET", path, token), own=1)
    return made


def main() -> None:
    """Measure."""
    made, askers, known = people()
    tokens = [made.tokens[asker] for asker in askers]
    online = [made.tokens[one] for one in known[::2]]
    with Node(made.done()) as server:
        for path, (name, target) in ROWS.items():
            body = node.asked(server.port, path, tokens[0])
            with Floor(rest=body) as bottom:
                ours = Load(plan(path, online, server.port, tokens), server.pids)
                theirs = Load(plan(path, [], bottom.port, floor.tokens(ASKERS)), bottom.pids)
                with ours, theirs:
                    ours.open()
                    theirs.open()
                    mine, base = interleaved(
                        partial(ours.closed, 1, seconds(3)), partial(theirs.closed, 1, seconds(1))
                    )  # fmt: skip
            compared(name, mine, base, "C floor, the same bytes", target=target, bytes=len(body), connections=ASKERS)


if __name__ == "__main__":
    main()
