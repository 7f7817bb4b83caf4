"""What the first requirement document describes, tried feature by feature; it mentions a test of this name."""

from typing import Any

import pytest

from world import PASSWORD, Device, World


@pytest.fixture
async def two(world: World) -> tuple[Device, Device]:
    """Two mutual contacts; Bob's device has no socket."""
    alice = await world.person("alice")
    bob = await world.person("bob", connect=False)
    for one, other in ((alice, bob), (bob, alice)):
        await one.web.post("/contacts", {"user_id": other.id})
    world.forget()
    return alice.web, bob.web


async def status(reader: Device, of: Device) -> Any:
    return await reader.get(f"/api/user_status/{of.person.id}")


async def sign_in(device: Device) -> None:
    """The person of this device signs in on another, and does nothing else."""
    body = {"username": device.person.username, "password": PASSWORD}
    (await device.world.call("POST", "/login", body)).ok()


async def test_the_table_user_has_the_two_new_columns(world: World) -> None:
    columns = world.server.db._reader.execute("SELECT name, type FROM pragma_table_info('user')").fetchall()
    assert {("last_seen", "DATETIME"), ("is_online", "BOOLEAN")} <= set(columns)


async def test_signing_in_makes_one_online(world: World, two: tuple[Device, Device]) -> None:
    alice, bob = two
    await world.advance(61)
    assert (await status(alice, bob))["is_online"] is False
    await sign_in(bob)
    shown = await status(alice, bob)
    assert (shown["is_online"], shown["status"]) == (True, "online")


async def test_every_request_keeps_one_online(world: World, two: tuple[Device, Device]) -> None:
    alice, bob = two
    for _ in range(3):
        await world.advance(59)
        await bob.get("/users/me")
    assert (await status(alice, bob))["is_online"] is True
    assert alice.socket.types() == []
    last_request = world.clock.utcnow()
    await world.advance(61)
    shown = await status(alice, bob)
    assert shown["is_online"] is False
    assert shown["last_seen"] == last_request.isoformat().replace("+00:00", "Z")


async def test_coming_and_going_are_told_at_once(two: tuple[Device, Device]) -> None:
    alice, bob = two
    await bob.post("/logout")
    assert alice.socket.types() == ["status_change", "user_offline"]
    await sign_in(bob)
    assert alice.socket.types() == ["status_change", "user_online"]


async def test_a_broken_connection_makes_one_offline(world: World, two: tuple[Device, Device]) -> None:
    alice, bob = two
    socket = await bob.connect()
    world.forget()
    await socket.drop()
    await world.advance(16)
    assert alice.socket.types() == ["status_change", "user_offline"]


async def test_unread_messages_are_counted_until_they_are_read(world: World, two: tuple[Device, Device]) -> None:
    alice, bob = two
    chat = await world.direct(alice.person, bob.person)
    world.forget()
    sent = [await bob.write(chat, text) for text in ("one", "two", "three")]
    assert [one["unread_count"] for one in alice.socket.received("unread_message")] == [1, 2, 3]
    assert [one["unread_count"] for one in await alice.get("/chats")] == [3]
    await alice.read(sent[-1])
    assert [one["unread_count"] for one in await alice.get("/chats")] == [0]


async def test_the_statuses_of_everybody_in_ones_chats(world: World, two: tuple[Device, Device]) -> None:
    alice, bob = two
    await world.direct(alice.person, bob.person)
    assert [one["user_id"] for one in await alice.get("/api/online_users")] == [bob.person.id]


async def test_typing_repeated_at_every_key_is_passed_on_every_three_seconds(
    world: World, two: tuple[Device, Device]
) -> None:
    alice, bob = two
    chat = await world.direct(alice.person, bob.person)
    world.forget()
    for _ in range(70):
        await bob.post("/status/typing", {"chat_id": chat["id"]})
        await world.advance(0.1)
    assert alice.socket.types() == ["typing_start"] * 3
    await world.advance(9.8)
    assert alice.socket.types() == []
    await world.advance(0.2)
    assert alice.socket.types() == ["typing_stop"]
