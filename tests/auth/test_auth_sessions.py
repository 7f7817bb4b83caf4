"""The memory of tokens: it never knows more than the database."""

import pytest

from ryadom.auth import sessions as module
from ryadom.auth.sessions import Sessions
from world import World


async def test_a_token_is_looked_up_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    alice = await world.person("alice", connect=False)
    sessions = Sessions(world.server.db, world.clock)
    first = await sessions.find(alice.web.token)
    assert first is not None
    assert (first.user_id, first.session_id) == (alice.id, alice.web.session_id)
    monkeypatch.setattr(world.server.db, "read", None)
    assert await sessions.find(alice.web.token) is first


async def test_what_is_no_token_is_not_looked_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.server.db, "read", None)
    assert await world.server.sessions.find("x" * 257) is None


async def test_an_ended_session_is_not_learnt_again_from_an_old_view(world: World) -> None:
    alice = await world.person("alice", connect=False)
    sessions = Sessions(world.server.db, world.clock)
    sessions.forget(alice.web.session_id)
    assert sessions.ended(alice.web.session_id)
    assert await sessions.find(alice.web.token) is None


async def test_the_memory_stays_small(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_REMEMBERED", 2)
    alice = await world.person("alice", devices=("web", "phone", "pad"), connect=False)
    sessions = Sessions(world.server.db, world.clock)
    for _ in range(2):
        for device in alice.devices.values():
            assert await sessions.find(device.token) is not None
    assert len(sessions._by_token) == len(sessions._tokens) == 2
