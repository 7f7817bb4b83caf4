"""Read marks that go down in one set: the highest counts, and it never moves back."""

import asyncio

from ryadom.protocol.errors import Refusal
from ryadom.receipts.actions import Marked
from world import World


async def test_of_several_at_once_the_highest_counts(world: World) -> None:
    alice, bob = await world.friends("alice", "bob")
    chat = await world.direct(alice, bob)
    ids = [(await alice.web.write(chat, str(place)))["id"] for place in range(5)]
    world.forget()
    mark = world.server.receipts.mark_read
    asks = [mark(bob.id, chat["id"], ids[place]) for place in (1, 3, 0)]
    asks += [mark(bob.id, chat["id"], 10**9), mark(alice.id, 10**9, ids[0])]
    done = await asyncio.gather(*asks, return_exceptions=True)
    assert [one.code if isinstance(one, Refusal) else one for one in done[3:]] == ["not_found", "not_found"]
    marks = [one for one in done[:3] if isinstance(one, Marked)]
    assert [(one.up_to, one.unread) for one in marks] == [(4, 1)] * 3
    await world.settle()
    assert [one["up_to_seq"] for one in alice.web.socket.received("messages_read")] == [4]
    assert [one["up_to_seq"] for one in bob.web.socket.received("unread_changed")] == [4]


async def test_the_log_says_who_had_read_what_and_when(world: World) -> None:
    alice, bob = await world.friends("alice", "bob")
    chat = await world.direct(alice, bob)
    sent = [await alice.web.write(chat, str(place)) for place in range(3)]
    for message in (sent[0], sent[0], sent[2], sent[1]):
        await world.advance(60)
        await bob.web.read(message)
    log = await world.rows(
        "SELECT up_to_seq, read_at FROM message_read_statuses WHERE user_id = :reader ORDER BY up_to_seq", reader=bob.id
    )
    assert [(seq, str(read_at)[14:16]) for seq, read_at in log] == [(1, "01"), (3, "03")]


async def test_ones_own_messages_are_read_by_oneself_in_silence(world: World) -> None:
    alice, bob = await world.friends("alice", "bob")
    chat = await world.direct(alice, bob)
    sent = await alice.web.write(chat, "mine")
    world.forget()
    await alice.web.read(sent)
    assert alice.web.socket.types() == bob.web.socket.types() == []
