"""The thin whole: two people, one message, one reading, one going away."""

from world import World


async def test_a_message_is_sent_read_and_its_reader_leaves(world: World) -> None:
    alice, bob = await world.friends("alice", "bob")
    chat = await world.direct(alice, bob)
    world.forget()
    sent = await alice.web.write(chat, "Привет")
    assert bob.web.socket.types() == ["new_message", "unread_message"]
    assert alice.web.socket.types() == ["new_message", "unread_changed"]
    assert (await bob.web.get("/chats"))[0]["unread_count"] == 1
    done = await bob.web.read(sent)
    assert done == {"chat_id": chat["id"], "up_to_seq": 1, "unread_count": 0, "total_unread": 0, "rev": done["rev"]}
    assert [one["message_ids"] for one in alice.web.socket.received("messages_read")] == [[sent["id"]]]
    await bob.web.socket.close()
    await world.advance(4.9)
    assert alice.web.socket.received() == []
    await world.advance(0.1)
    assert alice.web.socket.types() == ["status_change", "user_offline"]
