"""The law around every action: what each client folded from its events equals a fresh snapshot.

The check itself is in `world.check`, for every socket that is open: each test does one thing in a town of people with
several devices, and the fixture checks again at the end. An action without a test here fails the first test.
"""

import sys
from datetime import UTC, datetime, timedelta

import pytest

from law.town import Json, Town
from ryadom.protocol.commands import COMMANDS
from ryadom.protocol.events import SUBSCRIBABLE
from world import PASSWORD, World

TRIED = {
    "POST /register": "test_somebody_registers",
    "POST /login": "test_a_second_device_signs_in",
    "POST /logout": "test_a_device_signs_out",
    "PATCH /users/me": "test_a_person_takes_another_name",
    "POST /users/me/password": "test_a_new_password_ends_the_other_sessions",
    "DELETE /sessions/{session_id}": "test_a_device_is_signed_out_from_another",
    "POST /sessions/revoke_all": "test_all_other_devices_are_signed_out",
    "POST /contacts": "test_a_contact_becomes_mutual",
    "DELETE /contacts/{user_id}": "test_a_mutual_contact_is_removed",
    "PUT /contacts/{user_id}/block": "test_a_mutual_contact_is_blocked_and_unblocked",
    "DELETE /contacts/{user_id}/block": "test_a_mutual_contact_is_blocked_and_unblocked",
    "POST /chats": "test_a_chat_of_each_kind_is_opened",
    "PATCH /chats/{chat_id}": "test_a_chat_gets_another_title",
    "POST /chats/{chat_id}/members": "test_a_member_is_added",
    "DELETE /chats/{chat_id}/members/{user_id}": "test_a_member_leaves",
    "PATCH /chats/{chat_id}/members/{user_id}": "test_a_member_gets_another_role",
    "POST /chats/{chat_id}/messages": "test_a_message_is_sent_by_rest_and_again",
    "PATCH /messages/{message_id}": "test_a_message_is_edited",
    "DELETE /messages/{message_id}": "test_a_message_is_deleted",
    "POST /status/online": "test_a_person_declares_to_be_here_or_not",
    "POST /status/offline": "test_a_person_declares_to_be_here_or_not",
    "POST /status/typing": "test_somebody_types_by_rest",
    "POST /status/read": "test_messages_are_read_by_rest",
    "auth": "test_a_socket_signs_in_by_its_first_frame",
    "ping": "test_a_ping_is_answered",
    "subscribe": "test_a_client_asks_for_away",
    "typing_start": "test_somebody_types_on_the_socket",
    "typing_stop": "test_somebody_types_on_the_socket",
    "read": "test_messages_are_read_on_the_socket",
    "send_message": "test_a_message_is_sent_by_socket_and_again",
}
"""Route or command → its test here. What only reads is no action."""


async def test_every_action_is_tried_here(world: World) -> None:
    routes = {
        f"{method} {route.path_format}"
        for route in world.server.asgi.routes
        for method in getattr(route, "methods", ())
        if method not in ("GET", "HEAD", "OPTIONS")
    }
    commands = {str(command.__struct_config__.tag) for command in COMMANDS}
    assert routes | commands == TRIED.keys()
    assert {name for name in TRIED.values() if not hasattr(sys.modules[__name__], name)} == set()


async def last(town: Town, chat: Json) -> Json:
    """The last message of a chat."""
    return (await town.laptop.get(f"/chats/{chat['id']}"))["last_message"]


# Accounts and sessions


async def test_somebody_registers(town: Town) -> None:
    await town.world.person("erin")
    await town.world.check()


async def test_a_second_device_signs_in(town: Town) -> None:
    await town.carol.device("phone")
    await town.world.check()
    assert town.carol.web.socket.types() == ["session_created"]


async def test_a_device_signs_out(town: Town) -> None:
    await town.phone.post("/logout")
    await town.world.check()
    assert town.laptop.socket.types() == ["session_revoked"]


async def test_the_last_device_signs_out(town: Town) -> None:
    await town.carol.web.post("/logout")
    await town.world.check()
    assert town.laptop.socket.types() == ["status_change", "user_offline"]


async def test_a_device_is_signed_out_from_another(town: Town) -> None:
    await town.laptop.call("DELETE", f"/sessions/{town.phone.session_id}")
    await town.world.check()
    assert not town.phone.socket.alive


async def test_all_other_devices_are_signed_out(town: Town) -> None:
    await town.alice.device("web")
    await town.laptop.post("/sessions/revoke_all")
    await town.world.check()
    assert town.laptop.socket.types() == ["session_created", "session_revoked", "session_revoked"]


async def test_a_new_password_ends_the_other_sessions(town: Town) -> None:
    body = {"current_password": PASSWORD, "new_password": "a longer horse battery"}
    await town.laptop.post("/users/me/password", body)
    await town.world.check()
    assert town.laptop.socket.types() == ["session_revoked"]


async def test_sessions_expire(town: Town) -> None:
    await town.bob.device("old", connect=False)
    await town.world.jump(89 * 86400)
    await town.bob.web.get("/users/me")
    await town.world.jump(2 * 86400)
    await town.world.advance(601)
    await town.world.check()


async def test_a_person_takes_another_name(town: Town) -> None:
    await town.laptop.call("PATCH", "/users/me", {"display_name": "Алиса"})
    await town.world.check()
    for device in (town.laptop, town.phone, town.bob.web, town.carol.web, town.dave.web):
        assert device.socket.types() == ["user_changed"]


async def test_a_person_changes_their_settings(town: Town) -> None:
    await town.laptop.call("PATCH", "/users/me", {"locale": "ru", "add_contacts": False})
    await town.world.check()
    assert town.phone.socket.types() == ["user_changed"]
    assert town.bob.web.socket.types() == []


@pytest.mark.parametrize("typing", [False, True])
async def test_a_person_appears_offline(town: Town, typing: bool) -> None:
    if typing:
        await town.laptop.socket.send(type="typing_start", chat_id=town.group["id"])
    await town.laptop.call("PATCH", "/users/me", {"appear_offline": True})
    await town.world.check()
    assert (await town.bob.web.get("/status/contacts"))[0]["is_typing_in_chat"] is None
    await town.laptop.call("PATCH", "/users/me", {"appear_offline": False})
    await town.world.check()


# Contacts


async def test_somebody_is_added_who_does_not_know(town: Town) -> None:
    await town.carol.web.post("/contacts", {"username": "dave"})
    await town.world.check()
    assert town.dave.web.socket.types() == []


async def test_a_contact_becomes_mutual(town: Town) -> None:
    await town.laptop.post("/contacts", {"username": "dave"})
    await town.world.check()
    assert town.dave.web.socket.types() == ["contact_changed", "status_change"]
    assert town.phone.socket.types() == ["contact_changed", "status_change"]


async def test_two_who_share_a_chat_become_mutual_contacts_while_one_types(town: Town) -> None:
    await town.carol.web.read(await last(town, town.group))
    await town.bob.web.write(town.group, "Hi all")
    await town.carol.web.read(await last(town, town.group))
    await town.carol.web.socket.send(type="typing_start", chat_id=town.group["id"])
    await town.bob.web.post("/contacts", {"username": "carol"})
    await town.carol.web.post("/contacts", {"username": "bob"})
    await town.world.check()
    assert "messages_read" in town.bob.web.socket.types()


async def test_a_mutual_contact_is_removed(town: Town) -> None:
    await town.bob.web.read(await last(town, town.group))
    await town.laptop.call("DELETE", f"/contacts/{town.bob.id}")
    await town.world.check()
    assert town.bob.web.socket.received("contact_changed")[0]["mutual"] is False


async def test_an_entry_of_one_side_is_removed(town: Town) -> None:
    await town.dave.web.call("DELETE", f"/contacts/{town.alice.id}")
    await town.world.check()
    assert town.dave.web.socket.types() == ["contact_changed"]
    assert town.laptop.socket.types() == []


async def test_a_mutual_contact_is_blocked_and_unblocked(town: Town) -> None:
    await town.laptop.call("PUT", f"/contacts/{town.bob.id}/block")
    await town.world.check()
    await town.laptop.call("DELETE", f"/contacts/{town.bob.id}/block")
    await town.world.check()
    assert town.bob.web.socket.types() == ["contact_changed", "contact_changed", "status_change"]


async def test_somebody_unknown_is_blocked_and_unblocked(town: Town) -> None:
    for method in ("PUT", "DELETE"):
        await town.carol.web.call(method, f"/contacts/{town.dave.id}/block")
        await town.world.check()
    assert town.dave.web.socket.types() == []


# Chats


@pytest.mark.parametrize("kind", ["direct", "group", "channel"])
async def test_a_chat_of_each_kind_is_opened(town: Town, kind: str) -> None:
    if kind == "direct":
        chat = await town.world.direct(town.carol, town.dave)
    else:
        chat = await town.world.group(town.carol, town.alice, town.dave, kind=kind, title="New")
    await town.world.check()
    await town.carol.web.write(chat, "First")
    await town.world.check()
    assert "new_message" in town.dave.web.socket.types()


async def test_a_member_is_added(town: Town) -> None:
    await town.laptop.post(f"/chats/{town.group['id']}/members", {"user_id": town.dave.id})
    await town.world.check()
    assert town.dave.web.socket.types() == ["chat_changed", "unread_changed"]


async def test_a_mutual_contact_is_added_to_a_chat_where_somebody_types(town: Town) -> None:
    group = await town.world.group(town.bob, town.carol, title="Late")
    await town.bob.web.write(group, "Anybody?")
    await town.bob.web.socket.send(type="typing_start", chat_id=group["id"])
    await town.bob.web.post(f"/chats/{group['id']}/members", {"user_id": town.alice.id})
    await town.world.check()
    await town.laptop.write(group, "Here")
    await town.world.check()


@pytest.mark.parametrize("muted", [False, True])
async def test_a_member_leaves(town: Town, muted: bool) -> None:
    if muted:
        await mute(town, town.group, hours=1)
    await town.bob.web.call("DELETE", f"/chats/{town.group['id']}/members/{town.bob.id}")
    await town.world.check()
    assert town.bob.web.socket.received("chat_changed")[-1]["chat"]["gone"] is True


async def test_a_member_is_removed_and_added_again(town: Town) -> None:
    await town.laptop.call("DELETE", f"/chats/{town.group['id']}/members/{town.bob.id}")
    await town.carol.web.write(town.group, "Without Bob")
    await town.world.check()
    await town.laptop.post(f"/chats/{town.group['id']}/members", {"user_id": town.bob.id})
    await town.world.check()
    assert (await town.bob.web.get(f"/chats/{town.group['id']}"))["unread_count"] == 0


async def test_an_owner_leaves(town: Town) -> None:
    await town.laptop.call("DELETE", f"/chats/{town.group['id']}/members/{town.alice.id}")
    await town.world.check()
    await town.bob.web.write(town.group, "Mine now")
    await town.world.check()


@pytest.mark.parametrize("role", ["admin", "owner"])
async def test_a_member_gets_another_role(town: Town, role: str) -> None:
    path = f"/chats/{town.channel['id']}/members/{town.bob.id}"
    (await town.laptop.call("PATCH", path, {"role": role})).ok()
    await town.world.check()
    await town.bob.web.write(town.channel, "I may write")
    await town.world.check()


async def test_a_chat_gets_another_title(town: Town) -> None:
    (await town.laptop.call("PATCH", f"/chats/{town.group['id']}", {"title": "Прогулка"})).ok()
    await town.world.check()
    assert town.carol.web.socket.types() == ["chat_changed"]


async def mute(town: Town, chat: Json, hours: float) -> None:
    """Bob wants no noise."""
    until = datetime.fromtimestamp(town.world.clock.now(), UTC) + timedelta(hours=hours)
    (await town.bob.web.call("PATCH", f"/chats/{chat['id']}", {"muted_until": until.isoformat()})).ok()


async def test_a_chat_is_muted_and_the_mute_ends(town: Town) -> None:
    await mute(town, town.group, hours=0.01)
    await town.world.check()
    assert town.carol.web.socket.types() == []
    await town.laptop.write(town.group, "Unheard")
    await town.world.check()
    await town.world.advance(60)
    await town.world.check()
    assert town.bob.devices["tablet"].socket.last("unread_changed")["total_unread"] > 0


async def test_a_chat_is_unmuted(town: Town) -> None:
    await mute(town, town.group, hours=1)
    (await town.bob.web.call("PATCH", f"/chats/{town.group['id']}", {"muted_until": None})).ok()
    await town.world.check()


# Messages


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
    await town.laptop.call("PATCH", f"/messages/{(await last(town, town.group))['id']}", {"text": "Two"})
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
    await town.bob.web.write(town.group, "Yes", reply_to=(await last(town, town.group))["id"])
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


# Read marks


async def test_messages_are_read_by_rest(town: Town) -> None:
    await town.bob.web.read(await last(town, town.group))
    await town.world.check()
    assert town.bob.devices["tablet"].socket.types() == ["unread_changed"]
    assert town.phone.socket.types() == ["messages_read"]


async def test_messages_are_read_on_the_socket(town: Town) -> None:
    message = await last(town, town.direct)
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
            device.socket.wire.send_text(
                f'{{"type":"read","chat_id":{town.group["id"]},"message_id":{message["id"]}}}'
            )
    await town.world.check()


# Typing and presence


async def test_somebody_types_by_rest(town: Town) -> None:
    for is_typing in (True, False):
        await town.laptop.post("/status/typing", {"chat_id": town.group["id"], "is_typing": is_typing})
        await town.world.check()
    assert town.bob.web.socket.types() == ["typing_start", "typing_stop"]


async def test_somebody_types_on_the_socket(town: Town) -> None:
    await town.laptop.socket.send(type="typing_start", chat_id=town.group["id"])
    await town.phone.socket.send(type="typing_start", chat_id=town.direct["id"])
    await town.world.check()
    await town.phone.socket.send(type="typing_stop", chat_id=town.direct["id"])
    await town.world.check()
    await town.world.advance(10)
    await town.world.check()
    types = town.bob.web.socket.received("typing_start", "typing_stop")
    assert [one["type"] for one in types] == ["typing_start"] * 2 + ["typing_stop"] * 2


async def test_typing_ends_with_the_message(town: Town) -> None:
    await town.laptop.socket.send(type="typing_start", chat_id=town.group["id"])
    await town.laptop.write(town.group, "Done")
    await town.world.check()


async def test_who_types_leaves_the_chat(town: Town) -> None:
    await town.bob.web.socket.send(type="typing_start", chat_id=town.group["id"])
    await town.bob.web.call("DELETE", f"/chats/{town.group['id']}/members/{town.bob.id}")
    await town.world.check()


async def test_a_person_goes_and_comes_back(town: Town) -> None:
    await town.carol.web.socket.close()
    await town.world.advance(5)
    await town.world.check()
    await town.carol.web.connect()
    await town.world.check()
    assert town.laptop.socket.types() == ["status_change", "user_offline", "status_change", "user_online"]


async def test_a_line_breaks(town: Town) -> None:
    await town.carol.web.socket.drop()
    await town.world.check()
    await town.world.advance(15)
    await town.world.check()


async def test_a_person_declares_to_be_here_or_not(town: Town) -> None:
    for path in ("/status/offline", "/status/online"):
        await town.carol.web.post(path)
        await town.world.check()
    assert town.phone.socket.types() == ["status_change", "user_offline", "status_change", "user_online"]


async def test_a_client_asks_for_away(town: Town) -> None:
    await town.laptop.socket.send(type="subscribe", events=["away", *SUBSCRIBABLE])
    await town.world.advance(301)
    await town.world.check()
    assert town.laptop.socket.last("status_change")["status"] == "away"
    assert "status_change" not in town.phone.socket.types()


async def test_a_socket_signs_in_by_its_first_frame(town: Town) -> None:
    socket = await town.phone.connect(first_frame=True)
    await town.laptop.write(town.group, "Do you hear me?")
    await town.world.check()
    assert socket.types() == ["new_message"]


async def test_a_ping_is_answered(town: Town) -> None:
    await town.bob.web.socket.send(type="typing_start", chat_id=town.direct["id"])
    await town.laptop.socket.send(type="ping")
    await town.world.check()
    pong = town.laptop.socket.last("pong")
    assert pong["contacts_status"][str(town.bob.id)] == {"status": "online", "typing": town.direct["id"]}
