"""Presence of many people on several nodes in virtual time: the real registry and rules, and all between made up.

What is real: `live.registry`, `presence.rules`, the lengths of graces and leases. What is made up: the database (one
decision after another, as commits are), sockets, and nodes that are killed, stand still, or end in good order. Beside
it stands the truth: who can be reached, by a few lines of its own.
"""

import heapq
import itertools
import random
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any, NamedTuple

from ryadom.live.device import IDLE_AFTER, INFINITY, Device
from ryadom.live.registry import AFTER_BREAK, AFTER_CLOSE, AFTER_REQUEST, Registry
from ryadom.nodes.leases import LASTS, PATIENCE
from ryadom.presence import rules
from ryadom.protocol.schemas import Status

DETECTED = LASTS + 2.0
"""Seconds until a node that is gone is taken over: its lease, a renewal and a look."""
BLINK = 1e-6
"""Moments that are nearer than this are one."""
LATENCY = 0.003
"""Seconds until another node has heard of a commit."""
BACK_WITHIN = 6.0
"""Seconds within which clients are back somewhere after a socket broke."""


class Row(NamedTuple):
    """What a node knows of a session, as the database keeps it."""

    user_id: int
    standing: str
    active: float
    seen: float
    idle: bool


class Database:
    """What nodes have written, and what others were last told."""

    def __init__(self) -> None:
        self.rows: dict[int, dict[tuple[int, str], Row]] = defaultdict(dict)
        """Person → (session, node) → what is known."""
        self.seen: dict[int, float] = {}
        """Session → its last proof that was written."""
        self.shown: dict[int, Status] = {}
        self.told: list[tuple[float, int, Status]] = []

    def note(self, device: Device) -> None:
        """Keep its last proof; it never goes back."""
        self.seen[device.session_id] = max(device.seen, self.seen.get(device.session_id, 0.0))


class Node:
    """One node: a registry, and what it does after each change."""

    def __init__(self, name: str, world: "World") -> None:
        self.name = name
        self.world = world
        self.live = Registry()
        self.live.left = self._left
        self.alive = True
        self.still = False
        self.unheard: list[Callable[[Node], None]] = []
        """What others have told and this one has not heard yet."""

    def hear(self) -> None:
        """Hear what others have told, in its order."""
        told, self.unheard = self.unheard, []
        for one in told:
            one(self)

    def settle(self) -> None:
        """Write what has changed and decide, for everybody who is due."""
        now, database = self.world.now, self.world.database
        due, self.live.due = self.live.due, set()
        for user_id in due:
            self.live.parted(user_id, now)
            present = [one for one in self.live.devices(user_id) if one.present(now)]
            for one in present:
                if one.idle(now) is not one.saved_idle:
                    self.save(one)
            elsewhere = [row.idle for (_, node), row in database.rows[user_id].items() if node != self.name]
            after = rules.of_devices([*elsewhere, *(one.idle(now) for one in present)])
            if after != database.shown.get(user_id, "offline"):
                database.shown[user_id] = after
                database.told.append((now, user_id, after))
                self.world.published(user_id, after)
            self.live.settled(user_id, after, now)
            if not self.live.here(user_id):
                self.live.published.pop(user_id, None)

    def save(self, device: Device) -> None:
        """What this node knows of a session, in place of what it knew."""
        now = self.world.now
        how = device.standing(now)
        device.saved, device.saved_as, device.saved_idle = device.seen, how, device.idle(now)
        self.world.database.note(device)
        rows = self.world.database.rows[device.user_id]
        rows.pop((device.session_id, self.name), None)
        if how != "gone":
            rows[device.session_id, self.name] = Row(device.user_id, how, device.active, device.seen, device.saved_idle)
        if device.sockets:
            self._supersede(device, now, connected=True)

    def _supersede(self, device: Device, until: float, *, connected: bool) -> None:
        """As `nodes.store.supersede` does, and what follows the fact that it tells."""
        rows = self.world.database.rows[device.user_id]
        for key in [key for key in rows if key[0] == device.session_id and key[1] != self.name]:
            void = rows[key].standing == "request" and rows[key].seen < until
            if void:
                del rows[key]
            if void or connected:
                self.world.tell(key[1], lambda node: node.moved(device.session_id, until, connected=connected))

    def moved(self, session_id: int, until: float, *, connected: bool) -> None:
        """Another node has told of a session."""
        device = self.live.device(session_id)
        if device is not None and self.live.moved_away(session_id, until, connected=connected):
            self.world.database.rows[device.user_id].pop((session_id, self.name), None)

    def _left(self, device: Device) -> None:
        if device.saved_as != "gone" or device.saved != device.seen:
            device.saved_as = "gone"
            self.world.database.note(device)
            self.world.database.rows[device.user_id].pop((device.session_id, self.name), None)
            if device.had_grace:
                self._supersede(device, device.grace_until, connected=False)


class Phone:
    """A device of a person, and the truth about it."""

    def __init__(self, session_id: int, user_id: int) -> None:
        self.session_id = session_id
        self.user_id = user_id
        self.node: Node | None = None
        self.until = 0.0
        """Without a socket, it counts before this moment, …"""
        self.may_until = 0.0
        """… and, since it has asked somewhere meanwhile, may count until this one."""

    def leave(self, until: float) -> None:
        """It has no socket any more."""
        self.node = None
        self.until = self.may_until = until


class World:
    """Nodes and people. `step` lets one thing happen."""

    def __init__(self, seed: int, nodes: int = 4, people: int = 60, phones: int = 2) -> None:
        self.chance = random.Random(seed)
        self.now = 1_800_000_000.0
        self.database = Database()
        self._numbers = itertools.count(1)
        self._later: list[tuple[float, int, Callable[[], Any]]] = []
        self.nodes: list[Node] = [self._node() for _ in range(nodes)]
        ids = itertools.count(1)
        self.phones = [Phone(next(ids), user_id) for user_id in range(1, people + 1) for _ in range(phones)]
        self.by_user: dict[int, list[Phone]] = defaultdict(list)
        for phone in self.phones:
            self.by_user[phone.user_id].append(phone)
        self.counts: Counter[str] = Counter()
        self.false_flips: list[str] = []
        self.late: list[str] = []
        """Who was shown as here for longer than may be after they had gone."""
        self._gone_since: dict[int, float] = {}
        self._handed_on: Counter[int] = Counter()
        """Person → how often what was known of them was taken over since they have gone."""

    def later(self, seconds: float, what: Callable[[], Any]) -> None:
        """Let something happen after a while."""
        heapq.heappush(self._later, (self.now + seconds, next(self._numbers), what))

    def step(self) -> None:
        """Something happens somewhere, or time goes by."""
        what = self.chance.random()
        phone = self.chance.choice(self.phones)
        if what < 0.40:
            self.pass_time(self.chance.expovariate(1 / 0.5))
        elif what < 0.62:
            self._connect(phone)
        elif what < 0.80:
            self._drop(phone, broke=self.chance.random() < 0.7)
        elif what < 0.90:
            self._request(phone)
        elif what < 0.998:
            self._command(phone)
        elif what < 0.9985:
            self._kill(self.chance.choice(self.nodes))
        elif what < 0.999:
            self._end(self.chance.choice(self.nodes))
        else:
            self._stand_still(self.chance.choice(self.nodes))
        self._settle()

    def pass_time(self, seconds: float) -> None:
        """Deadline by deadline."""
        end = self.now + seconds
        while True:
            due = min([self._later[0][0] if self._later else INFINITY, *(n.live.next_due() for n in self._awake())])
            if due > end:
                break
            self.now = max(self.now, due)
            while self._later and self._later[0][0] <= self.now:
                heapq.heappop(self._later)[2]()
            for node in self._awake():
                node.live.sweep(self.now)
            self._settle()
        self.now = end

    def published(self, user_id: int, status: Status) -> None:
        """Others are told. Is it true?"""
        reachable = self._reachable(user_id)
        if status == "offline" and reachable:
            phones = [(p.session_id, p.node and p.node.name, p.until - self.now) for p in self.by_user[user_id]]
            self.false_flips.append(f"{user_id} was shown as offline and is here: {phones}")
        lag = self.now - self._gone_since.get(user_id, self.now)
        # A grace begins anew where the node that counted it dies, and where its heir dies, and so on.
        if status == "offline" and lag > (1 + self._handed_on[user_id]) * (DETECTED + AFTER_BREAK):
            self.late.append(f"{user_id} was shown as here for {lag:.1f} s, handed on {self._handed_on[user_id]} times")
        for node in self._awake():
            if node.live.here(user_id):
                node.live.published[user_id] = status
                present = any(one.present(self.now) for one in node.live.devices(user_id))
                if present and status == "offline":
                    node.live.mark(user_id)

    def tell(self, name: str, what: Callable[[Node], None]) -> None:
        """Let a node hear of something in a moment, or when it goes on; but not if it is gone."""
        node = next((node for node in self.nodes if node.name == name), None)
        if node is not None:
            node.unheard.append(what)
            self.later(LATENCY, lambda: None if node.still else node.hear())

    def _settle(self) -> None:
        for node in self._awake():
            if node.live.due:
                node.settle()
        for user_id in self.by_user:
            if self._reachable(user_id) or any(self.now < phone.may_until for phone in self.by_user[user_id]):
                self._gone_since.pop(user_id, None)
                self._handed_on.pop(user_id, None)
            else:
                self._gone_since.setdefault(user_id, self.now)

    def _reachable(self, user_id: int) -> bool:
        return any(
            (phone.node is not None and phone.node.alive and not phone.node.still) or self.now < phone.until - BLINK
            for phone in self.by_user[user_id]
        )

    def _awake(self) -> list[Node]:
        return [node for node in self.nodes if node.alive and not node.still]

    def _node(self) -> Node:
        return Node(f"n{next(self._numbers)}", self)

    def _connect(self, phone: Phone) -> None:
        if phone.node is None and self._awake():
            self.counts["connect"] += 1
            phone.node = self.chance.choice(self._awake())
            device = phone.node.live.connected(phone.session_id, phone.user_id, self.now)
            phone.node.save(device)
            phone.node.live.mark(phone.user_id)

    def _drop(self, phone: Phone, *, broke: bool) -> None:
        node = phone.node
        if node is not None and node.alive and not node.still:
            self.counts["drop"] += 1
            phone.leave(self.now + (AFTER_BREAK if broke else AFTER_CLOSE))
            device = node.live.disconnected(phone.session_id, self.now, broke=broke, seen=self.now)
            if device is not None:
                node.save(device)

    def _request(self, phone: Phone) -> None:
        if phone.node is None and self._awake():
            # Requests count where nothing of a socket does; how long, the registry is left to say.
            self.counts["request"] += 1
            node = self.chance.choice(self._awake())
            device = node.live.requested(phone.session_id, phone.user_id, self.now)
            phone.may_until = max(phone.may_until, self.now + AFTER_REQUEST)
            node.save(device)
            node.live.mark(phone.user_id)

    def _command(self, phone: Phone) -> None:
        if phone.node is not None and phone.node.alive and not phone.node.still:
            self.counts["command"] += 1
            phone.node.live.commanded(phone.session_id, self.now)

    def _kill(self, node: Node) -> None:
        if not node.alive or node.still or len(self._awake()) < 3:
            return
        self.counts["kill"] += 1
        self._leave(node, DETECTED, AFTER_BREAK)

    def _end(self, node: Node) -> None:
        if not node.alive or node.still or len(self._awake()) < 3:
            return
        self.counts["end"] += 1
        self._leave(node, 1.0, AFTER_BREAK)

    def _leave(self, node: Node, detected: float, grace: float) -> None:
        node.alive = False
        for phone in self.phones:
            if phone.node is node:
                phone.leave(self.now + detected + grace)
                if self.chance.random() < 0.8:
                    self.later(self.chance.uniform(0.1, BACK_WITHIN), lambda one=phone: self._connect(one))
        self.later(detected, lambda: self._take_over(node))
        self.nodes[self.nodes.index(node)] = self._node()

    def _stand_still(self, node: Node) -> None:
        if not node.alive or node.still or len(self._awake()) < 3:
            return
        self.counts["stand still"] += 1
        node.still = True
        seconds = self.chance.choice([1.0, 3.0, 30.0])
        for phone in self.phones:
            if phone.node is node:
                # Whoever is there is shown as here until it is taken over and the grace is over.
                phone.until = self.now + min(seconds, DETECTED) + AFTER_BREAK
        if seconds > DETECTED:
            self.later(DETECTED, lambda: self._take_over(node))
        self.later(seconds, lambda: self._go_on(node, returning=seconds > DETECTED))

    def _go_on(self, node: Node, *, returning: bool) -> None:
        """`returning`: others have taken it for gone."""
        node.still = False
        if self.chance.random() < 0.5:
            # Its deadlines may come before it reads what it has missed, or after.
            node.live.sweep(self.now)
            node.settle()
        node.hear()
        for device in node.live.all():
            if returning and not device.sockets and self.database.seen.get(device.session_id, 0.0) > device.seen:
                # As `presence.actions` does: it has been elsewhere since, where more is known.
                node.moved(device.session_id, self.now, connected=True)
                continue
            if device.present(self.now):
                node.save(device)
            node.live.mark(device.user_id)

    def _take_over(self, gone: Node) -> None:
        heir = self.chance.choice(self._awake())
        for rows in self.database.rows.values():
            for session_id, name in [key for key in rows if key[1] == gone.name]:
                row = rows.pop((session_id, name))
                known = heir.live.device(session_id)
                if known is None or not known.sockets:
                    times = row.active, row.seen
                    heir.live.expect(session_id, row.user_id, row.standing, *times, self.now)  # type: ignore[arg-type]
                    rows[session_id, heir.name] = row._replace(idle=self.now - row.active >= IDLE_AFTER)
                    self._handed_on[row.user_id] += 1

    def calm_down(self) -> None:
        """Let everything end that goes on by itself."""
        self.pass_time(DETECTED + PATIENCE + 400)
        self._settle()

    def disagreements(self) -> list[str]:
        """Where what is shown is not what is so, when nothing has happened for long."""
        found = []
        for user_id, phones in self.by_user.items():
            shown = self.database.shown.get(user_id, "offline") != "offline"
            if shown is not any(phone.node is not None for phone in phones):
                found.append(f"{user_id} shows as {self.database.shown.get(user_id)}")
            for node in self._awake():
                known = node.live.published.get(user_id)
                if node.live.here(user_id) and known != self.database.shown.get(user_id):
                    found.append(f"{node.name} believes of {user_id}: {known}")
        return found
