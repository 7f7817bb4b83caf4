"""What leaves after a commit, in its order: events to their audience, facts to the memory of this server.

Between several nodes a broker would stand in `committed`: everything in an emission can travel as JSON.
"""

from collections.abc import Callable, Sequence
from typing import Any

import structlog

from ryadom.db.tx import Emission
from ryadom.protocol.audience import Audience
from ryadom.protocol.events import Event
from ryadom.protocol.facts import Fact

from .hub import Hub

log = structlog.get_logger("ryadom.outbox")


Step = Callable[[Any, Any], None]
"""What is done with a committed event or fact: (what, to)."""


class Outbox:
    """Delivers what transactions emitted, and lets features follow it."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._heralds: dict[type[Event] | type[Fact], list[Step]] = {}
        self._followers: dict[type[Event] | type[Fact], list[Step]] = {}
        self._steps: dict[type[Event] | type[Fact], list[Step]] = {}

    def precede(self, kind: type[Event] | type[Fact], herald: Callable[[Any], None]) -> None:
        """Call `herald` with each committed event or fact of this kind, before it is delivered."""
        self._heralds.setdefault(kind, []).append(lambda what, to: herald(what))
        self._steps.clear()

    def follow(self, kind: type[Event] | type[Fact], follower: Callable[[Any], None]) -> None:
        """Call `follower` with each committed event or fact of this kind, after it has been delivered."""
        self._followers.setdefault(kind, []).append(lambda what, to: follower(what))
        self._steps.clear()

    def committed(self, emissions: Sequence[Emission]) -> None:
        """Take what a commit emitted. A mistake in one step must not keep the others from hearing of it."""
        for what, to in emissions:
            for step in self._steps.get(type(what)) or self._plan(type(what)):
                try:
                    step(what, to)
                except Exception:
                    log.exception("a committed event was not passed on", kind=type(what).__name__)

    def _plan(self, kind: type[Event] | type[Fact]) -> list[Step]:
        """Heralds, delivery, followers: put together once for each kind."""
        delivery: list[Step] = [self._deliver] if issubclass(kind, Event) else []
        steps = self._steps[kind] = [*self._heralds.get(kind, ()), *delivery, *self._followers.get(kind, ())]
        return steps

    def _deliver(self, event: Event, to: Audience | None) -> None:
        if to is not None:
            self._hub.deliver(event, to)

    def send_ephemeral(self, event: Event, to: Audience) -> None:
        """Send what has no transaction: typing, idleness."""
        self._hub.deliver(event, to)
