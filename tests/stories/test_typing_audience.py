"""Contract §6 and §7: typing is for chat members who are mutual contacts, and for nobody else."""

import pytest

from stories.watching import TYPING, typing
from world import Json, Person, World

ON, OFF = TYPING


class Room:
    """A group of four: Alice, her contact Bob, Carol whom she does not know, and Dave, whom Bob knows."""

    def __init__(self, people: list[Person], chat: Json) -> None:
        self.alice, self.bob, self.carol, self.dave = people
        self.chat = chat

    def heard(self) -> dict[str, list[str]]:
        """What everybody has heard of typing since the last call."""
        people = (self.alice, self.bob, self.carol, self.dave)
        told = {person.username: typing(person.web.socket) for person in people}
        return {name: events for name, events in told.items() if events}


@pytest.fixture
async def room(world: World) -> Room:
    """The group."""
    people = [await world.person(name) for name in ("alice", "bob", "carol", "dave")]
    await world.friends("alice", "bob")
    await world.friends("bob", "dave")
    chat = await world.group(people[0], *people[1:])
    world.forget()
    return Room(people, chat)


async def start(room: Room) -> None:
    """Alice types."""
    await room.alice.web.socket.send(type=ON, chat_id=room.chat["id"])


async def test_only_mutual_contacts_in_the_chat_hear(room: Room) -> None:
    await start(room)
    await room.alice.web.socket.send(type=OFF, chat_id=room.chat["id"])
    assert room.heard() == {"bob": [ON, OFF]}


async def test_someone_without_a_socket_is_heard_by_the_same_people(world: World, room: Room) -> None:
    await room.alice.web.socket.close()
    await room.alice.web.post("/status/typing", {"chat_id": room.chat["id"]})
    await world.advance(10)
    assert room.heard() == {"bob": [ON, OFF]}


async def test_a_mutual_contact_who_is_not_in_the_chat_hears_nothing(world: World, room: Room) -> None:
    erin = await world.person("erin")
    await world.friends("alice", "erin")
    await start(room)
    assert typing(erin.web.socket) == []
    assert await is_typing(erin, room.alice) is None
    await erin.web.socket.send(type="ping")
    assert erin.web.socket.last("pong")["contacts_status"][str(room.alice.id)]["typing"] is None


async def test_ones_own_other_devices_hear_nothing(room: Room) -> None:
    phone = await room.alice.device("phone")
    await start(room)
    assert typing(phone.socket) == []


async def test_every_device_of_a_contact_hears(room: Room) -> None:
    phone = await room.bob.device("phone")
    await start(room)
    assert typing(phone.socket) == [ON]


async def test_who_was_blocked_hears_nothing(room: Room) -> None:
    await room.alice.web.call("PUT", f"/contacts/{room.bob.id}/block")
    await start(room)
    assert room.heard() == {}


async def test_who_blocks_hears_nothing(room: Room) -> None:
    await room.bob.web.call("PUT", f"/contacts/{room.alice.id}/block")
    await start(room)
    assert room.heard() == {}


async def test_a_contact_of_one_side_only_hears_nothing(room: Room) -> None:
    await room.carol.web.post("/contacts", {"user_id": room.alice.id})
    await start(room)
    assert room.heard() == {"bob": [ON]}
    await room.alice.web.post("/contacts", {"user_id": room.dave.id})
    await start(room)
    assert room.heard() == {}


async def test_who_left_the_chat_hears_nothing(room: Room) -> None:
    await room.bob.web.call("DELETE", f"/chats/{room.chat['id']}/members/{room.bob.id}")
    await start(room)
    assert room.heard() == {}
    assert await is_typing(room.bob, room.alice) is None


async def test_who_leaves_while_another_types_is_shown_it_no_more(room: Room) -> None:
    await start(room)
    await room.bob.web.call("DELETE", f"/chats/{room.chat['id']}/members/{room.bob.id}")
    assert await is_typing(room.bob, room.alice) is None


async def test_who_joins_hears_from_then_on(world: World, room: Room) -> None:
    erin = await world.person("erin")
    await world.friends("alice", "erin")
    await room.alice.web.post(f"/chats/{room.chat['id']}/members", {"user_id": erin.id})
    erin.web.socket.received()
    await start(room)
    assert typing(erin.web.socket) == [ON]
    assert await is_typing(erin, room.alice) == room.chat["id"]


async def test_who_subscribed_to_something_else_hears_nothing(room: Room) -> None:
    await room.bob.web.socket.send(type="subscribe", events=["typing_stop"])
    await start(room)
    await room.alice.web.socket.send(type=OFF, chat_id=room.chat["id"])
    assert room.heard() == {"bob": [OFF]}


async def test_of_two_chats_the_reader_is_shown_the_one_that_they_are_in(world: World, room: Room) -> None:
    other = await world.group(room.alice, room.carol)
    phone = await room.alice.device("phone")
    await start(room)
    await phone.socket.send(type=ON, chat_id=other["id"])
    assert room.heard() == {"bob": [ON]}
    assert await is_typing(room.bob, room.alice) == room.chat["id"]


async def is_typing(reader: Person, person: Person) -> int | None:
    """Where the reader is shown that a contact types."""
    listed = await reader.web.get("/status/contacts")
    return next(one["is_typing_in_chat"] for one in listed if one["user_id"] == person.id)  # type: ignore[no-any-return]
