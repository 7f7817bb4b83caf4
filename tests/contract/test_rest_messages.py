"""Contract §5: messages (`ryadom.messages.routes`, `ryadom.messages.actions`, `ryadom.messages.store` at work)."""

import asyncio
from typing import Any

import pytest

from contract.shapes import event_fits, fits, problem
from ryadom.db.tables import user
from world import Answer, Device, World


@pytest.fixture
async def talk(world: World) -> tuple[Device, Device, Any]:
    """Two people and their chat."""
    alice, bob = await world.friends("alice", "bob")
    chat = await world.direct(alice, bob)
    world.forget()
    return alice.web, bob.web, chat


async def post(device: Device, chat: Any, text: Any, **more: Any) -> Answer:
    return await device.call("POST", f"/chats/{chat['id']}/messages", {"text": text, **more})


async def history(device: Device, chat: Any, query: str = "") -> list[int]:
    """The seqs of a page."""
    page = await device.get(f"/chats/{chat['id']}/messages{query}")
    return [fits("Message", one)["seq"] for one in page]


async def test_a_message_is_what_was_sent(talk: Any) -> None:
    alice, bob, chat = talk
    sent = await post(alice, chat, "Привет 👋\n\tтам", client_id="a-1")
    assert sent.status == 201
    message = fits("Message", sent.json)
    assert (message["text"], message["client_id"], message["seq"]) == ("Привет 👋\n\tтам", "a-1", 1)
    assert (message["kind"], message["edited_at"], message["deleted"]) == ("text", None, False)
    assert await bob.get(f"/chats/{chat['id']}/messages/") == [message]
    for device in (alice, bob):
        assert event_fits(device.socket.last("new_message"))["message"] == message


async def test_seqs_are_gapless_whoever_writes(talk: Any) -> None:
    alice, bob, chat = talk
    answers = await asyncio.gather(*(post(one, chat, f"{place}") for place in range(10) for one in (alice, bob)))
    assert sorted(answer.json["seq"] for answer in answers) == list(range(1, 21))
    assert await history(alice, chat) == await history(bob, chat) == list(range(1, 21))


@pytest.mark.parametrize("text", ["x", " ", "x" * 4096, "👋" * 4096, "\u202e", "‍", "a\r\nb"])
async def test_texts_that_are_taken(talk: Any, text: str) -> None:
    assert (await post(talk[0], talk[2], text)).json["text"] == text


@pytest.mark.parametrize("text", ["", "x" * 4097, "nul\x00", "\x00", None, 5, ["x"]])
async def test_texts_that_are_not(talk: Any, text: Any) -> None:
    problem(await post(talk[0], talk[2], text), 400, "bad_request")
    assert await history(talk[0], talk[2]) == []


async def test_sending_the_same_again_is_harmless(talk: Any) -> None:
    alice, bob, chat = talk
    first = await post(alice, chat, "Hello", client_id="one")
    bob.socket.received()
    again = await post(alice, chat, "Hello", client_id="one")
    assert (first.status, again.status, again.json) == (201, 200, first.json)
    assert bob.socket.types() == []
    problem(await post(alice, chat, "Other", client_id="one"), 409, "client_id_reused")
    other = await alice.post("/chats", {"kind": "group", "title": "Other"})
    problem(await post(alice, other, "Hello", client_id="one"), 409, "client_id_reused")
    assert (await post(bob, chat, "Hello", client_id="one")).status == 201
    assert await history(alice, chat) == [1, 2]


async def test_sending_the_same_at_once_makes_one_message(talk: Any) -> None:
    alice, bob, chat = talk
    answers = await asyncio.gather(*(post(alice, chat, "Hello", client_id="one") for _ in range(8)))
    assert sorted(answer.status for answer in answers) == [200] * 7 + [201]
    assert len({answer.body for answer in answers}) == 1
    assert len(bob.socket.received("new_message")) == 1
    mixed = await asyncio.gather(*(post(alice, chat, text, client_id="two") for text in ("a", "b")))
    assert sorted(answer.status for answer in mixed) == [201, 409]


async def test_the_same_again_after_an_edit_gives_the_message_as_it_is(talk: Any) -> None:
    alice, _, chat = talk
    first = (await post(alice, chat, "Hello", client_id="one")).json
    edited = (await alice.call("PATCH", f"/messages/{first['id']}", {"text": "Hello!"})).json
    again = await post(alice, chat, "Hello", client_id="one")
    assert (again.status, again.json) == (200, edited)


@pytest.mark.parametrize(("name", "status"), [("x" * 64, 201), ("x" * 65, 400), ("", 400), ("a\n", 400), (5, 400)])
async def test_a_client_id_has_64_characters_at_most(talk: Any, name: Any, status: int) -> None:
    assert (await post(talk[0], talk[2], "Hello", client_id=name)).status == status


async def test_a_reply_is_to_a_message_of_this_chat(talk: Any) -> None:
    alice, _, chat = talk
    first = (await post(alice, chat, "Hello")).json
    assert (await post(alice, chat, "Hello again", reply_to=first["id"])).json["reply_to"] == first["id"]
    other = await alice.post("/chats", {"kind": "group", "title": "Other"})
    elsewhere = await post(alice, other, "x", reply_to=first["id"])
    unknown = await post(alice, other, "x", reply_to=10**9)
    assert problem(elsewhere, 404, "not_found") == problem(unknown, 404, "not_found")
    problem(await post(alice, chat, "x", reply_to=0), 400, "bad_request")


async def test_one_message_is_read_by_its_id(talk: Any) -> None:
    alice, bob, chat = talk
    sent = (await post(alice, chat, "Hello")).json
    assert fits("Message", await bob.get(f"/messages/{sent['id']}")) == sent
    await alice.call("DELETE", f"/messages/{sent['id']}")
    assert (await bob.get(f"/messages/{sent['id']}"))["text"] == ""
    problem(await bob.call("GET", f"/messages/{sent['id'] + 1}"), 404, "not_found")


async def test_an_edit_is_told_and_kept(talk: Any) -> None:
    alice, bob, chat = talk
    sent = (await post(alice, chat, "Helo")).json
    await alice.world.advance(5)
    answer = await alice.call("PATCH", f"/messages/{sent['id']}/", {"text": "Hello"})
    assert answer.status == 200
    edited = fits("Message", answer.json)
    assert (edited["text"], edited["edited_at"]) == ("Hello", "2027-01-15T08:00:05Z")
    assert edited["rev"] > sent["rev"]
    assert (edited["seq"], edited["created_at"]) == (sent["seq"], sent["created_at"])
    assert event_fits(bob.socket.last("message_edited"))["message"] == edited
    bob.socket.received()
    assert (await alice.call("PATCH", f"/messages/{sent['id']}", {"text": "Hello"})).json == edited
    assert bob.socket.types() == []
    for bad in ("", "x" * 4097, "\x00"):
        problem(await alice.call("PATCH", f"/messages/{sent['id']}", {"text": bad}), 400, "bad_request")


async def test_a_deleted_message_stays_as_a_tombstone_without_text(talk: Any) -> None:
    alice, bob, chat = talk
    sent = (await post(alice, chat, "Oops", client_id="one")).json
    bob.socket.received()
    gone = await alice.call("DELETE", f"/messages/{sent['id']}")
    assert (gone.status, gone.body) == (204, b"")
    [tombstone] = await bob.get(f"/chats/{chat['id']}/messages")
    assert (fits("Message", tombstone)["text"], tombstone["deleted"], tombstone["seq"]) == ("", True, 1)
    assert event_fits(bob.socket.last("message_deleted"))["message"] == tombstone
    assert event_fits(bob.socket.last("unread_changed"))["unread_count"] == 0
    bob.socket.received()
    assert (await alice.call("DELETE", f"/messages/{sent['id']}")).status == 204
    assert bob.socket.types() == []
    problem(await alice.call("PATCH", f"/messages/{sent['id']}", {"text": "Back"}), 409, "message_deleted")
    assert (await post(alice, chat, "Oops", client_id="one")).json == tombstone
    assert (await post(alice, chat, "Next")).json["seq"] == 2


async def test_only_its_sender_changes_a_message(talk: Any) -> None:
    alice, bob, chat = talk
    sent = (await post(alice, chat, "Mine")).json
    problem(await bob.call("PATCH", f"/messages/{sent['id']}", {"text": "Yours"}), 403, "forbidden")
    problem(await bob.call("DELETE", f"/messages/{sent['id']}"), 403, "forbidden")
    carol = (await alice.world.person("carol")).web
    hidden = await carol.call("DELETE", f"/messages/{sent['id']}")
    assert problem(hidden, 404, "not_found") == problem(await carol.call("DELETE", "/messages/99999"), 404, "not_found")


async def test_a_page_of_the_history(talk: Any) -> None:
    alice, _, chat = talk
    await asyncio.gather(*(post(alice, chat, f"{place}") for place in range(210)))
    assert await history(alice, chat) == list(range(161, 211))
    assert await history(alice, chat, "?limit=200") == list(range(11, 211))
    assert await history(alice, chat, "?limit=3") == [208, 209, 210]
    assert await history(alice, chat, "?before=11&limit=3") == [8, 9, 10]
    assert await history(alice, chat, "?after=11&limit=3") == [12, 13, 14]
    assert await history(alice, chat, "?after=5&before=8") == [6, 7]
    assert await history(alice, chat, "?after=210") == await history(alice, chat, "?before=1") == []
    for bad in ("limit=201", "limit=0", "limit=-1", "limit=x", "before=x", "after=-1", "limit=1.5"):
        problem(await alice.call("GET", f"/chats/{chat['id']}/messages?{bad}"), 400, "bad_request")


async def test_nobody_writes_across_a_block(talk: Any) -> None:
    alice, bob, chat = talk
    sent = (await post(alice, chat, "Before")).json
    for blocker, other in ((alice, bob), (bob, alice)):
        await blocker.call("PUT", f"/contacts/{other.person.id}/block")
        for writer in (alice, bob):
            problem(await post(writer, chat, "Hello"), 403, "cannot_write")
        problem(await alice.call("PATCH", f"/messages/{sent['id']}", {"text": "After"}), 403, "cannot_write")
        await blocker.call("DELETE", f"/contacts/{other.person.id}/block")
        assert (await post(bob, chat, "Hello")).status == 201
    await alice.call("PUT", f"/contacts/{bob.person.id}/block")
    assert (await alice.call("DELETE", f"/messages/{sent['id']}")).status == 204


async def test_nobody_writes_to_someone_who_is_gone(talk: Any) -> None:
    alice, bob, chat = talk
    world = alice.world
    gone = user.update().where(user.c.id == bob.person.id).values(deleted_at=world.clock.utcnow())
    await world.elsewhere(lambda tx: tx.run(gone))
    problem(await post(alice, chat, "Hello?"), 403, "cannot_write")


async def test_a_group_goes_on_across_a_block(world: World) -> None:
    alice, bob = await world.friends("alice", "bob")
    chat = await world.group(alice, bob)
    await alice.web.call("PUT", f"/contacts/{bob.id}/block")
    assert (await post(bob.web, chat, "Hello")).status == 201
    assert alice.web.socket.last("new_message")["message"]["sender_id"] == bob.id


async def test_sending_moves_ones_own_mark_unless_something_lies_unread(talk: Any) -> None:
    alice, bob, chat = talk
    await post(alice, chat, "one")
    assert (await alice.get(f"/chats/{chat['id']}"))["read_up_to_seq"] == 1
    await post(bob, chat, "two")
    bobs, alices = await bob.get(f"/chats/{chat['id']}"), await alice.get(f"/chats/{chat['id']}")
    assert (bobs["read_up_to_seq"], bobs["unread_count"]) == (0, 1)
    assert (alices["read_up_to_seq"], alices["unread_count"]) == (1, 1)
    await post(alice, chat, "three")
    alices = await alice.get(f"/chats/{chat['id']}")
    assert (alices["read_up_to_seq"], alices["unread_count"]) == (1, 1)
