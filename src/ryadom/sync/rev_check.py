"""The heartbeat tells the database's rev: where there are several nodes, this one looks whether it knows the highest.

What the way between nodes loses is read from the log of commits within a second. Should something be left out by
whatever mistake, a heartbeat says so at once, and the client asks for what it has missed.
"""

import structlog

from ryadom.clock import Clock
from ryadom.db.database import Database
from ryadom.nodes.commit_order import CommitOrder
from ryadom.protocol.errors import Refusal
from ryadom.realtime.hub import Hub
from ryadom.realtime.outbox import Outbox
from ryadom.receipts.store import highest_revs

from .entry import heartbeat

log = structlog.get_logger("ryadom.rev_check")

EVERY = 20.0
"""Seconds between two looks: a client notices within 25."""
AT_ONCE = 500
"""People who are looked at in one query."""
WAIT = 0.25
"""Seconds between two looks whether all that was committed until then has been passed on, …"""
TRIES = 8
"""… and how many there are."""


class RevCheck:
    """Looks, for everybody who is connected here, whether their rev is that of the database."""

    def __init__(self, db: Database, clock: Clock, hub: Hub, outbox: Outbox, order: CommitOrder) -> None:
        self._db = db
        self._clock = clock
        self._hub = hub
        self._outbox = outbox
        self._order = order
        self.behind = 0
        """People of whom something had not been passed on, since the start."""

    async def run(self) -> None:
        """Look again and again, for ever."""
        while True:
            await self._clock.sleep(EVERY)
            try:
                await self.look()
            except Refusal as refusal:
                log.debug("the database cannot be asked", code=refusal.code)

    async def look(self) -> None:
        """Look once, portion by portion."""
        ids = list(self._hub.people)
        for start in range(0, len(ids), AT_ONCE):
            await self._look_at(ids[start : start + AT_ONCE])

    async def _look_at(self, ids: list[int]) -> None:
        revs, head = await self._db.read(highest_revs, ids)
        for _ in range(TRIES):
            if self._order.last >= head:
                break
            await self._clock.sleep(WAIT)
        else:
            # Nothing is passed on for the time being: then nobody can be told either.
            return
        for user_id, rev in revs.items():
            person = self._hub.people.get(user_id)
            if person is not None and person.rev < rev:
                person.heard(rev)
                self.behind += 1
                log.warning("something was not passed on", user_id=user_id, rev=rev)
                if not self._outbox.silent:
                    for client in person.clients:
                        client.socket.send(heartbeat(self._clock, person))
