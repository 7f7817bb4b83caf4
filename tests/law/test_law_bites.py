"""The law and the stranger are themselves tried: a server that forgets or leaks something does not pass."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from law.town import Json, Town
from ryadom.protocol.audience import Audience, Users
from ryadom.protocol.events import NAMES, DurableEvent, Event, StatusChange
from ryadom.realtime.hub import Hub
from ryadom.realtime.people import Companion, Person
from ryadom.realtime.room import Room

Act = Callable[[Town], Awaitable[Any]]


def forget(monkeypatch: pytest.MonkeyPatch, name: str, hub: Hub) -> None:
    """A server that never sends one kind of event."""
    deliver, tell = Hub.deliver, Hub.tell

    def deliver_others(self: Hub, event: Event, to: Audience) -> None:
        if NAMES[type(event)] != name:
            deliver(self, event, to)

    def tell_others(self: Hub, person: Person, event: DurableEvent) -> None:
        if NAMES[type(event)] != name:
            tell(self, person, event)

    monkeypatch.setattr(Hub, "deliver", deliver_others)
    monkeypatch.setattr(Hub, "tell", tell_others)
    for kind, (own, companion) in list(hub.companions.items()):
        if own == name:
            monkeypatch.setitem(hub.companions, kind, (own, silent(companion)))


def silent(companion: Companion) -> Companion:
    def nothing(event: DurableEvent, room: Room, frame: bytes) -> list[bytes]:
        return [b"" for _ in companion(event, room, frame)]

    return nothing


async def write(town: Town) -> Json:
    return await town.bob.web.write(town.direct, "Listen")


async def own(town: Town) -> Json:
    return next(one for one in await town.bob.web.get(f"/chats/{town.group['id']}/messages"))


async def read(town: Town) -> Json:
    return await town.bob.web.read(await own(town))


async def edit(town: Town) -> Json:
    return (await town.laptop.call("PATCH", f"/messages/{(await own(town))['id']}", {"text": "No"})).ok()


async def delete(town: Town) -> Json:
    return (await town.laptop.call("DELETE", f"/messages/{(await own(town))['id']}")).ok()


async def leave(town: Town) -> Json:
    return (await town.carol.web.call("DELETE", f"/chats/{town.group['id']}/members/{town.carol.id}")).ok()


async def rename(town: Town) -> Json:
    return (await town.laptop.call("PATCH", "/users/me", {"display_name": "A."})).ok()


async def sign_in(town: Town) -> Any:
    return await town.bob.device("new", connect=False)


async def sign_out(town: Town) -> Json:
    return await town.phone.post("/logout")


async def befriend(town: Town) -> Json:
    return await town.laptop.post("/contacts", {"username": "dave"})


async def vanish(town: Town) -> Json:
    return await town.carol.web.post("/status/offline")


async def type_(town: Town) -> Json:
    return await town.bob.web.socket.send(type="typing_start", chat_id=town.group["id"])


async def type_and_stop(town: Town) -> None:
    await type_(town)
    await town.bob.web.socket.send(type="typing_stop", chat_id=town.group["id"])


async def act_and_check(town: Town, act: Act) -> None:
    await act(town)
    await town.world.check()


FORGOTTEN: list[tuple[str, Act]] = [
    ("new_message", write), ("unread_message", write), ("unread_changed", read), ("messages_read", read),
    ("message_edited", edit), ("message_deleted", delete), ("chat_changed", leave), ("user_changed", rename),
    ("session_created", sign_in), ("session_revoked", sign_out), ("contact_changed", befriend),
    ("status_change", vanish), ("typing_start", type_), ("typing_stop", type_and_stop),
]  # fmt: skip
"""Event → what somebody does, which cannot be known without it."""


@pytest.mark.parametrize(("event", "act"), FORGOTTEN)
async def test_a_missing_event_is_found(town: Town, monkeypatch: pytest.MonkeyPatch, event: str, act: Act) -> None:
    await town.world.check()
    with monkeypatch.context() as broken:
        forget(broken, event, town.world.server.hub)
        with pytest.raises(AssertionError, match=r"the events do not tell|not entitled"):
            await act_and_check(town, act)
    town.world.mirrored.clear()


async def test_a_wrong_count_is_found(town: Town) -> None:
    room = town.world.server.hub.chats[town.group["id"]]
    room.unread[room.places[town.bob.id]] += 1
    with pytest.raises(AssertionError, match="the hub miscounts"):
        await town.world.check()
    town.world.mirrored.clear()


async def test_a_heartbeat_that_no_event_explains_is_found(town: Town) -> None:
    bob = town.world.server.hub.people[town.bob.id]
    bob.heard(bob.rev + 1)
    with pytest.raises(AssertionError, match="heartbeat"):
        await town.world.advance(30)
    town.world.mirrored.clear()


async def test_the_presence_of_a_one_way_contact_is_a_leak(town: Town) -> None:
    now = town.world.server.clock.utcnow()
    leak = StatusChange(timestamp=now, user_id=town.alice.id, status="online", last_seen=now)
    town.world.server.hub.deliver(leak, Users([town.dave.id]))
    with pytest.raises(AssertionError, match="not entitled"):
        await town.world.settle()


async def test_a_leak_to_a_socket_that_gets_only_some_events_is_found(town: Town) -> None:
    await town.dave.web.socket.send(type="subscribe", events=["status_change"])
    now = town.world.server.clock.utcnow()
    leak = StatusChange(timestamp=now, user_id=town.alice.id, status="online", last_seen=now)
    town.world.server.hub.deliver(leak, Users([town.dave.id]))
    with pytest.raises(AssertionError, match="not for it"):
        await town.world.settle()


async def test_a_word_to_the_stranger_is_a_leak(town: Town) -> None:
    assert town.world.stranger is not None
    now = town.world.server.clock.utcnow()
    leak = StatusChange(timestamp=now, user_id=town.alice.id, status="online", last_seen=now)
    town.world.mirrored.clear()
    town.world.server.hub.deliver(leak, Users([town.world.stranger.person.id]))
    with pytest.raises(AssertionError):
        await town.world.check()
    town.world.stranger.sockets.clear()


def test_every_durable_event_can_be_forgotten_here() -> None:
    tried = {event for event, _ in FORGOTTEN}
    assert {name for event, name in NAMES.items() if issubclass(event, DurableEvent)} <= tried
