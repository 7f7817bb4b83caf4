"""Contract §5: chats and members (`ryadom.chats.routes`, `ryadom.chats.actions`, `ryadom.chats.store` at work)."""

import asyncio
from typing import Any

import pytest

from contract.shapes import event_fits, fits, problem
from world import Device, World


async def roles(device: Device, chat: Any) -> dict[str, str]:
    """Username → role, in the order of joining."""
    members = await device.get(f"/chats/{chat['id']}/members")
    return {fits("Member", one)["user"]["username"]: one["role"] for one in members}


async def remove(by: Device, chat: Any, who: Device) -> int:
    return (await by.call("DELETE", f"/chats/{chat['id']}/members/{who.person.id}")).status


async def test_two_people_have_one_direct_chat(world: World) -> None:
    alice, bob = await world.person("alice"), await world.person("bob")
    made = await alice.web.call("POST", "/chats", {"kind": "direct", "user_id": bob.id})
    assert made.status == 201
    chat = fits("Chat", made.json)
    assert (chat["kind"], chat["title"], chat["peer"]["id"], chat["last_seq"]) == ("direct", None, bob.id, 0)
    again = await alice.web.call("POST", "/chats", {"kind": "direct", "user_id": bob.id})
    assert (again.status, again.json["id"]) == (200, chat["id"])
    back = await bob.web.call("POST", "/chats", {"kind": "direct", "user_id": alice.id})
    assert (back.status, back.json["id"], back.json["peer"]["id"]) == (200, chat["id"], alice.id)


async def test_both_opening_it_at_once_open_one(world: World) -> None:
    alice, bob = await world.person("alice"), await world.person("bob")
    answers = await asyncio.gather(
        *(
            one.web.call("POST", "/chats", {"kind": "direct", "user_id": other.id})
            for one, other in ((alice, bob), (bob, alice), (alice, bob))
        )
    )
    assert sorted(answer.status for answer in answers) == [200, 200, 201]
    assert len({answer.json["id"] for answer in answers}) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"kind": "direct", "user_id": 99999}, 404),
        ({"kind": "direct"}, 422),
        ({"kind": "group"}, 422),
        ({"kind": "group", "title": ""}, 400),
        ({"kind": "group", "title": "x" * 129}, 400),
        ({"kind": "group", "title": "Line\nbreak"}, 400),
        ({"kind": "group", "title": "Title\n"}, 400),
        ({"kind": "group", "title": "Title", "member_ids": [99999]}, 404),
        ({"kind": "group", "title": "Title", "member_ids": [0]}, 400),
        ({"kind": "group", "title": "Title", "member_ids": "all"}, 400),
        ({"kind": "crowd", "title": "Title"}, 400),
        ({}, 400),
    ],
)
async def test_chats_that_cannot_be(world: World, body: Any, status: int) -> None:
    alice = await world.person("alice", connect=False)
    assert (await alice.web.call("POST", "/chats", body)).status == status
    assert await alice.web.get("/chats") == []


async def test_a_group_has_its_owner_and_members(world: World) -> None:
    alice, bob, carol = [await world.person(name) for name in ("alice", "bob", "carol")]
    body = {"kind": "group", "title": " Lunch ", "member_ids": [bob.id, carol.id, bob.id, alice.id]}
    made = await alice.web.call("POST", "/chats", body)
    assert made.status == 201
    assert fits("Chat", made.json)["title"] == "Lunch"
    assert (made.json["role"], made.json["peer"]) == ("owner", None)
    assert await roles(bob.web, made.json) == {"alice": "owner", "bob": "member", "carol": "member"}
    told = [event_fits(one) for one in bob.web.socket.received("chat_changed")]
    assert told[-1]["chat"]["chat"] == await bob.web.get(f"/chats/{made.json['id']}")


async def test_the_latest_message_comes_first(world: World) -> None:
    alice, bob = await world.friends("alice", "bob", connect=False)
    chats = [await world.group(alice, bob, title=f"Group {place}") for place in range(3)]
    for place in (1, 0):
        await world.advance(1)
        await bob.web.write(chats[place], "Hello")
    listed = [fits("Chat", one) for one in await alice.web.get("/chats")]
    assert [one["id"] for one in listed] == [chats[0]["id"], chats[1]["id"], chats[2]["id"]]
    assert [one["unread_count"] for one in listed] == [1, 1, 0]


async def test_owner_and_admins_add_and_remove(world: World) -> None:
    owner, admin, member, other = [await world.person(name) for name in ("owner", "admin", "member", "other")]
    chat = await world.group(owner, admin, member)
    members = f"/chats/{chat['id']}/members"
    changed = await owner.web.call("PATCH", f"{members}/{admin.id}", {"role": "admin"})
    assert (changed.status, fits("Member", changed.json)["role"]) == (200, "admin")
    problem(await member.web.call("POST", members, {"user_id": other.id}), 403, "forbidden")
    added = await admin.web.call("POST", members, {"user_id": other.id})
    assert (added.status, fits("Member", added.json)["role"]) == (201, "member")
    assert (await owner.web.call("POST", members, {"user_id": other.id})).status == 200
    assert await remove(member.web, chat, other.web) == 403
    assert await remove(admin.web, chat, owner.web) == 403
    assert await remove(admin.web, chat, other.web) == 204
    assert await remove(admin.web, chat, other.web) == 404
    assert await remove(owner.web, chat, admin.web) == 204
    assert await roles(owner.web, chat) == {"owner": "owner", "member": "member"}


async def test_an_admin_does_not_remove_an_admin(world: World) -> None:
    owner, one, other = [await world.person(name, connect=False) for name in ("owner", "one", "other")]
    chat = await world.group(owner, one, other)
    for admin in (one, other):
        await owner.web.call("PATCH", f"/chats/{chat['id']}/members/{admin.id}", {"role": "admin"})
    assert await remove(one.web, chat, other.web) == 403


async def test_who_is_unknown_and_who_blocks_you_cannot_be_added_and_look_alike(world: World) -> None:
    alice, bob = await world.friends("alice", "bob", connect=False)
    await bob.web.call("PUT", f"/contacts/{alice.id}/block")
    chat = await world.group(alice)
    path = f"/chats/{chat['id']}/members"
    blocking = await alice.web.call("POST", path, {"user_id": bob.id})
    unknown = await alice.web.call("POST", path, {"user_id": 99999})
    assert problem(blocking, 404, "not_found") == problem(unknown, 404, "not_found")
    groups = [
        await alice.web.call("POST", "/chats", {"kind": "group", "title": "Title", "member_ids": [one]})
        for one in (bob.id, 99999)
    ]
    assert problem(groups[0], 404, "not_found") == problem(groups[1], 404, "not_found")


async def test_who_joins_sees_the_history_and_has_nothing_unread(world: World) -> None:
    alice, bob = await world.person("alice"), await world.person("bob")
    chat = await world.group(alice)
    for text in ("one", "two"):
        await alice.web.write(chat, text)
    await alice.web.post(f"/chats/{chat['id']}/members", {"user_id": bob.id})
    joined = await bob.web.get(f"/chats/{chat['id']}")
    assert (joined["unread_count"], joined["read_up_to_seq"], joined["last_seq"]) == (0, 2, 2)
    assert [one["text"] for one in await bob.web.get(f"/chats/{chat['id']}/messages")] == ["one", "two"]
    assert event_fits(bob.web.socket.last("unread_changed"))["up_to_seq"] == 2


async def test_who_left_finds_nothing_any_more(world: World) -> None:
    alice, bob = await world.person("alice"), await world.person("bob")
    chat = await world.group(alice, bob)
    sent = await bob.web.write(chat, "mine")
    world.forget()
    assert await remove(bob.web, chat, bob.web) == 204
    assert [one["chat"]["gone"] for one in bob.web.socket.received("chat_changed")] == [True]
    assert [one["chat"]["left"] for one in alice.web.socket.received("chat_changed")] == [[bob.id]]
    path = f"/chats/{chat['id']}"
    for method, where, body in (
        ("GET", path, None), ("GET", f"{path}/messages", None), ("GET", f"{path}/members", None),
        ("GET", f"{path}/changes?after_rev=0", None), ("POST", f"{path}/messages", {"text": "x"}),
        ("PATCH", path, {"muted_until": None}), ("PATCH", f"/messages/{sent['id']}", {"text": "x"}),
        ("DELETE", f"/messages/{sent['id']}", None), ("DELETE", f"{path}/members/{bob.id}", None),
        ("POST", "/status/typing", {"chat_id": chat["id"]}),
        ("POST", "/status/read", {"chat_id": chat["id"], "message_id": sent["id"]}),
    ):  # fmt: skip
        problem(await bob.web.call(method, where, body), 404, "not_found")
    assert await bob.web.get("/chats") == []
    world.forget()
    await alice.web.write(chat, "after")
    assert bob.web.socket.types() == []


async def test_who_comes_back_starts_at_the_newest_message(world: World) -> None:
    alice, bob = await world.person("alice"), await world.person("bob")
    chat = await world.group(alice, bob)
    await alice.web.write(chat, "one")
    await remove(bob.web, chat, bob.web)
    await alice.web.write(chat, "two")
    await alice.web.post(f"/chats/{chat['id']}/members", {"user_id": bob.id})
    back = await bob.web.get(f"/chats/{chat['id']}")
    assert (back["unread_count"], back["read_up_to_seq"], back["role"]) == (0, 2, "member")


async def test_an_owner_who_leaves_hands_over_to_the_oldest_admin(world: World) -> None:
    owner, oldest, young, old = [await world.person(name) for name in ("owner", "oldest", "young", "old")]
    chat = await world.group(owner, oldest)
    for one in (old, young):
        await world.advance(1)
        await owner.web.post(f"/chats/{chat['id']}/members", {"user_id": one.id})
    for one in (young, old):
        await owner.web.call("PATCH", f"/chats/{chat['id']}/members/{one.id}", {"role": "admin"})
    world.forget()
    assert await remove(owner.web, chat, owner.web) == 204
    assert await roles(old.web, chat) == {"oldest": "member", "old": "owner", "young": "admin"}
    assert old.web.socket.received("chat_changed")[-1]["chat"]["role"] == "owner"


async def test_without_an_admin_the_oldest_member_becomes_owner(world: World) -> None:
    owner, young, old = [await world.person(name) for name in ("owner", "young", "old")]
    chat = await world.group(owner, old)
    await world.advance(1)
    await owner.web.post(f"/chats/{chat['id']}/members", {"user_id": young.id})
    assert await remove(owner.web, chat, owner.web) == 204
    assert await roles(young.web, chat) == {"old": "owner", "young": "member"}
    assert await remove(old.web, chat, old.web) == await remove(young.web, chat, young.web) == 204


async def test_the_owner_hands_the_chat_over(world: World) -> None:
    alice, bob = await world.person("alice"), await world.person("bob")
    chat = await world.group(alice, bob)
    path = f"/chats/{chat['id']}/members"
    assert (await alice.web.call("PATCH", f"{path}/{bob.id}", {"role": "owner"})).status == 200
    assert await roles(alice.web, chat) == {"alice": "admin", "bob": "owner"}
    problem(await alice.web.call("PATCH", f"{path}/{bob.id}", {"role": "member"}), 403, "forbidden")
    problem(await bob.web.call("PATCH", f"{path}/{bob.id}", {"role": "member"}), 403, "forbidden")
    problem(await bob.web.call("PATCH", f"{path}/{alice.id}", {"role": "king"}), 400, "bad_request")


async def test_a_direct_chat_keeps_its_two_people(world: World) -> None:
    alice, bob = await world.person("alice"), await world.person("bob")
    carol = await world.person("carol")
    chat = await world.direct(alice, bob)
    assert await roles(alice.web, chat) == {"alice": "member", "bob": "member"}
    path = f"/chats/{chat['id']}"
    problem(await alice.web.call("POST", f"{path}/members", {"user_id": carol.id}), 403, "forbidden")
    problem(await alice.web.call("PATCH", path, {"title": "Ours"}), 403, "forbidden")
    assert await remove(alice.web, chat, alice.web) == 403
    assert await remove(alice.web, chat, bob.web) == 403


async def test_in_a_channel_only_its_owner_and_admins_post(world: World) -> None:
    owner, admin, reader = [await world.person(name) for name in ("owner", "admin", "reader")]
    channel = await world.group(owner, admin, reader, kind="channel")
    await owner.web.call("PATCH", f"/chats/{channel['id']}/members/{admin.id}", {"role": "admin"})
    for writer, status in ((owner, 201), (admin, 201), (reader, 403)):
        answer = await writer.web.call("POST", f"/chats/{channel['id']}/messages", {"text": "News"})
        assert answer.status == status
    problem(answer, 403, "cannot_write")
    assert (await reader.web.get("/chats"))[0]["unread_count"] == 2


async def test_a_new_title_is_told_to_members(world: World) -> None:
    alice, bob = await world.person("alice"), await world.person("bob")
    chat = await world.group(alice, bob)
    world.forget()
    renamed = await alice.web.call("PATCH", f"/chats/{chat['id']}", {"title": "New"})
    assert (renamed.status, fits("Chat", renamed.json)["title"]) == (200, "New")
    [told] = bob.web.socket.received("chat_changed")
    assert (event_fits(told)["chat"]["title"], told["chat"]["id"]) == ("New", chat["id"])
    assert told["rev"] == renamed.json["rev"] > chat["rev"]


async def test_a_muted_chat_counts_no_more_in_the_total(world: World) -> None:
    alice, bob = await world.friends("alice", "bob")
    loud, quiet = await world.group(bob, alice), await world.group(bob, alice)
    for chat in (loud, quiet):
        await bob.web.write(chat, "Hello")
    until = "2027-01-15T09:00:00Z"
    muted = await alice.web.call("PATCH", f"/chats/{quiet['id']}", {"muted_until": until})
    assert (muted.status, muted.json["muted_until"], muted.json["unread_count"]) == (200, until, 1)
    assert alice.web.socket.last("unread_changed")["total_unread"] == 1
    assert (await alice.web.get("/sync"))["total_unread"] == 1
    await bob.web.write(quiet, "Still here")
    told = alice.web.socket.last("unread_message")
    assert (told["unread_count"], told["total_unread"]) == (2, 1)
    assert (await alice.web.get("/sync"))["total_unread"] == 1
    assert (await bob.web.get(f"/chats/{quiet['id']}"))["muted_until"] is None
    await world.advance(3601)
    assert alice.web.socket.last("unread_changed")["total_unread"] == 3
    assert (await alice.web.get("/sync"))["total_unread"] == 3


async def test_a_mute_is_noted_once_however_often_one_connects(world: World) -> None:
    alice, bob = await world.friends("alice", "bob")
    chat = await world.direct(alice, bob)
    await alice.web.call("PATCH", f"/chats/{chat['id']}", {"muted_until": "9000-01-01T00:00:00Z"})
    for _ in range(100):
        await alice.web.connect()
        await alice.web.socket.close()
    assert len(world.server.counts._unmute) == 1


async def test_a_mute_can_be_taken_back_and_needs_a_whole_time(world: World) -> None:
    alice, bob = await world.friends("alice", "bob")
    chat = await world.direct(alice, bob)
    path = f"/chats/{chat['id']}"
    await bob.web.write(chat, "Hello")
    await alice.web.call("PATCH", path, {"muted_until": "2040-01-01T00:00:00+03:00"})
    assert (await alice.web.get(path))["muted_until"] == "2039-12-31T21:00:00Z"
    assert (await alice.web.call("PATCH", path, {"muted_until": None})).json["muted_until"] is None
    assert (await alice.web.get("/sync"))["total_unread"] == 1
    beyond = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00")
    for bad in ("2040-01-01T00:00:00", "tomorrow", 5, "", *beyond):
        problem(await alice.web.call("PATCH", path, {"muted_until": bad}), 400, "bad_request")
