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


def _guarded(step: Callable[..., None], *args: Any) -> None:
    """It is committed: a mistake in one step must not keep the others from hearing of it."""
    try:
        step(*args)
    except Exception:
        log.exception("a committed event was not passed on", kind=type(args[0]).__name__)


class Outbox:
    """Delivers what transactions emitted, and lets features follow it."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._heralds: dict[type[Event] | type[Fact], list[Callable[[Any], None]]] = {}
        self._followers: dict[type[Event] | type[Fact], list[Callable[[Any], None]]] = {}

    def precede(self, kind: type[Event] | type[Fact], herald: Callable[[Any], None]) -> None:
        """Call `herald` with each committed event or fact of this kind, before it is delivered."""
        self._heralds.setdefault(kind, []).append(herald)

    def follow(self, kind: type[Event] | type[Fact], follower: Callable[[Any], None]) -> None:
        """Call `follower` with each committed event or fact of this kind, after it has been delivered."""
        self._followers.setdefault(kind, []).append(follower)

    def committed(self, emissions: Sequence[Emission]) -> None:
        """Take what a commit emitted."""
        for what, to in emissions:
            for herald in self._heralds.get(type(what), ()):
                _guarded(herald, what)
            if to is not None and isinstance(what, Event):
                _guarded(self._hub.deliver, what, to)
            for follower in self._followers.get(type(what), ()):
                _guarded(follower, what)

    def send_ephemeral(self, event: Event, to: Audience) -> None:
        """Send what has no transaction: typing, idleness."""
        self._hub.deliver(event, to)
