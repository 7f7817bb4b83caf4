"""Whom a node hears of: those who are here, or arriving, and nobody else (`ryadom.nodes.attendance`)."""

import asyncio

import pytest

from ryadom.nodes.attendance import Attendance
from ryadom.nodes.broker import Alone, Memory, MemoryBroker
from ryadom.realtime.hub import Hub
from ryadom.realtime.people import Client, Loaded
from ryadom.realtime.room import Count


class Quiet:
    """A socket that nobody reads."""

    id = "quiet"
    last_heard = 0.0

    def __init__(self) -> None:
        self.out: tuple[bytes, ...] = ()

    def send(self, frame: bytes, slot: object = None, droppable: bool = False) -> None:
        """Nothing."""

    def close(self, code: object) -> None:
        """Nothing."""


@pytest.fixture
def hub() -> Hub:
    return Hub()


@pytest.fixture
def broker() -> MemoryBroker:
    return MemoryBroker("here", Memory())


def connect(hub: Hub, user_id: int, *chats: int) -> Client:
    client = Client(Quiet(), user_id, user_id)
    hub.add(client, Loaded({chat: Count(0, 0, 0.0, 0) for chat in chats}, set(), 0))
    return client


async def test_whoever_has_left_is_heard_of_no_more(hub: Hub, broker: MemoryBroker) -> None:
    attendance = Attendance(hub, broker, lambda user_id: user_id == 3)
    for user_id in (1, 2, 3):
        await attendance.attend(user_id, [user_id * 10])
    one = connect(hub, 1, 10)
    await attendance.sweep()
    assert broker.all() == ({1, 3}, {10})
    hub.remove(one)
    await attendance.sweep()
    assert broker.all() == ({3}, set())


async def test_nothing_is_given_up_that_somebody_who_arrives_may_need(hub: Hub, broker: MemoryBroker) -> None:
    attendance = Attendance(hub, broker, lambda user_id: False)
    async with attendance.arriving(1):
        async with attendance.arriving(1):
            await attendance.attend(1, [10])
        await attendance.sweep()
        assert attendance.hears(1, [10])
    await attendance.sweep()
    assert not attendance.hears(1)


async def test_who_fails_to_arrive_is_forgotten(hub: Hub, broker: MemoryBroker) -> None:
    attendance = Attendance(hub, broker, lambda user_id: False)
    with pytest.raises(asyncio.CancelledError):
        async with attendance.arriving(1):
            raise asyncio.CancelledError
    await attendance.sweep()
    assert broker.all() == (set(), set())


async def test_one_node_alone_hears_of_everybody(hub: Hub) -> None:
    attendance = Attendance(hub, Alone(), lambda user_id: False)
    async with attendance.arriving(1):
        assert attendance.hears(1, range(1000))
    await attendance.sweep()
    assert attendance.hears(2, [3])
