"""Contract §6: how long typing lasts and what ends it (`ryadom.presence.typing`, `ryadom.live.typing`)."""

from typing import Any

import pytest

from stories.watching import typing
from world import PASSWORD, Device, Json, Person, Socket, World

ON, OFF = "typing_start", "typing_stop"


class Talk:
    """Alice and Bob in their direct chat, Bob's socket watching."""

    def __init__(self, world: World, alice: Person, bob: Person, chat: Json) -> None:
        self.world = world
        self.alice = alice
        self.bob = bob
        self.chat = chat

    @property
    def heard(self) -> list[str]:
        """What Bob has heard of typing since the last call."""
        return typing(self.bob.web.socket)

    @property
    def there(self) -> dict[str, Any]:
        """The chat, in a frame or body."""
        return {"chat_id": self.chat["id"]}

    async def type(self, socket: Socket | None = None, *, on: bool = True) -> None:
        """Alice types, or types no more, on a socket."""
        await (socket or self.alice.web.socket).send(type=ON if on else OFF, **self.there)

    async def post(self, device: Device, **more: bool) -> None:
        """The same by REST."""
        assert (await device.call("POST", "/status/typing", {**self.there, **more})).status == 204

    async def shows(self) -> int | None:
        """What Bob is shown by REST and by `pong`, which must agree."""
        [one] = await self.bob.web.get("/status/contacts")
        await self.bob.web.socket.send(type="ping")
        assert (
            self.bob.web.socket.last("pong")["contacts_status"][str(self.alice.id)]["typing"]
            == (one["is_typing_in_chat"])
        )
        return one["is_typing_in_chat"]  # type: ignore[no-any-return]


@pytest.fixture
async def talk(world: World) -> Talk:
    """Two friends and their chat."""
    alice, bob = await world.friends("alice", "bob")
    chat = await world.direct(alice, bob)
    world.forget()
    return Talk(world, alice, bob, chat)


async def test_typing_says_who_and_where(talk: Talk) -> None:
    await talk.type()
    [start] = talk.bob.web.socket.received(ON)
    assert (start["user_id"], start["chat_id"]) == (talk.alice.id, talk.chat["id"])
    assert await talk.shows() == talk.chat["id"]
    await talk.type(on=False)
    [stop] = talk.bob.web.socket.received(OFF)
    assert (stop["user_id"], stop["chat_id"]) == (talk.alice.id, talk.chat["id"])
    assert await talk.shows() is None


async def test_typing_lasts_ten_seconds(talk: Talk) -> None:
    await talk.type()
    await talk.world.advance(9.9)
    assert talk.heard == [ON]
    assert await talk.shows() == talk.chat["id"]
    await talk.world.advance(0.1)
    assert talk.heard == [OFF]
    assert await talk.shows() is None


async def test_repeated_typing_lasts_ten_seconds_from_the_last_time(talk: Talk) -> None:
    for _ in range(3):
        await talk.type()
        await talk.world.advance(9)
    assert talk.heard == [ON, ON, ON]
    await talk.world.advance(0.9)
    assert talk.heard == []
    await talk.world.advance(0.1)
    assert talk.heard == [OFF]


async def test_a_repeat_is_passed_on_every_three_seconds_at_most(talk: Talk) -> None:
    for _ in range(25):
        await talk.type()
        await talk.world.advance(0.25)
    assert talk.heard == [ON, ON, ON]
    await talk.world.advance(9.75)
    assert talk.heard == [OFF]


async def test_typing_begun_again_is_no_repeat(talk: Talk) -> None:
    for on in (True, False, True):
        await talk.type(on=on)
    assert talk.heard == [ON, OFF, ON]


async def test_stopping_what_was_not_begun_is_silent(talk: Talk) -> None:
    await talk.type(on=False)
    await talk.post(talk.alice.web, is_typing=False)
    assert talk.heard == []


async def test_typing_ends_on_send(talk: Talk) -> None:
    await talk.type()
    await talk.alice.web.write(talk.chat, "Привет")
    assert talk.bob.web.socket.types() == [ON, OFF, "new_message", "unread_message"]


async def test_typing_ends_on_a_send_by_socket(talk: Talk) -> None:
    await talk.type()
    await talk.alice.web.socket.send(type="send_message", text="Привет", client_id="1", **talk.there)
    assert talk.bob.web.socket.types() == [ON, OFF, "new_message", "unread_message"]


async def test_a_message_of_the_other_ends_nothing(talk: Talk) -> None:
    await talk.type()
    await talk.bob.web.write(talk.chat, "Привет")
    assert talk.heard == [ON]


async def test_a_message_elsewhere_ends_nothing(talk: Talk) -> None:
    group = await talk.world.group(talk.alice, talk.bob)
    await talk.type()
    await talk.alice.web.write(group, "Привет")
    assert talk.heard == [ON]


async def test_typing_in_another_chat_ends_the_first(talk: Talk) -> None:
    group = await talk.world.group(talk.alice, talk.bob)
    await talk.type()
    await talk.alice.web.socket.send(type=ON, chat_id=group["id"])
    told = [(one["type"], one["chat_id"]) for one in talk.bob.web.socket.received(ON, OFF)]
    assert told == [(ON, talk.chat["id"]), (OFF, talk.chat["id"]), (ON, group["id"])]
    assert await talk.shows() == group["id"]


async def test_typing_ends_on_leaving_the_chat(talk: Talk) -> None:
    talk.chat = await talk.world.group(talk.bob, talk.alice)
    await talk.type()
    await talk.alice.web.call("DELETE", f"/chats/{talk.chat['id']}/members/{talk.alice.id}")
    assert talk.heard == [ON, OFF]
    assert await talk.shows() is None


async def test_typing_ends_on_being_removed_from_the_chat(talk: Talk) -> None:
    talk.chat = await talk.world.group(talk.bob, talk.alice)
    await talk.type()
    await talk.bob.web.call("DELETE", f"/chats/{talk.chat['id']}/members/{talk.alice.id}")
    assert talk.heard == [ON, OFF]


@pytest.mark.parametrize("how", ["close", "drop"])
async def test_typing_ends_on_disconnect_before_the_grace_is_over(talk: Talk, how: str) -> None:
    await talk.type()
    await getattr(talk.alice.web.socket, how)()
    assert talk.bob.web.socket.types() == [ON, OFF]


async def test_typing_of_a_peer_that_vanished_ends_by_itself(talk: Talk) -> None:
    await talk.type()
    talk.alice.web.socket.vanish()
    await talk.world.advance(10)
    assert talk.heard == [ON, OFF]


async def test_typing_ends_on_saying_offline(talk: Talk) -> None:
    await talk.type()
    await talk.alice.web.post("/status/offline")
    assert talk.bob.web.socket.types() == [ON, OFF, "status_change", "user_offline"]


async def test_typing_ends_on_saying_offline_while_another_device_is_there(talk: Talk) -> None:
    await talk.alice.device("phone")
    await talk.type()
    await talk.alice.web.post("/status/offline")
    assert talk.bob.web.socket.types() == [ON, OFF]


async def test_typing_ends_on_logout(talk: Talk) -> None:
    await talk.type()
    await talk.alice.web.post("/logout")
    assert talk.bob.web.socket.types() == [ON, OFF, "status_change", "user_offline"]


@pytest.mark.parametrize("by_rest", [False, True])
async def test_typing_ends_on_revocation(talk: Talk, by_rest: bool) -> None:
    phone = await talk.alice.device("phone", connect=not by_rest)
    if by_rest:
        await talk.post(phone)
    else:
        await talk.type(phone.socket)
    await talk.alice.web.call("DELETE", f"/sessions/{phone.session_id}")
    assert talk.heard == [ON, OFF]


async def test_typing_ends_on_a_new_password(talk: Talk) -> None:
    phone = await talk.alice.device("phone")
    await talk.type(phone.socket)
    body = {"current_password": PASSWORD, "new_password": "quite another password"}
    await talk.alice.web.post("/users/me/password", body)
    assert talk.heard == [ON, OFF]


async def test_typing_by_rest_is_the_same(talk: Talk) -> None:
    await talk.post(talk.alice.web)
    await talk.post(talk.alice.web, is_typing=False)
    await talk.post(talk.alice.web, is_typing=True)
    await talk.world.advance(10)
    assert talk.heard == [ON, OFF, ON, OFF]


async def test_typing_begun_by_rest_is_stopped_by_the_socket(talk: Talk) -> None:
    await talk.post(talk.alice.web)
    await talk.type(on=False)
    assert talk.heard == [ON, OFF]


async def test_someone_without_a_socket_types_too(talk: Talk) -> None:
    await talk.alice.web.post("/logout")
    poller = await talk.alice.device("poller", connect=False)
    talk.bob.web.socket.received()
    await talk.post(poller)
    assert talk.heard == [ON]
    assert await talk.shows() == talk.chat["id"]
    await talk.world.advance(10)
    assert talk.heard == [OFF]
    await talk.post(poller)
    await poller.write(talk.chat, "Привет")
    assert talk.heard == [ON, OFF]


async def test_a_second_device_keeps_it_on_when_the_first_stops(talk: Talk) -> None:
    phone = await talk.alice.device("phone")
    await talk.type()
    await talk.type(phone.socket)
    await talk.type(on=False)
    assert talk.heard == [ON]
    await talk.type(phone.socket, on=False)
    assert talk.heard == [OFF]


async def test_a_second_device_keeps_it_on_when_the_first_disconnects(talk: Talk) -> None:
    phone = await talk.alice.device("phone")
    await talk.type()
    await talk.type(phone.socket)
    await talk.alice.web.socket.drop()
    assert talk.heard == [ON]
    await talk.world.advance(10)
    assert talk.heard == [OFF]


async def test_a_device_that_stopped_repeating_holds_nothing_up(talk: Talk) -> None:
    phone = await talk.alice.device("phone")
    await talk.type()
    await talk.world.advance(5)
    await talk.type(phone.socket)
    await talk.world.advance(6)
    assert talk.heard == [ON, ON]
    await talk.type(phone.socket, on=False)
    assert talk.heard == [OFF]


async def test_sending_ends_it_on_every_device(talk: Talk) -> None:
    phone = await talk.alice.device("phone")
    await talk.type()
    await talk.type(phone.socket)
    await talk.alice.web.write(talk.chat, "Привет")
    assert talk.heard == [ON, OFF]


async def test_typing_is_not_replayed_to_who_reconnects(talk: Talk) -> None:
    await talk.bob.web.socket.drop()
    await talk.type()
    socket = await talk.bob.web.connect()
    assert [one for one in socket.all() if one["type"] in (ON, OFF)] == []
    assert await talk.shows() == talk.chat["id"]


async def test_typing_does_not_outlive_the_server(talk: Talk) -> None:
    await talk.type()
    await talk.world.restart()
    await talk.bob.web.connect()
    assert await talk.shows() is None
    await talk.world.advance(12)
    assert talk.heard == []


async def test_typing_leaves_nothing_on_the_disk(talk: Talk) -> None:
    writes: list[int] = []
    talk.world.server.db.on_batch = writes.append
    for on in (True, False, True):
        await talk.type(on=on)
    await talk.world.advance(10)
    assert writes == []


async def test_typing_in_a_chat_that_one_is_not_in_is_refused(talk: Talk) -> None:
    stranger = await talk.world.person("carol")
    poller = await stranger.device("poller", connect=False)
    for chat_id in (talk.chat["id"], 99999):
        for device in (stranger.web, poller):
            answer = await device.call("POST", "/status/typing", {"chat_id": chat_id})
            assert (answer.status, answer.json["code"]) == (404, "not_found")
        for kind in (ON, OFF):
            await stranger.web.socket.send(type=kind, chat_id=chat_id)
            assert stranger.web.socket.last("error")["code"] == "not_found"
    assert stranger.web.socket.alive
    assert talk.heard == []


async def test_who_types_is_active(talk: Talk) -> None:
    await talk.world.advance(299)
    await talk.type()
    await talk.world.advance(299)
    assert (await talk.bob.web.get("/status/contacts?away=1"))[0]["status"] == "online"


async def test_ones_own_status_says_where_one_types(talk: Talk) -> None:
    await talk.type()
    assert (await talk.alice.web.get("/status/me"))["is_typing_in_chat"] == talk.chat["id"]
    await talk.type(on=False)
    assert (await talk.alice.web.get("/status/me"))["is_typing_in_chat"] is None
