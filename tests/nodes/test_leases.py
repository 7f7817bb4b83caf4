"""Who is alive (`ryadom.nodes.leases`, `ryadom.nodes.leases_redis`): nobody is said to be gone who is not."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from private_servers import RedisServer

from ryadom.clock import Clock
from ryadom.nodes.joint import RedisJoint
from ryadom.nodes.leases import LASTS, PATIENCE, MemoryLeases


class Hands:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at = 1000.0

    def now(self) -> float:
        return self.at


async def test_a_lease_runs_out_unless_it_is_renewed() -> None:
    clock, ends = Hands(), dict[str, float]()
    one, two = (MemoryLeases(name, ends, clock.now) for name in ("one", "two"))
    assert not one.renew()
    two.renew()
    for _ in range(10):
        clock.at += 1
        assert one.renew()
        assert await one.gone(["one", "two"]) == (["two"] if clock.at - 1000 >= PATIENCE else [])
        if clock.at - 1000 < PATIENCE - 1:
            two.renew()
            ends["two"] = clock.at + 0.5
    clock.at += LASTS + 0.1
    assert not one.renew()


async def test_who_was_cut_off_says_of_nobody_that_they_are_gone_until_all_had_time() -> None:
    clock, ends = Hands(), dict[str, float]()
    one = MemoryLeases("one", ends, clock.now)
    clock.at += 100
    one.renew()
    assert await one.gone(["two"]) == ["two"]
    one.cut_off = True
    one.renew()
    assert await one.gone(["two"]) == []
    one.cut_off = False
    clock.at += PATIENCE - 0.1
    assert await one.gone(["two"]) == []
    clock.at += 0.1
    assert await one.gone(["two"]) == ["two"]


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    server = RedisServer()
    yield server
    server.kill()


@pytest.fixture
async def joints(redis: RedisServer) -> AsyncIterator[list[RedisJoint]]:
    """Two nodes."""
    clock = Clock()
    made = [RedisJoint(redis.url, name, clock) for name in ("one", "two")]
    tasks = [asyncio.create_task(joint.run()) for joint in made]
    while not all(joint.link.up for joint in made):
        await clock.sleep(0.01)
    yield made
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for joint in made:
        await joint.close()


def patient(joint: RedisJoint) -> None:
    """As if it had heard of the leases for long enough."""
    leases: Any = joint.leases
    leases._since -= PATIENCE


async def test_redis_knows_who_is_alive(joints: list[RedisJoint]) -> None:
    one, two = joints
    assert await one.leases.gone(["two", "three"]) == []
    patient(one)
    assert await one.leases.gone(["one", "two", "three"]) == ["three"]
    await two.leases.end()
    assert await one.leases.gone(["two"]) == ["two"]


async def test_a_redis_that_was_away_or_forgot_lets_nobody_be_gone(
    joints: list[RedisJoint], redis: RedisServer
) -> None:
    one, two = joints
    patient(one)
    await asyncio.to_thread(redis.kill)
    assert await one.leases.gone(["two"]) == []
    await asyncio.to_thread(redis.start)
    while not (one.link.up and two.link.up):
        await Clock().sleep(0.01)
    assert await one.leases.gone(["two", "three"]) == []
    patient(one)
    assert await one.leases.gone(["two", "three"]) == ["three"]


async def test_a_lease_of_ones_own_that_ran_out_is_noticed(joints: list[RedisJoint]) -> None:
    one, _ = joints
    ran_out: list[bool] = []
    one.leases.ran_out = lambda: ran_out.append(True)
    patient(one)
    await one.link.redis.delete(one.leases._key("one"))
    while not ran_out:
        await Clock().sleep(0.02)
    assert await one.leases.gone(["three"]) == []
