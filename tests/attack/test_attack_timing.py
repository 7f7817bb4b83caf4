"""What one may not know cannot be told by the time that an answer takes.

The work of the server's own thread is measured, not the clock on the wall: a network hides what is smaller still.
"""

import random
import statistics
import time

import pytest

import servers
from report import tell
from world import Device, World, call_asgi

ROUNDS = 300
MOST = 0.04
"""Of an answer's work, that two kinds may differ by; …"""
TRIES = 4
"""… what really differs does so each time."""

pytestmark = pytest.mark.skipif(servers.ON_POSTGRES, reason="there the work is done in PostgreSQL's processes")


async def work(world: World, device: Device, path: str) -> float:
    """Seconds of this thread for one answer."""
    headers = {"Host": "ryadom.test", "Authorization": f"Bearer {device.token}"}
    began = time.thread_time()
    await call_asgi(world.server.asgi, "GET", path, headers, b"", "203.0.113.5")
    return time.thread_time() - began


async def told_apart(world: World, device: Device, paths: dict[str, str], of: str) -> dict[str, float]:
    """Kind → by how much of its work it differs from one kind, of those that differ in every one of some tries."""
    apart: dict[str, float] = dict.fromkeys(paths, 1.0)
    for _ in range(TRIES):
        found = await differences(world, device, paths, of)
        apart = {kind: min(apart[kind], one) for kind, one in found.items() if one > MOST and kind in apart}
        if not apart:
            break
    return apart


async def differences(world: World, device: Device, paths: dict[str, str], of: str) -> dict[str, float]:
    """Kind → by how much of its work it usually differs from one kind."""
    chance = random.Random(1)
    taken: dict[str, list[float]] = {kind: [] for kind in paths}
    for _ in range(ROUNDS):
        for kind in chance.sample(list(paths), len(paths)):
            taken[kind].append(await work(world, device, paths[kind]))
    # The quicker half is less disturbed by what else the machine does.
    usual = {kind: statistics.quantiles(times, n=4)[0] for kind, times in taken.items()}
    return {kind: abs(one - usual[of]) / usual[of] for kind, one in usual.items()}


async def test_statuses_that_are_not_shown_take_as_long_as_nobodys(world: World) -> None:
    bob = await world.person("bob", connect=False)
    others = {name: await world.person(name) for name in ("hidden", "blocked", "blocker", "one_way", "stranger")}
    await others["hidden"].web.call("PATCH", "/users/me", {"appear_offline": True})
    for name in ("blocked", "blocker", "one_way"):
        await bob.web.post("/contacts", {"user_id": others[name].id})
    for name in ("blocked", "blocker"):
        await others[name].web.post("/contacts", {"user_id": bob.id})
    await bob.web.call("PUT", f"/contacts/{others['blocked'].id}/block")
    await others["blocker"].web.call("PUT", f"/contacts/{bob.id}/block")
    paths = {name: f"/api/user_status/{person.id}" for name, person in others.items()}
    paths |= {"nobody": "/api/user_status/1000000", "somebody else who is nobody": "/api/user_status/1000001"}
    found = await told_apart(world, bob.web, paths, "nobody")
    tell("times of what is not shown", kinds=len(paths), requests=len(paths) * ROUNDS, told_apart=0)
    assert found == {}


async def test_a_contact_who_hides_takes_as_long_as_one_who_is_gone(world: World) -> None:
    bob, hidden, gone = await world.friends("bob", "hidden", "gone")
    await hidden.web.call("PATCH", "/users/me", {"appear_offline": True})
    await gone.web.post("/logout")
    await world.advance(100)
    paths = {"hidden": f"/api/user_status/{hidden.id}", "gone": f"/api/user_status/{gone.id}"}
    found = await told_apart(world, bob.web, paths, "gone")
    assert found == {}


async def test_chats_and_messages_of_others_take_as_long_as_none(world: World) -> None:
    alice, bob, mallory = await world.friends("alice", "bob", "mallory")
    chat = await world.group(alice, bob)
    message = await alice.web.write(chat, "secret")
    for real, none in (
        (f"/chats/{chat['id']}", "/chats/1000000"), (f"/messages/{message['id']}", "/messages/1000000"),
        (f"/chats/{chat['id']}/messages", "/chats/1000000/messages"),
    ):  # fmt: skip
        found = await told_apart(world, mallory.web, {"another's": real, "none": none}, "none")
        assert found == {}, real
