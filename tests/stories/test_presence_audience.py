"""Contract §4, §6, §7: presence is for mutual contacts, and for nobody else (`ryadom.presence.statuses`)."""

import pytest

from stories.watching import CAME, PRESENCE, WENT, shown, told
from world import Answer, Person, World


@pytest.fixture
async def pair(world: World) -> tuple[Person, Person]:
    """Alice and Bob, mutual contacts."""
    alice, bob = await world.friends("alice", "bob")
    return alice, bob


async def come_and_go(person: Person) -> None:
    """Be absent, be here, type."""
    await person.web.post("/status/offline")
    await person.web.post("/status/online")


def seen_of(answer: Answer) -> tuple[int, bytes, dict[str, str]]:
    """Everything that a reader can tell an answer by."""
    return answer.status, answer.body, {name: value for name, value in answer.headers.items() if name != "date"}


async def test_every_device_of_a_contact_hears(pair: tuple[Person, Person]) -> None:
    alice, bob = pair
    phone = await bob.device("phone")
    await come_and_go(alice)
    for device in (bob.web, phone):
        assert told(device.socket) == WENT + CAME


async def test_ones_own_devices_hear_nothing_of_oneself(pair: tuple[Person, Person]) -> None:
    alice, _ = pair
    phone = await alice.device("phone")
    await phone.post("/status/offline")
    await come_and_go(alice)
    assert told(phone.socket) == told(alice.web.socket) == []


async def test_a_stranger_in_the_same_group_hears_and_sees_nothing(world: World, pair: tuple[Person, Person]) -> None:
    alice, bob = pair
    carol = await world.person("carol")
    chat = await world.group(alice, bob, carol)
    await come_and_go(alice)
    await alice.web.socket.send(type="typing_start", chat_id=chat["id"])
    assert carol.web.socket.received(*PRESENCE, "typing_start", "typing_stop") == []
    assert await carol.web.get("/status/contacts") == await carol.web.get("/api/online_users") == []
    assert (await carol.web.get("/sync"))["statuses"] == []
    await carol.web.socket.send(type="ping")
    assert carol.web.socket.last("pong")["contacts_status"] == {}


@pytest.mark.parametrize("forward", [True, False])
async def test_a_contact_of_one_side_only_hears_and_sees_nothing(
    world: World, pair: tuple[Person, Person], forward: bool
) -> None:
    alice, _ = pair
    carol = await world.person("carol")
    one, other = (alice, carol) if forward else (carol, alice)
    await one.web.post("/contacts", {"user_id": other.id})
    await come_and_go(alice)
    assert told(carol.web.socket) == []
    assert await carol.web.get("/status/contacts") == []


@pytest.mark.parametrize("by_alice", [True, False])
async def test_a_block_by_either_side_hides_both(pair: tuple[Person, Person], by_alice: bool) -> None:
    alice, bob = pair
    one, other = (alice, bob) if by_alice else (bob, alice)
    await one.web.call("PUT", f"/contacts/{other.id}/block")
    for person in pair:
        await come_and_go(person)
        assert await person.web.get("/status/contacts") == []
        await person.web.socket.send(type="ping")
        assert person.web.socket.last("pong")["contacts_status"] == {}
    assert told(alice.web.socket) == told(bob.web.socket) == []


async def test_hidden_blocked_stranger_one_way_and_nobody_are_the_same_404(
    world: World, pair: tuple[Person, Person]
) -> None:
    alice, bob = pair
    carol, dave, erin = [await world.person(name) for name in ("carol", "dave", "erin")]
    await world.friends("bob", "carol")
    await carol.web.call("PUT", f"/contacts/{bob.id}/block")
    await bob.web.post("/contacts", {"user_id": dave.id})
    await erin.web.post("/contacts", {"user_id": bob.id})
    await bob.web.call("DELETE", f"/contacts/{alice.id}")
    ids = [alice.id, carol.id, dave.id, erin.id, erin.id + 1000, 2**53 - 1, 2**53, 10**30, 0]
    for query in ("", "?away=1"):
        answers = [seen_of(await bob.web.call("GET", f"/api/user_status/{id_}{query}")) for id_ in ids]
        assert [answer[0] for answer in answers] == [404] * len(ids)
        assert all(answer == answers[0] for answer in answers)


async def test_ones_own_status_by_id(pair: tuple[Person, Person]) -> None:
    alice, _ = pair
    own = await alice.web.get(f"/api/user_status/{alice.id}")
    assert (own["is_online"], own["status"]) == (True, "online")


async def test_contacts_are_listed_whether_they_are_here_or_not(world: World, pair: tuple[Person, Person]) -> None:
    alice, bob = pair
    await world.friends("bob", "carol")
    await alice.web.post("/status/offline")
    listed = await bob.web.get("/status/contacts")
    assert {one["user_id"]: one["status"] for one in listed} == {
        alice.id: "offline", world.people["carol"].id: "online",
    }  # fmt: skip
    assert all(set(one) == {"user_id", "status", "last_seen", "is_typing_in_chat"} for one in listed)


async def test_online_users_are_the_mutual_contacts_that_one_shares_a_chat_with(
    world: World, pair: tuple[Person, Person]
) -> None:
    alice, bob = pair
    await world.friends("bob", "carol")
    dave = await world.person("dave")
    await world.group(bob, alice, dave)
    assert [one["user_id"] for one in await bob.web.get("/api/online_users")] == [alice.id]
    chat = await world.direct(bob, world.people["carol"])
    assert len(await bob.web.get("/api/online_users")) == 2
    await alice.web.post("/status/offline")
    assert {one["user_id"]: one["is_online"] for one in await bob.web.get("/api/online_users")} == {
        alice.id: False, world.people["carol"].id: True,
    }  # fmt: skip
    assert chat["peer"]["id"] == world.people["carol"].id


async def test_who_left_the_last_common_chat_is_in_online_users_no_more(
    world: World, pair: tuple[Person, Person]
) -> None:
    alice, bob = pair
    chat = await world.group(bob, alice)
    await alice.web.call("DELETE", f"/chats/{chat['id']}/members/{alice.id}")
    assert await bob.web.get("/api/online_users") == []
    assert await alice.web.get("/api/online_users") == []
    assert await shown(bob.web, alice) == "online"


async def test_who_becomes_mutual_gets_the_others_status(world: World) -> None:
    alice, bob = await world.person("alice"), await world.person("bob")
    await alice.web.post("/status/offline")
    await alice.web.post("/contacts", {"user_id": bob.id})
    assert told(alice.web.socket) == told(bob.web.socket) == []
    await bob.web.post("/contacts", {"username": "alice"})
    assert told(alice.web.socket) == ["status_change online"]
    assert told(bob.web.socket) == ["status_change offline"]


async def test_who_becomes_mutual_by_the_request_that_brings_them_is_told_once(world: World) -> None:
    alice, bob = await world.person("alice"), await world.person("bob", connect=False)
    await alice.web.post("/contacts", {"user_id": bob.id})
    await world.advance(100)
    await bob.web.post("/contacts", {"user_id": alice.id})
    assert told(alice.web.socket) == ["status_change online"]


async def test_who_becomes_mutual_with_somebody_hidden_is_told_offline(
    world: World, pair: tuple[Person, Person]
) -> None:
    alice, _ = pair
    carol = await world.person("carol")
    await alice.web.call("PATCH", "/users/me", {"appear_offline": True})
    await world.friends("alice", "carol")
    hers = [one for one in carol.web.socket.all() if one["type"] == "status_change"]
    assert [(one["user_id"], one["status"]) for one in hers] == [(alice.id, "offline")]


async def test_who_becomes_mutual_with_somebody_idle_is_told_as_they_ask(world: World) -> None:
    alice = await world.person("alice")
    bob = await world.person("bob")
    asking = await bob.device("asking")
    await asking.socket.send(type="subscribe", events=["away"])
    await alice.web.post("/contacts", {"user_id": bob.id})
    await world.advance(300)
    await bob.web.post("/contacts", {"user_id": alice.id})
    assert told(bob.web.socket) == ["status_change online"]
    assert told(asking.socket) == ["status_change away"]


async def test_unblocking_shows_each_to_the_other_again(world: World, pair: tuple[Person, Person]) -> None:
    alice, bob = pair
    await alice.web.call("PUT", f"/contacts/{bob.id}/block")
    await bob.web.post("/status/offline")
    await world.advance(10)
    await alice.web.call("DELETE", f"/contacts/{bob.id}/block")
    assert told(alice.web.socket) == ["status_change offline"]
    assert told(bob.web.socket) == ["status_change online"]


async def test_a_removed_contact_is_told_nothing_more(pair: tuple[Person, Person]) -> None:
    alice, bob = pair
    await bob.web.call("DELETE", f"/contacts/{alice.id}")
    await come_and_go(alice)
    await come_and_go(bob)
    assert told(alice.web.socket) == told(bob.web.socket) == []


async def test_people_who_write_to_each_other_see_each_other(world: World) -> None:
    alice, bob = await world.person("alice"), await world.person("bob")
    chat = await world.direct(alice, bob)
    await alice.web.write(chat, "Привет!")
    assert told(alice.web.socket) == told(bob.web.socket) == []
    await bob.web.write(chat, "Hello!")
    assert told(alice.web.socket) == told(bob.web.socket) == ["status_change online"]
    assert await shown(bob.web, alice) == "online"


async def test_only_what_was_subscribed_to_comes_of_presence(pair: tuple[Person, Person]) -> None:
    alice, bob = pair
    await bob.web.socket.send(type="subscribe", events=["user_offline"])
    await come_and_go(alice)
    assert told(bob.web.socket) == ["user_offline"]


async def test_statuses_need_a_sign_in(world: World, pair: tuple[Person, Person]) -> None:
    alice, _ = pair
    for method, path in (
        ("GET", "/status/me"), ("GET", "/status/contacts"), ("POST", "/status/online"), ("POST", "/status/offline"),
        ("POST", "/status/typing"), ("POST", "/status/read"), ("GET", f"/api/user_status/{alice.id}"),
        ("GET", "/api/online_users"),
    ):  # fmt: skip
        assert (await world.call(method, path)).status == 401


async def test_users_found_by_name_show_no_presence(world: World, pair: tuple[Person, Person]) -> None:
    _, bob = pair
    [found] = await bob.web.get("/users?query=alice")
    assert set(found) == {"id", "username", "display_name"}
