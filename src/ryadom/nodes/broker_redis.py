"""The broker in Redis. Who hears of a person or a chat is a set of nodes there; each node listens on its own channel.

A commit is published by two round trips: whose nodes hear of it; to each of these its share, and its number to all.
The number goes with the names of the nodes that were looked up: who is not among them reads the commit from the
database. So after Redis has forgotten everything, nothing is taken for "of no concern here" by a node that it forgot.

A node has a new name with each connection, so nothing that was meant for, or written under, an earlier one is taken for
the present one; names that are registered no more are taken out of a set by whoever finds them there.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
import structlog

from ryadom.db.tx import Commit
from ryadom.protocol.emissions import Emission, packed, unpacked

from .broker import Heard, HeardNow, Topics, all_topics, shares
from .redis_link import LOST, RedisLink

log = structlog.get_logger("ryadom.cluster")

MOST_QUEUED = 1000
"""Commits that wait to be published; what is more is read from the database by the others."""
COMING = "coming"
"""Stands beside the name of a node that has not written everything yet, in place of the server that it has told."""
AT_ONCE = 500
"""Keys that are written or read by one command."""


class _Share(msgspec.Struct, array_like=True):
    """What of a commit concerns a node. `number` 0: there was no commit."""

    number: int
    body: msgspec.Raw


class _Number(msgspec.Struct, array_like=True):
    """That there was a commit: the nodes that were looked up, and those that have got a share."""

    number: int
    known: list[str]
    told: list[str]


_encode = msgspec.json.Encoder().encode
_share = msgspec.json.Decoder(_Share).decode
_number = msgspec.json.Decoder(_Number).decode


class RedisBroker:
    """See `Broker`."""

    def __init__(self, link: RedisLink, node: str) -> None:
        self._link = link
        self._node = node
        self._name = ""
        """Of this node since it last connected."""
        self._connects = 0
        self._redis = link.redis
        self._users: set[int] = set()
        self._chats: set[int] = set()
        self._pending: tuple[set[int], set[int]] = set(), set()
        """People and chats that are about to be written: until then nobody knows that they are heard of here."""
        self._listed = False
        """Everything that is heard of has been written, or is about to be by whoever adds it."""
        self.heard: Heard = lambda number, emissions: None
        self.heard_now: HeardNow = lambda emission: None
        self.heard_of: Callable[[int], None] = lambda number: None
        """Told the number of a commit that may concern this node, and did not come."""
        self._all = self._nodes = ""
        self._changing = asyncio.Lock()
        self._queue: deque[Commit] = deque(maxlen=MOST_QUEUED)
        self._queued = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        link.on_up.append(self._begin)
        link.on_tick.append(self._look)
        link.on_down.append(self._end)

    def hears(self, user_id: int, chats: Iterable[int] = ()) -> bool:
        """See `Broker`."""
        users_pending, chats_pending = self._pending
        return (
            user_id in self._users and user_id not in users_pending
            and self._chats.issuperset(chats) and chats_pending.isdisjoint(chats)
        )  # fmt: skip

    def all(self) -> tuple[set[int], set[int]]:
        """See `Broker`."""
        return set(self._users), set(self._chats)

    async def attend(self, users: Iterable[int], chats: Iterable[int]) -> None:
        """See `Broker`."""
        users, chats = set(users), set(chats)
        new_users, new_chats = users - self._users, chats - self._chats
        self._users |= new_users
        self._chats |= new_chats
        if self._listed and (new_users or new_chats):
            await self._add(new_users, new_chats)
        users_pending, chats_pending = self._pending
        while not (users_pending.isdisjoint(users) and chats_pending.isdisjoint(chats)):
            # Somebody else is adding these, and has the lock or stands before us.
            async with self._changing:
                await asyncio.sleep(0)

    async def leave(self, users: Iterable[int], chats: Iterable[int]) -> None:
        """See `Broker`."""
        old_users, old_chats = set(users) & self._users, set(chats) & self._chats
        self._users -= old_users
        self._chats -= old_chats
        if self._listed and (old_users or old_chats):
            await self._change("srem", old_users, old_chats)

    def publish(self, commit: Commit) -> None:
        """See `Broker`."""
        if self._link.up:
            self._queue.append(commit)
            self._queued.set()

    def send(self, emission: Emission) -> None:
        """See `Broker`."""
        self.publish(Commit(0, [emission]))

    async def forget(self, node: str) -> None:
        """A node is gone: nothing need be sent there."""
        if self._link.up:
            try:
                await self._unregister(node)
            except LOST as error:
                self._link.failed(error)

    async def _unregister(self, node: str) -> None:
        names = [name for name in await self._redis.hkeys(self._nodes) if name.decode().rpartition(".")[0] == node]
        if names:
            await self._redis.hdel(self._nodes, *names)

    async def _begin(self) -> None:
        """Listen, then let the others know of what we hear.

        Until all is written the name stands there as one that is coming: so it is not taken out, and nobody thinks that
        it hears of nothing else.
        """
        self._queue.clear()
        self._all, self._nodes = f"{self._link.prefix}commits", f"{self._link.prefix}nodes"
        await self._unregister(self._node)
        self._connects += 1
        self._name = f"{self._node}.{self._connects}"
        await self._redis.hset(self._nodes, self._name, COMING)
        listening = await self._subscribed()
        self._tasks = [asyncio.create_task(self._listen(listening)), asyncio.create_task(self._publish_all())]
        users: set[int] = set()
        chats: set[int] = set()
        async with self._changing:
            # Whoever comes meanwhile is added in the next round.
            while any(new := (self._users - users, self._chats - chats)):
                await self._write("sadd", *new)
                users |= new[0]
                chats |= new[1]
            self._listed = True
            await self._redis.hset(self._nodes, self._name, self._link.run_id)

    async def _subscribed(self) -> Any:
        listening: Any = self._redis.pubsub(ignore_subscribe_messages=True)
        try:
            await listening.subscribe(self._channel(self._name), self._all)
        except BaseException:
            await _closed(listening)
            raise
        return listening

    async def _look(self) -> None:
        """Redis may have been emptied, or somebody have taken us for gone: then begin anew."""
        if await self._redis.hget(self._nodes, self._name) != self._link.run_id.encode():
            self._link.begin_anew()

    async def _add(self, users: set[int], chats: set[int]) -> None:
        """Let the others know of these; what is not written to the end is not heard of."""
        users_pending, chats_pending = self._pending
        users_pending |= users
        chats_pending |= chats
        try:
            await self._change("sadd", users, chats)
        except BaseException:
            self._users -= users
            self._chats -= chats
            raise
        finally:
            users_pending -= users
            chats_pending -= chats

    @property
    def _running(self) -> bool:
        """Whether this task is to go on. `wait_for` of Python 3.11, which redis-py calls, may swallow a cancel."""
        return asyncio.current_task() in self._tasks

    def _end(self) -> None:
        self._listed = False
        for task in self._tasks:
            task.cancel()
        self._tasks = []
        self._queue.clear()

    async def _change(self, command: str, users: set[int], chats: set[int]) -> None:
        async with self._changing:
            try:
                await self._write(command, users, chats)
            except LOST as error:
                self._link.failed(error)

    async def _write(self, command: str, users: set[int], chats: set[int]) -> None:
        keys = self._keys(users, chats)
        for first in range(0, len(keys), AT_ONCE):
            pipeline = self._redis.pipeline(transaction=False)
            for key in keys[first : first + AT_ONCE]:
                getattr(pipeline, command)(key, self._name)
            await pipeline.execute()

    def _channel(self, name: str) -> str:
        return f"{self._link.prefix}node:{name}"

    def _keys(self, users: Iterable[int], chats: Iterable[int]) -> list[str]:
        prefix = self._link.prefix
        return [f"{prefix}u:{one}" for one in users] + [f"{prefix}c:{one}" for one in chats]

    async def _publish_all(self) -> None:
        try:
            while self._running:
                await self._queued.wait()
                self._queued.clear()
                while self._queue:
                    await self._publish([self._queue.popleft() for _ in range(min(len(self._queue), 20))])
        except LOST as error:
            self._link.failed(error)

    async def _publish(self, commits: list[Commit]) -> None:
        each = [all_topics(commit.emissions) for commit in commits]
        users = sorted(frozenset().union(*(together.users for _, together in each)))
        chats = sorted(frozenset().union(*(together.chats for _, together in each)))
        known, found = await self._whereabouts(self._keys(users, chats))
        of_users, of_chats = dict(zip(users, found, strict=False)), dict(zip(chats, found[len(users) :], strict=True))
        pipeline = self._redis.pipeline(transaction=False)
        for commit, (topics, _) in zip(commits, each, strict=True):
            others = [node for node in known if node != self._name]
            told = shares(commit.emissions, topics, others, of_users, of_chats)
            self._say(pipeline, commit, topics, told)
            if commit.number:
                pipeline.publish(self._all, _encode(_Number(commit.number, others, list(told))))
        await pipeline.execute()

    def _say(self, pipeline: Any, commit: Commit, topics: list[Topics], told: dict[str, list[Emission]]) -> None:
        bodies: dict[tuple[int, ...], bytes] = {}
        for node, emissions in told.items():
            # Mostly all nodes get the same.
            which = tuple(map(id, emissions))
            body = bodies.get(which)
            if body is None:
                body = bodies[which] = _encode(_Share(commit.number, msgspec.Raw(packed(emissions))))
            pipeline.publish(self._channel(node), body)

    async def _whereabouts(self, keys: list[str]) -> tuple[list[str], list[set[str]]]:
        """The nodes that have said whom they hear of, and those that hear of each key."""
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.hgetall(self._nodes)
        for key in keys:
            pipeline.smembers(key)
        nodes, *found = await pipeline.execute()
        run_id = self._link.run_id.encode()
        known = [node.decode() for node, said_to in nodes.items() if said_to == run_id]
        if any(not members <= nodes.keys() for members in found):
            await self._clean(dict(zip(keys, found, strict=True)))
        return known, [{node.decode() for node in members} for members in found]

    async def _clean(self, found: dict[str, set[bytes]]) -> None:
        """Take out names that are registered no more. Asked after the sets: who is coming registers first."""
        registered = set(await self._redis.hkeys(self._nodes))
        pipeline = self._redis.pipeline(transaction=False)
        for key, members in found.items():
            if members - registered:
                pipeline.srem(key, *(members - registered))
        await pipeline.execute()

    async def _listen(self, listening: Any) -> None:
        try:
            while self._running:
                message = await listening.get_message(timeout=None)
                if message is not None:
                    self._take_if_known(message)
        except LOST as error:
            self._link.failed(error)
        finally:
            await _closed(listening)

    def _take_if_known(self, message: dict[str, Any]) -> None:
        """What cannot be read, by whoever it was sent, is as good as lost: the database has it."""
        try:
            self._take(message)
        except msgspec.DecodeError as error:
            log.warning("another node said what this one does not understand", error=str(error))

    def _take(self, message: dict[str, Any]) -> None:
        if message["channel"] != self._all.encode():
            share = _share(message["data"])
            emissions = unpacked(bytes(share.body))
            if share.number:
                self.heard(share.number, emissions)
            else:
                for emission in emissions:
                    self.heard_now(emission)
            return
        said = _number(message["data"])
        if self._name in said.told:
            return
        if self._name in said.known:
            self.heard(said.number, [])
        else:
            self.heard_of(said.number)


async def _closed(listening: Any) -> None:
    """Close it, if it is not gone already."""
    try:
        await listening.aclose()
    except LOST:
        return
