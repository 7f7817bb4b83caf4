"""The law around chats and their members."""

from datetime import UTC, datetime, timedelta

import pytest

from law.town import Json, Town


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
