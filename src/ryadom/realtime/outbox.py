"""What leaves after a commit, in its order: events to their audience, facts to the memory of this server.

Between several nodes a broker would stand in `committed`: everything in an emission can travel as JSON.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
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


class Outbox:
    """Delivers what transactions emitted, and lets features follow it."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._heralds: dict[type[Event] | type[Fact], list[Step]] = defaultdict(list)
        self._followers: dict[type[Event] | type[Fact], list[Step]] = defaultdict(list)

    def precede(self, kind: type[Event] | type[Fact], herald: Step) -> None:
        """Call `herald` with each committed event or fact of this kind, before it is delivered."""
        self._heralds[kind].append(herald)

    def follow(self, kind: type[Event] | type[Fact], follower: Step) -> None:
        """Call `follower` with each committed event or fact of this kind, after it has been delivered."""
        self._followers[kind].append(follower)

    def committed(self, emissions: Sequence[Emission]) -> None:
        """Take what a commit emitted. A mistake in one step must not keep the others from hearing of it."""
        for what, to in emissions:
            kind = type(what)
            for herald in self._heralds[kind]:
                try:
                    herald(what)
                except Exception as error:
                    self._mistake(what, error)
            if to is not None:
                try:
                    self._hub.deliver(what, to)  # type: ignore[arg-type]
                except Exception as error:
                    self._mistake(what, error)
            for follower in self._followers[kind]:
                try:
                    follower(what)
                except Exception as error:
                    self._mistake(what, error)

    def _mistake(self, what: Event | Fact, error: Exception) -> None:
        log.error("a committed event was not passed on", kind=type(what).__name__, exc_info=error)

    def send_ephemeral(self, event: Event, to: Audience) -> None:
        """Send what has no transaction: typing, idleness."""
        self._hub.deliver(event, to)
