"""Contract §7: the socket (`ryadom.sync.entry`, `ryadom.sync.commands`, `ryadom.realtime.gate` at work)."""

import json
from typing import Any

import pytest

from contract.shapes import event_fits, fits, problem
from edge.memory_wire import MemorySocket
from ryadom.protocol.events import EVENTS, name_of
from world import PASSWORD, Answer, Device, Socket, World

OWN = "http://ryadom.test"


async def open_socket(world: World, path: str = "/ws", **headers: str) -> Socket:
    """A handshake with these headers, whatever comes of it."""
    socket = Socket(world, MemorySocket(world.server.edge, path, headers))
    await world.settle()
    return socket


def refused(socket: Socket, status: int, code: str) -> None:
    """The handshake was refused with a problem."""
    wire = socket.wire
    assert wire.response is not None
    headers = {name.lower(): value for name, value in wire.response.headers.raw_items()}
    problem(Answer(wire.status, headers, wire.refusal), status, code)
    assert wire.status == status


@pytest.fixture
async def talk(world: World) -> tuple[Device, Device, Any]:
    """Two people and their chat."""
    alice, bob = await world.friends("alice", "bob")
    chat = await world.direct(alice, bob)
    world.forget()
    return alice.web, bob.web, chat


async def test_hello_comes_first_and_says_everything(world: World) -> None:
    alice = (await world.person("alice", connect=False)).web
    socket = await open_socket(world, Authorization=f"Bearer {alice.token}")
    [hello] = socket.all()
    assert hello["type"] == "hello"
    event_fits(hello)
    assert (hello["user_id"], hello["session_id"]) == (alice.person.id, alice.session_id)
    assert tuple(int(part) for part in hello["server_version"].split(".")) >= (3, 2, 0)
    assert hello["server_time"] == hello["timestamp"] == "2027-01-15T08:00:00Z"
    assert hello["rev"] == (await alice.get("/sync"))["rev"]


async def test_every_path_to_the_socket(world: World) -> None:
    alice = (await world.person("alice", connect=False)).web
    bearer = {"Authorization": f"Bearer {alice.token}"}
    assert (await open_socket(world, "/ws/", **bearer)).alive
    refused(await open_socket(world, "/wss", **bearer), 404, "not_found")
    refused(await open_socket(world, "/", **bearer), 404, "not_found")
    assert (await alice.call("GET", "/ws")).status == 404


async def test_a_page_signs_in_by_its_cookie(world: World) -> None:
    await world.person("alice", connect=False)
    answer = await world.call("POST", "/login", {"username": "alice", "password": PASSWORD})
    cookie = {"Cookie": answer.headers["set-cookie"].partition(";")[0]}
    assert (await open_socket(world, Origin=OWN, **cookie)).all()[0]["type"] == "hello"
    for origin in ("http://evil.example", "null", "http://ryadom.test.evil.example", "http://ryadom.test:81"):
        refused(await open_socket(world, Origin=origin, **cookie), 403, "wrong_origin")
    refused(await open_socket(world, **cookie), 403, "wrong_origin")


async def test_a_foreign_page_opens_no_socket_by_which_it_could_sign_in(world: World) -> None:
    refused(await open_socket(world, Origin="http://evil.example"), 403, "wrong_origin")
    alice = (await world.person("alice", connect=False)).web
    bearer = {"Authorization": f"Bearer {alice.token}"}
    assert (await open_socket(world, Origin="http://evil.example", **bearer)).alive


async def test_a_wrong_token_opens_the_socket_and_closes_it_with_4401(world: World) -> None:
    for headers in (
        {"Authorization": "Bearer ryd_wrong"}, {"Authorization": "Bearer é"},
        {"Cookie": "ryadom_session=ryd_wrong", "Origin": OWN},
    ):  # fmt: skip
        socket = await open_socket(world, **headers)
        assert (socket.wire.status, socket.close_code) == (101, 4401)
        assert "hello" not in [one["type"] for one in socket.all()]


async def test_a_token_in_the_url_signs_nobody_in(world: World) -> None:
    alice = (await world.person("alice", connect=False)).web
    socket = await open_socket(world, f"/ws?token={alice.token}&access_token={alice.token}")
    assert (socket.alive, socket.all()) == (True, [])
    await world.advance(5)
    assert socket.close_code == 4401


async def test_the_first_frame_may_sign_in_within_five_seconds(world: World) -> None:
    alice = (await world.person("alice", connect=False)).web
    socket = await open_socket(world)
    await world.advance(4.9)
    await socket.send(type="auth", token=alice.token)
    assert [one["type"] for one in socket.all()] == ["hello"]
    await world.advance(10)
    assert socket.alive
    await socket.send(type="auth", token=alice.token)
    assert socket.last("error")["code"] == "bad_frame"


async def test_who_says_nothing_for_five_seconds_is_not_signed_in(world: World) -> None:
    socket = await open_socket(world)
    await world.advance(4.99)
    assert socket.alive
    await world.advance(0.01)
    assert socket.close_code == 4401


@pytest.mark.parametrize(
    "frame", ['{"type": "auth", "token": "ryd_wrong"}', '{"type": "auth"}', '{"type": "ping"}', "[]", "{", "[" * 60_000]
)
async def test_any_other_first_frame_closes_with_4401(world: World, frame: str) -> None:
    socket = await open_socket(world)
    socket.wire.send_text(frame)
    await world.settle()
    assert socket.close_code == 4401
    assert "hello" not in [one["type"] for one in socket.all()]


async def test_frames_sent_while_signing_in_are_answered_after_it(world: World) -> None:
    alice = (await world.person("alice", connect=False)).web
    socket = Socket(world, MemorySocket(world.server.edge))
    socket.wire.send_text(json.dumps({"type": "auth", "token": alice.token}))
    socket.wire.send_text('{"type": "ping"}')
    await world.settle()
    assert [one["type"] for one in socket.all()] == ["hello", "pong"]


async def test_ping_is_answered_with_the_contacts(talk: Any) -> None:
    alice, bob, chat = talk
    await bob.socket.send(type="typing_start", chat_id=chat["id"])
    await alice.socket.send(type="ping")
    pong = event_fits(alice.socket.last("pong"))
    assert pong["contacts_status"] == {str(bob.person.id): {"status": "online", "typing": chat["id"]}}


async def test_a_message_is_answered_on_its_own_socket_and_new_on_all_others(talk: Any) -> None:
    alice, bob, chat = talk
    other = await alice.connect()
    phone = await alice.person.device("phone")
    first = alice.sockets[0]
    first.received()
    await first.send(type="send_message", chat_id=chat["id"], text="Hello", client_id="one", colour="green")
    assert first.types() == ["unread_changed", "message_sent"]
    sent = event_fits(first.last("message_sent"))
    assert (sent["client_id"], sent["message"]["text"]) == ("one", "Hello")
    for socket in (other, phone.socket, bob.socket):
        assert [event_fits(one)["message"] for one in socket.received("new_message")] == [sent["message"]]
    unread = event_fits(bob.socket.last("unread_message"))
    assert (unread["unread_count"], unread["message_id"]) == (1, sent["message"]["id"])
    assert (await bob.get(f"/chats/{chat['id']}/messages")) == [sent["message"]]


async def test_a_retry_is_answered_again_and_told_to_nobody(talk: Any) -> None:
    alice, bob, chat = talk
    frame = {"type": "send_message", "chat_id": chat["id"], "text": "Hello", "client_id": "one"}
    for _ in range(2):
        await alice.socket.send(**frame)
    answers = alice.socket.received("message_sent")
    assert len(answers) == 2
    assert answers[0]["message"] == answers[1]["message"]
    assert len(bob.socket.received("new_message")) == 1
    await alice.socket.send(**frame | {"text": "Other"})
    refusal = fits("error", alice.socket.last("error"))
    assert (refusal["code"], refusal["client_id"]) == ("client_id_reused", "one")


async def test_reading_and_typing_work_as_by_rest(talk: Any) -> None:
    alice, bob, chat = talk
    sent = await alice.write(chat, "Hello")
    await bob.socket.send(type="read", chat_id=chat["id"], message_id=sent["id"])
    assert event_fits(alice.socket.last("messages_read"))["up_to_seq"] == 1
    assert event_fits(bob.socket.last("unread_changed"))["unread_count"] == 0
    for type_ in ("typing_start", "typing_stop"):
        await bob.socket.send(type=type_, chat_id=chat["id"])
        told = event_fits(alice.socket.last(type_))
        assert (told["chat_id"], told["user_id"]) == (chat["id"], bob.person.id)
    assert bob.socket.received("error") == []


async def test_only_what_was_subscribed_to_comes(talk: Any) -> None:
    alice, bob, chat = talk
    await alice.socket.send(type="subscribe", events=["new_message"])
    await bob.write(chat, "Hello")
    await bob.socket.send(type="typing_start", chat_id=chat["id"])
    assert alice.socket.types() == ["new_message"]
    await alice.socket.send(type="subscribe", events=[])
    await bob.write(chat, "Hello again")
    assert alice.socket.types() == []
    await alice.socket.send(type="ping")
    await alice.socket.send(type="send_message", chat_id=chat["id"], text="x", client_id="one")
    await alice.socket.send(type="nonsense")
    assert set(alice.socket.types()) == {"pong", "message_sent", "error"}
    await alice.world.advance(26)
    assert "heartbeat" in [one["type"] for one in alice.socket.all()]


async def test_an_unknown_name_is_an_error_and_the_others_count(talk: Any) -> None:
    alice, bob, chat = talk
    await alice.socket.send(type="subscribe", events=["new_message", "weather", "new_message"])
    refusal = event_fits(alice.socket.last("error"))
    assert refusal["code"] == "unknown_event"
    assert "weather" in refusal["detail"]
    world = alice.world
    world.forget()
    await bob.write(chat, "Hello")
    assert alice.socket.types() == ["new_message"]


async def test_every_event_can_be_subscribed_to(talk: Any) -> None:
    alice = talk[0]
    await alice.socket.send(type="subscribe", events=[name_of(event) for event in EVENTS])
    assert alice.socket.received("error") == []


async def test_away_is_a_flag_and_no_filter(talk: Any) -> None:
    alice, bob, chat = talk
    await alice.socket.send(type="subscribe", events=["away"])
    await alice.world.advance(299)
    await alice.get("/users/me")
    await alice.world.advance(2)
    assert [one["status"] for one in alice.socket.received("status_change")] == ["away"]
    await bob.write(chat, "Back")
    assert alice.socket.types() == ["status_change", "new_message", "unread_message"]


async def test_who_does_not_ask_for_away_hears_nothing_of_it(talk: Any) -> None:
    alice, bob, _ = talk
    await alice.world.advance(299)
    await alice.get("/users/me")
    await alice.world.advance(2)
    await bob.get("/users/me")
    assert alice.socket.types() == []


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "dance"}, {"type": 5}, {}, {"chat_id": 1}, {"type": "read"}, {"type": "read", "chat_id": 1},
        {"type": "typing_start"}, {"type": "typing_start", "chat_id": "1"}, {"type": "typing_start", "chat_id": 0},
        {"type": "subscribe"}, {"type": "subscribe", "events": "all"}, {"type": "subscribe", "events": [1]},
        {"type": "subscribe", "events": ["x"] * 65}, {"type": "PING"}, [], [{"type": "ping"}], "ping", None, 1,
    ],
)  # fmt: skip
async def test_what_cannot_be_understood_is_an_error_and_the_connection_stays(talk: Any, frame: Any) -> None:
    alice = talk[0]
    alice.socket.wire.send_text(json.dumps(frame))
    await alice.world.settle()
    [refusal] = alice.socket.received()
    assert event_fits(refusal)["code"] == "bad_frame"
    await alice.socket.send(type="ping")
    assert alice.socket.types() == ["pong"]


@pytest.mark.parametrize("text", ["", "ping", "{", "{'type': 'ping'}", '{"type": "ping"', "[" * 60_000, "\x00"])
async def test_what_is_no_json_is_an_error_and_the_connection_stays(talk: Any, text: str) -> None:
    alice = talk[0]
    alice.socket.wire.send_text(text)
    await alice.world.settle()
    assert [event_fits(one)["code"] for one in alice.socket.received()] == ["bad_frame"]
    assert alice.socket.alive


async def test_an_error_names_the_frame_that_it_answers(talk: Any) -> None:
    alice, _, chat = talk
    send = {"type": "send_message", "chat_id": chat["id"], "text": "x", "client_id": "one"}
    for bad, code, name in (
        ({"text": ""}, "bad_frame", "one"),
        ({"text": "x" * 4097}, "bad_frame", "one"),
        ({"text": "\x00"}, "bad_frame", "one"),
        ({"chat_id": 99999}, "not_found", "one"),
        ({"reply_to": 99999}, "not_found", "one"),
        ({"chat_id": "x"}, "bad_frame", "one"),
        ({"client_id": ""}, "bad_frame", ""),
        ({"client_id": "x" * 65}, "bad_frame", "x" * 64),
        ({"client_id": 5}, "bad_frame", None),
        ({"client_id": None}, "bad_frame", None),
    ):
        await alice.socket.send(**send | bad)
        [refusal] = alice.socket.received("error")
        assert (event_fits(refusal)["code"], refusal.get("client_id")) == (code, name), bad
    assert await alice.get(f"/chats/{chat['id']}/messages") == []


async def test_a_frame_of_64_kib_is_read_and_a_larger_one_closes_with_1009(talk: Any) -> None:
    alice, bob, _ = talk
    frame = '{"type": "ping", "x": "' + "x" * (65_536 - 25) + '"}'
    assert len(frame) == 65_536
    alice.socket.wire.send_text(frame)
    await alice.world.settle()
    assert alice.socket.types() == ["pong"]
    bob.socket.wire.send_text(frame + " ")
    await alice.world.settle()
    assert bob.socket.close_code == 1009


async def test_a_server_that_goes_down_says_come_back(talk: Any) -> None:
    alice, bob, _ = talk
    for device in (alice, bob):
        for protocol in list(device.socket.wire.server.connections):
            protocol.shutdown()
    await alice.world.settle()
    assert (alice.socket.close_code, bob.socket.close_code) == (1012, 1012)


async def test_every_event_has_the_fields_of_the_contract(world: World) -> None:
    alice, bob = await world.friends("alice", "bob")
    chat = await world.group(alice, bob)
    sent = await alice.web.write(chat, "one")
    await alice.web.call("PATCH", f"/messages/{sent['id']}", {"text": "two"})
    await bob.web.read(sent)
    await bob.web.write(chat, "three")
    await alice.web.read(await bob.web.write(chat, "four"))
    await alice.web.call("DELETE", f"/messages/{sent['id']}")
    for type_ in ("typing_start", "typing_stop"):
        await alice.web.socket.send(type=type_, chat_id=chat["id"])
    for word in ("offline", "online"):
        await alice.web.call("POST", f"/status/{word}")
    phone = await bob.device("phone")
    await phone.call("POST", "/logout")
    await alice.web.call("PATCH", "/users/me", {"display_name": "Alicia"})
    await alice.web.call("DELETE", f"/contacts/{bob.id}")
    events = bob.web.socket.received()
    assert {one["type"] for one in events} == {name_of(event) for event in EVENTS}
    for one in events:
        if one["type"] != "user_changed":
            event_fits(one)
