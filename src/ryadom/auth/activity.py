"""Writing down what sessions have lately done, so that a server that starts again knows who was here, and until when.

Memory is what presence is computed from; this is for who comes after it. All is written with the next commit, but for
the close of a socket, which waits a second: the disk is what costs, and the closes of a second go down together.
"""

import asyncio
from collections.abc import Callable
from functools import partial

import structlog

from ryadom.clock import Clock, utc
from ryadom.db.database import Database
from ryadom.db.tx import Tx
from ryadom.live.device import INFINITY, Device, Standing
from ryadom.live.registry import SAVE_EVERY, Registry
from ryadom.nodes import store as nodes
from ryadom.protocol.errors import Refusal
from ryadom.protocol.facts import SessionDeclared, SessionMoved

from . import store

log = structlog.get_logger("ryadom.activity")

WITHIN = 1.0
"""Seconds until what may wait is written."""
AT_ONCE = 1000
"""Sessions of one sweep; what else waits follows when others have had their turn."""


class ActivityWriter:
    """The one who writes `last_activity`, `last_seen` and `standing` of sessions."""

    def __init__(self, db: Database, clock: Clock, live: Registry, node: str = "") -> None:
        self.node = node
        self._db = db
        self._clock = clock
        self._live = live
        self._waiting: dict[int, Device] = {}
        self._due = INFINITY
        self.moved: Callable[[], None] = lambda: None
        """Called when `next_due` has come nearer."""

    def save(self, session_id: int) -> None:
        """Write a session's last activity, and how it stands, with the next commit."""
        device = self._live.device(session_id)
        if device is not None:
            self.save_as(device, device.standing(self._clock.now()))

    def save_as(self, device: Device, how: Standing) -> None:
        """Write a session's last activity, and how it stands now."""
        self._waiting.pop(device.session_id, None)
        idle = device.idle(self._clock.now())
        device.saved, device.saved_as, device.saved_idle = device.seen, how, idle
        item = store.Activity(
            device.session_id, utc(device.active), utc(device.seen), how, device.user_id, self.node,
            idle, self._until(device, how),
        )  # fmt: skip
        save = save_together if self.node else store.save_activity
        self._db.write_many(save, item).add_done_callback(partial(_heed, device))

    def _until(self, device: Device, how: Standing) -> float:
        """Before which moment requests of a session on other nodes count no more."""
        if device.sockets:
            return self._clock.now()
        return device.grace_until if how == "gone" and device.had_grace else 0.0

    def opened(self, device: Device) -> None:
        """A session has just been stored with these times."""
        device.saved, device.saved_as = device.seen, "request"
        if self.node:
            self.save(device.session_id)

    def save_now_and_then(self, device: Device) -> None:
        """Write a session's last activity, at most once a minute unless it stands otherwise than before."""
        now = self._clock.now()
        if device.seen - device.saved >= SAVE_EVERY or device.standing(now) != device.saved_as:
            self.save(device.session_id)
        else:
            self.save_idleness(device, now)

    def save_idleness(self, device: Device, now: float) -> None:
        """Let other nodes know when a session becomes idle or is so no more: what it last did they know too late."""
        if self.node and device.idle(now) is not device.saved_idle:
            self.save(device.session_id)

    def save_soon(self, device: Device) -> None:
        """Write it within a second."""
        if not self._waiting:
            self._due = self._clock.now() + WITHIN
            self.moved()
        self._waiting[device.session_id] = device

    def left(self, device: Device) -> None:
        """A device counts no more: what was not written of it yet is written now."""
        if device.saved_as != "gone" or device.saved != device.seen:
            self.save_as(device, "gone")

    def next_due(self) -> float:
        """When something must be written."""
        return self._due if self._waiting else INFINITY

    def sweep(self, now: float) -> None:
        """Write what has waited long enough, a portion of it."""
        if self.next_due() <= now:
            for session_id in list(self._waiting)[:AT_ONCE]:
                self._write(self._waiting.pop(session_id))

    async def finish(self) -> None:
        """Write all that waits."""
        while self._waiting:
            self.sweep(INFINITY)
            await self._db.drained()

    def _write(self, device: Device) -> None:
        # It may be over, or have been seen anew as another: what is known of it now counts.
        if self._live.device(device.session_id) is device:
            self.save(device.session_id)


def save_together(tx: Tx, items: list[store.Activity]) -> list[None]:
    """`save_activity` of one of several nodes: whoever comes anew after they said `offline` is here on all."""
    coming = [item.session_id for item in items if item.how == "socket"]
    until = {item.session_id: item.until for item in items if item.until}
    for session_id, user_id in nodes.supersede(tx, items[0].node, until, set(coming)) if until else ():
        tx.tell(
            SessionMoved(
                rev=0, session_id=session_id, user_id=user_id, node=items[0].node, until=until[session_id],
                connected=session_id in coming,
            )
        )  # fmt: skip
    for session_id, user_id in store.come_back(tx, coming):
        tx.tell(SessionDeclared(rev=0, session_id=session_id, user_id=user_id, online=True))
    return store.save_activity(tx, items)


def _heed(device: Device, future: "asyncio.Future[None]") -> None:
    """What was refused is not written: whoever looks at the device next writes it."""
    error = future.exception()
    if error is not None:
        device.saved = 0.0
        if not isinstance(error, Refusal):
            log.error("what a session last did was not written", exc_info=error)
