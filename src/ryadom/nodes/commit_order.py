"""Commits of all nodes, passed on in the order of their numbers: this node's own, and what the broker brings of others.

What the broker has not brought is read from the database: soon when a later commit waits for it, else within half a
second. So nothing is lost with the broker, nothing comes twice, and nothing overtakes.
"""

import asyncio
from collections.abc import Awaitable, Callable

from ryadom.clock import Clock
from ryadom.db.commit_log import KEPT_FOR, Missed
from ryadom.db.tx import Commit
from ryadom.protocol.emissions import Emission
from ryadom.protocol.errors import Refusal
from ryadom.realtime.outbox import Outbox

WAIT = 0.03
"""Seconds that the broker gets to bring what a later commit waits for."""
TRY_AGAIN = 0.25
"""Seconds until the database is asked again that could not be read."""
TOO_LONG = KEPT_FOR.total_seconds() - 60
"""Seconds after which what was missed may be kept no more."""


class _Arrived:
    """A commit that waits for those before it."""

    __slots__ = ("answer", "emissions", "heralded")

    def __init__(self, emissions: list[Emission], answer: Callable[[], None] | None = None) -> None:
        self.emissions = emissions
        self.answer = answer
        """Of a commit of this node: answers those who asked for it."""
        self.heralded = False


class CommitOrder:
    """The commits as this node passes them on."""

    def __init__(
        self, node: str, clock: Clock, outbox: Outbox, missed: Callable[[int], Awaitable[Missed]]
    ) -> None:  # fmt: skip
        """`missed`: reads what was committed after a number."""
        self._node = node
        self._clock = clock
        self._outbox = outbox
        self._missed = missed
        self._arrived: dict[int, _Arrived] = {}
        self._doubted = 0
        self._joining: list[int] = []
        self._wake = asyncio.Event()
        self._whole_at = clock.now()
        self.paused = False
        """Nothing is passed on while the database cannot be asked whether it still may be."""
        self.read = 0
        """Commits of others that were read from the database."""
        self.last = 0
        """The number of the last commit that was passed on."""
        self.publish: Callable[[Commit], None] = lambda commit: None
        """Hands a commit of this node to the broker."""
        self.new_chats: Callable[[list[Emission]], list[int]] = lambda emissions: []
        """Chats that somebody who is connected here joins by this, and of which this node does not hear yet."""
        self.attend: Callable[[list[int]], Awaitable[None]] = _nothing
        """Begins to hear of these chats."""
        self.lost: Callable[[], None] = lambda: None
        """Called when more was missed than is kept: whoever is connected must begin anew."""

    @property
    def quiet(self) -> bool:
        """Whether nothing happens until time goes by, or something is heard."""
        return not (self._joining or self._wake.is_set())

    def begin(self, head: int) -> None:
        """Go on after this commit: whatever is read from now on includes it."""
        self.last = max(self.last, head)
        self._whole_at = self._clock.now()
        self._joining = []
        for number in sorted(number for number in self._arrived if number <= self.last):
            answer = self._arrived.pop(number).answer
            if answer is not None:
                answer()

    def committed(self, commit: Commit, answer: Callable[[], None]) -> None:
        """This node has committed: others hear of it, and those who asked are answered in its turn."""
        if commit.number:
            self.publish(commit)
        if commit.number <= self.last:
            answer()
            return
        arrived = self._arrived[commit.number] = _Arrived(commit.emissions, answer)
        if commit.number != self.last + 1:
            # What must not wait: a session that has ended hears nothing more.
            arrived.heralded = True
            for emission in commit.emissions:
                self._outbox.herald(emission)
        self._pass_on()

    def heard(self, number: int, emissions: list[Emission]) -> None:
        """Another node has committed, and this of it concerns somebody here."""
        if number > self.last and number > self._doubted:
            self._arrived.setdefault(number, _Arrived(emissions))
            self._pass_on()

    def doubt(self, head: int) -> None:
        """Up to this commit the broker may not have brought what concerns somebody here: the database is asked."""
        self._doubted = max(self._doubted, head)
        # Who joins by the next one is about to be heard of: that one has come, whatever else has not.
        sure = self.last + 1 if self._joining else 0
        for number in [number for number, one in self._arrived.items() if number <= head and one.answer is None]:
            if number != sure:
                del self._arrived[number]
        self._wake.set()

    def go_on(self) -> None:
        """Pass on again what came while it was paused."""
        if self.paused:
            self.paused = False
            self._pass_on()

    async def look(self, head: int) -> None:
        """The database is at this commit: what is missing is read."""
        if head <= self.last:
            self._whole_at = self._clock.now()
            return
        if self._clock.now() - self._whole_at > TOO_LONG:
            self.begin(head)
            self.lost()
        elif not self._gap:
            await self._fill()

    async def run(self) -> None:
        """Fill what is missing, for ever."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self._joining:
                await self._join()
            if self._gap and self.last >= self._doubted:
                await self._clock.sleep(WAIT)
            if self._gap and not self._joining:
                await self._fill()

    @property
    def _gap(self) -> bool:
        return self.last < self._doubted or any(number > self.last for number in self._arrived)

    async def _join(self) -> None:
        """Hear of the chats first; what was committed until then, others may have thought of no concern here."""
        first = self.last + 1
        await self.attend(self._joining)
        try:
            head = (await self._missed(self.last)).head
        except Refusal:
            await self._clock.sleep(TRY_AGAIN)
            self._wake.set()
            return
        if first == self.last + 1:
            self.doubt(head)
            self._joining = []
            self._release(first)
        self._pass_on()

    async def _fill(self) -> None:
        try:
            missed = await self._missed(self.last)
        except Refusal:
            await self._clock.sleep(TRY_AGAIN)
            self._wake.set()
            return
        for number in range(self.last + 1, missed.up_to + 1):
            if number in self._arrived:
                continue
            node, emissions = missed.found.get(number, ("", []))
            if node == self._node:
                # It is about to be told here, with those who wait for it: until then there is nothing to be done.
                self._pass_on()
                if not self._joining:
                    self._wake.clear()
                return
            self.read += 1
            self._arrived[number] = _Arrived(emissions)
        self._pass_on()

    def _pass_on(self) -> None:
        while not self._joining and not self.paused:
            arrived = self._arrived.get(self.last + 1)
            if arrived is None:
                break
            self._joining = self.new_chats(arrived.emissions)
            if not self._joining:
                self._release(self.last + 1)
        if not self.paused and (self._joining or self._gap):
            self._wake.set()

    def _release(self, number: int) -> None:
        arrived = self._arrived.pop(number)
        self.last = number
        try:
            self._outbox.take(arrived.emissions, own=arrived.answer is not None, heralded=arrived.heralded)
        finally:
            if arrived.answer is not None:
                arrived.answer()


async def _nothing(chat_ids: list[int]) -> None:
    """Where there is no broker."""
