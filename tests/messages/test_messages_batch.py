"""Messages that go down in one set: each is decided for itself, in the order in which they came."""

import asyncio
from pathlib import Path
from typing import Any

from msgspec import structs

from ryadom.messages.actions import Send, Sent
from ryadom.protocol.errors import Refusal
from ryadom.protocol.events import NewMessage
from world import World


async def send(world: World, *sends: Send) -> list[Any]:
    """Send them in one tick, so that they share a commit; what each became."""
    sizes: list[int] = []
    world.server.db.on_batch = sizes.append
    outcomes = await asyncio.gather(*map(world.server.messages.send, sends), return_exceptions=True)
    assert sizes == [len(sends)]
    await world.settle()
    return [outcome.code if isinstance(outcome, Refusal) else outcome for outcome in outcomes]


async def test_a_refused_message_does_not_touch_the_others(world: World) -> None:
    alice, bob = await world.friends("alice", "bob")
    carol = await world.person("carol")
    ours, group = await world.direct(alice, bob), await world.group(bob, carol)
    sends = (
        Send(alice.id, ours["id"], "one", "a", None, None), Send(alice.id, group["id"], "not mine", None, None, None),
        Send(bob.id, ours["id"], "two", "a", None, None), Send(alice.id, ours["id"], "other", "a", None, None),
        Send(alice.id, ours["id"], "one", "a", None, None), Send(bob.id, group["id"], "here", None, None, None),
        Send(bob.id, 10**9, "nowhere", None, None, None), Send(bob.id, ours["id"], "x", None, 10**9, None),
        Send(bob.id, ours["id"], "three", None, None, None),
    )  # fmt: skip
    outcomes = await send(world, *sends)
    told = [outcome if isinstance(outcome, str) else (outcome.message.text, outcome.new) for outcome in outcomes]
    assert told == [
        ("one", True), "not_found", ("two", True), "client_id_reused", ("one", False), ("here", True), "not_found",
        "not_found", ("three", True),
    ]  # fmt: skip
    seqs = [outcome.message.seq for outcome in outcomes if isinstance(outcome, Sent) and outcome.new]
    assert seqs == [1, 2, 1, 3]
    texts = [one["text"] for one in await alice.web.get(f"/chats/{ours['id']}/messages")]
    assert texts == ["one", "two", "three"]


async def test_events_come_in_the_order_of_the_seqs(world: World) -> None:
    alice, bob = await world.friends("alice", "bob")
    chat = await world.direct(alice, bob)
    world.forget()
    people = (alice.id, bob.id)
    await send(world, *(Send(people[place % 2], chat["id"], str(place), None, None, None) for place in range(20)))
    for person in (alice, bob):
        heard = [one["message"]["seq"] for one in person.web.socket.received("new_message")]
        assert heard == list(range(1, 21))


async def test_in_a_set_nobody_has_read_what_others_wrote(world: World) -> None:
    alice, bob = await world.friends("alice", "bob")
    chat = await world.direct(alice, bob)
    await send(
        world,
        *(Send(person.id, chat["id"], "x", None, None, None) for person in (alice, alice, bob, alice)),
    )
    views = [(await person.web.get(f"/chats/{chat['id']}")) for person in (alice, bob)]
    assert [(one["unread_count"], one["read_up_to_seq"]) for one in views] == [(1, 2), (3, 0)]


async def test_a_mistake_after_the_commit_leaves_no_sender_waiting(data: Path) -> None:
    world = World(data, mirrors=False)
    await world.start()
    alice = await world.person("alice")
    chat = await world.group(alice)
    mistakes: list[str] = []

    def fail(event: NewMessage) -> None:
        mistakes.append(event.message.text)
        raise KeyError("a mistake of ours")

    world.server.outbox.follow(NewMessage, fail)
    [sent] = await send(world, Send(alice.id, chat["id"], "x", None, None, None))
    assert sent.message.seq == 1
    assert mistakes == ["x"]
    await world.close()


async def test_a_failure_of_the_set_is_tried_again_one_by_one(world: World, monkeypatch: Any) -> None:
    alice, bob = await world.friends("alice", "bob")
    chat = await world.direct(alice, bob)
    good = Send(alice.id, chat["id"], "good", None, None, None)
    unreadable = structs.replace(good, text=object())  # type: ignore[arg-type]
    outcomes = await send(world, good, unreadable, good)
    assert [isinstance(outcome, Sent) for outcome in outcomes] == [True, False, True]
    assert type(outcomes[1]).__name__ in ("ProgrammingError", "DataError")
    assert [outcomes[0].message.seq, outcomes[2].message.seq] == [1, 2]
