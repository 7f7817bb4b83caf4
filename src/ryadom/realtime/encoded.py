"""Events as they leave: a frame of each, a pattern for one that many get with other numbers, and what gives way."""

import msgspec

from ryadom.protocol.events import (
    NAMES,
    DurableEvent,
    Event,
    StatusChange,
    TypingStart,
    TypingStop,
    UserOffline,
    UserOnline,
)

from .frames import text_frame

encode = msgspec.json.Encoder().encode


def framed(event: Event) -> bytes:
    """An event as it goes to a client."""
    return text_frame(encode(event))


class LastFields:
    """Of an event that many get, the same but for its last fields, which are integers."""

    def __init__(self, *names: str) -> None:
        self._zeros = b",".join(b'"%b":0' % name.encode() for name in names) + b"}"
        self._holes = self._zeros.replace(b":0", b":%d")

    def pattern(self, event: Event) -> bytes:
        """Of an event where these are 0: `text_frame(pattern % values)` is its frame with others.

        Raises `ValueError` when it does not end with such fields.
        """
        text = encode(event)
        if not text.endswith(self._zeros):
            raise ValueError(f"{type(event).__name__} does not end with {self._zeros.decode()}")
        return text[: -len(self._zeros)].replace(b"%", b"%%") + self._holes


class Kind:
    """What delivery must know of a kind of event, and how it gives way on a connection that does not read."""

    __slots__ = ("droppable", "durable", "name", "slot")

    def __init__(self, event: type[Event]) -> None:
        self.name = NAMES[event]
        self.durable = issubclass(event, DurableEvent)
        self.slot = _SLOTS.get(event)
        """Only the latest of a person waits in this slot."""
        self.droppable = event in (TypingStart, TypingStop)


_SLOTS: dict[type[Event], str] = {StatusChange: "status", UserOnline: "step", UserOffline: "step"}
KINDS = {event: Kind(event) for event in NAMES}
