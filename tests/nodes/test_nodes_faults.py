"""Three real nodes, and what may go wrong: each promise of several nodes, with the fault that tries it."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Iterator
from datetime import datetime

import pytest

from nodes.real_nodes import Listener, Nodes, Writer, acquainted, running, until
from process.real_server import Client

LOAD = 3.0
"""Seconds of load before and after a fault."""


@pytest.fixture
def nodes() -> Iterator[Nodes]:
    yield from running(Nodes())


class Town:
    """Three people who are connected, each to a node, and two who write into their group."""

    def __init__(self, nodes: Nodes, people: list[Client], chat_id: int) -> None:
        self.nodes = nodes
        self.people = people
        self.chat_id = chat_id
        self.listeners = [Listener(person, nodes, chat_id) for person in people]
        self.writers: list[Writer] = []

    async def write(self) -> None:
        """Two begin to write, by sessions of their own."""
        for person, node in ((self.people[0], 1), (self.people[1], 2)):
            other = await Client.enter(self.nodes.nodes[node], person.username, new=False)
            self.writers.append(Writer(other, self.nodes, self.chat_id))

    async def agree(self, within: float = 10.0) -> None:
        """Within some seconds, everybody has every message that was answered, once and in order."""
        for writer in self.writers:
            await writer.stop()
        answered = {key: message for writer in self.writers for key, message in writer.answered.items()}
        assert len(answered) > 20, "nothing was tried"
        for listener in self.listeners:
            await until(lambda one=listener: len(one.messages) >= len(answered), within)
            assert {message["client_id"]: message["id"] for message in listener.messages.values()} == {
                key: message["id"] for key, message in answered.items()
            }
            assert sorted(listener.messages) == list(range(1, len(answered) + 1))
            assert listener.doubled == []

    def nobody_was_offline(self) -> None:
        """No false status was told to anybody."""
        for listener in self.listeners:
            assert [one for one in listener.statuses if one[2] == "offline"] == []

    async def leave(self) -> None:
        """Everybody leaves."""
        for writer in self.writers:
            writer._task.cancel()
        for listener in self.listeners:
            await listener.stop()
        for client in [*self.people, *(writer.client for writer in self.writers)]:
            await client.leave()


@pytest.fixture
async def town(nodes: Nodes) -> AsyncIterator[Town]:
    people = await acquainted(nodes, "alice", "bob", "carol")
    chat_id = await people[0].group(*people[1:])
    town = Town(nodes, people, chat_id)
    for listener in town.listeners:
        await listener.up()
    for listener in town.listeners:
        listener.statuses.clear()
    yield town
    await town.leave()


async def test_a_node_that_is_killed(town: Town) -> None:
    nodes = town.nodes
    dave = await Client.enter(nodes.nodes[0], "dave")
    for person in town.people:
        await person.ok("POST", "/contacts", user_id=dave.id)
        await dave.ok("POST", "/contacts", user_id=person.id)
    back = Listener(dave, nodes)
    await back.up()
    await asyncio.sleep(1)
    alice, watcher = town.listeners[0], town.listeners[1]
    alice.stays = False
    watcher.statuses.clear()
    nodes.signal(0, signal.SIGKILL)
    killed = time.time()
    await until(lambda: "offline" in watcher.of(town.people[0].id), 24)
    took = next(at for at, whose, _ in watcher.statuses if whose == town.people[0].id) - killed
    print(f"a node killed with -9: its people offline after {took:.1f} s")
    assert took <= 22
    # Who came back within the grace was never offline, and nobody on another node was touched.
    assert watcher.of(dave.id) == []
    assert town.listeners[2].codes == []
    assert watcher.of(town.people[2].id) == []
    await back.stop()
    await dave.leave()


@pytest.mark.parametrize("fault", ["restart", "pause"])
async def test_redis_goes_away_under_load(town: Town, fault: str) -> None:
    redis = town.nodes.redis
    await town.write()
    await asyncio.sleep(LOAD)
    if fault == "restart":
        await asyncio.to_thread(redis.kill)
        await asyncio.sleep(LOAD)
        before = len(town.listeners[2].messages)
        await asyncio.sleep(1)
        assert len(town.listeners[2].messages) > before, "local delivery goes on"
        await asyncio.to_thread(redis.start)
    else:
        redis.pause()
        await asyncio.sleep(30)
        redis.go_on()
    await asyncio.sleep(LOAD)
    await town.agree(10)
    town.nobody_was_offline()


async def test_postgresql_restarts_under_load(town: Town) -> None:
    postgres = town.nodes.postgres
    await town.write()
    await asyncio.sleep(LOAD)
    await asyncio.to_thread(postgres.stop)
    await asyncio.sleep(LOAD)
    refused = await town.people[2].call("POST", f"/chats/{town.chat_id}/messages", text="now", client_id="c")
    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "1"
    await asyncio.to_thread(postgres.start)
    await asyncio.sleep(LOAD)
    statuses = {answer.status_code for writer in town.writers for answer in writer.refused}
    assert statuses == {503}
    assert all("retry-after" in answer.headers for writer in town.writers for answer in writer.refused)
    await town.agree(10)
    town.nobody_was_offline()


async def test_all_nodes_are_restarted_one_after_the_other(town: Town) -> None:
    await town.write()
    await asyncio.sleep(LOAD)
    for node in town.nodes.nodes:
        assert await asyncio.to_thread(node.end) == 0
        await asyncio.sleep(1)
        await asyncio.to_thread(node.start)
        await asyncio.sleep(2)
    await town.agree(10)
    town.nobody_was_offline()
    assert {code for listener in town.listeners for code in listener.codes} == {1012}


async def test_a_node_that_stands_still_is_taken_for_gone_and_comes_back(town: Town) -> None:
    watcher, alice = town.listeners[1], town.people[0]
    await asyncio.sleep(1)
    town.nodes.signal(0, signal.SIGSTOP)
    await until(lambda: "offline" in watcher.of(alice.id), 24)
    town.nodes.signal(0, signal.SIGCONT)
    await until(lambda: watcher.of(alice.id)[-1] == "online", 5)
    assert watcher.of(alice.id) == ["offline", "online"]
    assert watcher.of(town.people[2].id) == []


async def test_a_session_ends_everywhere_within_a_second_without_redis(town: Town) -> None:
    bob = town.people[1]
    phone = await Client.enter(town.nodes.nodes[2], "bob", new=False)
    socket = await phone.socket()
    await asyncio.to_thread(town.nodes.redis.kill)
    await asyncio.sleep(0.5)
    began = time.monotonic()
    await bob.ok("DELETE", f"/sessions/{phone.session_id}")
    assert await asyncio.wait_for(socket.closed(), 2) == 4401
    took = time.monotonic() - began
    print(f"a session ended on another node, without Redis, after {took:.2f} s")
    assert took <= 1.0
    assert (await phone.call("GET", "/users/me")).status_code == 401
    await phone.leave()


@pytest.fixture
def askew() -> Iterator[Nodes]:
    """Nodes on machines whose clocks are wrong by five minutes, in both directions."""
    yield from running(Nodes(skews=(300.0, -300.0, 0.0)))


async def test_clocks_that_are_wrong_by_five_minutes_change_nothing(askew: Nodes) -> None:
    alice, bob, carol = people = await acquainted(askew, "alice", "bob", "carol")
    town = Town(askew, people, await alice.group(bob, carol))
    for listener in town.listeners:
        await listener.up()
        listener.statuses.clear()
    await town.write()
    await asyncio.sleep(LOAD)
    await town.agree()
    town.nobody_was_offline()
    for message in town.listeners[2].messages.values():
        assert abs(time.time() - seconds(message["created_at"])) < 60
    assert {one["status"] for one in await carol.ok("GET", "/status/contacts")} == {"online"}
    town.listeners[0].stays = False
    await town.writers[0].client.ok("POST", "/logout")
    await alice.ok("POST", "/logout")
    await until(lambda: "offline" in town.listeners[1].of(alice.id), 5)
    last_seen = (await bob.ok("GET", f"/api/user_status/{alice.id}"))["last_seen"]
    assert abs(time.time() - seconds(last_seen)) < 10
    await town.leave()


def seconds(moment: str) -> float:
    """A time of the wire as seconds since 1970."""
    return datetime.fromisoformat(moment).timestamp()
