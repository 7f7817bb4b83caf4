"""Contract §6: who chooses to appear offline (`PATCH /users/me {appear_offline}`)."""

import pytest

from stories.watching import CAME, WENT, seen_at, shown, told, typing
from world import Device, Person, World


@pytest.fixture
async def pair(world: World) -> tuple[Person, Device]:
    """Alice with an open socket, and Bob's device."""
    alice, bob = await world.friends("alice", "bob")
    return alice, bob.web


async def hide(person: Person, hidden: bool = True) -> None:
    """Appear offline, or as one is."""
    assert (await person.web.call("PATCH", "/users/me", {"appear_offline": hidden})).ok()["appear_offline"] is hidden


async def test_who_hides_goes_offline_for_others_at_once(world: World, pair: tuple[Person, Device]) -> None:
    alice, bob = pair
    await world.advance(40)
    await hide(alice)
    assert told(bob.socket) == WENT
    assert await shown(bob, alice) == "offline"
    assert (await alice.web.get("/status/me"))["status"] == "offline"


async def test_the_last_seen_of_who_hides_stands_still(world: World, pair: tuple[Person, Device]) -> None:
    alice, bob = pair
    await hide(alice)
    hidden_at = await seen_at(bob, alice)
    told(bob.socket)
    for _ in range(4):
        await world.advance(100)
        await alice.web.get("/chats")
        await alice.web.connect()
        await alice.device("phone")
    await alice.web.post("/status/online")
    await alice.web.socket.close()
    await alice.web.post("/logout")
    await world.advance(100)
    assert told(bob.socket) == []
    assert await seen_at(bob, alice) == hidden_at


async def test_who_hides_no_more_comes_at_once(world: World, pair: tuple[Person, Device]) -> None:
    alice, bob = pair
    await hide(alice)
    await world.advance(100)
    told(bob.socket)
    await hide(alice, False)
    assert told(bob.socket) == CAME
    assert await shown(bob, alice) == "online"


async def test_hiding_twice_is_silent(pair: tuple[Person, Device]) -> None:
    alice, bob = pair
    await hide(alice)
    told(bob.socket)
    await hide(alice)
    assert told(bob.socket) == []


async def test_who_hides_while_offline_does_not_show_afterwards(world: World, pair: tuple[Person, Device]) -> None:
    alice, bob = pair
    await hide(alice)
    await alice.web.post("/logout")
    await world.advance(100)
    told(bob.socket)
    await alice.device("phone")
    await world.advance(100)
    assert told(bob.socket) == []


async def test_who_hides_sees_others_as_before(pair: tuple[Person, Device]) -> None:
    alice, bob = pair
    await hide(alice)
    assert await shown(alice.web, bob.person) == "online"
    await bob.post("/status/offline")
    assert told(alice.web.socket) == WENT


async def test_every_list_shows_who_hides_as_offline(world: World, pair: tuple[Person, Device]) -> None:
    alice, bob = pair
    await world.direct(alice, bob.person)
    await hide(alice)
    [listed] = await bob.get("/api/online_users?away=1")
    assert (listed["status"], listed["is_online"]) == ("offline", False)
    assert [one["status"] for one in (await bob.get("/sync"))["statuses"]] == ["offline"]
    await bob.socket.send(type="ping")
    assert bob.socket.last("pong")["contacts_status"] == {str(alice.id): {"status": "offline", "typing": None}}


async def test_hidden_offline_and_never_there_look_the_same(world: World, pair: tuple[Person, Device]) -> None:
    alice, bob = pair
    carol = await world.person("carol")
    await world.friends("bob", "carol")
    await world.advance(100)
    await hide(alice)
    await carol.web.post("/status/offline")
    answers = [(await bob.call("GET", f"/api/user_status/{person.id}")) for person in (alice, carol)]
    bodies = [answer.json | {"user_id": 0} for answer in answers]
    assert bodies[0] == bodies[1]


async def test_the_typing_of_who_hides_is_hidden(world: World, pair: tuple[Person, Device]) -> None:
    alice, bob = pair
    chat = await world.direct(alice, bob.person)
    await hide(alice)
    await alice.web.post("/status/typing", {"chat_id": chat["id"]})
    await alice.web.socket.send(type="typing_start", chat_id=chat["id"])
    assert typing(bob.socket) == []
    assert (await bob.get("/status/contacts"))[0]["is_typing_in_chat"] is None


async def test_who_hides_while_typing_types_no_more(world: World, pair: tuple[Person, Device]) -> None:
    alice, bob = pair
    chat = await world.direct(alice, bob.person)
    await alice.web.socket.send(type="typing_start", chat_id=chat["id"])
    await hide(alice)
    assert typing(bob.socket) == ["typing_start", "typing_stop"]
    assert (await bob.get("/status/contacts"))[0]["is_typing_in_chat"] is None


async def test_hiding_outlives_a_restart(world: World, pair: tuple[Person, Device]) -> None:
    alice, bob = pair
    await hide(alice)
    await world.restart(1)
    await bob.connect()
    await alice.web.connect()
    await world.advance(100)
    assert told(bob.socket) == []
    assert await shown(bob, alice) == "offline"
