"""SQL of chats: unread is a subtraction that equals a count."""

import random
from typing import Any

from ryadom.chats import store
from world import World

BY_HAND = """
    SELECT count(*) FROM messages m JOIN chat_members c ON c.chat_id = m.chat_id AND c.user_id = ?
    WHERE m.chat_id = ? AND m.seq > c.read_up_to_seq AND m.sender_id <> c.user_id AND m.deleted_at IS NULL
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
            [view] = await world.server.db.read(store.views, one.id)
            counted = world.server.db._reader.execute(BY_HAND, (one.id, chat["id"])).fetchone()[0]
            assert view.unread_count == counted == await world.server.db.read(store.total_unread, one.id)


async def test_who_blocks_the_asker_is_not_willing(world: World) -> None:
    alice, bob, carol = [await world.person(name, connect=False) for name in ("alice", "bob", "carol")]
    await bob.web.call("PUT", f"/contacts/{alice.id}/block")
    await alice.web.call("PUT", f"/contacts/{carol.id}/block")
    willing = await world.server.db.read(store.willing, [bob.id, carol.id, 10**9], alice.id)
    assert willing == {carol.id}
