"""Between nodes: what a commit emitted goes to the nodes where somebody hears of it, once each, and its number to all.

A port with two sides: `MemoryBroker` for several nodes in one process (tests, simulation), `broker_redis` for Redis.
Nothing here is relied upon: whatever a broker loses, `commit_order` reads from the database.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

from ryadom.db.tx import Commit
from ryadom.protocol.audience import Audience, Chat, Mutual, Session, Users
from ryadom.protocol.emissions import Emission
from ryadom.protocol.facts import (
    Fact,
    MarkMoved,
    MemberJoined,
    MemberLeft,
    MessageRemoved,
    Muted,
    MutualFlipped,
    SessionDeclared,
    SessionMoved,
    StatusPublished,
)  # fmt: skip


class Topics(NamedTuple):
    """People and chats that something is about."""

    users: frozenset[int] = frozenset()
    chats: frozenset[int] = frozenset()
    everybody: bool = False
    """Every node must hear of it."""


Heard = Callable[[int, list[Emission]], None]
"""Told the number of a commit of another node, and what of it concerns this one."""
HeardNow = Callable[[Emission], None]
"""Told what another node sent without a commit."""


class Broker(Protocol):
    """What joins this node with the others."""

    heard: Heard
    heard_of: Callable[[int], None]
    """Told the number of a commit that may concern this node, and did not come."""
    heard_now: HeardNow

    def hears(self, user_id: int, chats: Iterable[int] = ()) -> bool:
        """Whether this node hears of a person and of these chats."""

    def all(self) -> tuple[set[int], set[int]]:
        """The people and the chats that this node hears of."""

    async def attend(self, users: Iterable[int], chats: Iterable[int]) -> None:
        """Hear of these from now on. Returns when other nodes know; at once while they cannot be reached."""

    async def leave(self, users: Iterable[int], chats: Iterable[int]) -> None:
        """Hear of these no more."""

    def publish(self, commit: Commit) -> None:
        """Let other nodes hear of a commit of this one."""

    def send(self, emission: Emission) -> None:
        """Let other nodes hear of what has no commit: it may be lost."""

    async def forget(self, node: str) -> None:
        """A node is gone: nothing need be sent there."""


def topics(emission: Emission) -> Topics:
    """Whom something concerns: the one place that says so."""
    what, to = emission
    return _of_fact(what) if isinstance(what, Fact) else _of_audience(to)


def _of_audience(to: Audience | None) -> Topics:
    match to:
        case Users() | Mutual():
            return Topics(users=frozenset(to.ids))
        case Chat():
            return Topics(chats=frozenset((to.id,)))
        case Session() | None:
            return Topics(everybody=True)


def _of_fact(fact: Fact) -> Topics:
    match fact:
        case MarkMoved() | Muted() | MemberJoined() | SessionDeclared() | SessionMoved() | StatusPublished():
            return Topics(users=frozenset((fact.user_id,)))
        case MemberLeft():
            return Topics(frozenset((fact.user_id,)), frozenset((fact.chat_id,)))
        case MessageRemoved():
            return Topics(chats=frozenset((fact.chat_id,)))
        case MutualFlipped():
            return Topics(users=frozenset((fact.first, fact.second)))
    # The token of a session that has ended may be remembered anywhere.
    return Topics(everybody=True)


def all_topics(emissions: Iterable[Emission]) -> tuple[list[Topics], Topics]:
    """The topics of each emission, and of all together."""
    each = [topics(emission) for emission in emissions]
    users = frozenset().union(*(one.users for one in each))
    chats = frozenset().union(*(one.chats for one in each))
    return each, Topics(users, chats, any(one.everybody for one in each))


def shares(
    emissions: list[Emission], each: list[Topics], nodes: Iterable[str], users: dict[int, set[str]],
    chats: dict[int, set[str]],
) -> dict[str, list[Emission]]:  # fmt: skip
    """Node → what of this concerns somebody there, in its order. `users`, `chats`: the nodes that hear of each."""
    everybody = set(nodes)
    found: dict[str, list[Emission]] = defaultdict(list)
    for emission, one in zip(emissions, each, strict=True):
        concerned = set(everybody) if one.everybody else set()
        for user_id in one.users:
            concerned |= users.get(user_id, set())
        for chat_id in one.chats:
            concerned |= chats.get(chat_id, set())
        for node in concerned & everybody:
            found[node].append(emission)
    return found


class Alone:
    """The broker of a node that is the only one."""

    def __init__(self) -> None:
        self.heard: Heard = lambda number, emissions: None
        self.heard_of: Callable[[int], None] = lambda number: None
        self.heard_now: HeardNow = lambda emission: None

    def hears(self, user_id: int, chats: Iterable[int] = ()) -> bool:
        """It hears of everything."""
        return True

    def all(self) -> tuple[set[int], set[int]]:
        """Nothing is looked after."""
        return set(), set()

    async def attend(self, users: Iterable[int], chats: Iterable[int]) -> None:
        """See `Broker`."""

    async def leave(self, users: Iterable[int], chats: Iterable[int]) -> None:
        """See `Broker`."""

    def publish(self, commit: Commit) -> None:
        """See `Broker`."""

    def send(self, emission: Emission) -> None:
        """See `Broker`."""

    async def forget(self, node: str) -> None:
        """See `Broker`."""


class Memory:
    """What several `MemoryBroker` share."""

    def __init__(self) -> None:
        self.brokers: dict[str, MemoryBroker] = {}


class MemoryBroker:
    """A broker between nodes of one process; delivers at once."""

    def __init__(self, node: str, memory: Memory) -> None:
        self._node = node
        self._memory = memory
        self.users: set[int] = set()
        self.chats: set[int] = set()
        self.lost: set[str] = set()
        """Nodes that hear nothing of this one, and it of them: the way between them is cut."""
        self.heard: Heard = lambda number, emissions: None
        self.heard_of: Callable[[int], None] = lambda number: None
        self.heard_now: HeardNow = lambda emission: None
        memory.brokers[node] = self

    def hears(self, user_id: int, chats: Iterable[int] = ()) -> bool:
        """See `Broker`."""
        return user_id in self.users and self.chats.issuperset(chats)

    def all(self) -> tuple[set[int], set[int]]:
        """See `Broker`."""
        return set(self.users), set(self.chats)

    async def attend(self, users: Iterable[int], chats: Iterable[int]) -> None:
        """See `Broker`."""
        self.users.update(users)
        self.chats.update(chats)

    async def leave(self, users: Iterable[int], chats: Iterable[int]) -> None:
        """See `Broker`."""
        self.users.difference_update(users)
        self.chats.difference_update(chats)

    def publish(self, commit: Commit) -> None:
        """See `Broker`."""
        found = self._shares(commit.emissions)
        for node, broker in self._others():
            broker.heard(commit.number, found.get(node, []))

    def send(self, emission: Emission) -> None:
        """See `Broker`."""
        found = self._shares([emission])
        for node, broker in self._others():
            if node in found:
                broker.heard_now(emission)

    async def forget(self, node: str) -> None:
        """See `Broker`."""

    def gone(self) -> None:
        """This node is no more."""
        self._memory.brokers.pop(self._node, None)

    def _others(self) -> list[tuple[str, "MemoryBroker"]]:
        brokers = self._memory.brokers.items()
        return [(node, broker) for node, broker in brokers if broker is not self and node not in self.lost]

    def _shares(self, emissions: list[Emission]) -> dict[str, list[Emission]]:
        others = self._others()
        each, together = all_topics(emissions)
        users = {one: {node for node, broker in others if one in broker.users} for one in together.users}
        chats = {one: {node for node, broker in others if one in broker.chats} for one in together.chats}
        return shares(emissions, each, [node for node, _ in others], users, chats)
