"""What leaves after a commit, in its order: events to their audience, facts to the memory of this server.

Whoever reads the database for a socket may `hold` what is committed meanwhile: it leaves after what they say of it.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import structlog

from ryadom.db.tx import Commit
from ryadom.protocol.audience import Audience
from ryadom.protocol.emissions import Emission
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
        self._own: dict[type[Event] | type[Fact], list[Step]] = defaultdict(list)
        """Who follows what this node has committed; those who follow that of others too are in both."""
        self._others: dict[type[Event] | type[Fact], list[Step]] = defaultdict(list)
        self.silent = False
        """Nothing is sent while nobody knows whether it still may be."""
        self._holders = 0
        self._held: list[tuple[Emission, bool]] = []
        self._waiting: deque[asyncio.Future[None]] = deque()
        self.send: Callable[[Event | Fact, Audience], None] = lambda what, to: None
        """Pass on to other nodes what has no transaction."""

    def precede(self, kind: type[Event] | type[Fact], herald: Step) -> None:
        """Call `herald` with each committed event or fact of this kind, before it is delivered, at once."""
        self._heralds[kind].append(herald)

    def follow(self, kind: type[Event] | type[Fact], follower: Step, *, own: bool = False) -> None:
        """Call `follower` with each committed event or fact of this kind, after it has been delivered.

        `own`: only with what this node has committed.
        """
        self._own[kind].append(follower)
        if not own:
            self._others[kind].append(follower)

    def committed(self, commit: Commit, answer: Callable[[], None]) -> None:
        """Let what a commit of this node emitted leave, then answer those who asked for it."""
        self.take(commit.emissions)
        answer()

    def take(self, emissions: Sequence[Emission], *, own: bool = True, heralded: bool = False) -> None:
        """Let emissions leave. A mistake in one step must not keep the others from hearing of it.

        `own`: of this node. `heralded`: their heralds have been called already.
        """
        held = self._held if self._holders else None
        for emission in emissions:
            if not heralded and type(emission[0]) in self._heralds:
                self.herald(emission)
            if held is None:
                self._pass_on(emission, own)
            else:
                held.append((emission, own))

    def herald(self, emission: Emission) -> None:
        """Call the heralds of an emission."""
        what = emission[0]
        self._each(self._heralds, what)

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
                for emission, own in held:
                    self._pass_on(emission, own)
            self._let_in()

    def _let_in(self) -> None:
        if not self._held:
            for _ in range(min(len(self._waiting), HOLDERS - self._holders)):
                turn = self._waiting.popleft()
                if not turn.done():
                    turn.set_result(None)

    def _pass_on(self, emission: Emission, own: bool) -> None:
        what, to = emission
        if to is not None and isinstance(what, Event):
            try:
                self._hub.deliver(what, to)
            except Exception as error:
                self._mistake(what, error)
        self._each(self._own if own else self._others, what)

    def _each(self, steps: dict[type[Event] | type[Fact], list[Step]], what: Event | Fact) -> None:
        """Do all that is to be done with this; a mistake in one step keeps no other from it."""
        for step in steps.get(type(what), ()):
            try:
                step(what)
            except Exception as error:
                self._mistake(what, error)

    def _mistake(self, what: Event | Fact, error: Exception) -> None:
        log.error("a committed event was not passed on", kind=type(what).__name__, exc_info=error)

    def send_ephemeral(self, event: Event, to: Audience) -> None:
        """Send what has no transaction to who is connected here."""
        if not self.silent:
            self._hub.deliver(event, to)
