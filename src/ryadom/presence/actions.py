"""Settle: bring what is published about people in line with what their devices say.

Whoever changes something about a device, a contact or a session only marks the person due (`live.registry`) or tells a
fact; one runner here computes, writes and emits, for all who are due at once.
"""

import asyncio
from collections.abc import Iterable
from functools import partial

from ryadom.auth.activity import ActivityWriter
from ryadom.clock import Clock
from ryadom.db.database import Database
from ryadom.live.registry import Registry
from ryadom.nodes import store as nodes
from ryadom.protocol.errors import Refusal
from ryadom.protocol.facts import (
    HidingChosen,
    MutualFlipped,
    NodeGone,
    SessionDeclared,
    SessionEnded,
    SessionMoved,
    StatusPublished,
)  # fmt: skip
from ryadom.protocol.schemas import Status
from ryadom.realtime.outbox import Outbox

from . import publishing, rules, store
from .publishing import Here, Publication, Step, Together

AT_ONCE = 50
"""People whose status is published in one transaction: others have their turn between two."""
TURNS = 4
"""Turns of the event loop in which those who come one after the other may still join the next transaction."""
AGAIN_AFTER = 1.0
"""Seconds until publishing is tried again when the database refused."""


class Presence:
    """The runner that publishes presence. `node`: the name of this one, where there are several."""

    def __init__(
        self, db: Database, clock: Clock, outbox: Outbox, live: Registry, activity: ActivityWriter, node: str = ""
    ) -> None:  # fmt: skip
        self._node = node
        self._db = db
        self._clock = clock
        self._outbox = outbox
        self._live = live
        self._activity = activity
        self._pairs: list[tuple[int, int]] = []
        self._moved: set[int] = set()
        """Sessions that are on another node now, of which the database still says that they are here."""
        self._returning = False
        """Others took this node for gone, and it has not told anew what it knows."""
        self._waiting: list[asyncio.Future[None]] = []
        self._wake = asyncio.Event()
        self._busy = False
        live.wake = self._wake.set
        outbox.follow(SessionEnded, self._session_ended)
        # Whoever committed it tells the two of each other.
        outbox.follow(MutualFlipped, self._mutual_flipped, own=True)
        if node:
            outbox.follow(SessionDeclared, self._session_declared)
            outbox.follow(SessionMoved, self._session_moved)
            outbox.follow(StatusPublished, self._status_published)
            outbox.follow(HidingChosen, self._hiding_chosen)
            outbox.follow(NodeGone, self._node_gone)

    @property
    def quiet(self) -> bool:
        """Whether everything that is known is published."""
        return not (self._busy or self._live.due or self._pairs or self._waiting or self._returning)

    async def start(self) -> None:
        """After a start of the server: who was online has a grace to come back."""
        if self._node:
            # What nodes that are gone knew is taken over when it is certain that they are.
            for user_id in await self._db.write(nodes.join):
                self._live.mark(user_id)
            return
        online, sessions = await self._db.read(store.left_behind)
        now = self._clock.now()
        for user_id, seen in online:
            self._live.published[user_id] = "online"
            self._live.remember(user_id, seen.timestamp())
            self._live.mark(user_id)
        for one in sessions:
            times = one.active.timestamp(), one.seen.timestamp()
            self._live.expect(one.session_id, one.user_id, one.standing, *times, now)

    async def declare(self, session_id: int, user_id: int, *, online: bool) -> None:
        """A session says that it is here, or that it does not count until it comes anew."""
        self._live.declared(session_id, user_id, self._clock.now(), online=online)
        self._activity.save(session_id)
        if self._node:
            said = SessionDeclared(rev=0, session_id=session_id, user_id=user_id, online=online)
            await self._db.write_many(publishing.declare_all, said)
        await self.settled()

    async def take_over(self, node: str) -> list[int]:
        """A node is gone: who was there has a grace to come back, here or elsewhere. The people."""
        known = await self._db.write(
            partial(
                publishing.take_over,
                node=node,
                here=self._node,
                own=frozenset(one.session_id for one in self._live.all() if one.sockets),
            )
        )
        now = self._clock.now()
        for one in known:
            times = one.active.timestamp(), one.seen.timestamp()
            self._live.expect(one.session_id, one.user_id, one.standing, *times, now)
        return list(dict.fromkeys(one.user_id for one in known))

    async def run(self) -> None:
        """Settle whenever somebody is due, for ever."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            if not await self.settle():
                await self._clock.sleep(AGAIN_AFTER)
                self._wake.set()
            if self._wake.is_set():
                # Somebody came while others were told of; who comes alone waits for nobody.
                for _ in range(TURNS):
                    await asyncio.sleep(0)

    async def settled(self) -> None:
        """Return when all that is known now has been published."""
        if self._live.due or self._pairs or self._busy:
            future = asyncio.get_running_loop().create_future()
            self._waiting.append(future)
            self._wake.set()
            await future

    async def settle(self) -> bool:
        """Publish what is due. False on a failure: then it stays due."""
        due, self._live.due = self._live.due, set()
        pairs, self._pairs = self._pairs, []
        waiting, self._waiting = self._waiting, []
        left = list(due)
        self._busy = True
        try:
            if self._returning:
                await self._return()
            while left or pairs:
                some = left[-AT_ONCE:]
                await self._publish(some, pairs)
                pairs = []
                del left[len(left) - len(some) :]
                if left:
                    await asyncio.sleep(0)
        except BaseException as error:
            self._live.due.update(left)
            self._pairs = pairs + self._pairs
            if not isinstance(error, Refusal):
                raise
            return False
        finally:
            self._busy = False
            for future in waiting:
                if not future.done():
                    future.set_result(None)
        return True

    async def _publish(self, due: Iterable[int], pairs: list[tuple[int, int]]) -> None:
        if self._node:
            await self._publish_together(list(due), pairs)
            return
        now = self._clock.now()
        steps = []
        for user_id in due:
            # What they last did goes down with the same commit.
            self._live.parted(user_id, now)
            before = self._live.published.get(user_id, "offline")
            after = self.computed(user_id, now)
            if before == after:
                self._live.settled(user_id, after, now)
            else:
                steps.append(Step(user_id, before, after, self._live.last_proof(user_id)))
        crossing = [step for step in steps if "offline" in (step.before, step.after)]
        idling = [step for step in steps if "offline" not in (step.before, step.after)]
        if steps or pairs:
            statuses: dict[int, Status] = {
                one: self._live.published.get(one, "offline") for pair in pairs for one in pair
            }
            statuses |= {step.user_id: step.after for step in steps}
            await self._db.write_many(publishing.publish_all, Publication(crossing, idling, pairs, statuses))
        for step in steps:
            self._live.settled(step.user_id, step.after, now)
            if self.computed(step.user_id, self._clock.now()) != step.after:
                # It stepped on while this was being written.
                self._live.mark(step.user_id)

    async def _publish_together(self, due: list[int], pairs: list[tuple[int, int]]) -> None:
        """The same where other nodes know of other devices: it is decided in the database."""
        now = self._clock.now()
        seen_here = []
        for user_id in due:
            self._live.parted(user_id, now)
            present = [one for one in self._live.devices(user_id) if one.present(now) and not one.absent]
            for device in present:
                # With the same commit, before it is decided.
                self._activity.save_idleness(device, now)
            devices = {one.session_id: one.idle(now) for one in present}
            seen_here.append(Here(user_id, devices, self._live.last_proof(user_id), self.computed(user_id, now)))
        # One that is back has written so, or is about to.
        self._moved = {session_id for session_id in self._moved if not self._live.knows(session_id)}
        moved = list(self._moved)
        decided = await self._db.write_many(publishing.publish_together, Together(self._node, seen_here, pairs, moved))
        self._moved.difference_update(moved)
        for one in seen_here:
            self._live.settled(one.user_id, decided.get(one.user_id, "offline"), now)
            if not self._live.here(one.user_id):
                # Other nodes tell of them, and nobody tells us.
                self._live.published.pop(one.user_id, None)
            elif self.computed(one.user_id, self._clock.now()) != one.status:
                self._live.mark(one.user_id)

    def computed(self, user_id: int, now: float) -> Status:
        """What others should see of a person now."""
        return rules.status(self._live.devices(user_id), now, hidden=user_id in self._live.hidden)

    def _session_ended(self, fact: SessionEnded) -> None:
        self._live.ended(fact.session_id)

    def _session_declared(self, fact: SessionDeclared) -> None:
        """On another node, or here: all that know of the session heed it."""
        device = self._live.device(fact.session_id)
        if device is not None and device.absent is fact.online:
            self._live.declared(fact.session_id, fact.user_id, self._clock.now(), online=fact.online)
            self._activity.save(fact.session_id)

    def _session_moved(self, fact: SessionMoved) -> None:
        if fact.node != self._node and self._live.moved_away(fact.session_id, fact.until, connected=fact.connected):
            self._moved.add(fact.session_id)

    def _status_published(self, fact: StatusPublished) -> None:
        """By another node, or here: a device here may say otherwise by now."""
        if not self._live.here(fact.user_id):
            return
        self._live.published[fact.user_id] = fact.status
        if self.computed(fact.user_id, self._clock.now()) == "online" and fact.status != "online":
            self._live.mark(fact.user_id)

    def _hiding_chosen(self, fact: HidingChosen) -> None:
        """Every node knows of everybody, as it does from its start: they may come to any."""
        (self._live.hidden.add if fact.hidden else self._live.hidden.discard)(fact.user_id)
        if self._live.here(fact.user_id):
            self._live.mark(fact.user_id)

    def _node_gone(self, fact: NodeGone) -> None:
        """Others took this node for gone, and it is not."""
        if fact.node == self._node:
            self._returning = True
            self._wake.set()

    async def _return(self) -> None:
        """Tell anew what this node knows, except of those who have been elsewhere since: there more is known."""
        asked = {device.session_id: device.seen for device in self._live.all() if not device.sockets}
        since = await self._db.read(nodes.seen_since, asked) if asked else []
        # Only now: when the database refuses, it is tried again.
        self._returning = False
        for session_id in since:
            if self._live.moved_away(session_id, self._clock.now(), connected=True):
                self._moved.add(session_id)
        for device in self._live.all():
            self._activity.save(device.session_id)
            self._live.mark(device.user_id)

    def _mutual_flipped(self, fact: MutualFlipped) -> None:
        if fact.mutual:
            self._pairs.append((fact.first, fact.second))
            self._wake.set()
