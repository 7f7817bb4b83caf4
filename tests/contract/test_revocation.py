"""However a session ends: its socket closes with 4401 within a second and hears nothing more, its token answers 401,
its presence is gone at once, and the person's other devices are told."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest

from ryadom.auth import store
from ryadom.auth.actions import end_all, end_sessions
from ryadom.db.tx import Tx
from world import PASSWORD, Device, World

DAY = 86_400.0


async def by_delete(world: World, phone: Device, web: Device) -> None:
    assert (await web.call("DELETE", f"/sessions/{phone.session_id}")).status == 204


async def by_deleting_itself(world: World, phone: Device, web: Device) -> None:
    assert (await phone.call("DELETE", f"/sessions/{phone.session_id}")).status == 204


async def by_revoking_all_others(world: World, phone: Device, web: Device) -> None:
    assert (await web.call("POST", "/sessions/revoke_all")).json == {"revoked": 1}


async def by_logout(world: World, phone: Device, web: Device) -> None:
    assert (await phone.call("POST", "/logout")).status == 204


async def by_a_new_password(world: World, phone: Device, web: Device) -> None:
    body = {"current_password": PASSWORD, "new_password": "quite another password"}
    assert (await web.call("POST", "/users/me/password", body)).status == 204


async def by_the_command_line(world: World, phone: Device, web: Device) -> None:
    await elsewhere(world, partial(end_sessions, session_ids=[phone.session_id], reason="command"))


async def by_making_room(world: World, phone: Device, web: Device) -> None:
    """The phone is the one that was idle longest."""
    await world.advance(200)
    body = {"username": web.person.username, "password": PASSWORD}
    await web.get("/users/me")
    for _ in range(48):
        assert (await world.call("POST", "/login", body)).status == 200
    assert phone.socket.alive
    assert (await world.call("POST", "/login", body)).status == 200


async def elsewhere(world: World, change: Callable[[Tx], Any]) -> None:
    """Make a change as another process does, and let a second go by."""
    await world.elsewhere(change)
    await world.advance(0.99)


CAUSES = (
    by_delete, by_deleting_itself, by_revoking_all_others, by_logout, by_a_new_password, by_the_command_line,
    by_making_room,
)  # fmt: skip


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.__name__)
async def test_everything_ends_with_a_session(
    world: World, cause: Callable[[World, Device, Device], Awaitable[None]]
) -> None:
    alice, bob = await world.friends("alice", "bob")
    phone = await alice.device("phone")
    chat = await world.direct(bob, alice)
    world.forget()
    await cause(world, phone, alice.web)
    assert phone.socket.close_code == 4401
    await bob.web.write(chat, "after the end")
    assert phone.socket.received("new_message") == []
    assert (await phone.call("GET", "/users/me")).status == 401
    assert not (await phone.connect()).alive
    assert phone.socket.close_code == 4401
    told = alice.web.socket.received("session_revoked")
    assert [one["session_id"] for one in told] == [phone.session_id]
    listed = [one["id"] for one in await alice.web.get("/sessions")]
    assert phone.session_id not in listed
    assert alice.web.session_id in listed


@pytest.mark.parametrize("cause", CAUSES[:-1], ids=lambda cause: cause.__name__)
async def test_the_presence_of_an_ended_session_is_gone_at_once(
    world: World, cause: Callable[[World, Device, Device], Awaitable[None]]
) -> None:
    alice, bob = await world.friends("alice", "bob")
    phone = await alice.device("phone")
    await alice.web.call("POST", "/status/offline")
    chat = await world.direct(alice, bob)
    await phone.socket.send(type="typing_start", chat_id=chat["id"])
    world.forget()
    await cause(world, phone, alice.web)
    assert bob.web.socket.types() == ["typing_stop", "status_change", "user_offline"]
    [shown] = await bob.web.get("/status/contacts")
    assert (shown["status"], shown["is_typing_in_chat"]) == ("offline", None)


async def test_a_disabled_account_loses_every_session_and_cannot_come_back(world: World) -> None:
    alice, bob = await world.friends("alice", "bob")
    phone = await alice.device("phone")
    world.forget()

    def disable(tx: Tx) -> None:
        tx.run(store.DISABLE, user_id=alice.id, at=tx.now)
        end_all(tx, alice.id, None, "disabled")

    await elsewhere(world, disable)
    for device in (alice.web, phone):
        assert device.socket.close_code == 4401
        assert (await device.call("GET", "/users/me")).status == 401
    assert bob.web.socket.types() == ["status_change", "user_offline"]
    body = {"username": "alice", "password": PASSWORD}
    assert (await world.call("POST", "/login", body)).status == 401


async def test_a_session_that_nobody_uses_for_90_days_is_over(world: World) -> None:
    alice = await world.person("alice", connect=False)
    await world.jump(90 * DAY - 60)
    assert (await alice.web.call("GET", "/users/me")).status == 200
    await world.jump(90 * DAY - 1)
    login = (await world.call("POST", "/login", {"username": "alice", "password": PASSWORD})).json
    watching = Device(world, alice, "watching", login)
    await watching.connect()
    await world.advance(1.5)
    assert (await alice.web.call("GET", "/users/me")).status == 401
    assert [one["session_id"] for one in watching.socket.received("session_revoked")] == [alice.web.session_id]


async def test_a_socket_that_slept_for_90_days_is_over_too(world: World) -> None:
    alice = await world.person("alice")
    await world.jump(91 * DAY)
    await world.advance(1)
    assert alice.web.socket.close_code == 4401
    assert (await alice.web.call("GET", "/users/me")).status == 401


async def test_use_moves_the_end_of_a_session(world: World) -> None:
    alice = await world.person("alice", connect=False)
    for _ in range(4):
        await world.jump(85 * DAY)
        assert (await alice.web.call("GET", "/users/me")).status == 200


async def test_no_session_lives_longer_than_a_year(world: World) -> None:
    alice, bob = await world.friends("alice", "bob", connect=False)
    for _ in range(5):
        await world.jump(70 * DAY)
        await alice.web.get("/users/me")
    await world.jump(15 * DAY - 30)
    login = (await world.call("POST", "/login", {"username": "bob", "password": PASSWORD})).json
    watching = Device(world, bob, "watching", login)
    await watching.connect()
    await alice.web.connect()
    world.forget()
    watching.socket.received()
    await world.advance(29)
    assert alice.web.socket.alive
    await world.advance(2)
    assert alice.web.socket.close_code == 4401
    assert watching.socket.types() == ["status_change", "user_offline"]
    assert (await alice.web.call("GET", "/users/me")).status == 401


async def test_a_socket_alone_keeps_its_session_in_use(world: World) -> None:
    alice = await world.person("alice")
    for _ in range(100):
        await world.jump(DAY)
        await world.advance(26)
    assert alice.web.socket.alive
    assert (await alice.web.call("GET", "/users/me")).status == 200
