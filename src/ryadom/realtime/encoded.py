"""Events as bytes: a frame of each, and a pattern for one that many get with other numbers."""

import msgspec

from ryadom.protocol.events import Event

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
