"""Three real nodes, and what may go wrong: each promise of several nodes, with the fault that tries it.

What was seen of each promise is recorded; `make faults` repeats all of it and makes docs/faults.md of the worst.
"""

import asyncio
import json
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from nodes.real_nodes import TROUBLES, Listener, Nodes, Writer, acquainted, running, seconds, until
from process.real_server import Client

LOAD = 3.0
"""Seconds of load before and after a fault."""


Record = Callable[[str, object], None]


class Seen:
    """What was seen of each promise: recorded, and held against what it may be at most."""

    def __init__(self, record: Record) -> None:
        self.fault = ""
        self._record = record

    def __call__(self, promise: str, value: float, at_most: float | None = None, unit: str = "") -> None:
        """`at_most` None: nothing is promised of it, and it is told all the same."""
        found = {"fault": self.fault, "promise": promise, "value": value, "at_most": at_most, "unit": unit}
        self._record("seen", json.dumps(found, ensure_ascii=False))
        print(f"{self.fault}: {promise}: {value:g} {unit}")
        assert at_most is None or value <= at_most, found


@pytest.fixture
def seen(record_property: Record) -> Seen:
    return Seen(record_property)


@pytest.fixture
def nodes(request: pytest.FixtureRequest) -> Iterator[Nodes]:
    yield from running(Nodes(**getattr(request, "param", {})))


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

    async def agree(self, seen: Seen, within: float = 10.0) -> None:
        """Within some seconds, everybody has every message that was answered, once and in order."""
        for writer in self.writers:
            await writer.stop()
        answered = {key: message["id"] for writer in self.writers for key, message in writer.answered.items()}
        assert len(answered) > 20, "nothing was tried"
        for listener in self.listeners:
            await until(lambda one=listener: len(one.messages) >= len(answered), within)
        wrong = [self.wrong(listener, answered) for listener in self.listeners]
        seen("messages lost, doubled or out of order", sum(wrong), 0)

    def wrong(self, listener: Listener, answered: dict[str, int]) -> int:
        """How many messages somebody has not got, or got as nobody should."""
        got = {message["client_id"]: message["id"] for message in listener.messages.values()}
        gaps = set(listener.messages) ^ set(range(1, len(answered) + 1))
        return len(got.items() ^ answered.items()) + len(gaps) + len(listener.doubled)

    async def hear_each_other(self, within: float) -> None:
        """Return when what goes through Redis alone (that somebody types) comes from everybody to everybody."""
        people = {person.id for person in self.people}
        for listener in self.listeners:
            listener.typing.clear()
        until_ = time.monotonic() + within
        while not all(listener.typing >= people - {listener.client.id} for listener in self.listeners):
            assert time.monotonic() < until_, "they do not hear each other"
            for type_ in ("typing_start", "typing_stop"):
                for listener in self.listeners:
                    await self.say(listener, type_)
                await asyncio.sleep(0.05)

    async def say(self, listener: Listener, type_: str) -> None:
        """Send a frame, where there is a socket."""
        try:
            if listener.socket is not None:
                await listener.socket.send(type=type_, chat_id=self.chat_id)
        except TROUBLES:
            return

    async def recover(self, seen: Seen) -> None:
        """What was broken is whole again: all of it is so for everybody soon."""
        began = time.monotonic()
        await self.hear_each_other(10)
        await self.agree(seen)
        seen("everything agrees again", time.monotonic() - began, 10, "s")
        seen("the latest message, from its commit to a socket", max(one.latest for one in self.listeners), unit="s")
        self.nobody_was_offline(seen)

    def nobody_was_offline(self, seen: Seen) -> None:
        """No false status was told to anybody."""
        told = [one for listener in self.listeners for one in listener.statuses if one[2] == "offline"]
        seen("false offline events", len(told), 0)

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


async def test_a_node_that_is_killed(town: Town, seen: Seen) -> None:
    seen.fault = "a node is killed (-9)"
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
    seen("who does not come back is offline", took, 22, "s")
    seen("statuses told of who came back within the grace", len(watcher.of(dave.id)), 0)
    untouched = len(town.listeners[2].codes) + len(watcher.of(town.people[2].id))
    seen("sockets closed and statuses told of people elsewhere", untouched, 0)
    await back.stop()
    await dave.leave()


async def test_redis_is_killed_under_load(town: Town, seen: Seen) -> None:
    seen.fault = "Redis is killed, and is back after 4 s"
    redis = town.nodes.redis
    await town.write()
    await asyncio.sleep(LOAD)
    await asyncio.to_thread(redis.kill)
    await asyncio.sleep(LOAD)
    before = len(town.listeners[2].messages)
    await asyncio.sleep(1)
    assert len(town.listeners[2].messages) > before, "local delivery goes on"
    await asyncio.to_thread(redis.start)
    await town.recover(seen)


async def test_redis_stands_still_under_load(town: Town, seen: Seen) -> None:
    seen.fault = "Redis stands still for 30 s"
    await town.write()
    await asyncio.sleep(LOAD)
    town.nodes.redis.pause()
    await asyncio.sleep(30)
    town.nodes.redis.go_on()
    await town.recover(seen)


BAD_NETWORK = pytest.mark.parametrize("nodes", [{"bad_network": True}], indirect=True)


@BAD_NETWORK
async def test_a_network_to_redis_that_drops_delays_doubles_and_cuts(town: Town, seen: Seen) -> None:
    seen.fault = "between nodes and Redis, 20 % of what is told is dropped, 20 % doubled, all late by up to 1 s, cut"
    proxies = town.nodes.proxies
    await town.write()
    await asyncio.sleep(LOAD)
    for proxy in proxies:
        faults = proxy.faults
        faults.drop, faults.double, faults.delay, faults.cut = 0.2, 0.2, 1.0, 0.002
    await asyncio.sleep(LOAD * 4)
    for proxy in proxies:
        faults = proxy.faults
        faults.drop = faults.double = faults.delay = faults.cut = 0.0
    assert min(sum(getattr(one, what) for one in proxies) for what in ("dropped", "doubled", "delayed", "cuts")) > 0
    await town.recover(seen)


@BAD_NETWORK
async def test_one_node_is_cut_off_from_redis(town: Town, seen: Seen) -> None:
    seen.fault = "one node hears nothing of Redis for 30 s, and is not told so"
    await town.write()
    await asyncio.sleep(LOAD)
    town.nodes.proxies[0].fall_silent()
    await asyncio.sleep(30)
    town.nodes.proxies[0].go_on()
    await town.recover(seen)


async def test_postgresql_restarts_under_load(town: Town, seen: Seen) -> None:
    seen.fault = "PostgreSQL restarts, away for 3 s"
    postgres = town.nodes.postgres
    await town.write()
    await asyncio.sleep(LOAD)
    await asyncio.to_thread(postgres.stop)
    await asyncio.sleep(LOAD)
    refused = await town.people[2].call("POST", f"/chats/{town.chat_id}/messages", text="now", client_id="c")
    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "1"
    await asyncio.to_thread(postgres.start)
    began = time.monotonic()
    answered = sum(len(writer.answered) for writer in town.writers)
    await until(lambda: sum(len(writer.answered) for writer in town.writers) > answered, 10)
    seen("the first message is answered again", time.monotonic() - began, 10, "s")
    await asyncio.sleep(LOAD)
    refusals = [answer for writer in town.writers for answer in writer.refused]
    unclear = [one for one in refusals if one.status_code != 503 or "retry-after" not in one.headers]
    seen("refusals that are not a 503 with Retry-After", len(unclear), 0)
    await town.agree(seen)
    town.nobody_was_offline(seen)


async def test_all_nodes_are_restarted_one_after_the_other(town: Town, seen: Seen) -> None:
    seen.fault = "all nodes are restarted by SIGTERM, one after the other"
    await town.write()
    await asyncio.sleep(LOAD)
    for node in town.nodes.nodes:
        assert await asyncio.to_thread(node.end) == 0
        await asyncio.sleep(1)
        await asyncio.to_thread(node.start)
        await asyncio.sleep(2)
    await town.agree(seen)
    town.nobody_was_offline(seen)
    codes = [code for listener in town.listeners for code in listener.codes]
    assert codes
    seen("sockets closed by another code than 1012", len([code for code in codes if code != 1012]), 0)


async def test_a_node_that_stands_still_is_taken_for_gone_and_comes_back(town: Town, seen: Seen) -> None:
    seen.fault = "a node stands still (SIGSTOP), and goes on"
    watcher, alice = town.listeners[1], town.people[0]
    await asyncio.sleep(1)
    town.nodes.signal(0, signal.SIGSTOP)
    seen("its people are offline", await until(lambda: "offline" in watcher.of(alice.id), 24), 22, "s")
    town.nodes.signal(0, signal.SIGCONT)
    back = await until(lambda: watcher.of(alice.id)[-1] == "online", 5)
    seen("its people are online again", back, 5, "s")
    assert watcher.of(alice.id) == ["offline", "online"]
    seen("statuses told of people elsewhere", len(watcher.of(town.people[2].id)), 0)


async def test_a_session_ends_everywhere_within_a_second_without_redis(town: Town, seen: Seen) -> None:
    seen.fault = "a session is ended on another node, and Redis is gone"
    bob = town.people[1]
    phone = await Client.enter(town.nodes.nodes[2], "bob", new=False)
    socket = await phone.socket()
    await asyncio.to_thread(town.nodes.redis.kill)
    await asyncio.sleep(0.5)
    began = time.monotonic()
    await bob.ok("DELETE", f"/sessions/{phone.session_id}")
    assert await asyncio.wait_for(socket.closed(), 2) == 4401
    seen("its socket is closed", time.monotonic() - began, 1, "s")
    assert (await phone.call("GET", "/users/me")).status_code == 401
    await phone.leave()


@pytest.mark.parametrize("nodes", [{"skews": (300.0, -300.0, 0.0)}], indirect=True)
async def test_clocks_that_are_wrong_by_five_minutes_change_nothing(town: Town, seen: Seen) -> None:
    seen.fault = "clocks of nodes are wrong by +300 s and -300 s"
    alice, bob, carol = town.people
    await town.write()
    await asyncio.sleep(LOAD)
    await town.agree(seen)
    town.nobody_was_offline(seen)
    seen("how old a message seems when it comes", max(one.latest for one in town.listeners), 5, "s")
    assert all(seconds(one["created_at"]) < time.time() for one in town.listeners[2].messages.values())
    assert {one["status"] for one in await carol.ok("GET", "/status/contacts")} == {"online"}
    town.listeners[0].stays = False
    await town.writers[0].client.ok("POST", "/logout")
    await alice.ok("POST", "/logout")
    await until(lambda: "offline" in town.listeners[1].of(alice.id), 5)
    last_seen = (await bob.ok("GET", f"/api/user_status/{alice.id}"))["last_seen"]
    seen("what last_seen is wrong by", abs(time.time() - seconds(last_seen)), 10, "s")
