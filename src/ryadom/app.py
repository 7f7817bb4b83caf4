"""The only place where everything is wired, and the one sweeper that every deadline waits in."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any

import structlog
from litestar import Litestar
from litestar.middleware import DefineMiddleware
from litestar.types import ControllerRouterHandler

from ryadom import rest
from ryadom.auth import devices
from ryadom.auth import routes as auth_routes
from ryadom.auth import store as auth_store
from ryadom.auth.actions import Auth
from ryadom.auth.activity import ActivityWriter
from ryadom.auth.middleware import SignIn
from ryadom.auth.passwords import Passwords
from ryadom.auth.sessions import Sessions
from ryadom.auth.welcome import Welcome
from ryadom.chats import routes as chat_routes
from ryadom.chats import store as chat_store
from ryadom.chats.actions import Chats
from ryadom.chats.recall import Recall
from ryadom.clock import Clock
from ryadom.config import Settings
from ryadom.contacts import routes as contact_routes
from ryadom.contacts.actions import Contacts
from ryadom.db import opening
from ryadom.db.database import Database
from ryadom.limits import LIMITS, Limiter
from ryadom.live.registry import Registry
from ryadom.live.typing import TypingBoard
from ryadom.messages import routes as message_routes
from ryadom.messages.actions import Messages
from ryadom.metrics import Metrics, Timing
from ryadom.nodes.attendance import Attendance
from ryadom.nodes.broker import Alone
from ryadom.nodes.cluster import Cluster, name_node
from ryadom.nodes.joint import MakeJoint, RedisJoint
from ryadom.presence import routes as presence_routes
from ryadom.presence.actions import Presence
from ryadom.presence.statuses import Statuses
from ryadom.presence.typing import Typing
from ryadom.protocol.emissions import Emission
from ryadom.protocol.errors import RESTART, SESSION_OVER
from ryadom.protocol.events import TypingStart, TypingStop
from ryadom.protocol.facts import SessionEnded, Tried
from ryadom.realtime.edge import make_edge
from ryadom.realtime.gate import SocketGate
from ryadom.realtime.http import make_http
from ryadom.realtime.hub import Hub
from ryadom.realtime.outbox import Outbox
from ryadom.realtime.pulse import Pulse
from ryadom.receipts import routes as receipt_routes
from ryadom.receipts.actions import Receipts
from ryadom.receipts.counts import Counts
from ryadom.sync import routes as sync_routes
from ryadom.sync.commands import handlers
from ryadom.sync.entry import Entry
from ryadom.sync.rev_check import RevCheck
from ryadom.web import bundle, openapi
from ryadom.web import routes as web_routes

log = structlog.get_logger("ryadom")

HEED_EVERY = 0.5
"""Seconds between two questions to the database for sessions that another process has ended."""
EXPIRE_EVERY = (0.5, 600.0)
"""Seconds between two searches for sessions that have expired, at least and at most."""
CANCEL_AGAIN = 0.2
"""Seconds until a task is cancelled again that goes on."""


class Server:
    """One node. `start` before the first request, `stop` after the last."""

    def __init__(
        self, settings: Settings, clock: Clock | None = None, passwords: Passwords | None = None,
        make_joint: MakeJoint | None = None,
    ) -> None:  # fmt: skip
        """`make_joint`: what joins this node with others, in the place of Redis."""
        self.settings = settings
        self.clock = clock = clock or Clock()
        self.metrics = Metrics()
        self.limiter = Limiter(clock, LIMITS, settings.rate_limits)
        self.hub = Hub()
        self.live = Registry()
        self.outbox = Outbox(self.hub)
        self.pulse = Pulse(clock)
        self.recall = Recall()
        if make_joint is None and settings.redis_url:
            make_joint = partial(RedisJoint, settings.redis_url, clock=clock)
        self.node = name_node(settings) if make_joint else ""
        """The name of this one, where there are several."""
        self.cluster: Cluster | None = None
        if make_joint is not None:
            self.cluster = Cluster(self.node, make_joint(self.node), clock, self.hub, self.outbox)
        self._passwords = passwords or Passwords()
        self._tasks: list[asyncio.Task[None]] = []
        self._joined: list[asyncio.Task[None]] = []
        self._heeded = 0
        self._nearer = asyncio.Event()
        self._ready = False

    async def start(self) -> None:
        """Open the database (upgrading it), wire everything, begin to sweep."""
        settings, clock = self.settings, self.clock
        await asyncio.to_thread(opening.upgrade, settings)
        await asyncio.to_thread(devices.warm)
        committed = self.outbox.committed if self.cluster is None else self.cluster.committed
        self.db = db = Database(await opening.open_engine(settings, clock, self.node), committed)
        attendance = Attendance(self.hub, Alone(), self.live.here)
        if self.cluster is not None:
            attendance = await self.cluster.begin(db, self.live.here)
        self.sessions = Sessions(db, clock)
        self.activity = ActivityWriter(db, clock, self.live, self.node)
        self.auth = Auth(
            db, clock, self.limiter, self._passwords, self.sessions, self.live, self.activity,
            chat_store.renamed,
            registration=settings.registration,
        )  # fmt: skip
        self.welcome = Welcome(db, self.limiter, self.sessions, registration=settings.registration)
        board = TypingBoard()
        self.counts = Counts(self.hub, self.outbox, db, clock)
        self.typing = Typing(db, clock, self.hub, self.outbox, self.live, board)
        self.presence = Presence(db, clock, self.outbox, self.live, self.activity, self.node)
        self.statuses = Statuses(db, clock, self.live, board, attendance, together=bool(self.node))
        self.receipts = Receipts(db, self.counts)
        self.messages = Messages(db, self.limiter)
        self.entry = Entry(
            settings, db, clock, self.limiter, self.hub, self.outbox, self.live, self.sessions, self.activity,
            self.presence, self.typing, self.counts, attendance, self.pulse.interval,
        )  # fmt: skip
        commands = handlers(
            clock, db, self.recall, self.hub, self.outbox, self.statuses, self.typing, self.receipts, self.messages
        )
        gate = SocketGate(clock, self.limiter, self.entry, commands, self.pulse.at)
        self.edge = make_edge(gate, self.pulse, clock, self.metrics.dropped)
        self.http = make_http(clock, self.pulse)
        self.outbox.precede(SessionEnded, self._session_ended)
        self.asgi = self._rest()
        self._watch()
        self.live.hidden |= await db.read(lambda tx: {row[0] for row in tx.run(auth_store.HIDDEN)})
        if self.cluster is not None:
            self._heeded = await db.read(lambda tx: tx.value(auth_store.LAST_ENDED))
            self._join(self.cluster)
        await self.presence.start()
        self._tasks = [
            asyncio.create_task(self._forever("presence", self.presence.run)),
            asyncio.create_task(self._forever("sweep", self._sweep)),
            asyncio.create_task(self._forever("expire", self._expire)),
        ]
        if self.cluster is None:
            self._tasks.append(asyncio.create_task(self._forever("heed", self._heed)))
        self._ready = True

    async def stop(self) -> None:
        """Write what waits and close. Who is online stays so in the database: they have a grace to come back."""
        self._ready = False
        await _end_all(self._tasks)
        await self.activity.finish()
        if self.cluster is not None:
            await self.cluster.end()
            await _end_all(self._joined)
        await self.db.close()
        self._passwords.close()

    def _join(self, cluster: Cluster) -> None:
        """Begin to hear of other nodes, and let them hear of this one."""
        cluster.take_over = self.presence.take_over
        cluster.heed = self._heed_once
        cluster.order.lost = partial(self.hub.close_all, RESTART)
        cluster.broker.heard_now = self._heard_now
        self.limiter.share = lambda name, key: cluster.broker.send((Tried(rev=0, limit=name, key=key), None))
        self.rev_check = RevCheck(self.db, self.clock, self.hub, self.outbox, cluster.order)
        parts = cluster.parts | {"rev check": self.rev_check.run}
        self._joined = [asyncio.create_task(self._forever(name, run)) for name, run in parts.items()]

    def _heard_now(self, emission: Emission) -> None:
        """Another node tells what has no commit: that somebody types, or tries what is limited."""
        what = emission[0]
        if isinstance(what, TypingStart | TypingStop):
            self.typing.heard(what)
        elif isinstance(what, Tried):
            self.limiter.heard(what.limit, what.key)

    def _rest(self) -> Litestar:
        db, recall = self.db, self.recall
        self._handlers: list[ControllerRouterHandler] = [
            *auth_routes.routes(self.auth, self.welcome, db, self.settings.trusted_networks),
            *contact_routes.routes(Contacts(db), db),
            *chat_routes.routes(Chats(db, self.limiter), db, recall),
            *receipt_routes.routes(self.receipts),
            *message_routes.routes(self.messages, db),
            *presence_routes.routes(self.statuses, self.typing, self.presence),
            *sync_routes.routes(db, self.statuses, recall),
            *web_routes.routes(
                self.settings, self.metrics, self._can_serve, self._refresh_metrics, self.openapi,
                bundle.load(bundle.FOLDER),
            ),
        ]  # fmt: skip
        return Litestar(
            self._handlers,
            middleware=[
                DefineMiddleware(Timing, metrics=self.metrics),
                DefineMiddleware(
                    SignIn, sessions=self.sessions, limiter=self.limiter, touch=self.entry.touch,
                    settled=self.presence.settled, public_url=self.settings.public_url,
                    trusted=self.settings.trusted_networks,
                ),
            ],
            exception_handlers=rest.EXCEPTION_HANDLERS,
            # Described by ours, at /openapi.json: the framework's own pages would be routes beside the contract.
            openapi_config=None,
            request_class=rest.JsonRequest,
            request_max_body_size=rest.MAX_BODY,
            before_request=rest.answer_options,
            logging_config=None,
        )  # fmt: skip

    def _can_serve(self) -> bool:
        """A node of several that cannot ask the database whether it still may send, cannot."""
        return self._ready and (self.cluster is None or not self.cluster.order.paused)

    def openapi(self) -> dict[str, Any]:
        """The description of the REST API."""
        return openapi.describe_routes(self._handlers)

    def _session_ended(self, fact: SessionEnded) -> None:
        """Everything that hangs on a session ends with it, before anybody hears of it."""
        self.sessions.forget(fact.session_id)
        self.hub.end_session(fact.session_id, SESSION_OVER)
        device = self.live.device(fact.session_id)
        if device is not None:
            self.live.listen(device)
            # What it did after it had said `offline` is no proof of presence, now as before.
            self.activity.save_as(device, "absent" if device.absent else "gone")

    def _watch(self) -> None:
        self.pulse.on_beat = self.entry.beat
        self.pulse.wake = self.live.moved = self._nearer.set
        self.activity.moved = self.typing.moved = self.counts.moved = self._nearer.set
        self.live.left = self.activity.left
        self.live.last_heard = self.hub.last_heard
        self.metrics.watch_deliveries(self.hub.delivered)
        self.db.on_batch = self.metrics.batches.observe

    def _refresh_metrics(self) -> None:
        self.metrics.sockets.set(self.hub.connections)
        self.metrics.online.set(len(self.live.published))
        if self.cluster is not None:
            self.metrics.redis_up.set(self.cluster.joined)
            self.metrics.silent.set(self.cluster.order.paused)
            self.metrics.from_log.set(self.cluster.order.read)
            self.metrics.behind.set(self.rev_check.behind)

    async def _sweep(self) -> None:
        """Wait for the next deadline of any kind, then do what is due."""
        sources = (self.pulse, self.live, self.activity, self.typing, self.counts)
        while True:
            due = min(source.next_due() for source in sources)
            await self.clock.wait(self._nearer, due)
            self._nearer.clear()
            now = self.clock.now()
            if due <= now:
                self.metrics.sweep_lag.observe(now - due)
            for source in sources:
                source.sweep(now)
            # What is still due follows at once, but after others have had their turn.
            await asyncio.sleep(0)

    async def _heed(self) -> None:
        """Notice within a second what another process, such as the command line, has ended."""
        rev = await self.db.read(lambda tx: tx.value(auth_store.LAST_ENDED))
        while True:
            await self.clock.sleep(HEED_EVERY)
            rev = await self.auth.heed(rev)

    async def _heed_once(self) -> None:
        """The same of one of several nodes: the others hear of it by themselves."""
        self._heeded = await self.auth.heed(self._heeded, lambda fact: self.outbox.take([(fact, None)], own=False))

    async def _expire(self) -> None:
        """End each session within a second of its expiry."""
        soonest, latest = EXPIRE_EVERY
        while True:
            due = await self.auth.expire()
            await self.clock.sleep(min(max(due - self.clock.now(), soonest), latest))

    async def _forever(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """A part that must not end: after a mistake it is logged and begun again."""
        while True:
            try:
                await run()
            except Exception:  # one mistake must not stop presence or the pings for everybody
                log.exception("a part of the server failed and begins again", part=name)
                await self.clock.sleep(1.0)


async def _end_all(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel these until they have ended: `asyncio.wait_for` of Python 3.11 may swallow a cancel (gh-86296)."""
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=CANCEL_AGAIN)
