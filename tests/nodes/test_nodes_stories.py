"""What people see whose devices are on different nodes (`ryadom.nodes.cluster` at work)."""

from collections.abc import Callable
from functools import partial
from typing import Any

from nodes.together import Together, statuses

Json = Any


async def test_a_message_its_count_and_its_mark_go_from_node_to_node(together: Together) -> None:
    alice, bob = await together.friends("alice", "bob")
    chat = await together.nodes[2].direct(alice, bob)
    together.forget()
    sent = await alice.web.write(chat, "hello")
    assert [one["type"] for one in bob.web.socket.received("new_message", "unread_message")] == [
        "new_message", "unread_message",
    ]  # fmt: skip
    assert bob.web.socket.last("unread_message")["total_unread"] == 1
    answer = await bob.web.read(sent)
    assert (answer["unread_count"], answer["total_unread"]) == (0, 0)
    [read] = alice.web.socket.received("messages_read")
    assert (read["user_id"], read["up_to_seq"]) == (bob.id, sent["seq"])


async def test_messages_of_two_nodes_come_in_the_order_of_their_seqs(together: Together) -> None:
    alice, bob, carol = await together.friends("alice", "bob", "carol")
    chat = await together.nodes[0].group(alice, bob, carol)
    together.forget()
    for number in range(30):
        for person in (alice, bob):
            person.web.socket.wire.send_text(
                f'{{"type":"send_message","chat_id":{chat["id"]},"text":"{number}","client_id":"{number}"}}'
            )
    await together.settle()
    seqs = [one["message"]["seq"] for one in carol.web.socket.received("new_message")]
    assert seqs == list(range(1, 61))
    assert carol.web.socket.last("unread_message")["unread_count"] == 60


async def test_who_only_asks_sees_who_types_on_another_node(together: Together) -> None:
    alice, bob = await together.friends("alice", "bob", connect=False)
    chat = await together.direct(alice, bob)
    await alice.web.connect()
    await bob.web.get("/status/contacts")
    await alice.web.socket.send(type="typing_start", chat_id=chat["id"])
    (seen,) = await bob.web.get("/status/contacts")
    assert seen["is_typing_in_chat"] == chat["id"]


async def test_that_somebody_stops_typing_is_told_by_their_node_alone(together: Together) -> None:
    alice, bob, carol = await together.friends("alice", "bob", "carol")
    chat = await together.group(alice, bob, carol)
    said: list[int] = []

    def note(place: int, send: Callable[[Any, Any], None], what: Any, to: Any) -> None:
        said.append(place)
        send(what, to)

    for place, server in enumerate(together.servers):
        server.outbox.send = partial(note, place, server.outbox.send)
    for kind in ("typing_start", "typing_stop"):
        together.forget()
        await alice.web.socket.send(type=kind, chat_id=chat["id"])
        assert [bob.web.socket.types(), carol.web.socket.types()] == [[kind], [kind]]
    assert said == [0, 0]


async def test_typing_is_seen_on_other_nodes_and_ends_there_too(together: Together) -> None:
    alice, bob = await together.friends("alice", "bob")
    chat = await together.nodes[0].direct(alice, bob)
    together.forget()
    await alice.web.socket.send(type="typing_start", chat_id=chat["id"])
    assert bob.web.socket.types() == ["typing_start"]
    assert (await bob.web.get("/status/contacts"))[0]["is_typing_in_chat"] == chat["id"]
    await together.advance(2)
    await alice.web.socket.send(type="typing_start", chat_id=chat["id"])
    await together.advance(9.5)
    assert bob.web.socket.types() == []
    await together.advance(0.6)
    assert bob.web.socket.types() == ["typing_stop"]
    await alice.web.socket.send(type="typing_start", chat_id=chat["id"])
    await alice.web.write(chat, "there")
    assert "typing_stop" in bob.web.socket.types()


async def test_a_person_is_here_while_any_node_has_a_device_of_theirs(together: Together) -> None:
    alice, bob = await together.friends("alice", "bob")
    phone = await alice.device("phone", connect=False)
    together.move(phone, 2)
    await phone.connect()
    await alice.web.socket.close()
    await together.advance(6)
    assert statuses(bob, alice) == []
    await phone.socket.drop()
    await together.advance(14)
    assert statuses(bob, alice) == []
    await together.advance(2)
    assert statuses(bob, alice) == ["offline"]
    together.move(phone, 1)
    await phone.connect()
    assert statuses(bob, alice) == ["online"]


async def test_one_session_on_two_nodes_counts_until_both_are_gone(together: Together) -> None:
    alice, bob = await together.friends("alice", "bob")
    first = alice.web.socket
    together.move(alice.web, 2)
    second = await alice.web.connect()
    await second.close()
    await together.advance(30)
    assert statuses(bob, alice) == []
    await first.close()
    await together.advance(6)
    assert statuses(bob, alice) == ["offline"]


async def test_who_reconnects_elsewhere_within_the_grace_was_never_away(together: Together) -> None:
    alice, bob = await together.friends("alice", "bob")
    await alice.web.socket.drop()
    await together.advance(10)
    together.move(alice.web, 2)
    await alice.web.connect()
    await together.advance(120)
    assert statuses(bob, alice) == []


async def test_offline_that_is_said_on_another_node_holds_everywhere(together: Together) -> None:
    alice, bob = await together.friends("alice", "bob")
    together.move(alice.web, 2)
    assert (await alice.web.post("/status/offline"))["status"] == "offline"
    assert statuses(bob, alice) == ["offline"]
    await alice.web.get("/users/me")
    together.move(alice.web, 0)
    await alice.web.get("/users/me")
    await together.advance(90)
    assert statuses(bob, alice) == []
    together.move(alice.web, 1)
    assert (await alice.web.post("/status/online"))["status"] == "online"
    assert statuses(bob, alice) == ["online"]


async def test_who_said_offline_and_connects_anew_elsewhere_is_here(together: Together) -> None:
    alice, bob = await together.friends("alice", "bob")
    await alice.web.post("/status/offline")
    assert statuses(bob, alice) == ["offline"]
    together.move(alice.web, 2)
    await alice.web.connect()
    assert statuses(bob, alice) == ["online"]
    await together.advance(400)
    assert statuses(bob, alice) == []


async def test_to_appear_offline_is_heeded_by_every_node(together: Together) -> None:
    alice, bob = await together.friends("alice", "bob")
    together.move(alice.web, 2)
    await alice.web.call("PATCH", "/users/me", {"appear_offline": True})
    assert statuses(bob, alice) == ["offline"]
    together.move(alice.web, 0)
    await alice.web.connect()
    await alice.web.get("/users/me")
    assert statuses(bob, alice) == []
    await alice.web.call("PATCH", "/users/me", {"appear_offline": False})
    assert statuses(bob, alice) == ["online"]


async def test_idleness_is_that_of_all_devices(together: Together) -> None:
    alice, bob = await together.friends("alice", "bob")
    await bob.web.socket.send(type="subscribe", events=["away"])
    phone = await alice.device("phone", connect=False)
    together.move(phone, 2)
    await phone.connect()
    together.forget()
    for _ in range(4):
        await together.advance(100)
        await phone.socket.send(type="typing_stop", chat_id=1)
        phone.socket.received()
    assert statuses(bob, alice) == []
    await together.advance(301)
    assert statuses(bob, alice) == ["away"]
    assert (await bob.web.get(f"/api/user_status/{alice.id}?away=true"))["status"] == "away"
    await alice.web.socket.send(type="typing_stop", chat_id=1)
    assert statuses(bob, alice) == ["online"]
    assert (await bob.web.get(f"/api/user_status/{alice.id}?away=true"))["status"] == "online"


async def test_what_somebody_last_did_on_another_node_counts_though_it_was_not_written(together: Together) -> None:
    """It is written once a minute; a node where they are idle leaves it to the other to say so, at its time."""
    alice, bob = await together.friends("alice", "bob")
    await bob.web.socket.send(type="subscribe", events=["away"])
    phone = await alice.device("phone", connect=False)
    together.move(phone, 2)
    await phone.connect()
    await together.advance(50)
    await phone.socket.send(type="typing_stop", chat_id=1)
    together.forget()
    await together.advance(270)
    assert statuses(bob, alice) == []
    await together.advance(29)
    assert statuses(bob, alice) == []
    await together.advance(1.5)
    assert statuses(bob, alice) == ["away"]
    # And back, and so again, while the other node's device stays idle.
    await phone.socket.send(type="typing_stop", chat_id=1)
    assert statuses(bob, alice) == ["online"]
    await together.advance(299)
    await alice.web.socket.send(type="typing_stop", chat_id=1)
    await together.advance(2)
    assert statuses(bob, alice) == []
    await together.advance(299)
    assert statuses(bob, alice) == ["away"]


async def test_a_session_that_is_ended_on_one_node_ends_on_all(together: Together) -> None:
    alice, bob = await together.friends("alice", "bob")
    phone = await alice.device("phone", connect=False)
    together.move(phone, 2)
    await phone.connect()
    await phone.get("/users/me")
    assert (await alice.web.call("DELETE", f"/sessions/{phone.session_id}")).status == 204
    assert phone.socket.close_code == 4401
    for node in range(3):
        together.move(phone, node)
        assert (await phone.call("GET", "/users/me")).status == 401
    assert bob.web.socket.received("status_change") == []


async def test_who_joins_a_chat_that_nobody_here_was_in_hears_of_it(together: Together) -> None:
    alice, bob, carol = await together.friends("alice", "bob", "carol")
    chat = await together.nodes[0].group(alice, bob)
    await alice.web.write(chat, "before")
    await alice.web.post(f"/chats/{chat['id']}/members", {"user_id": carol.id})
    carol.web.socket.received()
    for number in range(5):
        await bob.web.write(chat, str(number))
    assert [one["message"]["text"] for one in carol.web.socket.received("new_message")] == list("01234")
    assert carol.web.socket.last("unread_message")["unread_count"] == 5


async def test_who_guesses_a_password_gets_no_more_tries_by_going_from_node_to_node(together: Together) -> None:
    await together.friends("alice", "bob")
    for node in together.nodes:
        node.server.limiter._enabled = True
    guess = {"username": "alice", "password": "not this one"}
    codes = [(await together.nodes[number % 3].call("POST", "/login", guess)).status for number in range(6)]
    assert codes == [401] * 5 + [429]
    assert (await together.nodes[1].call("POST", "/login", guess)).status == 429


async def test_the_list_of_devices_counts_sockets_on_other_nodes(together: Together) -> None:
    alice, _ = await together.friends("alice", "bob")
    phone = await alice.device("phone", connect=False)
    together.move(phone, 2)
    first = await phone.connect()
    await together.advance(2)
    listed = {one["id"]: one["connections"] for one in await alice.web.get("/sessions")}
    assert listed == {alice.web.session_id: 1, phone.session_id: 1}
    await first.close()
    await together.advance(6)
    assert {one["connections"] for one in await alice.web.get("/sessions") if not one["is_current"]} == {0}


async def test_who_hides_on_one_node_is_hidden_on_one_that_did_not_know_them(together: Together) -> None:
    alice, bob = await together.friends("alice", "bob")
    chat = await together.nodes[0].direct(alice, bob)
    await alice.web.call("PATCH", "/users/me", {"appear_offline": True})
    together.move(alice.web, 2)
    socket = await alice.web.connect()
    together.forget()
    await socket.send(type="typing_start", chat_id=chat["id"])
    assert bob.web.socket.types() == []
    await alice.web.call("PATCH", "/users/me", {"appear_offline": False})
    together.move(alice.web, 0)
    await alice.web.connect()
    together.forget()
    await alice.web.socket.send(type="typing_start", chat_id=chat["id"])
    assert bob.web.socket.types() == ["typing_start"]
