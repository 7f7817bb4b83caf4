"""Sockets without frames: what `Connection` is to the gate and the pulse, for tests of ten thousands of steps."""

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

from ryadom.app import Server
from ryadom.protocol.errors import CloseCode
from ryadom.realtime.headers import Headers

Json = Any
HEADS = {126: 4, 127: 10}
"""Bytes of a frame's head by its second byte; of all others, two."""


class Wire:
    """One open socket, and the client at its other end, which answers pings unless it has vanished.

    `note` is told of what happens: `open`, `heard`, `close`, `break`.
    """

    def __init__(self, server: Server, token: str, name: str, note: Callable[[str], None]) -> None:
        self.id = name
        self.peer = "198.51.100.7"
        self.headers = Headers([(b"authorization", f"Bearer {token}".encode())])
        self.state: Any = None
        self.vanished = False
        self.over = False
        self._server = server
        self._note = note
        self._gate = server.edge.around.gate
        self._frames: list[bytes] = []
        self.out: tuple[bytes, ...] = ()
        self.last_heard = server.clock.now()
        server.pulse.register(self)  # type: ignore[arg-type]
        self._gate.opened(self)  # type: ignore[arg-type]

    # What the server calls.

    def send(self, frame: bytes, slot: object = None, droppable: bool = False) -> None:
        """Take a frame, or several at once."""
        self._frames.append(frame)

    def ping(self) -> None:
        """The client answers in the next round of the loop."""
        if not self.vanished:
            asyncio.get_running_loop().call_soon(self._answer)

    def close(self, code: CloseCode) -> None:
        """The server closes; the client agrees."""
        asyncio.get_running_loop().call_soon(self._lost, code.code, False)

    def abort(self) -> None:
        """The server gives up."""
        asyncio.get_running_loop().call_soon(self._lost, 1006, False)

    # What the client does.

    def say(self, **frame: Json) -> None:
        """Send a frame."""
        self.last_heard = self._server.clock.now()
        self._gate.received(self, json.dumps(frame).encode())  # type: ignore[arg-type]

    def close_cleanly(self) -> None:
        """Close, as a page does that is left."""
        self.last_heard = self._server.clock.now()
        self._lost(1000, True)

    def drop(self) -> None:
        """Break."""
        self._lost(1006, False)

    def texts(self) -> list[bytes]:
        """What the frames since the last call say."""
        frames, self._frames = self._frames, []
        return [text for some in frames for text in _texts(some)]

    def received(self) -> list[Json]:
        """The events since the last call."""
        return [json.loads(text) for text in self.texts()]

    def _answer(self) -> None:
        if not self.over:
            self.last_heard = self._server.clock.now()
            self._note("heard")

    def _lost(self, code: int, clean: bool) -> None:
        if not self.over:
            self.over = True
            self._server.pulse.forget(self)  # type: ignore[arg-type]
            self._note("close" if clean else "break")
            self._gate.closed(self, code, clean)  # type: ignore[arg-type]


def _texts(frames: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(frames):
        start = at + HEADS.get(frames[at + 1], 2)
        at = start + (int.from_bytes(frames[at + 2 : start], "big") or frames[at + 1])
        yield frames[start:at]
