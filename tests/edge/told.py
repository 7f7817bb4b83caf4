"""A transport that writes nothing, beside a real socket: shows what a connection writes past it."""

import asyncio
import socket as sockets
from typing import Any

Pair = tuple[sockets.socket, sockets.socket]


class Told(asyncio.Transport):
    """A transport that notes what it is told to write."""

    def __init__(self, own: sockets.socket | None, **extra: Any) -> None:
        super().__init__({"socket": own, "peername": ("198.51.100.7", 50000), **extra})
        self.waits = 0
        self.written = b""

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        assert high == 0

    def get_write_buffer_size(self) -> int:
        return self.waits

    def is_closing(self) -> bool:
        return False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += data
