"""`ryadom.presence.actions`: what happens while a step is being written, or when it cannot be."""

import asyncio
from typing import Any

import pytest

from ryadom.presence import actions
from ryadom.protocol.errors import Refusal
from stories.watching import CAME, WENT, away_watcher, told
from world import Person, Socket, World


@pytest.fixture
async def pair(world: World) -> tuple[Person, Socket]:
    """Alice with an open socket, and Bob's socket."""
    alice, bob = await world.friends("alice", "bob")
    return alice, bob.web.socket


class Gate:
    """Holds back, or refuses, what is to be written."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self._write = world.server.db.write_many
        self._held: list[tuple[Any, Any, asyncio.Future[Any]]] = []
        self.refuses = False
        self.asked = 0
        monkeypatch.setattr(world.server.db, "write_many", self.write_many)

    def write_many(self, function: Any, item: Any) -> asyncio.Future[Any]:
        """Stands for `Database.write_many`; what sessions last did goes through."""
        if not isinstance(item, actions.Publication):
            return self._write(function, item)
        self.asked += 1
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if self.refuses:
            future.set_exception(Refusal("busy"))
        else:
            self._held.append((function, item, future))
        return future

    async def open(self, monkeypatch: pytest.MonkeyPatch, world: World) -> None:
        """Let everything through, from now on."""
        monkeypatch.setattr(world.server.db, "write_many", self._write)
        for function, item, future in self._held:
            future.set_result(await self._write(function, item))


async def rounds() -> None:
    """Let the loop run, though presence is not settled."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_who_comes_back_while_their_going_is_written_is_shown_again(
    world: World, pair: tuple[Person, Socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = pair
    await alice.web.socket.close()
    gate = Gate(world, monkeypatch)
    world.clock._now += 5
    world.server.live.sweep(world.clock.now())
    await rounds()
    assert gate.asked == 1
    connecting = asyncio.create_task(alice.web.connect())
    await rounds()
    await gate.open(monkeypatch, world)
    await connecting
    assert told(bob) == WENT + CAME


async def test_who_acts_while_their_idleness_is_written_is_shown_as_active(
    world: World, pair: tuple[Person, Socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, _ = pair
    asking = await away_watcher(world.people["bob"])
    gate = Gate(world, monkeypatch)
    world.clock._now += 300
    world.server.live.sweep(world.clock.now())
    await rounds()
    assert gate.asked == 1
    world.server.live.commanded(alice.web.session_id, world.clock.now())
    await gate.open(monkeypatch, world)
    await world.settle()
    assert [one for one in told(asking) if one.startswith("status_change")][:2] == [
        "status_change away", "status_change online",
    ]  # fmt: skip


@pytest.mark.parametrize(("wait", "expected"), [(0, WENT), (300, ["status_change away"])], ids=["offline", "away"])
async def test_what_could_not_be_written_is_published_a_second_later(
    world: World, pair: tuple[Person, Socket], monkeypatch: pytest.MonkeyPatch, wait: float, expected: list[str]
) -> None:
    alice, _ = pair
    asking = await away_watcher(world.people["bob"])
    await world.advance(wait - 1 if wait else 0)
    gate = Gate(world, monkeypatch)
    gate.refuses = True
    if wait:
        world.clock._now += 1
        world.server.live.sweep(world.clock.now())
    else:
        world.server.live.declared(alice.web.session_id, alice.id, world.clock.now(), online=False)
    await rounds()
    assert told(asking) == []
    await gate.open(monkeypatch, world)
    world.clock._now += 1
    await world.clock.jump(0)
    await world.settle()
    assert [one for one in told(asking) if one in expected] == expected


async def test_a_request_is_answered_though_presence_cannot_be_written(
    world: World, pair: tuple[Person, Socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = pair
    await alice.web.post("/status/offline")
    told(bob)
    poller = await alice.device("poller", connect=False)
    await world.advance(60)
    told(bob)
    gate = Gate(world, monkeypatch)
    gate.refuses = True
    asking = asyncio.create_task(poller.get("/users/me"))
    await rounds()
    await gate.open(monkeypatch, world)
    world.clock._now += 1
    await world.clock.jump(0)
    assert (await asking)["id"] == alice.id
    assert told(bob) == CAME


async def test_many_closes_are_one_commit_and_so_are_their_steps_with_what_was_last_heard(world: World) -> None:
    people = [await world.person(f"person{number}") for number in range(8)]
    batches: list[int] = []
    world.server.db.on_batch = batches.append
    for person in people:
        await person.web.socket.close()
    await world.advance(5)
    assert batches == [len(people), 1 + len(people)]


async def left_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> Person:
    """Somebody whose five contacts have all lost their connection, where two are published at once."""
    monkeypatch.setattr(actions, "AT_ONCE", 2)
    alice, *others = await world.friends("alice", "bob", "carol", "dave", "erin", "frank")
    told(alice.web.socket)
    for person in others:
        await person.web.socket.drop()
    return alice


async def test_many_steps_are_published_by_portions_and_each_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await left_alone(world, monkeypatch)
    batches: list[int] = []
    world.server.db.on_batch = batches.append
    await world.advance(15)
    assert sorted(told(alice.web.socket)) == sorted(WENT * 5)
    assert len(batches) >= 3


async def test_what_could_not_be_published_of_many_is_published_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await left_alone(world, monkeypatch)
    gate = Gate(world, monkeypatch)
    gate.refuses = True
    world.clock._now += 15
    world.server.live.sweep(world.clock.now())
    await rounds()
    assert told(alice.web.socket) == []
    assert gate.asked == 1
    await gate.open(monkeypatch, world)
    world.clock._now += 1
    await world.clock.jump(0)
    await world.settle()
    assert sorted(told(alice.web.socket)) == sorted(WENT * 5)


async def test_those_who_come_while_others_are_told_of_are_told_of_together(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [await world.person(name) for name in ("alice", "bob", "carol", "dave")]
    alice, bob, carol, dave = (person.id for person in people)
    asked: list[set[int]] = []
    free = asyncio.Event()

    async def publish(some: list[int], pairs: Any) -> None:
        asked.append(set(some))
        await free.wait()

    def goes(person: Person) -> None:
        world.server.live.declared(person.web.session_id, person.id, world.clock.now(), online=False)

    monkeypatch.setattr(world.server.presence, "_publish", publish)
    goes(people[0])
    await rounds()
    goes(people[1])
    free.set()
    for _ in range(actions.TURNS):
        await asyncio.sleep(0)
    assert asked == [{alice}]
    goes(people[2])
    for _ in range(20):
        if len(asked) == 1:
            await asyncio.sleep(0)
    assert asked == [{alice}, {bob, carol}]
    await asyncio.sleep(0)
    goes(people[3])
    for _ in range(2):
        await asyncio.sleep(0)
    assert asked[2:] == [{dave}], "who goes alone waits for nobody"
