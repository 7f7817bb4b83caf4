"""A node that has left something out notices, and a heartbeat says so (`ryadom.sync.rev_check` at work)."""

from typing import Any

from nodes.together import Together
from ryadom.protocol.emissions import Emission
from ryadom.protocol.events import NewMessage
from ryadom.realtime.outbox import Outbox


def leave_out_messages(outbox: Outbox) -> None:
    """From now on this node passes no message on, by whatever mistake."""
    take = outbox.take

    def careless(emissions: list[Emission], *rest: Any, **named: Any) -> None:
        take([one for one in emissions if not isinstance(one[0], NewMessage)], *rest, **named)

    outbox.take = careless  # type: ignore[method-assign]


async def test_what_a_node_has_left_out_is_told_by_a_heartbeat_within_25_seconds(together: Together) -> None:
    alice, bob = await together.friends("alice", "bob", connect=False)
    # Without the law, which would find it.
    await bob.web.connect(mirror=False)
    chat = await together.direct(alice, bob)
    await together.advance(1)
    node = together.nodes[1].server
    leave_out_messages(node.outbox)
    together.forget()
    sent = await alice.web.write(chat, "hello")
    assert "new_message" not in bob.web.socket.types()
    await together.advance(25)
    assert bob.web.socket.last("heartbeat")["rev"] >= sent["rev"]
    assert node.rev_check.behind == 1
    assert together.servers[0].rev_check.behind == 0
    together.left_out = 1


async def test_who_is_told_everything_is_never_behind(together: Together) -> None:
    alice, bob, carol = await together.friends("alice", "bob", "carol")
    group = await together.group(alice, bob, carol)
    for number in range(3):
        message = await alice.web.write(group, f"{number}")
        await bob.web.read(message)
        await alice.web.call("PATCH", f"/messages/{message['id']}", {"text": "more"})
    await bob.web.call("DELETE", f"/chats/{group['id']}/members/{bob.id}")
    await together.advance(21)
    assert [server.rev_check.behind for server in together.servers] == [0, 0, 0]
