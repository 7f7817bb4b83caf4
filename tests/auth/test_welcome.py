"""Asking at the door is no use of a session (`ryadom.auth.welcome`)."""

from datetime import timedelta

from ryadom.auth import store
from ryadom.auth.sessions import Sessions
from ryadom.auth.welcome import Welcome
from world import World


async def test_asking_is_no_proof_of_presence(world: World) -> None:
    alice, bob = await world.friends("alice", "bob")
    await alice.web.socket.close()
    await world.advance(10)
    bob.web.socket.received()
    before = await world.server.sessions.peek(alice.web.token)
    assert before is not None
    used = before.used_at
    answer = await alice.web.call("GET", "/server")
    assert answer.json["user"]["username"] == "alice"
    assert before.used_at == used
    assert bob.web.socket.received() == []
    assert (await bob.web.get(f"/api/user_status/{alice.id}"))["is_online"] is False


async def test_a_session_that_is_over_signs_in_nobody(world: World) -> None:
    alice = await world.person("alice", connect=False)
    server = world.server
    fresh = Sessions(server.db, world.clock)
    welcome = Welcome(server.db, server.limiter, fresh, registration=True)
    assert (await welcome.look(alice.web.token, "198.51.100.1")).user is not None
    await world.jump((store.IDLE_FOR + timedelta(seconds=2)).total_seconds())
    assert (await welcome.look(alice.web.token, "198.51.100.1")).user is None
    assert (await welcome.look("x" * 300, "198.51.100.1")).user is None
    assert (await welcome.look(None, "198.51.100.1")).registration == "open"


async def test_to_use_a_session_is_to_find_it(world: World) -> None:
    alice = await world.person("alice", connect=False)
    sessions = Sessions(world.server.db, world.clock)
    seen = await sessions.peek(alice.web.token)
    assert seen is not None
    first = seen.used_at
    await world.advance(60)
    assert (await sessions.peek(alice.web.token)) is seen
    assert seen.used_at == first
    assert await sessions.find(alice.web.token) is seen
    assert seen.used_at > first
