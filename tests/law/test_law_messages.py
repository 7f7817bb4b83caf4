"""The law around messages and read marks."""

import pytest

from law.town import Town


async def test_a_message_is_sent_by_rest_and_again(town: Town) -> None:
    for _ in range(2):
        await town.bob.web.write(town.group, "Once", client_id="b-1")
        await town.world.check()
    assert len(town.carol.web.socket.received("new_message")) == 1


async def test_a_message_is_sent_by_socket_and_again(town: Town) -> None:
    for _ in range(2):
        await town.phone.socket.send(type="send_message", chat_id=town.group["id"], text="Once", client_id="a-1")
        await town.world.check()
    assert [one["type"] for one in town.phone.socket.received("message_sent", "new_message")] == ["message_sent"] * 2
    assert len(town.laptop.socket.received("new_message")) == 1


async def test_an_edited_message_is_sent_again(town: Town) -> None:
    await town.phone.socket.send(type="send_message", chat_id=town.group["id"], text="One", client_id="a-1")
    await town.laptop.call("PATCH", f"/messages/{(await town.last(town.group))['id']}", {"text": "Two"})
    await town.phone.socket.send(type="send_message", chat_id=town.group["id"], text="One", client_id="a-1")
    await town.world.check()
    assert town.phone.socket.last("message_sent")["message"]["text"] == "Two"


async def test_several_write_at_once(town: Town) -> None:
    for device in (town.laptop, town.phone, town.bob.web, town.carol.web):
        frame = f'{{"type":"send_message","chat_id":{town.group["id"]},"text":"Now","client_id":"{device.name}"}}'
        device.socket.wire.send_text(frame)
        device.socket.wire.send_text(frame.replace(device.name, device.name + "2"))
    await town.world.check()
    assert (await town.laptop.get(f"/chats/{town.group['id']}"))["last_seq"] == 10


async def test_writing_to_somebody_makes_them_a_contact(town: Town) -> None:
    chat = await town.world.direct(town.bob, town.carol)
    await town.bob.web.socket.send(type="send_message", chat_id=chat["id"], text="Hi", client_id="b-1")
    await town.world.check()
    await town.carol.web.write(chat, "Hi Bob")
    await town.world.check()
    assert "status_change" in town.bob.devices["tablet"].socket.types()


async def test_a_message_is_answered(town: Town) -> None:
    await town.bob.web.write(town.group, "Yes", reply_to=(await town.last(town.group))["id"])
    await town.world.check()


@pytest.mark.parametrize("which", [1, -1])
async def test_a_message_is_edited(town: Town, which: int) -> None:
    await town.laptop.write(town.group, "Last")
    history = await town.laptop.get(f"/chats/{town.group['id']}/messages")
    mine = [one for one in history if one["sender_id"] == town.alice.id]
    (await town.laptop.call("PATCH", f"/messages/{mine[which]['id']}", {"text": "Better"})).ok()
    await town.world.check()
    assert town.carol.web.socket.received("message_edited")[0]["message"]["text"] == "Better"


@pytest.mark.parametrize("read", [False, True])
@pytest.mark.parametrize("which", [0, -1])
async def test_a_message_is_deleted(town: Town, which: int, read: bool) -> None:
    await town.laptop.write(town.group, "Last")
    history = await town.laptop.get(f"/chats/{town.group['id']}/messages")
    mine = [one for one in history if one["sender_id"] == town.alice.id]
    if read:
        await town.bob.web.read(history[-1])
    town.world.forget()
    await town.laptop.call("DELETE", f"/messages/{mine[which]['id']}")
    await town.world.check()
    assert ("unread_changed" in town.bob.web.socket.types()) is not read


async def test_messages_are_read_by_rest(town: Town) -> None:
    await town.bob.web.read(await town.last(town.group))
    await town.world.check()
    assert town.bob.devices["tablet"].socket.types() == ["unread_changed"]
    assert town.phone.socket.types() == ["messages_read"]


async def test_messages_are_read_on_the_socket(town: Town) -> None:
    message = await town.last(town.direct)
    await town.laptop.socket.send(type="read", chat_id=town.direct["id"], message_id=message["id"])
    await town.world.check()
    assert town.phone.socket.types() == ["unread_changed"]


async def test_reading_backwards_is_silent(town: Town) -> None:
    history = await town.bob.web.get(f"/chats/{town.group['id']}/messages")
    await town.bob.web.read(history[-1])
    town.world.forget()
    await town.bob.web.read(history[0])
    await town.bob.web.socket.send(type="read", chat_id=town.group["id"], message_id=history[0]["id"])
    await town.world.check()
    assert town.bob.web.socket.types() == town.laptop.socket.types() == []


async def test_several_read_at_once(town: Town) -> None:
    history = await town.bob.web.get(f"/chats/{town.group['id']}/messages")
    for device in (town.laptop, town.bob.web, town.bob.devices["tablet"], town.carol.web):
        for message in history:
            device.socket.wire.send_text(f'{{"type":"read","chat_id":{town.group["id"]},"message_id":{message["id"]}}}')
    await town.world.check()


async def test_who_misses_nothing_may_ask_what_was_missed(town: Town) -> None:
    for rev in (0, 1, 2**53 - 1):
        await town.phone.socket.send(type="catch_up", after_rev=rev)
        await town.world.check()
    nothing = town.phone.socket.last("caught_up")
    assert (nothing["whole"], nothing["chats"], nothing["gone"]) == (True, [], [])
