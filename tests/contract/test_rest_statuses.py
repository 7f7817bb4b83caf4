"""Contract §6: statuses, typing and read marks (`ryadom.presence.routes`, `ryadom.receipts.routes`,
`ryadom.receipts.actions`, `ryadom.receipts.store`, `ryadom.receipts.counts` at work)."""

from typing import Any

import pytest

from contract.shapes import event_fits, fits, problem
from world import Device, World


@pytest.fixture
async def talk(world: World) -> tuple[Device, Device, Any]:
    """Two people and their chat."""
    alice, bob = await world.friends("alice", "bob")
    chat = await world.direct(alice, bob)
    world.forget()
    return alice.web, bob.web, chat


async def test_ones_own_status(talk: Any) -> None:
    alice, _, chat = talk
    await alice.socket.send(type="typing_start", chat_id=chat["id"])
    own = fits("UserStatus", await alice.get("/status/me"))
    assert own["user_id"] == alice.person.id
    assert (own["status"], own["last_seen"], own["is_typing_in_chat"]) == ("online", "2027-01-15T08:00:00Z", chat["id"])


async def test_the_statuses_of_ones_contacts(talk: Any) -> None:
    alice, bob, chat = talk
    [shown] = await bob.get("/status/contacts/")
    assert fits("UserStatus", shown)["status"] == "online"
    await alice.post("/status/typing", {"chat_id": chat["id"]})
    [shown] = await bob.get("/status/contacts")
    assert shown["is_typing_in_chat"] == chat["id"]


async def test_offline_lasts_until_online_and_both_answer_with_ones_own_status(talk: Any) -> None:
    alice, bob, _ = talk
    for word in ("offline", "online"):
        answer = await alice.call("POST", f"/status/{word}")
        assert (answer.status, fits("UserStatus", answer.json)["status"]) == (200, word)
        assert [one["status"] for one in await bob.get("/status/contacts")] == [word]
        assert event_fits(bob.socket.last("status_change"))["status"] == word
        event_fits(bob.socket.last(f"user_{word}"))


async def test_someone_idle_is_away_for_who_asks(talk: Any) -> None:
    alice, bob, _ = talk
    await alice.world.advance(301)
    for path, plain, away in (
        (f"/api/user_status/{alice.person.id}", "online", "away"), ("/status/contacts", "online", "away"),
        ("/api/online_users", "online", "away"), ("/sync", "online", "away"),
    ):  # fmt: skip
        for query, expected in (("", plain), ("?away=0", plain), ("?away=1", away), ("?away=true", away)):
            found = await bob.get(path + query)
            one = found["statuses"][0] if path == "/sync" else found[0] if isinstance(found, list) else found
            assert one["status"] == expected, (path, query)
            assert one.get("is_online", True) is True
    problem(await bob.call("GET", "/status/contacts?away=perhaps"), 400, "bad_request")


async def test_typing_is_passed_on_and_ends(talk: Any) -> None:
    alice, bob, chat = talk
    assert (await alice.call("POST", "/status/typing", {"chat_id": chat["id"]})).status == 204
    [start] = bob.socket.received("typing_start")
    assert (event_fits(start)["chat_id"], start["user_id"]) == (chat["id"], alice.person.id)
    assert (await alice.call("POST", "/status/typing/", {"chat_id": chat["id"], "is_typing": False})).status == 204
    event_fits(bob.socket.last("typing_stop"))
    assert alice.socket.received("typing_start", "typing_stop") == []


async def test_typing_nowhere(talk: Any) -> None:
    alice = talk[0]
    problem(await alice.call("POST", "/status/typing", {"chat_id": 99999}), 404, "not_found")
    for bad in ({}, {"chat_id": "1"}, {"chat_id": 1, "is_typing": "yes"}, {"chat_id": 0}, {"chat_id": 2**53}):
        problem(await alice.call("POST", "/status/typing", bad), 400, "bad_request")


async def test_reading_marks_everything_before_and_never_moves_back(talk: Any) -> None:
    alice, bob, chat = talk
    sent = [await alice.write(chat, str(place)) for place in range(5)]
    world = alice.world
    world.forget()
    answer = await bob.call("POST", "/status/read", {"chat_id": chat["id"], "message_id": sent[2]["id"]})
    assert answer.status == 200
    done = fits("ReadResult", answer.json)
    assert (done["chat_id"], done["up_to_seq"], done["unread_count"], done["total_unread"]) == (chat["id"], 3, 2, 2)
    [told] = alice.socket.received("messages_read")
    assert event_fits(told)["message_ids"] == [one["id"] for one in sent[:3]]
    assert (told["user_id"], told["up_to_seq"]) == (bob.person.id, 3)
    [changed] = bob.socket.received("unread_changed")
    assert (event_fits(changed)["unread_count"], changed["up_to_seq"]) == (2, 3)
    back = await bob.post("/status/read", {"chat_id": chat["id"], "message_id": sent[0]["id"]})
    assert back == done
    assert alice.socket.types() == bob.socket.types() == []
    assert (await alice.get(f"/chats/{chat['id']}"))["peers_read_up_to_seq"] == {str(bob.person.id): 3}


async def test_several_messages_of_one_chat_can_be_read_at_once(talk: Any) -> None:
    alice, bob, chat = talk
    ids = [(await alice.write(chat, str(place)))["id"] for place in range(3)]
    done = await bob.post("/status/read", {"message_ids": [ids[1], ids[0], ids[1]]})
    assert (done["up_to_seq"], done["unread_count"]) == (2, 1)
    done = await bob.post("/status/read/", {"chat_id": chat["id"], "message_ids": ids})
    assert (done["up_to_seq"], done["unread_count"]) == (3, 0)


async def test_what_cannot_be_read(talk: Any) -> None:
    alice, bob, chat = talk
    here = (await alice.write(chat, "Hello"))["id"]
    group = await alice.world.group(alice.person, bob.person)
    there = (await alice.write(group, "Hello"))["id"]
    carol = (await alice.world.person("carol")).web
    for body, status, code in (
        ({"message_ids": [here, there]}, 400, "different_chats"),
        ({"chat_id": group["id"], "message_ids": [here, there]}, 400, "different_chats"),
        ({"message_ids": []}, 422, "invalid"),
        ({"message_ids": [0]}, 400, "bad_request"),
        ({"chat_id": chat["id"]}, 422, "invalid"),
        ({}, 422, "invalid"),
        ({"chat_id": chat["id"], "message_id": here, "message_ids": [here]}, 422, "invalid"),
        ({"chat_id": group["id"], "message_id": here}, 404, "not_found"),
        ({"chat_id": chat["id"], "message_id": 99999}, 404, "not_found"),
        ({"message_ids": [here, 99999]}, 404, "not_found"),
    ):
        problem(await bob.call("POST", "/status/read", body), status, code)
    hidden = await carol.call("POST", "/status/read", {"message_ids": [here]})
    mixed = await carol.call("POST", "/status/read", {"message_ids": [here, there]})
    unknown = await carol.call("POST", "/status/read", {"message_ids": [99999]})
    assert problem(hidden, 404, "not_found") == problem(unknown, 404, "not_found") == problem(mixed, 404, "not_found")
    assert (await bob.get("/sync"))["total_unread"] == 2


async def test_no_more_than_the_last_100_messages_are_named(talk: Any) -> None:
    alice, bob, chat = talk
    sent = [await alice.write(chat, str(place)) for place in range(120)]
    await bob.read(sent[-1])
    assert alice.socket.last("messages_read")["message_ids"] == [one["id"] for one in sent[20:]]


async def test_the_short_form_of_a_status(talk: Any) -> None:
    alice, bob, _ = talk
    for device in (alice, bob):
        one = fits("OnlineStatus", await device.get(f"/api/user_status/{alice.person.id}/"))
        assert (one["user_id"], one["is_online"], one["status"]) == (alice.person.id, True, "online")
    await alice.call("POST", "/status/offline")
    assert (await bob.get(f"/api/user_status/{alice.person.id}"))["is_online"] is False


async def test_online_users_are_mutual_contacts_of_ones_chats_online_or_not(talk: Any) -> None:
    alice, bob, _ = talk
    world = alice.world
    carol = await world.person("carol")
    await bob.call("POST", "/status/offline")
    found = [fits("OnlineStatus", one) for one in await alice.get("/api/online_users/")]
    assert [(one["user_id"], one["is_online"]) for one in found] == [(bob.person.id, False)]
    await world.group(alice.person, carol)
    assert len(await alice.get("/api/online_users")) == 1
    await world.friends("alice", "carol")
    assert len(await alice.get("/api/online_users")) == 2


async def test_last_seen_is_null_when_it_never_was(world: World) -> None:
    made = (await world.call("POST", "/register", {"username": "ghost", "password": "never signs in"})).json
    rows = await world.rows('SELECT last_seen, is_online FROM "user" WHERE id = :id', id=made["id"])
    assert rows == [(None, False)]
