"""Who sees what of a person: presence, typing and reading only mutual contacts; hidden, gone and absent look alike."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from contract.cast import Cast
from world import Device, World

ONLOOKERS = (
    "stranger", "one_way", "entered", "mutual", "blocked", "blocker", "ex_member", "member", "admin", "friend",
)  # fmt: skip
"""`friend` is both a mutual contact and a member."""
CONTACTS = {"mutual", "friend"}
MEMBERS = {"member", "admin", "friend"}


@pytest.fixture
async def scene(cast: Cast, data: Path) -> AsyncIterator[tuple[World, dict[str, Device], dict[str, int]]]:
    """The cast, everybody but the owner connected, and one more who is both contact and member."""
    world = await cast.enter(data)
    devices = {}
    for name in (*ONLOOKERS[:-1], "owner"):
        device = cast.device(world, name)
        assert device is not None
        devices[name] = device
    friend = await world.person("friend", connect=False)
    devices["friend"] = friend.web
    ids = cast.places["group"]
    await friend.web.post("/contacts", {"user_id": ids["user_id"]})
    await devices["owner"].post("/contacts", {"user_id": friend.id})
    await devices["owner"].post(f"/chats/{ids['chat_id']}/members", {"user_id": friend.id})
    for name in ONLOOKERS:
        await devices[name].connect()
    yield world, devices, ids
    await world.close()


def told(devices: dict[str, Device], type_: str) -> set[str]:
    """Who has heard an event of this type since last asked."""
    return {name for name in ONLOOKERS if devices[name].socket.received(type_)}


async def asked(devices: dict[str, Device], path: str) -> dict[str, Any]:
    """What each onlooker gets."""
    return {name: (await devices[name].call("GET", path)).json for name in ONLOOKERS}


async def test_only_mutual_contacts_hear_of_coming_and_going(scene: Any) -> None:
    world, devices, _ = scene
    await world.advance(120)
    for types in (("status_change", "user_online"), ("status_change", "user_offline")):
        for name in ONLOOKERS:
            devices[name].socket.received()
        if types[1] == "user_online":
            await devices["owner"].connect()
        else:
            await devices["owner"].socket.close()
            await world.advance(6)
        heard = {name: devices[name].socket.types() for name in ONLOOKERS}
        assert heard == {name: [*types] if name in CONTACTS else [] for name in ONLOOKERS}


async def test_only_members_who_are_mutual_contacts_hear_of_typing(scene: Any) -> None:
    _, devices, ids = scene
    socket = await devices["owner"].connect()
    await socket.send(type="typing_start", chat_id=ids["chat_id"])
    assert told(devices, "typing_start") == CONTACTS & MEMBERS
    shown = await asked(devices, "/status/contacts")
    typing = {name for name, found in shown.items() if [one for one in found if one["is_typing_in_chat"]]}
    assert typing == CONTACTS & MEMBERS
    await socket.send(type="typing_stop", chat_id=ids["chat_id"])
    assert told(devices, "typing_stop") == CONTACTS & MEMBERS


async def test_only_authors_who_are_mutual_contacts_hear_of_reading(scene: Any) -> None:
    _, devices, ids = scene
    chat = {"id": ids["chat_id"]}
    for name in ("member", "admin", "friend"):
        last = await devices[name].write(chat, f"from {name}")
    await devices["owner"].read(last)
    assert told(devices, "messages_read") == CONTACTS & MEMBERS
    for name in ("member", "admin", "friend"):
        marks = (await devices[name].get(f"/chats/{chat['id']}"))["peers_read_up_to_seq"]
        assert (str(ids["user_id"]) in marks) is (name == "friend")
        moved = (await devices[name].get(f"/chats/{chat['id']}/changes?after_rev=0"))["marks"]
        assert (ids["user_id"] in [mark["user_id"] for mark in moved]) is (name == "friend")


async def test_messages_and_counts_go_to_all_members_and_to_nobody_else(scene: Any) -> None:
    _, devices, ids = scene
    for name in ONLOOKERS:
        devices[name].socket.received()
    sent = await devices["owner"].write({"id": ids["chat_id"]}, "to all")
    await devices["owner"].call("PATCH", f"/messages/{sent['id']}", {"text": "to all of you"})
    await devices["owner"].call("DELETE", f"/messages/{sent['id']}")
    heard = {name: devices[name].socket.types() for name in ONLOOKERS}
    all_of_it = ["new_message", "unread_message", "message_edited", "message_deleted", "unread_changed"]
    by_presence = {"status_change", "user_online"}
    assert {name: [one for one in types if one not in by_presence] for name, types in heard.items()} == {
        name: all_of_it if name in MEMBERS else [] for name in ONLOOKERS
    }


async def test_only_mutual_contacts_find_a_status(scene: Any) -> None:
    _, devices, ids = scene
    await devices["owner"].connect()
    owner = ids["user_id"]
    for path, expected in (("/status/contacts", CONTACTS), ("/api/online_users", CONTACTS & MEMBERS)):
        found = await asked(devices, path)
        assert {name for name in ONLOOKERS if owner in [one["user_id"] for one in found[name]]} == expected, path
    snapshots = await asked(devices, "/sync")
    assert {name for name in ONLOOKERS if owner in [x["user_id"] for x in snapshots[name]["statuses"]]} == CONTACTS
    for name in ONLOOKERS:
        await devices[name].socket.send(type="ping")
        assert (str(owner) in devices[name].socket.last("pong")["contacts_status"]) is (name in CONTACTS)


async def test_for_others_hidden_offline_and_absent_look_alike(scene: Any) -> None:
    world, devices, ids = scene
    path, nobody = f"/api/user_status/{ids['user_id']}", f"/api/user_status/{10**15}"
    seen: dict[str, list[bytes]] = {name: [] for name in ONLOOKERS}

    async def look() -> None:
        for name in ONLOOKERS:
            seen[name].append((await devices[name].call("GET", path)).body)

    await look()
    await devices["owner"].connect()
    await look()
    await devices["owner"].call("PATCH", "/users/me", {"appear_offline": True})
    await look()
    await devices["owner"].socket.close()
    await world.advance(120)
    await look()
    for name in set(ONLOOKERS) - CONTACTS:
        assert set(seen[name]) == {(await devices[name].call("GET", nobody)).body}, name
    for name in CONTACTS:
        assert b'"online"' in seen[name][1]
        assert seen[name][2] == seen[name][3], "hidden and gone look alike"
        assert b'"offline"' in seen[name][2]


async def test_a_search_shows_no_presence(scene: Any) -> None:
    _, devices, _ = scene
    await devices["owner"].connect()
    for found in (await asked(devices, "/users?query=owner")).values():
        assert [set(user) for user in found] == [{"id", "username", "display_name"}]


async def test_the_blocked_hear_of_an_entry_only_when_mutual_flips(scene: Any) -> None:
    _, devices, ids = scene
    for name in ("one_way", "stranger", "mutual"):
        devices[name].socket.received()
    await devices["one_way"].call("PUT", f"/contacts/{ids['user_id']}/block")
    await devices["owner"].call("PUT", f"/contacts/{devices['stranger'].person.id}/block")
    assert devices["stranger"].socket.types() == []
    await devices["owner"].call("PUT", f"/contacts/{devices['mutual'].person.id}/block")
    flips = devices["mutual"].socket.received("contact_changed")
    assert [(one["user_id"], one["mutual"]) for one in flips] == [(ids["user_id"], False)]
