"""Contract §5: catching up (`ryadom.sync.routes`, `ryadom.sync.snapshot` at work)."""

import asyncio
from typing import Any

import pytest

from contract.shapes import fits, problem
from world import Device, World


@pytest.fixture
async def talk(world: World) -> tuple[Device, Device, Any]:
    """Two people and their group."""
    alice, bob = await world.friends("alice", "bob")
    chat = await world.group(alice, bob)
    world.forget()
    return alice.web, bob.web, chat


async def changes(device: Device, chat: Any, after: int) -> Any:
    return fits("Changes", await device.get(f"/chats/{chat['id']}/changes?after_rev={after}"))


async def test_the_snapshot_is_what_the_single_calls_say(talk: Any) -> None:
    alice, bob, chat = talk
    await bob.write(chat, "Hello")
    taken = fits("Snapshot", await alice.get("/sync"))
    assert taken["chats"] == await alice.get("/chats")
    assert taken["contacts"] == await alice.get("/contacts")
    assert taken["statuses"] == await alice.get("/status/contacts")
    assert taken["me"] == await alice.get("/users/me")
    assert taken["total_unread"] == 1
    assert taken["rev"] >= max(one["rev"] for one in taken["chats"])


async def test_each_change_is_found_after_the_rev_before_it(talk: Any) -> None:
    alice, bob, chat = talk
    carol = await alice.world.person("carol")
    path = f"/chats/{chat['id']}"
    rev = (await alice.get(path))["rev"]
    one, two = await bob.write(chat, "one"), await bob.write(chat, "two")
    found = await changes(alice, chat, rev)
    assert [message["id"] for message in found["messages"]] == [one["id"], two["id"]]
    assert (found["members"], found["left"], found["more"]) == ([], [], False)

    await bob.call("PATCH", f"/messages/{one['id']}", {"text": "One"})
    await bob.call("DELETE", f"/messages/{two['id']}")
    found = await changes(alice, chat, found["rev"])
    assert [(one["text"], one["deleted"]) for one in found["messages"]] == [("One", False), ("", True)]

    await alice.post(f"{path}/members", {"user_id": carol.id})
    found = await changes(bob, chat, found["rev"])
    assert [one["user"]["username"] for one in found["members"]] == ["carol"]
    assert found["messages"] == []

    await carol.web.call("DELETE", f"{path}/members/{carol.id}")
    found = await changes(bob, chat, found["rev"])
    assert (found["left"], found["members"]) == ([carol.id], [])

    await alice.read(one)
    found = await changes(bob, chat, found["rev"])
    assert found["marks"] == [{"user_id": alice.person.id, "up_to_seq": 1}]

    await alice.call("PATCH", path, {"title": "New"})
    found = await changes(bob, chat, found["rev"])
    assert found["chat"]["title"] == "New"
    nothing = await changes(bob, chat, found["rev"])
    assert nothing["messages"] == nothing["members"] == nothing["left"] == nothing["marks"] == []
    assert nothing["rev"] == found["rev"]


async def test_many_changes_come_in_portions(talk: Any) -> None:
    alice, bob, chat = talk
    rev = (await alice.get(f"/chats/{chat['id']}"))["rev"]
    await asyncio.gather(*(bob.write(chat, str(place)) for place in range(620)))
    seqs, more = [], True
    while more:
        found = await changes(alice, chat, rev)
        seqs += [one["seq"] for one in found["messages"]]
        rev, more = found["rev"], found["more"]
    assert seqs == list(range(1, 621))
    assert (await changes(alice, chat, rev))["messages"] == []


async def test_every_durable_event_carries_a_rev_that_rises(talk: Any) -> None:
    alice, bob, chat = talk
    sent = await bob.write(chat, "Hello")
    await bob.call("PATCH", f"/messages/{sent['id']}", {"text": "Hello!"})
    await alice.read(sent)
    await bob.call("DELETE", f"/messages/{sent['id']}")
    await alice.call("PATCH", f"/chats/{chat['id']}", {"title": "New"})
    about = ("new_message", "message_edited", "message_deleted")
    revs = [one["rev"] for one in alice.socket.all() if one["type"] in about]
    assert revs == sorted(set(revs))
    await alice.socket.send(type="ping")
    highest = max(one["rev"] for one in alice.socket.all() if one["type"] != "pong" and "rev" in one)
    assert alice.socket.last("pong")["rev"] == highest == (await alice.get("/sync"))["rev"]
    await alice.world.advance(26)
    assert alice.socket.last("heartbeat")["rev"] == highest


@pytest.mark.parametrize("query", ["", "?after_rev=x", "?after_rev=-1", f"?after_rev={2**53}", "?after_rev="])
async def test_changes_need_a_rev(talk: Any, query: str) -> None:
    alice, _, chat = talk
    problem(await alice.call("GET", f"/chats/{chat['id']}/changes{query}"), 400, "bad_request")


async def test_a_rev_of_the_future_has_no_changes(talk: Any) -> None:
    alice, _, chat = talk
    found = await changes(alice, chat, 2**53 - 1)
    assert (found["messages"], found["more"]) == ([], False)
