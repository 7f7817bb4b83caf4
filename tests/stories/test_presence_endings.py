"""Contract §3 and §6: what ends presence at once (`ryadom.presence.actions`, `ryadom.presence.routes`)."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import update

from ryadom.auth.actions import end_sessions
from ryadom.db.tables import user_sessions
from ryadom.db.tx import Tx
from stories.watching import CAME, WENT, shown, told
from world import PASSWORD, Device, Person, Socket, World

NEW_PASSWORD = {"current_password": PASSWORD, "new_password": "quite another password"}


@pytest.fixture
async def pair(world: World) -> tuple[Person, Socket]:
    """Alice with an open socket, and Bob's socket."""
    alice, bob = await world.friends("alice", "bob")
    return alice, bob.web.socket


async def test_logout_shows_at_once(pair: tuple[Person, Socket]) -> None:
    alice, bob = pair
    await alice.web.post("/logout")
    assert told(bob) == WENT
    assert not alice.web.socket.alive


async def test_logout_within_a_grace_shows_at_once(pair: tuple[Person, Socket]) -> None:
    alice, bob = pair
    await alice.web.socket.drop()
    await alice.web.post("/logout")
    assert told(bob) == WENT


async def test_nothing_comes_after_a_logout(world: World, pair: tuple[Person, Socket]) -> None:
    alice, bob = pair
    await alice.web.post("/logout")
    told(bob)
    assert (await alice.web.call("GET", "/chats")).status == 401
    await alice.web.connect()
    assert alice.web.socket.close_code == 4401
    await world.advance(100)
    assert told(bob) == []


async def test_who_is_offline_and_logs_out_does_not_show_up_for_it(world: World, pair: tuple[Person, Socket]) -> None:
    alice, bob = pair
    await alice.web.socket.close()
    await world.advance(100)
    told(bob)
    await alice.web.post("/logout")
    assert told(bob) == []


async def by_delete(world: World, web: Device, phone: Device) -> None:
    assert (await web.call("DELETE", f"/sessions/{phone.session_id}")).status == 204


async def by_deleting_itself(world: World, web: Device, phone: Device) -> None:
    assert (await phone.call("DELETE", f"/sessions/{phone.session_id}")).status == 204


async def by_revoking_all_others(world: World, web: Device, phone: Device) -> None:
    assert (await web.post("/sessions/revoke_all")) == {"revoked": 1}


async def by_a_new_password(world: World, web: Device, phone: Device) -> None:
    await web.post("/users/me/password", NEW_PASSWORD)


async def by_the_command_line(world: World, web: Device, phone: Device) -> None:
    await world.elsewhere(partial(end_sessions, session_ids=[phone.session_id], reason="command"))
    await world.advance(0.9)


async def by_expiry(world: World, web: Device, phone: Device) -> None:
    def grow_old(tx: Tx) -> None:
        born = tx.now - timedelta(days=366)
        tx.run(update(user_sessions).where(user_sessions.c.id == phone.session_id).values(created_at=born))

    await world.server.db.write(grow_old)
    await world.server.auth.expire()
    await world.settle()


ENDINGS = [by_delete, by_deleting_itself, by_revoking_all_others, by_a_new_password, by_the_command_line, by_expiry]
Ending = Callable[[World, Device, Device], Awaitable[None]]


@pytest.mark.parametrize("end", ENDINGS)
async def test_a_revoked_session_ceases_to_count_at_once(
    world: World, pair: tuple[Person, Socket], end: Ending
) -> None:
    alice, bob = pair
    phone = await alice.device("phone")
    # Only the phone counts: the other session has said that it is absent.
    await alice.web.post("/status/offline")
    told(bob)
    await end(world, alice.web, phone)
    assert told(bob) == WENT


@pytest.mark.parametrize("end", ENDINGS)
async def test_a_revoked_session_within_its_grace_ceases_to_count_at_once(
    world: World, pair: tuple[Person, Socket], end: Ending
) -> None:
    alice, bob = pair
    phone = await alice.device("phone")
    await alice.web.post("/status/offline")
    await phone.socket.drop()
    told(bob)
    await end(world, alice.web, phone)
    assert told(bob) == WENT


async def test_a_revoked_device_is_not_missed_while_another_is_there(pair: tuple[Person, Socket]) -> None:
    alice, bob = pair
    phone = await alice.device("phone")
    told(bob)
    await phone.post("/logout")
    assert told(bob) == []


async def test_saying_offline_shows_at_once(pair: tuple[Person, Socket]) -> None:
    alice, bob = pair
    answer = await alice.web.post("/status/offline")
    assert (answer["user_id"], answer["status"]) == (alice.id, "offline")
    assert told(bob) == WENT


async def test_saying_online_shows_at_once(pair: tuple[Person, Socket]) -> None:
    alice, bob = pair
    await alice.web.post("/status/offline")
    told(bob)
    answer = await alice.web.post("/status/online")
    assert (answer["user_id"], answer["status"]) == (alice.id, "online")
    assert told(bob) == CAME


async def test_an_absent_session_stays_absent_whatever_it_asks(world: World, pair: tuple[Person, Socket]) -> None:
    alice, bob = pair
    await alice.web.post("/status/offline")
    told(bob)
    for _ in range(3):
        await alice.web.get("/chats")
        assert (await alice.web.get("/status/me"))["status"] == "offline"
        await alice.web.socket.send(type="ping")
        await alice.web.socket.send(type="subscribe", events=["away"])
        await world.advance(45)
    await alice.web.post("/status/offline")
    assert told(bob) == []


async def test_an_absent_session_without_a_socket_counts_sixty_seconds_after_saying_online(
    world: World, pair: tuple[Person, Socket]
) -> None:
    alice, bob = pair
    await alice.web.socket.close()
    await alice.web.post("/status/offline")
    await world.advance(100)
    await alice.web.get("/chats")
    assert told(bob) == WENT
    await alice.web.post("/status/online")
    assert told(bob) == CAME
    await world.advance(59.9)
    assert told(bob) == []
    await world.advance(0.1)
    assert told(bob) == WENT


async def test_a_new_socket_ends_the_absence(pair: tuple[Person, Socket]) -> None:
    alice, bob = pair
    await alice.web.post("/status/offline")
    told(bob)
    await alice.web.connect()
    assert told(bob) == CAME


async def test_an_absent_session_that_loses_its_socket_stays_absent(world: World, pair: tuple[Person, Socket]) -> None:
    alice, bob = pair
    await alice.web.post("/status/offline")
    await alice.web.socket.drop()
    await world.advance(5)
    await alice.web.get("/chats")
    await world.advance(100)
    assert told(bob) == WENT


async def test_the_other_sessions_of_someone_absent_still_count(world: World, pair: tuple[Person, Socket]) -> None:
    alice, bob = pair
    phone = await alice.device("phone")
    told(bob)
    answer = await alice.web.post("/status/offline")
    assert answer["status"] == "online"
    assert told(bob) == []
    await phone.socket.close()
    await world.advance(5)
    assert told(bob) == WENT


async def test_a_request_by_another_session_of_someone_absent_counts(pair: tuple[Person, Socket]) -> None:
    alice, bob = pair
    await alice.web.post("/status/offline")
    told(bob)
    await alice.device("phone", connect=False)
    assert told(bob) == CAME


async def test_who_is_offline_and_says_so_does_not_show_up_for_it(world: World, pair: tuple[Person, Socket]) -> None:
    alice, bob = pair
    await alice.web.socket.close()
    await world.advance(100)
    told(bob)
    await alice.web.post("/status/offline")
    await alice.web.get("/chats")
    assert told(bob) == []


async def test_saying_online_twice_tells_nobody_twice(pair: tuple[Person, Socket]) -> None:
    alice, bob = pair
    await alice.web.post("/status/online")
    assert told(bob) == []
    assert await shown(bob_device(alice), alice) == "online"


async def test_what_was_under_way_when_a_session_ended_brings_it_back_no_more(
    world: World, pair: tuple[Person, Socket]
) -> None:
    alice, bob = pair
    await alice.web.post("/logout")
    told(bob)
    now = world.clock.now()
    world.server.live.requested(alice.web.session_id, alice.id, now)
    world.server.live.connected(alice.web.session_id, alice.id, now)
    await world.server.presence.declare(alice.web.session_id, alice.id, online=True)
    await world.settle()
    assert told(bob) == []


def bob_device(alice: Person) -> Device:
    """Bob's device."""
    return alice.world.people["bob"].web
