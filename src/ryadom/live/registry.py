"""Which devices are here, by the rules of presence: one number per device, `offline_after`.

A request or connection pushes it out, a drop sets it to now + grace, logout ends it; one sweep expires what is due.
No SQL, no events: who is due is handed to `presence`, which publishes it.
"""

import heapq
from collections.abc import Callable, Iterable

from ryadom.protocol.schemas import Status

from .device import IDLE_AFTER, INFINITY, Device, Standing

AFTER_REQUEST = 60.0
"""Seconds that a session without a socket counts after its last signed-in request."""
AFTER_CLOSE = 5.0
"""Seconds that it counts after its last socket was closed by the client: a reload shows nothing to anyone."""
AFTER_BREAK = 15.0
"""Seconds that it counts after its last socket broke, or after a crash of the server."""
SAVE_EVERY = 60.0
"""Seconds between two writes of a session's last activity."""
TOGETHER = 0.05
"""Seconds after a sweep has found somebody until it looks again: who steps in between is told of with the others. It is
less than anybody sees, and to tell of each alone is a commit and a write to all who watch."""
MAX_SWEPT = 1000
"""Deadlines that one sweep looks at: what is still due then follows in the next."""
MAX_OVER = 10_000
"""Ended sessions that are remembered: as long as a request of theirs may still be under way."""


class Registry:
    """The live devices of this node."""

    def __init__(self) -> None:
        self._devices: dict[int, Device] = {}
        self._by_user: dict[int, dict[int, Device]] = {}
        self._deadlines: list[tuple[float, int]] = []
        self._parting: dict[int, float] = {}
        self._over: dict[int, None] = {}
        self._not_before = 0.0
        """The sweep finds nobody before this moment."""
        self.published: dict[int, Status] = {}
        """What others were last told, of everybody who is not offline."""
        self.hidden: set[int] = set()
        """People who chose to appear offline."""
        self.due: set[int] = set()
        """People whose published status may be wrong now."""
        self.last_heard: Callable[[int], float] = lambda session_id: 0.0
        """Asked when something was last heard on the sockets of a session."""
        self.left: Callable[[Device], None] = lambda device: None
        """Called with a device that counts no more, before it is forgotten. May be called twice with the same."""
        self.wake: Callable[[], None] = lambda: None
        """Called when somebody has become due."""
        self.moved: Callable[[], None] = lambda: None
        """Called when the next deadline has come nearer."""

    def devices(self, user_id: int) -> Iterable[Device]:
        """The known devices of a person."""
        return self._by_user.get(user_id, {}).values()

    def device(self, session_id: int) -> Device | None:
        """One device, if it is known."""
        return self._devices.get(session_id)

    def knows(self, session_id: int) -> bool:
        """Whether a session is known here."""
        return session_id in self._devices

    def here(self, user_id: int) -> bool:
        """Whether a person has a device here, whether or not it counts."""
        return user_id in self._by_user

    def all(self) -> list[Device]:
        """All devices."""
        return list(self._devices.values())

    def connected(self, session_id: int, user_id: int, now: float) -> Device:
        """A socket of this session is open."""
        device = self._known(session_id, user_id, now)
        device.sockets += 1
        device.absent = False
        self._proof(device, now)
        return device

    def disconnected(self, session_id: int, now: float, *, broke: bool, seen: float) -> Device | None:
        """A socket is gone. `seen`: when something was last heard on it."""
        device = self._devices.get(session_id)
        if device is None or device.sockets == 0:
            return None
        device.sockets -= 1
        device.seen = max(device.seen, seen)
        if device.sockets == 0:
            device.grace_until = device.offline_after = now + (AFTER_BREAK if broke else AFTER_CLOSE)
            self._watch(device, now)
        return device

    def requested(self, session_id: int, user_id: int, now: float) -> Device:
        """A signed-in request of this session, or its login."""
        device = self._known(session_id, user_id, now)
        if now >= device.grace_until:
            device.offline_after = now + AFTER_REQUEST
        self._proof(device, now)
        return device

    def commanded(self, session_id: int, now: float) -> Device | None:
        """A command on a socket of this session."""
        device = self._devices.get(session_id)
        if device is not None:
            device.seen = device.active = now
            # As `_proof`, without a call where nothing can come of it: this is asked with every command.
            if device.watched > now + IDLE_AFTER or self.published.get(device.user_id) != "online":
                self._proof(device, now)
        return device

    def heard(self, session_id: int, now: float) -> Device | None:
        """Something was heard on a socket of this session: presence, no activity."""
        device = self._devices.get(session_id)
        if device is not None:
            device.seen = max(device.seen, now)
        return device

    def parting(self, session_id: int, user_id: int, now: float) -> None:
        """A request that ends presence: a proof of it, but only where there was any."""
        device = self._devices.get(session_id)
        # Who appears offline is published nowhere, and may be here all the same.
        here = user_id in self.published or any(one.present(now) for one in self.devices(user_id))
        if here and not (device is not None and device.absent):
            self.remember(user_id, now)

    def declared(self, session_id: int, user_id: int, now: float, *, online: bool) -> None:
        """The session says that it is here, or that it is not."""
        device = self._known(session_id, user_id, now)
        if online and device.absent:
            device.grace_until = now
            device.offline_after = now + AFTER_REQUEST
        if not online and not device.absent:
            self.remember(user_id, now)
        device.absent = not online
        self._proof(device, now)
        self.mark(user_id)

    def ended(self, session_id: int) -> Device | None:
        """The session is over, and comes back no more."""
        self._over[session_id] = None
        if len(self._over) > MAX_OVER:
            del self._over[next(iter(self._over))]
        device = self._devices.get(session_id)
        if device is not None:
            self._forget(device)
            self.mark(device.user_id)
        return device

    def expect(self, session_id: int, user_id: int, standing: Standing, active: float, seen: float, now: float) -> None:
        """After a start, or when another node is gone: who was here has the grace to come back, from now on.

        Who said `offline` stays absent. What is known here by a socket needs nothing.
        """
        known = self._devices.get(session_id)
        device = known or self._known(session_id, user_id, now)
        if device.sockets:
            return
        device.active = max(device.active, active) if known else active
        device.seen = device.saved = max(device.seen, seen) if known else seen
        device.saved_as, device.saved_idle = standing, device.idle(now)
        if standing == "absent":
            device.absent = True
            return
        device.offline_after = now + AFTER_BREAK
        if standing == "socket":
            device.grace_until = device.offline_after
        self._watch(device, now)

    def remember(self, user_id: int, seen: float) -> None:
        """A proof of presence of a person, on a device that counts no more."""
        self._parting[user_id] = max(self._parting.get(user_id, 0.0), seen)

    def mark(self, user_id: int) -> None:
        """This person's published status may be wrong now."""
        self.due.add(user_id)
        self.wake()

    def last_proof(self, user_id: int) -> float | None:
        """The last proof of presence of a person, since they last stepped to offline."""
        proofs = [self.listen(device) for device in self.devices(user_id) if not device.absent]
        if user_id in self._parting:
            proofs.append(self._parting[user_id])
        return max(proofs, default=None)

    def listen(self, device: Device) -> float:
        """The last proof of presence of a device, with what its sockets have heard since its last command."""
        if device.sockets:
            device.seen = max(device.seen, self.last_heard(device.session_id))
        return device.seen

    def next_due(self) -> float:
        """When the next device may step; infinite when none will."""
        return max(self._deadlines[0][0], self._not_before) if self._deadlines else INFINITY

    def sweep(self, now: float) -> None:
        """Mark those whose devices have stepped by now, at most `MAX_SWEPT` of them; then more is due at once."""
        if now < self._not_before:
            return
        stepped = False
        for _ in range(MAX_SWEPT):
            if not self._deadlines or self._deadlines[0][0] > now:
                break
            when, session_id = heapq.heappop(self._deadlines)
            device = self._devices.get(session_id)
            if device is None or device.watched != when:
                continue
            device.watched = INFINITY
            if not device.present(now) or device.idle(now):
                self.mark(device.user_id)
                stepped = True
            self._watch(device, now)
        else:
            return
        if stepped:
            self._not_before = now + TOGETHER

    def parted(self, user_id: int, now: float) -> list[Device]:
        """The devices of a person that count no more; whoever keeps what they last did is told of them."""
        # One that said `offline` is kept: its word outlives its requests.
        gone = [device for device in self.devices(user_id) if not device.absent and not device.present(now)]
        for device in gone:
            self.left(device)
        return gone

    def settled(self, user_id: int, status: Status, now: float) -> None:
        """This was published: remember it, and forget devices that count no more."""
        for device in self.parted(user_id, now):
            self._forget(device)
        if status == "offline":
            self.published.pop(user_id, None)
        else:
            self.published[user_id] = status
        if not any(device.present(now) for device in self.devices(user_id)):
            self._parting.pop(user_id, None)

    def moved_away(self, session_id: int, until: float, *, connected: bool) -> bool:
        """Another node tells of a session: `connected`, or that the grace of a socket ended there at `until`.

        What is known here by a request before that counts no more, and with a new socket no grace does. Whether it
        was forgotten.
        """
        device = self._devices.get(session_id)
        if device is None or device.sockets or device.absent:
            return False
        if not connected and (device.had_grace or device.seen >= until):
            return False
        self._forget(device)
        self.mark(device.user_id)
        return True

    def _known(self, session_id: int, user_id: int, now: float) -> Device:
        device = self._devices.get(session_id)
        if device is None:
            device = Device(session_id, user_id, now)
            if session_id in self._over:
                # What was still under way when it ended changes nothing: this device counts for nobody.
                return device
            self._devices[session_id] = self._by_user.setdefault(user_id, {})[session_id] = device
            self._watch(device, now)
        return device

    def _forget(self, device: Device) -> None:
        del self._devices[device.session_id]
        mates = self._by_user[device.user_id]
        del mates[device.session_id]
        if not mates:
            del self._by_user[device.user_id]
        if not device.absent:
            self.remember(device.user_id, device.seen)

    def _proof(self, device: Device, now: float) -> None:
        device.seen = device.active = now
        self._watch(device, now)
        if self.published.get(device.user_id) != "online":
            self.mark(device.user_id)

    def _watch(self, device: Device, now: float) -> None:
        """Look at this device again when it may step next. One place in the heap is enough: then it is put on again."""
        when = device.active + IDLE_AFTER
        if not device.sockets and (device.offline_after < when or when <= now):
            when = device.offline_after
        if now < when < device.watched:
            nearer = when < self.next_due()
            device.watched = when
            heapq.heappush(self._deadlines, (when, device.session_id))
            if nearer:
                self.moved()
