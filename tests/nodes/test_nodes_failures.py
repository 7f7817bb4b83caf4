"""What people see while nodes end, die, or fall silent, and while the broker loses things."""

from typing import Any

import pytest

from nodes.together import Together, statuses
from ryadom.protocol.errors import Refusal
from world import Person


@pytest.mark.parametrize("comes_back", [True, False])
async def test_a_node_that_dies_takes_nobody_with_it(together: Together, comes_back: bool) -> None:
    alice, bob, carol = await together.friends("alice", "bob", "carol")
    await together.advance(30)
    together.forget()
    await together.kill(0)
    await together.advance(12)
    if comes_back:
        together.move(alice.web, 1)
        await alice.web.connect()
    await together.advance(10)
    told = [] if comes_back else ["offline"]
    assert statuses(bob, alice) == told
    assert statuses(carol, alice) == told
    assert statuses(bob, carol) == []
    await together.advance(120)
    assert statuses(bob, alice) == []


async def test_a_node_that_ends_in_good_order_lets_people_move_without_a_flicker(together: Together) -> None:
    alice, bob, _ = await together.friends("alice", "bob", "carol")
    together.forget()
    node = together.nodes[0]
    alice.web.socket.wire.edge.shutdown()
    await together.settle()
    node._running = False
    await node.server.stop()
    assert alice.web.socket.close_code == 1012
    await together.advance(8)
    together.move(alice.web, 2)
    await alice.web.connect()
    await together.advance(60)
    assert statuses(bob, alice) == []


async def test_what_the_broker_loses_comes_from_the_database_within_a_second(together: Together) -> None:
    alice, bob = await together.friends("alice", "bob")
    chat = await together.nodes[0].direct(alice, bob)
    await alice.web.write(chat, "heard")
    together.forget()
    broker: Any = together.nodes[0].server.cluster.broker  # type: ignore[union-attr]
    broker.lost.update(node.server.node for node in together.nodes)
    for text in ("one", "two", "three"):
        await alice.web.write(chat, text)
    assert bob.web.socket.received("new_message") == []
    await together.advance(1)
    assert [one["message"]["text"] for one in bob.web.socket.received("new_message")] == ["one", "two", "three"]
    assert bob.web.socket.last("unread_message")["unread_count"] == 4
    # What comes from a node that is heard waits for what was lost before it.
    await alice.web.write(chat, "four")
    await bob.web.write(chat, "five")
    await together.advance(1)
    assert [one["message"]["text"] for one in bob.web.socket.received("new_message")] == ["four", "five"]


async def test_a_session_ends_within_a_second_though_the_push_is_lost(together: Together) -> None:
    alice, _ = await together.friends("alice", "bob")
    phone = await alice.device("phone", connect=False)
    together.move(phone, 2)
    await phone.connect()
    broker: Any = together.nodes[0].server.cluster.broker  # type: ignore[union-attr]
    broker.lost.update(node.server.node for node in together.nodes)
    await alice.web.call("DELETE", f"/sessions/{phone.session_id}")
    await together.advance(1)
    assert phone.socket.close_code == 4401


@pytest.mark.parametrize("hangs", [True, False])
async def test_a_node_that_cannot_ask_the_database_says_nothing_until_it_can(
    together: Together, monkeypatch: pytest.MonkeyPatch, hangs: bool
) -> None:
    alice, bob = await together.friends("alice", "bob")
    chat = await together.nodes[0].direct(alice, bob)
    together.forget()
    server = together.nodes[1].server

    async def cut_off(*args: Any) -> Any:
        if hangs:
            await together.clock.sleep(30)
        raise Refusal("busy")

    with monkeypatch.context() as away:
        for ask in ("read", "read_first"):
            away.setattr(server.db, ask, cut_off)
        await together.clock.advance(2)
        told = len(bob.web.socket.wire.events)
        for frame in (
            f'{{"type":"typing_start","chat_id":{chat["id"]}}}',
            f'{{"type":"send_message","chat_id":{chat["id"]},"text":"later","client_id":"c"}}',
        ):
            alice.web.socket.wire.send_text(frame)
        await together.nodes[0].settle_alone()
        meanwhile = len(bob.web.socket.wire.events) - told
    await together.advance(31)
    assert meanwhile == 0, "a session may have ended meanwhile"
    assert [one["message"]["text"] for one in bob.web.socket.received("new_message")] == ["later"]


async def gone_at_last(together: Together, alice: Person, bob: Person) -> None:
    """Alice comes back on node 2 within her grace, and goes from there: nothing is left of where she was before."""
    together.move(alice.web, 2)
    socket = await alice.web.connect()
    await together.advance(30)
    assert statuses(bob, alice) == []
    await socket.close()
    await together.advance(6)
    assert statuses(bob, alice) == ["offline"]
    rows = await together.nodes[1].rows(f"SELECT node FROM live_devices WHERE user_id = {alice.id}")
    assert rows == []


async def test_who_moves_within_the_grace_and_goes_is_offline(together: Together) -> None:
    alice, bob = await together.friends("alice", "bob")
    await alice.web.socket.drop()
    await together.advance(3)
    await gone_at_last(together, alice, bob)


async def test_who_moves_from_a_node_that_ended_and_goes_is_offline(together: Together) -> None:
    alice, bob, _ = await together.friends("alice", "bob", "carol")
    node = together.nodes[0]
    alice.web.socket.wire.edge.shutdown()
    await together.settle()
    node._running = False
    await node.server.stop()
    await together.advance(8)
    await gone_at_last(together, alice, bob)


async def test_who_moves_from_a_node_that_died_and_goes_is_offline(together: Together) -> None:
    alice, bob, _ = await together.friends("alice", "bob", "carol")
    await together.advance(30)
    together.forget()
    await together.kill(0)
    await together.advance(12)
    await gone_at_last(together, alice, bob)


async def test_a_node_that_stood_still_does_not_bring_back_who_has_gone(
    together: Together, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = await together.friends("alice", "bob")
    await alice.web.socket.close()
    await together.advance(70)
    await alice.web.get("/chats")
    assert statuses(bob, alice)[-1:] == ["online"]

    still, heir = together.nodes[0].server, together.nodes[1].server
    hear, unheard = still.outbox.take, list[Any]()
    monkeypatch.setattr(still.outbox, "take", lambda emissions, **how: unheard.append((emissions, how)))
    await heir.presence.take_over(still.node)
    together.move(alice.web, 1)
    await alice.web.connect()
    await together.advance(1)
    await alice.web.socket.close()
    await together.advance(5)
    assert statuses(bob, alice)[-1:] == ["offline"]

    together.forget()
    monkeypatch.setattr(still.outbox, "take", hear)
    for emissions, how in unheard:
        hear(emissions, **how)
    await together.settle()
    await together.advance(60)
    assert statuses(bob, alice) == []


async def test_a_node_that_is_silent_is_not_ready(together: Together, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*args: Any) -> Any:
        raise Refusal("busy")

    node = together.nodes[0]
    assert (await node.call("GET", "/readyz")).status == 200
    with monkeypatch.context() as gone:
        for ask in ("read", "read_first"):
            gone.setattr(node.server.db, ask, away)
        await together.clock.advance(2)
        assert node.server._can_serve() is False
    await together.advance(2)
    assert (await node.call("GET", "/readyz")).status == 200
