"""Contract §6: what others see when the server ends and starts, or sleeps (`ryadom.presence.actions`)."""

from functools import partial

import pytest

from ryadom.auth.actions import end_sessions
from ryadom.clock import utc
from stories.watching import CAME, WENT, away_watcher, seen_at, shown, told
from world import Device, Person, World

HOW = pytest.mark.parametrize("graceful", [False, True], ids=["killed", "stopped"])


@pytest.fixture
async def pair(world: World) -> tuple[Person, Device]:
    """Alice with an open socket, and Bob's device."""
    alice, bob = await world.friends("alice", "bob")
    await world.advance(90)
    return alice, bob.web


@HOW
async def test_who_comes_back_within_fifteen_seconds_never_flickers(
    world: World, pair: tuple[Person, Device], graceful: bool
) -> None:
    alice, bob = pair
    await world.restart(4, graceful=graceful)
    await bob.connect()
    assert await shown(bob, alice) == "online"
    await world.advance(14.9)
    await alice.web.connect()
    await world.advance(100)
    assert told(bob.socket) == []


@HOW
async def test_who_does_not_come_back_is_offline_after_fifteen_seconds(
    world: World, pair: tuple[Person, Device], graceful: bool
) -> None:
    alice, bob = pair
    lost_at = world.clock.now()
    await world.restart(7, graceful=graceful)
    await bob.connect()
    await world.advance(14.9)
    assert told(bob.socket) == []
    assert await shown(bob, alice) == "online"
    await world.advance(0.1)
    assert told(bob.socket) == WENT
    last_seen = await seen_at(bob, alice)
    assert last_seen is not None
    # What is not yet on the disk when a server is killed: less than a minute and a heartbeat.
    assert iso(lost_at - 100) <= last_seen <= iso(lost_at)


async def test_the_last_request_on_disk_is_the_last_seen_after_a_kill(
    world: World, pair: tuple[Person, Device]
) -> None:
    alice, bob = pair
    await alice.web.get("/chats")
    asked_at = world.clock.now()
    await world.restart(3600)
    await world.advance(15)
    assert await seen_at(bob, alice) == iso(asked_at)


async def test_a_long_downtime_is_no_presence(world: World, pair: tuple[Person, Device]) -> None:
    alice, bob = pair
    lost_at = world.clock.now()
    await world.restart(86_400)
    await bob.connect()
    await world.advance(15)
    assert told(bob.socket) == WENT
    assert str(await seen_at(bob, alice)) <= iso(lost_at)


@HOW
async def test_logout_after_a_restart_shows_at_once(world: World, pair: tuple[Person, Device], graceful: bool) -> None:
    alice, bob = pair
    await world.restart(graceful=graceful)
    await bob.connect()
    await world.advance(3)
    await alice.web.post("/logout")
    assert told(bob.socket) == WENT


@HOW
async def test_a_device_that_was_gone_before_does_not_hold_anybody_online_after_a_restart(
    world: World, pair: tuple[Person, Device], graceful: bool
) -> None:
    alice, bob = pair
    phone = await alice.device("phone")
    await phone.socket.close()
    await world.advance(10)
    await world.restart(graceful=graceful)
    await bob.connect()
    await alice.web.post("/logout")
    assert told(bob.socket) == WENT


@HOW
async def test_who_was_offline_stays_so(world: World, pair: tuple[Person, Device], graceful: bool) -> None:
    alice, bob = pair
    await alice.web.socket.close()
    await world.advance(5)
    before = await seen_at(bob, alice)
    await world.restart(graceful=graceful)
    await bob.connect()
    await world.advance(100)
    assert told(bob.socket) == []
    assert (await shown(bob, alice), await seen_at(bob, alice)) == ("offline", before)


@HOW
async def test_who_said_offline_stays_absent(world: World, pair: tuple[Person, Device], graceful: bool) -> None:
    alice, bob = pair
    await alice.web.post("/status/offline")
    await world.restart(graceful=graceful)
    await bob.connect()
    for _ in range(3):
        await alice.web.get("/chats")
        await world.advance(40)
    assert told(bob.socket) == []
    await alice.web.post("/status/online")
    assert told(bob.socket) == CAME


async def test_what_an_absent_device_did_is_no_proof_after_a_kill(world: World, pair: tuple[Person, Device]) -> None:
    alice, bob = pair
    poller = await alice.device("poller", connect=False)
    await poller.post("/status/offline")
    await world.advance(40)
    await alice.web.socket.send(type="ping")
    alice.web.socket.vanish()
    seen = world.clock.now()
    await world.advance(30)
    await poller.get("/chats")
    await world.restart(1)
    await world.advance(15)
    assert str(await seen_at(bob, alice)) <= iso(seen)


async def test_that_an_absent_device_signed_out_is_no_proof_after_a_kill(
    world: World, pair: tuple[Person, Device]
) -> None:
    alice, bob = pair
    pc = await alice.device("pc")
    await pc.post("/status/offline")
    await world.advance(35)
    heard_at = world.clock.now()  # of the other device, whose socket opened 125 s ago and is asked every 25 s
    await world.advance(20)
    await pc.post("/logout")
    await world.settle()
    await world.restart()
    await bob.connect()
    await world.advance(15)
    assert told(bob.socket) == WENT
    assert str(await seen_at(bob, alice)) <= iso(heard_at)


@HOW
async def test_who_uses_no_socket_and_goes_on_asking_never_flickers(
    world: World, pair: tuple[Person, Device], graceful: bool
) -> None:
    alice, bob = pair
    await alice.web.post("/logout")
    poller = await alice.device("poller", connect=False)
    await world.restart(2, graceful=graceful)
    await bob.connect()
    await world.advance(10)
    await poller.get("/chats")
    await world.advance(59.9)
    assert told(bob.socket) == []
    await world.advance(0.1)
    assert told(bob.socket) == WENT


@HOW
async def test_requests_within_the_grace_after_a_restart_extend_nothing(
    world: World, pair: tuple[Person, Device], graceful: bool
) -> None:
    alice, bob = pair
    await world.restart(graceful=graceful)
    await bob.connect()
    await world.advance(10)
    await alice.web.get("/chats")
    assert told(bob.socket) == []
    await world.advance(5)
    assert told(bob.socket) == WENT


async def test_who_was_away_comes_back_as_away_for_who_asks(world: World, pair: tuple[Person, Device]) -> None:
    alice, bob = pair
    await world.advance(500)
    assert await shown(bob, alice, "?away=1") == "away"
    await world.restart(1)
    assert await shown(bob, alice, "?away=1") == "away"
    asking = await away_watcher(bob.person)
    await world.advance(15)
    assert told(asking) == WENT


async def test_a_session_that_was_ended_while_the_server_was_down_counts_no_more(
    world: World, pair: tuple[Person, Device]
) -> None:
    alice, bob = pair
    asked_at = world.clock.now()
    await alice.web.get("/chats")
    await world.crash()
    end = partial(end_sessions, session_ids=[alice.web.session_id], reason="command")
    await world.elsewhere(end)
    await world.jump(10)
    await world.start()
    assert await shown(bob, alice) == "offline"
    assert await seen_at(bob, alice) == iso(asked_at)


async def test_two_crashes_in_a_row_are_as_one(world: World, pair: tuple[Person, Device]) -> None:
    alice, bob = pair
    await world.restart(1)
    await world.advance(5)
    await world.restart(1)
    await bob.connect()
    await world.advance(14.9)
    assert told(bob.socket) == []
    await alice.web.connect()
    await world.advance(50)
    assert told(bob.socket) == []


async def test_the_socket_of_a_stopped_server_closes_with_1012(world: World, pair: tuple[Person, Device]) -> None:
    alice, bob = pair
    await world.restart(graceful=True)
    assert alice.web.socket.close_code == bob.socket.close_code == 1012


async def test_who_has_a_live_socket_does_not_flicker_when_the_server_slept(
    world: World, pair: tuple[Person, Device]
) -> None:
    alice, bob = pair
    for seconds in (20, 40, 60, 600, 86_400):
        await world.jump(seconds)
        await world.advance(30)
        assert alice.web.socket.alive
        assert bob.socket.alive
    assert told(bob.socket) == []


async def test_who_vanished_while_the_server_slept_is_noticed_after_it(
    world: World, pair: tuple[Person, Device]
) -> None:
    alice, bob = pair
    alice.web.socket.vanish()
    await world.jump(3600)
    assert told(bob.socket) == []
    await world.advance(50)
    assert told(bob.socket) == WENT


async def test_a_grace_that_ended_while_the_server_slept_is_over(world: World, pair: tuple[Person, Device]) -> None:
    alice, bob = pair
    await alice.web.socket.drop()
    await world.jump(3600)
    assert told(bob.socket) == WENT


@pytest.mark.parametrize(
    ("wait", "graceful"), [(0, True), (1, False)], ids=["stopped at once", "killed a second later"]
)
async def test_the_last_seen_of_who_closed_just_before_the_end_is_exact(
    world: World, pair: tuple[Person, Device], wait: float, graceful: bool
) -> None:
    alice, bob = pair
    await world.advance(12)
    await alice.web.socket.send(type="ping")
    closed_at = world.clock.now()
    await world.advance(1)
    await alice.web.socket.close()
    await world.advance(wait)
    await world.restart(3600, graceful=graceful)
    await bob.connect()
    await world.advance(15)
    assert iso(closed_at) <= str(await seen_at(bob, alice)) <= iso(closed_at + 1)


def iso(seconds: float) -> str:
    """A time as the wire writes it."""
    return utc(seconds).isoformat().replace("+00:00", "Z")
