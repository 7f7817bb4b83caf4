"""Contract §6: how long a session counts as present (`ryadom.live.registry`)."""

import pytest

from stories.watching import CAME, WENT, shown, told
from world import Device, Socket, World


@pytest.fixture
async def pair(world: World) -> tuple[Device, Socket]:
    """Alice's device, which has no socket and counts no more, and Bob's socket."""
    alice = await world.person("alice", connect=False)
    bob = await world.person("bob")
    await world.friends("alice", "bob")
    await world.advance(61)
    world.forget()
    return alice.web, bob.web.socket


async def test_a_login_counts_for_sixty_seconds(world: World, pair: tuple[Device, Socket]) -> None:
    alice, bob = pair
    await alice.person.device("phone", connect=False)
    assert told(bob) == CAME
    await world.advance(59.9)
    assert told(bob) == []
    await world.advance(0.1)
    assert told(bob) == WENT


async def test_a_refused_login_counts_for_nothing(world: World, pair: tuple[Device, Socket]) -> None:
    _, bob = pair
    answer = await world.call("POST", "/login", {"username": "alice", "password": "a wrong password"})
    assert answer.status == 401
    assert told(bob) == []


async def test_a_request_extends_presence(world: World, pair: tuple[Device, Socket]) -> None:
    alice, bob = pair
    await alice.get("/users/me")
    await world.advance(40)
    await alice.get("/chats")
    await world.advance(59.9)
    assert told(bob) == CAME
    await world.advance(0.1)
    assert told(bob) == WENT


async def test_a_request_that_is_refused_for_what_it_asks_still_comes_from_somebody(
    world: World, pair: tuple[Device, Socket]
) -> None:
    alice, bob = pair
    assert (await alice.call("GET", "/chats/99999")).status == 404
    assert told(bob) == CAME


async def test_a_request_is_answered_when_its_presence_is_published(pair: tuple[Device, Socket]) -> None:
    alice, bob = pair
    assert (await alice.get("/status/me"))["status"] == "online"
    assert told(bob) == CAME


async def test_an_open_socket_counts_for_as_long_as_it_is_open(world: World, pair: tuple[Device, Socket]) -> None:
    alice, bob = pair
    await alice.connect()
    assert told(bob) == CAME
    await world.advance(3600)
    assert told(bob) == []


@pytest.mark.parametrize("code", [1000, 1001, None])
async def test_who_closes_the_socket_is_offline_after_five_seconds(
    world: World, pair: tuple[Device, Socket], code: int | None
) -> None:
    alice, bob = pair
    socket = await alice.connect()
    await world.advance(100)
    await socket.close(code)
    told(bob)
    await world.advance(4.9)
    assert told(bob) == []
    await world.advance(0.1)
    assert told(bob) == WENT


async def test_who_leaves_just_after_another_is_offline_a_twentieth_of_a_second_later_at_most(
    world: World, pair: tuple[Device, Socket]
) -> None:
    alice, bob = pair
    carol = await world.person("carol")
    await world.friends("carol", "bob")
    socket = await alice.connect()
    await world.advance(100)
    await socket.close()
    await world.advance(0.01)
    await carol.web.socket.close()
    told(bob)
    await world.advance(4.99)
    assert told(bob) == WENT
    await world.advance(0.04)
    assert told(bob) == []
    await world.advance(0.01)
    assert told(bob) == WENT


@pytest.mark.parametrize("code", [1002, 1003, 1008, 1011, 3000, 4000, 4999])
async def test_a_socket_closed_with_another_code_is_broken(
    world: World, pair: tuple[Device, Socket], code: int
) -> None:
    alice, bob = pair
    socket = await alice.connect()
    await socket.close(code)
    told(bob)
    await world.advance(14.9)
    assert told(bob) == []
    await world.advance(0.1)
    assert told(bob) == WENT


async def test_who_loses_the_connection_is_offline_after_fifteen_seconds(
    world: World, pair: tuple[Device, Socket]
) -> None:
    alice, bob = pair
    socket = await alice.connect()
    await world.advance(100)
    await socket.drop()
    told(bob)
    await world.advance(14.9)
    assert told(bob) == []
    await world.advance(0.1)
    assert told(bob) == WENT


async def test_a_socket_that_breaks_the_protocol_is_broken(world: World, pair: tuple[Device, Socket]) -> None:
    alice, bob = pair
    socket = await alice.connect()
    socket.wire.send_bytes(b"\xff\xff\xff\xff")
    await world.settle()
    assert not socket.alive
    told(bob)
    await world.advance(14.9)
    assert told(bob) == []
    await world.advance(0.1)
    assert told(bob) == WENT


@pytest.mark.parametrize(("answered", "offline_after"), [(0, 50), (1, 50), (10, 50)])
async def test_a_peer_that_vanished_is_offline_fifty_seconds_after_its_last_byte(
    world: World, pair: tuple[Device, Socket], answered: int, offline_after: float
) -> None:
    alice, bob = pair
    socket = await alice.connect()
    await world.advance(25 * answered)
    told(bob)
    socket.vanish()
    await world.advance(34.9)
    assert world.server.hub.session(alice.session_id) != []
    await world.advance(0.1)
    assert world.server.hub.session(alice.session_id) == []
    await world.advance(offline_after - 35 - 0.1)
    assert told(bob) == []
    await world.advance(0.1)
    assert told(bob) == WENT


async def test_a_peer_that_vanished_after_a_command_is_offline_sooner(
    world: World, pair: tuple[Device, Socket]
) -> None:
    alice, bob = pair
    socket = await alice.connect()
    await world.advance(20)
    await socket.send(type="ping")
    socket.vanish()
    told(bob)
    await world.advance(29.9)
    assert told(bob) == []
    await world.advance(0.1)
    assert told(bob) == WENT


async def test_any_byte_after_the_ping_shows_that_a_peer_is_there(world: World, pair: tuple[Device, Socket]) -> None:
    alice, bob = pair
    socket = await alice.connect()
    socket.wire.silent = True
    told(bob)
    await world.advance(30)
    for _ in range(10):
        await socket.send(type="ping")
        await world.advance(25)
    assert socket.alive
    assert told(bob) == []


async def test_a_page_reload_shows_nothing_to_anyone(world: World, pair: tuple[Device, Socket]) -> None:
    alice, bob = pair
    socket = await alice.connect()
    await world.advance(100)
    told(bob)
    await socket.close(1001)
    await world.advance(2)
    await alice.get("/sync")
    await world.advance(2.9)
    await alice.connect()
    await world.advance(600)
    assert told(bob) == []
    assert await shown(bob_device(world), alice.person) == "online"


async def test_a_reload_that_is_closed_again_at_once_is_closed_not_broken(
    world: World, pair: tuple[Device, Socket]
) -> None:
    alice, bob = pair
    first = await alice.connect()
    told(bob)
    wire = type(first.wire)(world.server.edge, headers={"Authorization": f"Bearer {alice.token}"})
    wire.close(1001)
    await first.close(1001)
    await world.advance(4.9)
    assert told(bob) == []
    await world.advance(0.1)
    assert told(bob) == WENT


async def test_requests_before_the_close_extend_nothing(world: World, pair: tuple[Device, Socket]) -> None:
    alice, bob = pair
    socket = await alice.connect()
    await alice.get("/sync")
    await socket.close(1001)
    told(bob)
    await world.advance(5)
    assert told(bob) == WENT


@pytest.mark.parametrize(("broken", "grace"), [(False, 5), (True, 15)])
async def test_requests_within_the_grace_extend_nothing(
    world: World, pair: tuple[Device, Socket], broken: bool, grace: float
) -> None:
    alice, bob = pair
    socket = await alice.connect()
    await (socket.drop() if broken else socket.close())
    told(bob)
    await world.advance(grace - 0.1)
    await alice.post("/status/online")
    assert told(bob) == []
    await world.advance(0.1)
    assert told(bob) == WENT


async def test_after_the_grace_a_request_counts_anew(world: World, pair: tuple[Device, Socket]) -> None:
    alice, bob = pair
    await (await alice.connect()).close()
    await world.advance(5)
    told(bob)
    await alice.get("/chats")
    assert told(bob) == CAME
    await world.advance(59.9)
    assert told(bob) == []
    await world.advance(0.1)
    assert told(bob) == WENT


async def test_a_socket_within_the_grace_is_as_if_nothing_had_been(world: World, pair: tuple[Device, Socket]) -> None:
    alice, bob = pair
    socket = await alice.connect()
    await socket.drop()
    await world.advance(14.9)
    socket = await alice.connect()
    await world.advance(100)
    await socket.close()
    told(bob)
    await world.advance(4.9)
    assert told(bob) == []
    await world.advance(0.1)
    assert told(bob) == WENT


async def test_one_of_two_tabs_is_closed(world: World, pair: tuple[Device, Socket]) -> None:
    alice, bob = pair
    first, second = await alice.connect(), await alice.connect()
    told(bob)
    await first.close(1001)
    await world.advance(100)
    assert told(bob) == []
    await second.drop()
    await world.advance(14.9)
    assert told(bob) == []
    await world.advance(0.1)
    assert told(bob) == WENT


async def test_the_last_tab_decides_how_long_the_grace_is(world: World, pair: tuple[Device, Socket]) -> None:
    alice, bob = pair
    first, second = await alice.connect(), await alice.connect()
    told(bob)
    await first.drop()
    await second.close(1001)
    await world.advance(5)
    assert told(bob) == WENT


async def test_a_second_device_keeps_a_person_online(world: World, pair: tuple[Device, Socket]) -> None:
    alice, bob = pair
    await alice.connect()
    phone = await alice.person.device("phone")
    told(bob)
    await alice.socket.close()
    await world.advance(600)
    assert told(bob) == []
    await phone.socket.drop()
    await world.advance(15)
    assert told(bob) == WENT


async def test_a_device_without_a_socket_keeps_a_person_online(world: World, pair: tuple[Device, Socket]) -> None:
    alice, bob = pair
    await alice.connect()
    phone = await alice.person.device("phone", connect=False)
    await world.advance(20)
    await phone.get("/chats")
    await alice.socket.close()
    told(bob)
    await world.advance(59.9)
    assert told(bob) == []
    await world.advance(0.1)
    assert told(bob) == WENT


def bob_device(world: World) -> Device:
    """Bob's device."""
    return world.people["bob"].web
