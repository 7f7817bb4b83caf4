"""SQL of chats: unread is a subtraction that equals a count."""

import random
from typing import Any

import pytest

from ryadom.chats import snapshot, store
from ryadom.chats.recall import Common, Recall
from ryadom.db.tx import Tx
from world import World

BY_HAND = """
    SELECT count(*) FROM messages m JOIN chat_members c ON c.chat_id = m.chat_id AND c.user_id = :user
    WHERE m.chat_id = :chat AND m.seq > c.read_up_to_seq AND m.sender_id <> c.user_id AND m.deleted_at IS NULL
"""


async def test_the_subtraction_equals_the_count(world: World) -> None:
    people = [await world.person(name, connect=False) for name in ("alice", "bob", "carol")]
    chat = await world.group(*people)
    chance = random.Random(5)
    sent: list[Any] = []
    for _ in range(60):
        person = chance.choice(people)
        match chance.choice(["send", "send", "delete", "read"]):
            case "send":
                sent.append(await person.web.write(chat, "x"))
            case "delete" if sent:
                message = sent.pop(chance.randrange(len(sent)))
                author = next(one for one in people if one.id == message["sender_id"])
                await author.web.call("DELETE", f"/messages/{message['id']}")
            case "read" if sent:
                await person.web.read(chance.choice(sent))
        for one in people:
            [view] = await world.server.db.read(snapshot.views, one.id)
            [(counted,)] = await world.rows(BY_HAND, user=one.id, chat=chat["id"])
            assert view.unread_count == counted == await world.server.db.read(store.total_unread, one.id)


async def test_who_blocks_the_asker_is_not_willing(world: World) -> None:
    alice, bob, carol = [await world.person(name, connect=False) for name in ("alice", "bob", "carol")]
    await bob.web.call("PUT", f"/contacts/{alice.id}/block")
    await alice.web.call("PUT", f"/contacts/{carol.id}/block")
    willing = await world.server.db.read(store.willing, [bob.id, carol.id, 10**9], alice.id)
    assert willing == {carol.id}


async def test_what_is_kept_of_chats_is_what_a_fresh_look_says(world: World) -> None:
    people = [await world.person(name, connect=False) for name in ("alice", "bob", "carol")]
    for one in people:
        for other in people:
            if one is not other:
                await one.web.call("POST", "/contacts", {"user_id": other.id})
    chats_ = [await world.group(*people), await world.direct(*people[:2])]
    recall, chance, sent = Recall(), random.Random(3), list[Any]()
    for number in range(80):
        chat = chance.choice(chats_)
        person = chance.choice(people[:2])
        await change(chance, person, chat, sent, number)
        for one in people:
            kept = await world.server.db.read(snapshot.views, one.id, None, recall)
            assert kept == await world.server.db.read(snapshot.views, one.id)
            again = await world.server.db.read(snapshot.views, one.id, None, recall)
            assert all(chat is before for chat, before in zip(again, kept, strict=True))


async def change(chance: random.Random, person: Any, chat: Any, sent: list[Any], number: int) -> None:
    """Something that somebody does in a chat, or about themselves."""
    theirs = [message for message in sent if message["sender_id"] == person.id]
    match chance.choice(["send", "send", "edit", "delete", "read", "rename", "title", "mute"]):
        case "send":
            sent.append(await person.web.write(chat, f"x{number}"))
        case "edit" if theirs:
            await person.web.call("PATCH", f"/messages/{theirs[-1]['id']}", {"text": f"y{number}"})
        case "delete" if theirs:
            sent.remove(theirs[-1])
            await person.web.call("DELETE", f"/messages/{theirs[-1]['id']}")
        case "read" if sent:
            await person.web.read(chance.choice(sent))
        case "rename":
            await person.web.call("PATCH", "/me", {"display_name": f"Name {number}"})
        case "mute":
            until = None if number % 2 else "2100-01-01T00:00:00Z"
            await person.web.call("PATCH", f"/chats/{chat['id']}", {"muted_until": until})
        case "title" if chat["kind"] == "group":
            await person.web.call("PATCH", f"/chats/{chat['id']}", {"title": f"Title {number}"})


async def test_marks_in_a_crowd_are_those_of_contacts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [await world.person(name, connect=False) for name in ("alice", "bob", "carol")]
    alice, bob, carol = people
    for one, other in ((alice, bob), (bob, alice)):
        await one.web.call("POST", "/contacts", {"user_id": other.id})
    chat = await world.group(*people)
    message = await carol.web.write(chat, "x")
    for one in (alice, bob):
        await one.web.read(message)
    [few] = await world.server.db.read(snapshot.views, alice.id)
    assert few.peers_read_up_to_seq == {str(bob.id): 1}
    monkeypatch.setattr(snapshot, "COMMON", snapshot.common(crowd=2))
    assert await world.server.db.read(snapshot.views, alice.id) == [few]
    assert [one.crowded for one in (await world.server.db.read(commons, alice.id)).values()] == [True]


def commons(tx: Tx, user_id: int) -> dict[int, Common]:
    return snapshot._commons(tx, tx.run(snapshot.MINE, user_id=user_id), None)
