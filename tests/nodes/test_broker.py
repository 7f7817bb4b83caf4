"""What every broker must do, in memory and in Redis: `ryadom.nodes.broker` and `ryadom.nodes.broker_redis` at work.

Covers ryadom.nodes.redis_link and ryadom.nodes.joint, too.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
import structlog
from private_servers import RedisServer

from ryadom.clock import Clock
from ryadom.db.tx import Commit
from ryadom.nodes.broker import Broker, all_topics, topics
from ryadom.nodes.joint import Joint, MemoryJoint, RedisJoint, Shared
from ryadom.nodes.redis_link import RedisLink
from ryadom.protocol.audience import Chat, Mutual, Session, Users
from ryadom.protocol.emissions import Emission, packed, unpacked
from ryadom.protocol.events import MessagesRead, TypingStart, UserOnline
from ryadom.protocol.facts import MarkMoved, MemberLeft, MessageRemoved, MutualFlipped, NodeGone, SessionEnded

NOW = datetime(2027, 1, 15, 8, 0, tzinfo=UTC)


def online(user_id: int, *to: int) -> Emission:
    return UserOnline(timestamp=NOW, user_id=user_id, last_seen=None), Users(list(to))


def typing(chat_id: int) -> Emission:
    return TypingStart(timestamp=NOW, chat_id=chat_id, user_id=1), Chat(chat_id)


def read(*authors: int) -> Emission:
    event = MessagesRead(timestamp=NOW, rev=1, chat_id=7, user_id=1, up_to_seq=1, message_ids=[1])
    return event, Mutual(list(authors), 1, 7)


class Ear:
    """A node: what it has heard."""

    def __init__(self, joint: Joint) -> None:
        self.joint = joint
        self.broker: Broker = joint.broker
        self.commits: list[tuple[int, list[Emission]]] = []
        self.unknown: list[int] = []
        self.now: list[Emission] = []
        self.broker.heard = lambda number, emissions: self.commits.append((number, emissions))
        self.broker.heard_of = self.unknown.append
        self.broker.heard_now = self.now.append
        self.task = asyncio.create_task(joint.run())

    @property
    def link(self) -> Any:
        """The connection to Redis, of a node that has one."""
        return getattr(self.joint, "link", None)

    @property
    def name(self) -> str:
        """Its present one in Redis."""
        return str(getattr(self.broker, "_name", ""))

    async def close(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        await self.joint.close()


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    """A server that may be killed."""
    server = RedisServer()
    yield server
    server.kill()


async def until(true: Any, within: float = 10.0) -> None:
    """Return when something has come true."""
    clock = Clock()
    end = clock.now() + within
    while not true():
        assert clock.now() < end, "it did not come true"
        await clock.sleep(0.01)


def is_up(ear: Ear) -> bool:
    return ear.link is None or ear.link.up


@pytest.fixture(params=["memory", "redis"])
async def ears(request: pytest.FixtureRequest, redis: RedisServer) -> AsyncIterator[list[Ear]]:
    """Three nodes that are joined."""
    shared = Shared(Clock())
    made: list[Ear] = []
    for name in ("one", "two", "three"):
        node = f"{name}:{id(shared)}"
        joint = MemoryJoint(shared, node) if request.param == "memory" else RedisJoint(redis.url, node, Clock())
        made.append(Ear(joint))
    await until(lambda: all(map(is_up, made)))
    yield made
    for ear in made:
        await ear.close()


async def test_a_share_goes_to_the_nodes_that_hear_of_it_and_the_number_to_all(ears: list[Ear]) -> None:
    one, two, three = ears
    await two.broker.attend([5], [])
    await three.broker.attend([], [7])
    one.broker.publish(Commit(1, [online(1, 5, 6), typing(7), online(2, 6)]))
    one.broker.publish(Commit(2, []))
    await until(lambda: len(two.commits) == len(three.commits) == 2)
    assert two.commits == [(1, [online(1, 5, 6)]), (2, [])]
    assert three.commits == [(1, [typing(7)]), (2, [])]
    assert one.commits == []


async def test_what_concerns_two_people_or_many_members_of_a_node_comes_once(ears: list[Ear]) -> None:
    one, two, _ = ears
    await two.broker.attend(range(100), [7, 8])
    one.broker.publish(Commit(1, [online(1, *range(100)), typing(7)]))
    await until(lambda: two.commits)
    assert two.commits == [(1, [online(1, *range(100)), typing(7)])]


async def test_who_hears_of_somebody_no_more_gets_the_number_only(ears: list[Ear]) -> None:
    one, two, _ = ears
    await two.broker.attend([5], [7])
    assert two.broker.hears(5, [7])
    assert not two.broker.hears(5, [7, 8])
    await two.broker.leave([5], [7])
    assert two.broker.all() == (set(), set())
    one.broker.publish(Commit(1, [online(1, 5), typing(7)]))
    await until(lambda: two.commits)
    assert two.commits == [(1, [])]


async def test_commits_of_a_node_come_in_their_order(ears: list[Ear]) -> None:
    one, two, _ = ears
    await two.broker.attend([5], [])
    for number in range(1, 201):
        one.broker.publish(Commit(number, [online(number, 5)] if number % 3 else []))
    await until(lambda: len(two.commits) == 200)
    assert [number for number, _ in two.commits] == list(range(1, 201))
    assert [len(emissions) for _, emissions in two.commits] == [int(number % 3 > 0) for number in range(1, 201)]


async def test_what_has_no_commit_goes_to_who_hears_of_it(ears: list[Ear]) -> None:
    one, two, three = ears
    await two.broker.attend([], [7])
    one.broker.send(typing(7))
    await until(lambda: two.now)
    assert two.now == [typing(7)]
    assert three.now == []
    assert two.commits == []


async def test_a_node_that_has_gone_is_told_nothing(ears: list[Ear]) -> None:
    one, two, three = ears
    await two.broker.attend([5], [])
    await two.close()
    await one.broker.forget(getattr(two.joint, "_node", "two"))
    one.broker.publish(Commit(1, [online(1, 5)]))
    await until(lambda: three.commits)
    assert three.commits == [(1, [])]


@pytest.fixture
async def pair(redis: RedisServer) -> AsyncIterator[list[Ear]]:
    """Two nodes that Redis joins."""
    made = [Ear(RedisJoint(redis.url, name, Clock())) for name in ("here", "there")]
    await until(lambda: all(map(is_up, made)))
    yield made
    for ear in made:
        await ear.close()


async def test_after_redis_forgot_everything_nobody_takes_a_commit_for_of_no_concern(
    pair: list[Ear], redis: RedisServer
) -> None:
    here, there = pair
    await there.broker.attend([5], [])
    link = there.link
    # As if it were back before the other one has said again whom it hears of.
    await link.redis.flushall()
    here.broker.publish(Commit(1, [online(1, 5)]))
    await until(lambda: there.unknown)
    assert there.unknown == [1]
    assert there.commits == []


async def test_what_nobody_understands_makes_nobody_deaf(pair: list[Ear]) -> None:
    here, there = pair
    await there.broker.attend([5], [])
    link, name = here.link, there.name
    for said in (b"", b"[", b'[1,"x"]', b"[2]", b"\xff"):
        await link.redis.publish(f"{link.prefix}node:{name}", said)
        await link.redis.publish(f"{link.prefix}commits", said)
    here.broker.publish(Commit(3, [online(1, 5)]))
    await until(lambda: there.commits)
    assert there.commits == [(3, [online(1, 5)])]


async def test_who_comes_while_redis_comes_back_is_written_too(
    pair: list[Ear], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = pair
    broker: Any = there.broker
    write = broker._write

    async def slow(command: str, *what: set[int]) -> None:
        await write(command, *what)
        if not broker.hears(9):
            await broker.attend([9], [])

    await there.broker.attend([5], [])
    monkeypatch.setattr(broker, "_write", slow)
    there.link.begin_anew()
    await until(lambda: broker.hears(9))
    for number in range(1, 1000):
        here.broker.publish(Commit(number, [online(1, 9)]))
        await asyncio.sleep(0.005)
        if there.commits:
            break
    assert there.commits[0][1] == [online(1, 9)], "it may come late, but not as of no concern"
    assert there.unknown[:1] in ([], [1])
    await until(lambda: is_up(there))


async def test_nobody_is_heard_of_before_it_is_written(pair: list[Ear], monkeypatch: pytest.MonkeyPatch) -> None:
    broker: Any = pair[0].broker
    write, go_on = broker._write, asyncio.Event()

    async def held(*what: Any) -> None:
        await go_on.wait()
        await write(*what)

    monkeypatch.setattr(broker, "_write", held)
    first, second = [asyncio.ensure_future(broker.attend([6], [7])) for _ in range(2)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not first.done()
    assert not second.done()
    assert not broker.hears(6)
    third = asyncio.ensure_future(broker.attend([8], []))
    await asyncio.sleep(0)
    third.cancel()
    go_on.set()
    await asyncio.gather(first, second, third, return_exceptions=True)
    assert broker.hears(6, [7])
    assert not broker.hears(8)


async def test_redis_that_was_emptied_hears_all_of_it_again(pair: list[Ear]) -> None:
    here, there = pair
    await there.broker.attend([], [7])
    redis, nodes = there.link.redis, f"{there.link.prefix}nodes"
    await redis.flushall()
    while (await redis.hvals(nodes)).count(there.link.run_id.encode()) < len(pair) or not all(map(is_up, pair)):
        await Clock().sleep(0.02)
    here.broker.send(typing(7))
    await until(lambda: there.now)
    assert there.now == [typing(7)]


async def test_a_name_that_is_registered_no_more_is_taken_out_of_the_sets(pair: list[Ear]) -> None:
    here, there = pair
    await there.broker.attend([5], [7])
    redis, prefix = here.link.redis, here.link.prefix
    for key in (f"{prefix}u:5", f"{prefix}c:7"):
        await redis.sadd(key, "dead.1", "coming.1")
    await redis.hset(f"{prefix}nodes", mapping={"dead.1": here.link.run_id, "coming.1": "coming"})
    await here.broker.forget("dead")
    here.broker.publish(Commit(1, [online(1, 5), typing(7)]))
    await until(lambda: there.commits)
    name = there.name.encode()
    for key in (f"{prefix}u:5", f"{prefix}c:7"):
        assert await redis.smembers(key) == {name, b"coming.1"}


async def test_who_ends_is_registered_no_more(pair: list[Ear]) -> None:
    here, there = pair
    redis, nodes = here.link.redis, f"{here.link.prefix}nodes"
    name = there.name.encode()
    assert name in await redis.hkeys(nodes)
    await there.joint.close()
    assert name not in await redis.hkeys(nodes)


async def test_what_was_for_an_earlier_name_is_read_from_the_database(pair: list[Ear]) -> None:
    there = pair[1]
    broker: Any = there.broker
    before = broker._name
    there.link.begin_anew()
    await until(lambda: broker._name != before and is_up(there))
    await pair[0].link.redis.publish(f"{there.link.prefix}commits", msgspec.json.encode([1, [before], []]))
    await until(lambda: there.unknown)
    assert there.unknown == [1]


async def test_installations_that_share_a_redis_hear_nothing_of_each_other(redis: RedisServer) -> None:
    ears = []
    for installation in ("1-ryadom", "2-ryadom"):
        joint = RedisJoint(redis.url, "node", Clock())
        joint.belong_to(installation)
        ears.append(Ear(joint))
    for ear in ears:
        await until(lambda ear=ear: is_up(ear))
        await ear.broker.attend([5], [7])
    ears[0].broker.publish(Commit(1, [online(1, 5)]))
    ears[0].broker.send(typing(7))
    # What is said afterwards by the other has gone the same way.
    await ears[1].link.redis.publish(f"{ears[1].link.prefix}commits", msgspec.json.encode([2, [], []]))
    await until(lambda: ears[1].unknown)
    assert (ears[1].unknown, ears[1].commits, ears[1].now) == ([2], [], [])
    for ear in ears:
        await ear.close()


async def test_why_redis_does_not_come_is_said_once(redis: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with structlog.testing.capture_logs() as said:
        link = RedisLink(redis.url.replace("redis://", "redis://:wrong-password@"), Clock())
        waits: list[float] = []

        async def sleep(seconds: float) -> None:
            waits.append(seconds)
            if len(waits) == 3:
                raise asyncio.CancelledError

        monkeypatch.setattr(link._clock, "sleep", sleep)
        with pytest.raises(asyncio.CancelledError):
            await link.run()
        await link.close()
    assert len(said) == 1
    assert said[0]["log_level"] == "warning"
    assert "wrong-password" not in str(said)


async def test_its_tasks_end_though_a_cancel_is_swallowed(pair: list[Ear], monkeypatch: pytest.MonkeyPatch) -> None:
    here: Any = pair[0].broker
    publishing = asyncio.Event()

    async def publish(commits: list[Commit]) -> None:
        publishing.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

    monkeypatch.setattr(here, "_publish", publish)
    tasks = list(here._tasks)
    here.publish(Commit(1, [online(1, 5)]))
    await publishing.wait()
    here._end()
    await until(lambda: all(task.done() for task in tasks))


async def test_redis_is_found_again_and_knows_again_who_hears_of_whom(pair: list[Ear], redis: RedisServer) -> None:
    here, there = pair
    await there.broker.attend([5], [])
    await asyncio.to_thread(redis.kill)
    await until(lambda: not any(map(is_up, pair)))
    here.broker.publish(Commit(1, [online(1, 5)]))
    await there.broker.attend([6], [7])
    await asyncio.to_thread(redis.start)
    await until(lambda: all(map(is_up, pair)))
    here.broker.publish(Commit(2, [online(1, 5), online(1, 6), typing(7)]))
    await until(lambda: there.commits)
    assert there.commits == [(2, [online(1, 5), online(1, 6), typing(7)])]


async def test_redis_that_stands_still_is_given_up_and_found_again(pair: list[Ear], redis: RedisServer) -> None:
    here, there = pair
    await there.broker.attend([5], [])
    redis.pause()
    try:
        await until(lambda: not any(map(is_up, pair)))
    finally:
        redis.go_on()
    await until(lambda: all(map(is_up, pair)))
    here.broker.publish(Commit(3, [online(1, 5)]))
    await until(lambda: there.commits)
    assert there.commits[-1] == (3, [online(1, 5)])


@pytest.mark.parametrize(
    ("emission", "users", "chats", "everybody"),
    [
        (online(1, 5, 6), {5, 6}, set(), False),
        (typing(7), set(), {7}, False),
        (read(5), {5}, set(), False),
        ((MarkMoved(rev=1, timestamp=NOW, chat_id=7, user_id=3, up_to_seq=1, read=1), None), {3}, set(), False),
        ((MemberLeft(rev=1, chat_id=7, user_id=3), None), {3}, {7}, False),
        ((MessageRemoved(rev=1, chat_id=7, sender_id=3, seq=1), None), set(), {7}, False),
        ((MutualFlipped(rev=1, first=3, second=4, mutual=True), None), {3, 4}, set(), False),
        ((SessionEnded(rev=1, session_id=1, user_id=3), None), set(), set(), True),
        ((NodeGone(rev=0, node="x"), None), set(), set(), True),
        ((online(1)[0], Session(4)), set(), set(), True),
    ],
)
def test_whom_something_concerns(emission: Emission, users: set[int], chats: set[int], everybody: bool) -> None:
    assert topics(emission) == (users, chats, everybody)
    each, together = all_topics([emission, online(1, 99)])
    assert each[0] == topics(emission)
    assert together.users == users | {99}


def test_emissions_travel_as_they_are() -> None:
    sent = [online(1, 5), typing(7), read(5, 6), (SessionEnded(rev=1, session_id=1, user_id=3), None)]
    assert unpacked(packed(sent)) == sent


def test_what_only_a_newer_version_knows_is_left_out() -> None:
    sent = [online(1, 2), online(3, 4)]
    first, last = [packed([one])[1:-1] for one in sent]
    newer = b'[{"type":"waved","timestamp":"2027-01-15T08:00:00Z"},{"type":"Users","ids":[1]}]'
    assert unpacked(b"[" + b",".join([first, newer, last]) + b"]") == sent
    with pytest.raises(msgspec.DecodeError):
        unpacked(b"[[")
