"""The bounded queue of a socket whose peer does not read at the moment."""

MAX_EVENTS = 256
MAX_BYTES = 1 << 20
"""What a backlog holds at most."""


class Backlog:
    """Frames for a peer that does not read at the moment, in order, within `MAX_EVENTS` and `MAX_BYTES`.

    Several that were sent in one piece, as a message and its count, stay together and count as one.
    """

    __slots__ = ("_bytes", "_droppable", "_frames", "dropped")

    def __init__(self) -> None:
        self._frames: dict[object, bytes] = {}
        self._droppable: dict[object, None] = {}
        self._bytes = 0
        self.dropped = 0
        """How many frames were dropped for want of room; whoever counts them sets it back."""

    def put(self, frame: bytes, slot: object, droppable: bool) -> bool:
        """Queue a frame, in place of the one with the same slot. False: there is no room, even without the droppable.

        A droppable frame without room is dropped, which counts as done.
        """
        key = object() if slot is None else slot
        while not self._fits(key, len(frame)):
            if not self._droppable:
                self.dropped += droppable
                return droppable
            self._drop(next(iter(self._droppable)))
            self.dropped += 1
        self._bytes += len(frame) - len(self._frames.get(key, b""))
        self._frames[key] = frame
        if droppable:
            self._droppable[key] = None
        else:
            self._droppable.pop(key, None)
        return True

    def take(self, size: int) -> bytes:
        """Remove and join frames from the front until they are `size` bytes or more, or all. Empty: there were none."""
        keys, taken = [], 0
        for key, frame in self._frames.items():
            if taken >= size:
                break
            keys.append(key)
            taken += len(frame)
        return b"".join([self._drop(key) for key in keys])

    def _fits(self, key: object, size: int) -> bool:
        old = self._frames.get(key)
        if old is None:
            return len(self._frames) < MAX_EVENTS and self._bytes + size <= MAX_BYTES
        return self._bytes + size - len(old) <= MAX_BYTES

    def _drop(self, key: object) -> bytes:
        frame = self._frames.pop(key)
        self._droppable.pop(key, None)
        self._bytes -= len(frame)
        return frame
