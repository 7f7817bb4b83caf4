"""Contract §6: idleness, and who hears of it (`ryadom.presence.rules`)."""

import pytest

from stories.watching import CAME, WENT, away_watcher, shown, told
from world import Person, Socket, World


@pytest.fixture
async def trio(world: World) -> tuple[Person, Socket, Socket]:
    """Alice with an open socket, Bob's socket, and one of Bob's that asks for `away`."""
    alice, bob = await world.friends("alice", "bob")
    asking = await away_watcher(bob)
    world.forget()
    return alice, bob.web.socket, asking


async def test_three_hundred_seconds_without_a_command_are_away(
    world: World, trio: tuple[Person, Socket, Socket]
) -> None:
    _, _, asking = trio
    await world.advance(299.9)
    assert told(asking) == []
    await world.advance(0.1)
    assert told(asking) == ["status_change away"]


async def test_who_does_not_ask_for_away_hears_nothing_of_it(world: World, trio: tuple[Person, Socket, Socket]) -> None:
    alice, plain, _ = trio
    await world.advance(400)
    await alice.web.get("/chats")
    assert told(plain) == []


async def test_rest_tells_away_only_to_who_asks(world: World, trio: tuple[Person, Socket, Socket]) -> None:
    alice, _, _ = trio
    bob = world.people["bob"].web
    await world.advance(300)
    assert [await shown(bob, alice, query) for query in ("", "?away=0", "?away=1", "?away=true")] == [
        "online", "online", "away", "away",
    ]  # fmt: skip


async def test_is_online_is_true_for_away(world: World, trio: tuple[Person, Socket, Socket]) -> None:
    alice, _, _ = trio
    bob = world.people["bob"].web
    await world.direct(alice, world.people["bob"])
    await world.advance(300)
    [listed] = await bob.get("/api/online_users?away=1")
    assert (listed["status"], listed["is_online"]) == ("away", True)
    assert (await bob.get(f"/api/user_status/{alice.id}"))["is_online"] is True


async def test_pings_keep_presence_not_activity(world: World, trio: tuple[Person, Socket, Socket]) -> None:
    alice, plain, asking = trio
    for _ in range(10):
        await world.advance(30)
        await alice.web.socket.send(type="ping")
        alice.web.socket.wire.ping(b"still here")
        await world.settle()
    assert told(asking) == ["status_change away"]
    assert told(plain) == []
    assert alice.web.socket.wire.pings == 12


@pytest.mark.parametrize(
    "command",
    [
        {"type": "typing_start", "chat_id": 99999}, {"type": "typing_stop", "chat_id": 99999},
        {"type": "read", "chat_id": 99999, "message_id": 1}, {"type": "subscribe", "events": []},
        {"type": "send_message", "chat_id": 99999, "text": "x", "client_id": "x"},
    ],
)  # fmt: skip
async def test_any_command_is_activity(
    world: World, trio: tuple[Person, Socket, Socket], command: dict[str, object]
) -> None:
    alice, _, asking = trio
    await world.advance(299)
    await alice.web.socket.send(**command)
    await world.advance(299.9)
    assert told(asking) == []
    await world.advance(0.1)
    assert told(asking) == ["status_change away"]


async def test_a_request_ends_idleness(world: World, trio: tuple[Person, Socket, Socket]) -> None:
    alice, _, asking = trio
    await world.advance(300)
    await alice.web.get("/chats")
    assert told(asking) == ["status_change away", "status_change online"]


async def test_a_command_ends_idleness(world: World, trio: tuple[Person, Socket, Socket]) -> None:
    alice, _, asking = trio
    await world.advance(300)
    await alice.web.socket.send(type="typing_stop", chat_id=99999)
    assert told(asking) == ["status_change away", "status_change online"]


async def test_one_active_device_is_enough(world: World, trio: tuple[Person, Socket, Socket]) -> None:
    alice, _, asking = trio
    phone = await alice.device("phone")
    await world.advance(200)
    await phone.get("/chats")
    await world.advance(299.9)
    assert told(asking) == []
    await world.advance(0.1)
    assert told(asking) == ["status_change away"]


async def test_when_the_active_device_goes_the_idle_one_shows(
    world: World, trio: tuple[Person, Socket, Socket]
) -> None:
    alice, plain, asking = trio
    phone = await alice.device("phone")
    await world.advance(290)
    await phone.get("/chats")
    await world.advance(20)
    await phone.post("/logout")
    assert told(asking) == ["status_change away"]
    assert told(plain) == []


async def test_away_goes_offline_as_online_does(world: World, trio: tuple[Person, Socket, Socket]) -> None:
    alice, plain, asking = trio
    await world.advance(300)
    told(asking)
    await alice.web.socket.close()
    await world.advance(5)
    assert told(asking) == WENT
    assert told(plain) == WENT


async def test_idleness_comes_within_a_grace_too(world: World, trio: tuple[Person, Socket, Socket]) -> None:
    alice, plain, asking = trio
    await world.advance(290)
    await alice.web.socket.drop()
    await world.advance(10)
    assert told(asking) == ["status_change away"]
    await world.advance(5)
    assert told(asking) == WENT
    assert told(plain) == WENT


async def test_from_offline_to_away_is_online_to_who_does_not_ask(
    world: World, trio: tuple[Person, Socket, Socket]
) -> None:
    alice, plain, asking = trio
    phone = await alice.device("phone", connect=False)
    await phone.call("PATCH", "/users/me", {"appear_offline": True})
    await phone.post("/status/offline")
    await world.advance(300)
    told(plain), told(asking)
    # The one session that counts is idle; the other lifts the choice, and is absent itself.
    await phone.call("PATCH", "/users/me", {"appear_offline": False})
    assert told(plain) == CAME
    assert told(asking) == ["status_change away", "user_online"]


async def test_away_in_subscribe_is_a_flag_and_no_filter(world: World, trio: tuple[Person, Socket, Socket]) -> None:
    alice, _, asking = trio
    await asking.send(type="subscribe", events=["away"])
    await alice.web.post("/status/offline")
    assert told(asking) == WENT
    assert "error" not in [one["type"] for one in asking.all()]


async def test_away_among_names_leaves_the_names_a_filter(world: World, trio: tuple[Person, Socket, Socket]) -> None:
    alice, _, asking = trio
    await asking.send(type="subscribe", events=["away", "status_change"])
    await world.advance(300)
    await alice.web.post("/status/offline")
    assert told(asking) == ["status_change away", "status_change offline"]


async def test_subscribing_again_without_away_ends_it(world: World, trio: tuple[Person, Socket, Socket]) -> None:
    _, _, asking = trio
    await asking.send(type="subscribe", events=["status_change", "user_online", "user_offline"])
    await world.advance(300)
    assert told(asking) == []


async def test_a_pong_tells_away_only_to_who_asks(world: World, trio: tuple[Person, Socket, Socket]) -> None:
    alice, plain, asking = trio
    await world.advance(300)
    for socket, expected in ((plain, "online"), (asking, "away")):
        await socket.send(type="ping")
        assert socket.last("pong")["contacts_status"][str(alice.id)]["status"] == expected
