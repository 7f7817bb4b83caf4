"""Contract §6: last_seen is the last proof of presence, and changes only together with an event."""

import pytest

from ryadom.clock import utc
from ryadom.contacts.store import add
from ryadom.db.tx import Tx
from stories.watching import seen_at, told
from world import Device, Person, World


@pytest.fixture
async def pair(world: World) -> tuple[Person, Device]:
    """Alice with an open socket, and Bob's device."""
    alice, bob = await world.friends("alice", "bob")
    return alice, bob.web


def moment(world: World, ago: float = 0.0) -> str:
    """A time as the wire writes it."""
    return utc(world.clock.now() - ago).isoformat().replace("+00:00", "Z")


async def test_it_is_null_when_there_never_was_any(world: World) -> None:
    bob = await world.person("bob", connect=False)
    ghost = (await world.call("POST", "/register", {"username": "ghost", "password": "never signs in"})).ok()
    assert await world.rows('SELECT last_seen FROM "user" WHERE id = :id', id=ghost["id"]) == [(None,)]
    await make_mutual(world, bob, ghost["id"])
    assert await bob.web.get(f"/api/user_status/{ghost['id']}") == {
        "user_id": ghost["id"], "is_online": False, "status": "offline", "last_seen": None,
    }  # fmt: skip


async def test_it_is_the_last_heartbeat_not_the_end_of_the_grace(world: World, pair: tuple[Person, Device]) -> None:
    alice, bob = pair
    await world.advance(60)
    await alice.web.socket.drop()
    await world.advance(15)
    # The last pong came 50 s after the socket was opened.
    assert bob.socket.last("user_offline")["last_seen"] == moment(world, ago=25)
    assert bob.socket.last("status_change")["last_seen"] == moment(world, ago=25)
    assert await seen_at(bob, alice) == moment(world, ago=25)


async def test_a_closing_frame_is_a_proof(world: World, pair: tuple[Person, Device]) -> None:
    alice, bob = pair
    await world.advance(60)
    await alice.web.socket.close()
    await world.advance(5)
    assert bob.socket.last("user_offline")["last_seen"] == moment(world, ago=5)


async def test_a_ping_is_a_proof(world: World, pair: tuple[Person, Device]) -> None:
    alice, bob = pair
    await world.advance(60)
    await alice.web.socket.send(type="ping")
    await world.advance(3)
    await alice.web.socket.drop()
    await world.advance(15)
    assert bob.socket.last("user_offline")["last_seen"] == moment(world, ago=18)


async def test_a_request_within_the_grace_is_a_proof_and_extends_nothing(
    world: World, pair: tuple[Person, Device]
) -> None:
    alice, bob = pair
    await alice.web.socket.drop()
    await world.advance(10)
    await alice.web.get("/chats")
    await world.advance(5)
    assert bob.socket.last("user_offline")["last_seen"] == moment(world, ago=5)


async def test_without_a_socket_it_is_the_last_request(world: World, pair: tuple[Person, Device]) -> None:
    alice, bob = pair
    await alice.web.post("/logout")
    phone = await alice.device("phone", connect=False)
    await world.advance(30)
    await phone.get("/chats")
    await world.advance(60)
    assert bob.socket.last("user_offline")["last_seen"] == moment(world, ago=60)


async def test_saying_offline_and_logout_are_proofs(world: World, pair: tuple[Person, Device]) -> None:
    alice, bob = pair
    for path in ("/status/offline", "/logout"):
        await world.advance(33)
        await alice.web.post("/status/online")
        await world.advance(7)
        await alice.web.post(path)
        assert bob.socket.last("user_offline")["last_seen"] == moment(world)


async def test_the_latest_proof_of_any_device_counts(world: World, pair: tuple[Person, Device]) -> None:
    alice, bob = pair
    phone = await alice.device("phone")
    await world.advance(30)
    await phone.post("/logout")
    alice.web.socket.vanish()
    await world.advance(3)
    await alice.web.socket.drop()
    await world.advance(15)
    # The phone's logout came 18 s ago, the last pong of the other device 23 s ago.
    assert bob.socket.last("user_offline")["last_seen"] == moment(world, ago=18)


async def test_what_a_session_does_that_is_absent_is_no_proof(world: World, pair: tuple[Person, Device]) -> None:
    alice, bob = pair
    phone = await alice.device("phone")
    await phone.post("/status/offline")
    await world.advance(10)
    await alice.web.get("/chats")
    await alice.web.socket.drop()
    await world.advance(10)
    await phone.get("/chats")
    await world.advance(5)
    assert bob.socket.last("user_offline")["last_seen"] == moment(world, ago=15)


async def test_a_session_that_is_revoked_was_seen_when_it_was_last_heard(
    world: World, pair: tuple[Person, Device]
) -> None:
    alice, bob = pair
    phone = await alice.device("phone")
    await alice.web.post("/status/offline")
    await world.advance(60)
    await phone.socket.send(type="ping")
    await world.advance(3)
    await alice.web.call("DELETE", f"/sessions/{phone.session_id}")
    assert bob.socket.last("user_offline")["last_seen"] == moment(world, ago=3)


async def test_it_stands_still_for_others_while_somebody_is_here(world: World, pair: tuple[Person, Device]) -> None:
    alice, bob = pair
    before = await seen_at(bob, alice)
    for _ in range(5):
        await world.advance(100)
        await alice.web.get("/chats")
        assert await seen_at(bob, alice) == before
        assert (await bob.get("/sync"))["statuses"][0]["last_seen"] == before
    assert told(bob.socket) == []


async def test_away_does_not_move_it(world: World, pair: tuple[Person, Device]) -> None:
    alice, bob = pair
    before = await seen_at(bob, alice)
    asking = (await bob.person.device("away")).socket
    await asking.send(type="subscribe", events=["away"])
    await world.advance(300)
    assert asking.last("status_change")["last_seen"] == before == await seen_at(bob, alice)


async def test_coming_moves_it_to_now(world: World, pair: tuple[Person, Device]) -> None:
    alice, bob = pair
    await alice.web.post("/status/offline")
    await world.advance(1000)
    await alice.web.post("/status/online")
    assert bob.socket.last("user_online")["last_seen"] == moment(world)
    assert await seen_at(bob, alice) == moment(world)


async def test_ones_own_is_now(world: World, pair: tuple[Person, Device]) -> None:
    alice, _ = pair
    await world.advance(1000)
    assert (await alice.web.get("/status/me"))["last_seen"] == moment(world)
    assert (await alice.web.get(f"/api/user_status/{alice.id}"))["last_seen"] == moment(world)


async def test_it_never_goes_back(world: World, pair: tuple[Person, Device]) -> None:
    alice, bob = pair
    times = []
    for step in ("/status/offline", "/status/online", "/status/offline"):
        await world.advance(17)
        await alice.web.post(step)
        times.append(bob.socket.last("status_change")["last_seen"])
    await alice.web.connect()
    alice.web.socket.vanish()
    await world.advance(50)
    times.append(bob.socket.last("status_change")["last_seen"])
    assert times == sorted(times)
    assert times[-1] == moment(world, ago=50)


async def make_mutual(world: World, person: Person, other_id: int) -> None:
    """Enter two people for each other."""

    def enter(tx: Tx) -> None:
        add(tx, person.id, other_id, by_hand=True)
        add(tx, other_id, person.id, by_hand=True)

    await world.elsewhere(enter)
