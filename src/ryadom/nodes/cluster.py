"""This node among several: the parts that join it with the others, and what it does for that from second to second."""

import secrets
import socket
from collections.abc import Awaitable, Callable

import structlog

from ryadom.clock import Clock
from ryadom.config import Settings
from ryadom.db import commit_log
from ryadom.db.database import Database
from ryadom.db.tx import Commit, Tx
from ryadom.protocol.emissions import Emission
from ryadom.protocol.errors import Refusal
from ryadom.protocol.facts import MemberJoined
from ryadom.realtime.hub import Hub
from ryadom.realtime.outbox import Outbox

from . import store
from .attendance import Attendance
from .commit_order import CommitOrder
from .joint import Joint
from .leases import LASTS

log = structlog.get_logger("ryadom.cluster")

LOOK_EVERY = 0.5
"""Seconds between two looks at the database for commits that nobody has told of."""
ALIVE_EVERY = 1.0
"""Seconds between two notes in the database that this node is alive, and two looks for nodes that are not."""
TIDY_EVERY = 30.0
"""Seconds between two looks at what need not be heard of, or kept, any more."""
SILENT_AFTER = 1.0
"""Seconds after the last question that the database has answered until nothing is sent: a session may have ended."""
QUICK = 1.0
"""Seconds that an answer may take to tell what time it is."""


def name_node(settings: Settings) -> str:
    """The name of this process: of the node, and of its start."""
    name = settings.node or "".join(letter for letter in socket.gethostname() if letter.isalnum() or letter in "._-")
    return f"{name[:20] or 'node'}:{secrets.token_hex(4)}"


class Cluster:
    """What joins this node with the others."""

    def __init__(self, node: str, joint: Joint, clock: Clock, hub: Hub, outbox: Outbox) -> None:
        self.node = node
        self._joint = joint
        self._clock = clock
        self._outbox = outbox
        self._hub = hub
        self.broker, self.leases = joint.broker, joint.leases
        self.order = CommitOrder(node, clock, outbox, lambda after: self._db.read_first(commit_log.since, after))
        self.order.publish = self.broker.publish
        self.order.new_chats = self._new_chats
        self.order.attend = lambda chats: self.broker.attend((), chats)
        self.broker.heard = self.order.heard
        self.broker.heard_of = self.order.doubt
        outbox.send = lambda what, to: self.broker.send((what, to))
        self.heed: Callable[[], Awaitable[None]] = _nothing
        """Asks the database which sessions have ended. Raises `Refusal` when it cannot be asked."""
        self.take_over: Callable[[str], Awaitable[list[int]]] = _nobody
        """Takes over what a node knew that is gone; the people."""
        self._asked = 0.0
        """When the database was last asked whether sessions have ended, and then answered."""
        self._db: Database
        self.attendance: Attendance

    async def begin(self, db: Database, known: Callable[[int], bool]) -> Attendance:
        """Know where the others are. `known`: whether a person has a device here."""
        self._db = db
        self.attendance = Attendance(self._hub, self.broker, known)
        self._joint.belong_to(await db.read(store.installation))
        head, now = await db.read(_look)
        self._clock.begin_at(now)
        self.order.begin(head)
        return self.attendance

    def committed(self, commit: Commit, answer: Callable[[], None]) -> None:
        """A commit of this node."""
        self.order.committed(commit, answer)

    @property
    def joined(self) -> bool:
        """Whether what joins this node with the others is there."""
        return self._joint.up

    @property
    def parts(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """What runs for ever, by name."""
        return {
            "order": self.order.run, "joint": self._joint.run, "look": self.look, "silence": self.heed_silence,
            "alive": self.live, "tidy": self.tidy,
        }  # fmt: skip

    async def look(self) -> None:
        """Look at the database every half second, for ever: what has ended, what has been committed."""
        while True:
            try:
                began = self._clock.now()
                head, now = await self._db.read_first(_look)
                took = self._clock.now() - began
                if took < QUICK:
                    self._clock.keep_with(now + took / 2)
                await self.heed()
                self._asked = began
                if self._clock.now() < began + SILENT_AFTER:
                    # What it answers later than that may be so no more.
                    self._outbox.silent = False
                    self.order.go_on()
                await self.order.look(head)
            except Refusal as refusal:
                log.debug("the database cannot be asked", code=refusal.code)
            await self._clock.sleep(LOOK_EVERY)

    async def heed_silence(self) -> None:
        """Send nothing while the database cannot be asked, or takes long to answer, for ever."""
        self._asked = self._clock.now()
        while True:
            left = self._asked + SILENT_AFTER - self._clock.now()
            if left <= 0 and not self.order.paused:
                log.warning("the database cannot be asked; nothing is sent until it can")
                self.order.paused = self._outbox.silent = True
            await self._clock.sleep(left if left > 0 else LOOK_EVERY / 2)

    async def live(self) -> None:
        """Tell that this node is alive, and find those that are not, for ever."""
        while True:
            await self._clock.sleep(ALIVE_EVERY)
            try:
                await self._db.write(lambda tx: store.note_alive(tx, self.node))
                doubtful = await self._db.read(store.doubtful, LASTS)
                for node in await self.leases.gone(doubtful):
                    log.warning("a node is gone", node=node)
                    people = await self.take_over(node)
                    await self.broker.attend(people, ())
                    await self.broker.forget(node)
            except Refusal:
                continue

    async def tidy(self) -> None:
        """Forget what is needed no more, for ever."""
        while True:
            await self._clock.sleep(TIDY_EVERY)
            await self.attendance.sweep()
            await self._db.write(commit_log.purge)

    async def end(self) -> None:
        """Leave the others; they take over at once."""
        try:
            await self._db.write(lambda tx: tx.run(store.FORGET_NODE, name=self.node))
        except Refusal as refusal:
            log.warning("the others wait for the lease to run out", error=refusal.code)
        await self._joint.close()

    def _new_chats(self, emissions: list[Emission]) -> list[int]:
        joined = [what for what, _ in emissions if isinstance(what, MemberJoined)]
        return [
            one.chat_id for one in joined
            if one.user_id in self._hub.people and not self.broker.hears(one.user_id, (one.chat_id,))
        ]  # fmt: skip


def _look(tx: Tx) -> tuple[int, float]:
    """The number of the last commit, and the time by the database's clock."""
    return commit_log.head(tx), float(tx.value(store.DATABASE_TIME))


async def _nothing() -> None:
    """Nobody asks."""


async def _nobody(node: str) -> list[int]:
    return []
