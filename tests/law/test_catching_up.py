"""Coming back: `/sync` and `changes?after_rev=` give exactly what was missed; `hello` tells that there is something."""

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from law.bridge import Bridge
from law.catching_up import CatchUp, CatchUpBySocket
from law.changes import CHANGES, Change, check_revs, read_rows
from law.mirror import Mirror
from law.state import Json, State, differences, normal, read_state
from law.town import Town
from report import tell
from ryadom.sync import snapshot
from torture import TORTURE, steps
from world import Device

PASSING = ("statuses", "total_unread")
"""What also changes without a durable change: presence, and the total when a mute ends."""

details = st.integers(1, 2**16).map(lambda number: number * 2654435761 >> 7)
"""Spread, for small numbers would all mean the same people and chats."""
acts = st.tuples(st.sampled_from(CHANGES), details)


def mirror_of(device: Device) -> Mirror:
    """The client at the latest socket."""
    mirror = device.socket.mirror
    assert mirror is not None
    return mirror


def lasting(state: State) -> Json:
    """What only durable changes change."""
    return {name: value for name, value in normal(state, 0.0).items() if name not in PASSING}


async def go(device: Device) -> State:
    """Close the socket; what the client keeps meanwhile."""
    held = mirror_of(device).state
    await device.socket.close()
    return held


async def come_back(town: Town, device: Device, held: State) -> CatchUp:
    """Connect, catch up, and find that nothing is lost."""
    await device.connect()
    fresh = await town.world.server.db.read(read_state, town.world.server, held.reader)
    hello = device.socket.last("hello")
    if lasting(held) != lasting(fresh):
        assert hello["rev"] > held.rev, "hello does not tell that something was missed"
    assert hello["rev"] <= max(held.rev, fresh.rev), "hello tells of what a snapshot does not have"
    by_socket, by_rest = CatchUpBySocket(device, held), CatchUp(device, held)
    for way in (by_socket, by_rest):
        caught_up = await way.state()
        now = town.world.clock.now()
        wrong = list(differences(normal(caught_up, now), normal(fresh, now)))
        assert not wrong, "\n".join([type(way).__name__, *wrong])
    await town.world.check()
    by_rest.whole = by_socket.whole
    return by_rest


async def act(town: Town, what: Change, pick: int) -> None:
    """Do something a second later, and look at the revs."""
    await town.world.advance(1)
    before = await read_rows(town.world.rows)
    await what(town, pick)
    check_revs(before, await read_rows(town.world.rows))


@pytest.mark.torture
@given(st.lists(acts, max_size=6), st.lists(acts, min_size=1, max_size=12), st.sampled_from([1, 3, 500]))
@settings(
    max_examples=steps(60), derandomize=not TORTURE, deadline=None, database=None,
    suppress_health_check=list(HealthCheck),
    # Shrinking takes longer than a hanging test may: the torture has the time.
    phases=[Phase.generate, Phase.shrink] if TORTURE else [Phase.generate],
)  # fmt: skip
def test_a_client_that_was_away_misses_nothing(
    before: list[tuple[Change, int]], meanwhile: list[tuple[Change, int]], page: int
) -> None:
    bridge = Bridge()
    town = Town(bridge.world)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(snapshot, "PAGE", page)
            bridge.run(away(town, before, meanwhile))
    finally:
        bridge.close()


async def away(town: Town, before: list[tuple[Change, int]], meanwhile: list[tuple[Change, int]]) -> None:
    """Bob's tablet and Alice's phone are away while things happen; Dave is away with his only device."""
    await town.settle_in()
    for what, pick in before:
        await act(town, what, pick)
    goers = [town.bob.devices["tablet"], town.phone, town.dave.web]
    held = [await go(device) for device in goers]
    for what, pick in meanwhile:
        await act(town, what, pick)
    for device, known in zip(goers, held, strict=True):
        await come_back(town, device, known)
    tell("clients that come back", clients=len(goers), deeds_missed=len(meanwhile), wrong=0)


async def test_who_missed_nothing_is_told_so(town: Town) -> None:
    held = await go(town.dave.web)
    await town.world.advance(100)
    assert (await come_back(town, town.dave.web, held)).pages == 0
    assert town.dave.web.socket.last("hello")["rev"] <= held.rev


async def test_one_answer_on_the_socket_has_everything(town: Town) -> None:
    held = await go(town.phone)
    for number in range(20):
        await town.bob.web.write(town.group, f"Number {number}")
    history = await town.bob.web.get(f"/chats/{town.group['id']}/messages")
    await town.bob.web.call("DELETE", f"/messages/{history[-3]['id']}")
    await town.bob.web.call("PATCH", f"/messages/{history[-1]['id']}", {"text": "Otherwise"})
    await town.bob.web.read(history[0])
    await town.bob.web.write(town.direct, "And here")
    assert (await come_back(town, town.phone, held)).whole


async def test_many_changes_come_in_pages(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "PAGE", 10)
    held = await go(town.phone)
    for number in range(35):
        await town.bob.web.write(town.group, f"Number {number}")
    history = await town.bob.web.get(f"/chats/{town.group['id']}/messages?limit=200")
    for message in history[-35::3]:
        await town.bob.web.call("DELETE", f"/messages/{message['id']}")
    assert (await come_back(town, town.phone, held)).pages == 4


async def test_who_was_removed_and_added_again_finds_what_was_written_between(town: Town) -> None:
    held = await go(town.dave.web)
    await town.laptop.post(f"/chats/{town.group['id']}/members", {"user_id": town.dave.id})
    await come_back(town, town.dave.web, held)
    held = await go(town.dave.web)
    path = f"/chats/{town.group['id']}/members"
    await town.laptop.call("DELETE", f"{path}/{town.dave.id}")
    await town.bob.web.write(town.group, "Without Dave")
    await town.laptop.post(path, {"user_id": town.dave.id})
    await come_back(town, town.dave.web, held)


async def test_who_was_removed_finds_the_chat_gone(town: Town) -> None:
    held = await go(town.bob.devices["tablet"])
    await town.laptop.call("DELETE", f"/chats/{town.group['id']}/members/{town.bob.id}")
    await come_back(town, town.bob.devices["tablet"], held)
    answer = await town.bob.web.call("GET", f"/chats/{town.group['id']}/changes?after_rev=0")
    assert answer.status == 404


@pytest.mark.parametrize("what", ["reading", "renaming", "befriending", "muting"])
async def test_hello_tells_of_a_single_change(town: Town, what: str) -> None:
    await town.laptop.socket.close()
    held = await go(town.phone)
    if what == "reading":
        await town.bob.web.read((await town.bob.web.get(f"/chats/{town.group['id']}/messages"))[-1])
    elif what == "renaming":
        await town.carol.web.call("PATCH", "/users/me", {"display_name": "Каролина"})
    elif what == "befriending":
        await town.laptop.post("/contacts", {"user_id": town.dave.id})
    else:
        body = {"muted_until": "2030-01-01T00:00:00Z"}
        await town.laptop.call("PATCH", f"/chats/{town.group['id']}", body)
    await come_back(town, town.phone, held)
    assert town.phone.socket.last("hello")["rev"] > held.rev


async def test_a_second_device_is_not_told_of_a_gap_for_ever(town: Town) -> None:
    third = await town.alice.device("third", connect=False)
    await town.bob.web.read((await town.bob.web.get(f"/chats/{town.group['id']}/messages"))[-1])
    await third.connect()
    await town.world.advance(26)
    assert third.socket.last("heartbeat")["rev"] == third.socket.last("hello")["rev"]


@pytest.mark.parametrize("who", ["alice", "bob"])
async def test_a_heartbeat_tells_of_everything_that_concerns_a_person(town: Town, who: str) -> None:
    device: Any = getattr(town, who).web
    for number, what in enumerate(CHANGES):
        await what(town, 37 * number)
        if not device.socket.alive:
            await device.connect()
        await town.world.advance(26)
        held = mirror_of(device).state
        assert device.socket.last("heartbeat")["rev"] == held.rev
    await town.world.check()
