"""`ryadom.auth.activity`: when it is written what sessions last did."""

import asyncio
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from ryadom.auth import activity
from ryadom.clock import utc
from ryadom.db.tables import user_sessions
from ryadom.protocol.errors import Refusal
from world import Person, World

KEPT = select(user_sessions.c.last_seen, user_sessions.c.standing).order_by(user_sessions.c.id)


async def kept(world: World, person: Person) -> tuple[datetime, str]:
    """What the database has of a person's only session."""
    query = KEPT.where(user_sessions.c.user_id == person.id)
    row: tuple[datetime, str] = await world.server.db.read(lambda tx: tx.first(query))
    return row


async def five_closed(world: World) -> tuple[list[Person], list[int]]:
    """Five people have just closed their sockets; and the sizes of the commits since."""
    people = [await world.person(f"person{number}") for number in range(5)]
    await world.advance(20)
    batches: list[int] = []
    world.server.db.on_batch = batches.append
    for person in people:
        await person.web.socket.send(type="ping")
        await person.web.socket.close()
    return people, batches


async def test_the_closes_of_a_second_are_one_commit(world: World) -> None:
    people, batches = await five_closed(world)
    closed_at = utc(world.clock.now())
    assert batches == []
    await world.advance(1)
    assert batches == [5]
    assert [await kept(world, person) for person in people] == [(closed_at, "socket")] * 5
    await world.advance(4)
    assert batches == [5, 6]
    assert [await kept(world, person) for person in people] == [(closed_at, "gone")] * 5


async def test_many_closes_are_written_by_portions(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activity, "AT_ONCE", 2)
    people, batches = await five_closed(world)
    closed_at = utc(world.clock.now())
    await world.advance(1)
    assert (sum(batches), len(batches) > 1) == (5, True)
    assert [await kept(world, person) for person in people] == [(closed_at, "socket")] * 5


async def test_who_is_back_within_the_second_is_written_as_here(world: World) -> None:
    people, _ = await five_closed(world)
    await world.advance(0.5)
    await people[0].web.connect()
    back_at = utc(world.clock.now())
    await world.advance(10)
    assert await kept(world, people[0]) == (back_at, "socket")


async def test_a_session_that_has_ended_meanwhile_is_written_once(world: World) -> None:
    people, _ = await five_closed(world)
    ended_at = utc(world.clock.now())
    await people[0].web.post("/logout")
    before: Any = await kept(world, people[0])
    assert before == (ended_at, "gone")
    await world.advance(10)
    assert await kept(world, people[0]) == before


async def test_what_the_database_refused_is_written_with_the_next_try(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    people, _ = await five_closed(world)
    closed_at = utc(world.clock.now())
    await world.advance(1)

    def refuse(function: Any, item: Any) -> "asyncio.Future[Any]":
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        future.set_exception(Refusal("busy"))
        return future

    monkeypatch.setattr(world.server.db, "write_many", refuse)
    world.clock._now += 4
    world.server.live.sweep(world.clock.now())
    for _ in range(20):
        await asyncio.sleep(0)
    assert [await kept(world, person) for person in people] == [(closed_at, "socket")] * 5
    monkeypatch.undo()
    world.clock._now += 1
    await world.clock.jump(0)
    await world.settle()
    assert [await kept(world, person) for person in people] == [(closed_at, "gone")] * 5
