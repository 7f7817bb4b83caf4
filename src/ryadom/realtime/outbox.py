"""What leaves after a commit, in its order: events to their audience, facts to the memory of this server.

Whoever reads the database for a socket may `hold` what is committed meanwhile: it leaves after what they say of it.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import structlog

from ryadom.db.tx import Emission
from ryadom.protocol.audience import Audience
from ryadom.protocol.events import Event
from ryadom.protocol.facts import Fact

from .hub import Hub

log = structlog.get_logger("ryadom.outbox")


Step = Callable[[Any], None]
"""What is done with a committed event or fact."""

HOLDERS = 32
"""Who may hold what is committed at one time."""


class Outbox:
    """Delivers what transactions emitted, and lets features follow it."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._heralds: dict[type[Event] | type[Fact], list[Step]] = defaultdict(list)
        self._followers: dict[type[Event] | type[Fact], list[Step]] = defaultdict(list)
        self._holders = 0
        self._held: list[Emission] = []
        self._waiting: deque[asyncio.Future[None]] = deque()

    def precede(self, kind: type[Event] | type[Fact], herald: Step) -> None:
        """Call `herald` with each committed event or fact of this kind, before it is delivered, at once."""
        self._heralds[kind].append(herald)

    def follow(self, kind: type[Event] | type[Fact], follower: Step) -> None:
        """Call `follower` with each committed event or fact of this kind, after it has been delivered."""
        self._followers[kind].append(follower)

    def committed(self, emissions: Sequence[Emission]) -> None:
        """Take what a commit emitted. A mistake in one step must not keep the others from hearing of it."""
        held = self._held if self._holders else None
        for emission in emissions:
            what = emission[0]
            for herald in self._heralds[type(what)]:
                self._take(herald, what)
            if held is None:
                self._pass_on(emission)
            else:
                held.append(emission)

    @asynccontextmanager
    async def hold(self) -> AsyncIterator[None]:
        """Let what is committed from now on leave only afterwards. For as long as a short reading takes.

        So whatever a reading says stands before what was committed after it. Where reading does not yield (SQLite)
        nothing is ever held.
        """
        # When something is held, those who hold it end first.
        while self._held or self._holders >= HOLDERS:
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            await turn
        self._holders += 1
        try:
            yield
        finally:
            self._holders -= 1
            if not self._holders:
                held, self._held = self._held, []
                for emission in held:
                    self._pass_on(emission)
            self._let_in()

    def _let_in(self) -> None:
        if not self._held:
            for _ in range(min(len(self._waiting), HOLDERS - self._holders)):
                turn = self._waiting.popleft()
                if not turn.done():
                    turn.set_result(None)

    def _pass_on(self, emission: Emission) -> None:
        what, to = emission
        if to is not None:
            try:
                self._hub.deliver(what, to)  # type: ignore[arg-type]
            except Exception as error:
                self._mistake(what, error)
        for follower in self._followers[type(what)]:
            self._take(follower, what)

    def _take(self, step: Step, what: Event | Fact) -> None:
        try:
            step(what)
        except Exception as error:
            self._mistake(what, error)

    def _mistake(self, what: Event | Fact, error: Exception) -> None:
        log.error("a committed event was not passed on", kind=type(what).__name__, exc_info=error)

    def send_ephemeral(self, event: Event, to: Audience) -> None:
        """Send what has no transaction: typing, idleness."""
        self._hub.deliver(event, to)
