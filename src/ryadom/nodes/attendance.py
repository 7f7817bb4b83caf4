"""Whom this node hears of from others: who is connected here or has asked lately, and the chats of the connected."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

from ryadom.realtime.hub import Hub

from .broker import Broker


class Attendance:
    """Keeps the broker in step with the hub."""

    def __init__(self, hub: Hub, broker: Broker, known: Callable[[int], bool]) -> None:
        """`known`: whether a person has a device here, with or without a socket."""
        self._hub = hub
        self._broker = broker
        self._known = known
        self._arriving: Counter[int] = Counter()

    @asynccontextmanager
    async def arriving(self, user_id: int) -> AsyncIterator[None]:
        """Somebody is about to connect: hear of them until they have, or have not."""
        self._arriving[user_id] += 1
        try:
            await self._broker.attend((user_id,), ())
            yield
        finally:
            self._arriving[user_id] -= 1
            if not self._arriving[user_id]:
                del self._arriving[user_id]

    def connected(self, user_id: int) -> bool:
        """Whether a person has a socket here: then all that concerns them is heard of."""
        return user_id in self._hub.people

    def hears(self, user_id: int, chats: Iterable[int] = ()) -> bool:
        """Whether this node hears of a person and of these chats."""
        return self._broker.hears(user_id, chats)

    async def attend(self, user_id: int, chats: Iterable[int] = ()) -> None:
        """Hear of a person and of chats of theirs."""
        await self._broker.attend((user_id,), chats)

    async def sweep(self) -> None:
        """Hear no more of whom nobody here needs to."""
        users, chats = self._broker.all()
        if self._arriving:
            # Whoever is arriving may be about to need any chat.
            chats = set()
        left = {
            one for one in users if one not in self._hub.people and not self._arriving[one] and not self._known(one)
        }
        await self._broker.leave(left, chats - self._hub.chats.keys())
