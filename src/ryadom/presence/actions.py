"""Settle: bring what is published about people in line with what their devices say.

Whoever changes something about a device, a contact or a session only marks the person due (`live.registry`) or tells a
fact; one runner here computes, writes and emits, for all who are due at once.
"""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import NamedTuple

from ryadom.auth.activity import ActivityWriter
from ryadom.auth.store import declare
from ryadom.clock import Clock, utc
from ryadom.contacts.store import are_mutual, mutual_ids
from ryadom.db.database import Database
from ryadom.db.tx import Tx
from ryadom.live.registry import Registry
from ryadom.nodes import store as nodes
from ryadom.protocol.audience import Users
from ryadom.protocol.errors import Refusal
from ryadom.protocol.events import Event, MessagesRead, StatusChange, UserChanged, UserOffline, UserOnline
from ryadom.protocol.facts import MutualFlipped, NodeGone, SessionDeclared, SessionEnded, SessionMoved, StatusPublished
from ryadom.protocol.schemas import Me, Status
from ryadom.realtime.outbox import Outbox

from . import rules, store

AT_ONCE = 50
"""People whose status is published in one transaction: others have their turn between two."""
AGAIN_AFTER = 1.0
"""Seconds until publishing is tried again when the database refused."""


class Step(NamedTuple):
    """A person's status goes from one to another."""

    user_id: int
    before: Status
    after: Status
    seen: float | None


class Here(NamedTuple):
    """A person as one of several nodes sees them."""

    user_id: int
    devices: dict[int, float]
    """Session → last activity, of the devices here that count."""
    seen: float | None
    """The last proof of presence here."""
    status: Status
    """What would be told if there were no other nodes."""


class Together(NamedTuple):
    """What one of several nodes would have published."""

    node: str
    here: list[Here]
    pairs: list[tuple[int, int]]
    """People who may see each other from now on."""


class Publication(NamedTuple):
    """What one transaction publishes."""

    crossing: list[Step]
    """To offline, or from there."""
    idling: list[Step]
    """Between online and away."""
    pairs: list[tuple[int, int]]
    """People who may see each other from now on."""
    statuses: dict[int, Status]
    """Of everybody who is named above."""


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
            outbox.follow(UserChanged, self._user_changed)
            outbox.follow(NodeGone, self._node_gone)

    @property
    def quiet(self) -> bool:
        """Whether everything that is known is published."""
        return not (self._busy or self._live.due or self._pairs or self._waiting)

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
            await self._db.write_many(_declare_all, said)
        await self.settled()

    async def take_over(self, node: str) -> list[int]:
        """A node is gone: who was there has a grace to come back, here or elsewhere. The people."""
        known = await self._db.write(
            partial(
                _take_over,
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
            await self._db.write_many(_publish_all, Publication(crossing, idling, pairs, statuses))
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
            devices = {one.session_id: one.active for one in present}
            seen_here.append(Here(user_id, devices, self._live.last_proof(user_id), self.computed(user_id, now)))
        decided = await self._db.write_many(_publish_all_together, Together(self._node, seen_here, pairs))
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
        if fact.node != self._node:
            self._live.moved_away(fact.session_id, fact.until, connected=fact.connected)

    def _status_published(self, fact: StatusPublished) -> None:
        """By another node, or here: a device here may say otherwise by now."""
        if not self._live.here(fact.user_id):
            return
        self._live.published[fact.user_id] = fact.status
        if self.computed(fact.user_id, self._clock.now()) == "online" and fact.status != "online":
            self._live.mark(fact.user_id)

    def _user_changed(self, event: UserChanged) -> None:
        if isinstance(event.me, Me):
            (self._live.hidden.add if event.me.appear_offline else self._live.hidden.discard)(event.user.id)
            self._live.mark(event.user.id)

    def _node_gone(self, fact: NodeGone) -> None:
        """Others took this node for gone, and it is not: what it knows is told anew."""
        if fact.node == self._node:
            for device in self._live.all():
                self._activity.save(device.session_id)
                self._live.mark(device.user_id)

    def _mutual_flipped(self, fact: MutualFlipped) -> None:
        if fact.mutual:
            self._pairs.append((fact.first, fact.second))
            self._wake.set()


def _declare_all(tx: Tx, items: list[SessionDeclared]) -> list[None]:
    for said in items:
        declare(tx, said.session_id, absent=not said.online)
        tx.tell(said)
    return [None] * len(items)


def _take_over(tx: Tx, node: str, here: str, own: frozenset[int]) -> list[nodes.Known]:
    known = [one._replace(node=here) for one in nodes.take(tx, node) if one.session_id not in own]
    nodes.know(tx, known)
    tx.tell(NodeGone(rev=0, node=node))
    return known


def _publish_all_together(tx: Tx, items: list[Together]) -> list[dict[int, Status]]:
    return [_decide(tx, *item) for item in items]


def _decide(tx: Tx, node: str, here: list[Here], pairs: list[tuple[int, int]]) -> dict[int, Status]:
    """Publish what is to be told of these people, of all that nodes know. The status of each."""
    mine = {one.user_id: one for one in here}
    paired = [one for pair in pairs for one in pair]
    known, absent = nodes.people(tx, node, list(dict.fromkeys([*mine, *paired])))
    statuses, steps = {}, []
    for person in known:
        user_id = person.user_id
        statuses[user_id] = person.shown
        if user_id in mine:
            active = [at for session_id, at in mine[user_id].devices.items() if session_id not in absent]
            after = rules.of_activity([*person.active, *active], tx.now.timestamp(), hidden=person.hidden)
            if after != person.shown:
                steps.append(Step(user_id, person.shown, after, mine[user_id].seen))
                statuses[user_id] = after
    proofs = nodes.last_proofs(tx, [step.user_id for step in steps if step.after == "offline"])
    steps = [_with_proof(step, proofs.get(step.user_id)) for step in steps]
    for step in steps:
        nodes.note_away(tx, step.user_id, step.before, step.after)
        tx.tell(StatusPublished(rev=0, user_id=step.user_id, status=step.after))
    crossing = [step for step in steps if "offline" in (step.before, step.after)]
    idling = [step for step in steps if "offline" not in (step.before, step.after)]
    if steps or pairs:
        _publish(tx, crossing, idling, pairs, statuses)
    return statuses


def _with_proof(step: Step, elsewhere: datetime | None) -> Step:
    """The last proof of presence counts, wherever it was."""
    if elsewhere is None or (step.seen is not None and step.seen >= elsewhere.timestamp()):
        return step
    return step._replace(seen=elsewhere.timestamp())


def _publish_all(tx: Tx, items: list[Publication]) -> list[None]:
    """A set, though one comes at a time: it is short, and changes nothing that other sets remember."""
    for item in items:
        _publish(tx, *item)
    return [None] * len(items)


def _publish(
    tx: Tx, crossing: list[Step], idling: list[Step], pairs: list[tuple[int, int]], statuses: dict[int, Status]
) -> None:
    readers = mutual_ids(tx, [step.user_id for step in (*crossing, *idling)])
    for step in crossing:
        online = step.after != "offline"
        seen = None if step.seen is None else utc(step.seen)
        last_seen = store.publish(tx, step.user_id, online, seen)
        _tell_status(tx, step.user_id, step.after, last_seen, readers[step.user_id])
        mark = (UserOnline if online else UserOffline)(timestamp=tx.now, user_id=step.user_id, last_seen=last_seen)
        tx.emit(mark, Users(readers[step.user_id]))
    for step in idling:
        person = store.one(tx, step.user_id)
        if person is not None:
            idle = _status_change(tx, step.user_id, step.after, person.last_seen)
            tx.emit(idle, Users(readers[step.user_id], away=True))
    told = {step.user_id for step in crossing}
    for one, other in dict.fromkeys(pairs):
        if are_mutual(tx, one, other):
            for person_id, reader in ((one, other), (other, one)):
                _introduce(tx, person_id, reader, None if person_id in told else statuses[person_id])


def _introduce(tx: Tx, user_id: int, reader: int, status: Status | None) -> None:
    """Someone may see a person from now on: their status, and what they have read of the reader's messages.

    `status` is None when the reader has just been told it.
    """
    person = store.one(tx, user_id)
    if person is None:
        return
    if status is not None:
        _tell_status(tx, user_id, status if person.is_online else "offline", person.last_seen, [reader])
    for chat_id, up_to_seq, rev in tx.run(store.READ_BY, reader=user_id, author=reader):
        read: Event = MessagesRead(
            timestamp=tx.now, rev=rev, chat_id=chat_id, user_id=user_id, up_to_seq=up_to_seq, message_ids=[]
        )
        tx.emit(read, Users([reader]))


def _tell_status(tx: Tx, user_id: int, status: Status, last_seen: datetime | None, to: list[int]) -> None:
    """`away` to those who ask for it, `online` to the others."""
    if status != "away":
        tx.emit(_status_change(tx, user_id, status, last_seen), Users(to))
        return
    for wants_away in (True, False):
        shown = rules.shown(status, wants_away=wants_away)
        tx.emit(_status_change(tx, user_id, shown, last_seen), Users(to, away=wants_away))


def _status_change(tx: Tx, user_id: int, status: Status, last_seen: datetime | None) -> StatusChange:
    return StatusChange(timestamp=tx.now, user_id=user_id, status=status, last_seen=last_seen)
