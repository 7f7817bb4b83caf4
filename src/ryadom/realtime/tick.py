"""The end of one turn of the event loop: what its callbacks have sent leaves, in as few system calls as can be."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from itertools import compress
from typing import NamedTuple, Protocol

import structlog

from .ring import Ring

log = structlog.get_logger("ryadom.socket")

MANY = 4
"""Connections for which one call for all is cheaper than one for each."""

NONE = -1
"""No descriptor."""
_NOTHING = (b"nothing yet",)


class Sender(Protocol):
    """Whoever can be sent something."""

    def send(self, frame: bytes) -> None:
        """Add to what it has to write."""


class Outlet(Sender, Protocol):
    """What a tick asks of a connection."""

    out: tuple[bytes, ...]
    """What it has to write."""
    fd: int
    """What to write to past its transport; `NONE` where something would be passed by."""

    def flush(self) -> None:
        """Write what there is, by itself."""

    def write(self, data: bytes) -> None:
        """Write this, by itself."""

    def wrote(self, sent: int, data: bytes) -> None:
        """So many bytes of this have been written."""


class Many(NamedTuple):
    """A piece for each of many connections, none of which has anything else to write."""

    outlets: Sequence[Outlet]
    pieces: Sequence[bytes]
    ids: frozenset[int]
    """Of the outlets, as `id` gives them."""


class Tick:
    """The connections that have something to write at the end of this tick of the event loop."""

    __slots__ = ("_alone", "_ring", "dirty", "first", "many", "on_drop", "size")

    def __init__(self, on_drop: Callable[[str, int], None] = lambda what, count: None) -> None:
        self.on_drop = on_drop
        """Told what clients that do not read have lost: `event` or `socket`, and how many."""
        self.dirty: list[Outlet] = []
        """Those that are flushed once the callbacks of this tick have run."""
        self.first = _NOTHING
        """An `out` of the frame that was sent last, alone: the same for all who get it one after the other."""
        self.size = 0
        """Its bytes."""
        self.many: Many | None = None
        """What leaves besides. No connection is looked at for it until then: a look at each of thousands is as many
        ways to memory."""
        self._ring: Ring | None = None
        self._alone = False
        """Whether there is no ring to be had, or none any more."""

    def turn_to(self, frame: bytes) -> None:
        """This frame is sent now, and no longer what `first` has. Whoever gets it is added to `dirty`."""
        if self.first is _NOTHING:
            asyncio.get_running_loop().call_soon(self._flush)
        self.first = (frame,)
        self.size = len(frame)

    def put(self, outlets: Sequence[Outlet], pieces: Sequence[bytes]) -> bool:
        """Write to each of these its piece at the end of the tick, if nothing else comes for one of them until then.

        False, and nothing is done, when something else has come already.
        """
        if self.many is not None or len(self.dirty) >= MANY:
            return False
        ids = frozenset(map(id, outlets))
        if not ids.isdisjoint(map(id, self.dirty)):
            return False
        if self.first is _NOTHING:
            self.turn_to(pieces[0])
        self.many = Many(outlets, pieces, ids)
        return True

    def before(self, outlet: Outlet) -> None:
        """Something else is sent to this connection, so that what is in `many` has to be queued like the rest."""
        if self.many is not None and id(outlet) in self.many.ids:
            self._dissolve()

    def _dissolve(self) -> None:
        many, self.many = self.many, None
        if many is not None:
            send_each(many.outlets, many.pieces)

    def _flush(self) -> None:
        # Before all else, so that whatever happens here, there is a next time.
        self.first = _NOTHING
        many, self.many = self.many, None
        dirty, self.dirty = self.dirty, []
        try:
            self._flush_each(dirty)
        finally:
            if many is not None:
                self._flush_many(many)

    def _flush_many(self, many: Many) -> None:
        fds = [outlet.fd for outlet in many.outlets]
        if NONE not in fds:
            self._write(many.outlets, fds, many.pieces)
            return
        ready = [fd != NONE for fd in fds]
        outlets, pieces = list(compress(many.outlets, ready)), list(compress(many.pieces, ready))
        self._write(outlets, list(compress(fds, ready)), pieces)
        # They have a transport of another kind, or wait, or have gone: they know what to do.
        others = [fd == NONE for fd in fds]
        send_each(list(compress(many.outlets, others)), list(compress(many.pieces, others)))

    def _flush_each(self, dirty: list[Outlet]) -> None:
        frames: tuple[bytes, ...] = ()
        joined = b""
        outlets: list[Outlet] = []
        fds: list[int] = []
        pieces: list[bytes] = []
        for connection in dirty:
            out = connection.out
            if not out:
                connection.flush()
                continue
            # Most neighbours have the very same frames, and that is seen faster than they are joined.
            if out is not frames and out != frames:
                frames = out
                joined = out[0] if len(out) == 1 else b"".join(out)
            connection.out = ()
            fd = connection.fd
            if fd == NONE:
                connection.write(joined)
            else:
                outlets.append(connection)
                fds.append(fd)
                pieces.append(joined)
        self._write(outlets, fds, pieces)

    def _write(self, outlets: Sequence[Outlet], fds: Sequence[int], pieces: Sequence[bytes]) -> None:
        """Write to each its piece: to many by one call, where that can be had."""
        if len(outlets) >= MANY and not self._alone:
            self._ring = self._ring or _ring()
            self._alone = self._ring is None
        if len(outlets) < MANY or self._ring is None:
            for outlet, piece in zip(outlets, pieces, strict=True):
                outlet.write(piece)
            return
        for place, taken in self._ring.write(fds, pieces).items():
            outlets[place].wrote(max(taken, 0), pieces[place])
        if not self._ring.usable:
            self._ring, self._alone = None, True
            log.warning("io_uring gave up; writing goes on without it")


def send_each(outlets: Iterable[Sender], pieces: Iterable[bytes]) -> None:
    """Send to each its piece. A mistake with one keeps no other from it; the last is raised."""
    mistake: Exception | None = None
    for outlet, piece in zip(outlets, pieces, strict=True):
        try:
            outlet.send(piece)
        except Exception as error:
            mistake = error
    if mistake is not None:
        raise mistake


def _ring() -> Ring | None:
    """A ring, where the kernel gives one: containers often may not have it."""
    try:
        return Ring()
    except OSError as error:
        log.info("no io_uring: what goes to many sockets is written one by one", error=str(error))
        return None
