"""A raw TCP client for tests: it can say what no WebSocket library would."""

import asyncio
import socket as sockets
from typing import NamedTuple, Self

UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: ryadom.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
CONT, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


class Received(NamedTuple):
    """One frame from the server."""

    opcode: int
    payload: bytes

    @property
    def code(self) -> int:
        """The code of a close frame, 1005 for none."""
        return int.from_bytes(self.payload[:2], "big") or 1005


def client_frame(
    opcode: int, payload: bytes = b"", *, fin: bool = True, rsv: int = 0, mask: bytes | None = None
) -> bytes:
    """A frame as a client sends it; an empty `mask` leaves it unmasked, which is wrong."""
    mask = b"\x01\x02\x03\x04" if mask is None else mask
    size = len(payload)
    first = (0x80 if fin else 0) | rsv << 4 | opcode
    bit = 0x80 if mask else 0
    if size < 126:
        head = bytes((first, bit | size))
    elif size < 65536:
        head = bytes((first, bit | 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((first, bit | 127)) + size.to_bytes(8, "big")
    masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload)) if mask else payload
    return head + mask + masked


async def upgraded_unread(port: int) -> sockets.socket:
    """A TCP connection that has asked for a WebSocket, with little room for what nobody reads."""
    unread = sockets.socket()
    unread.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    unread.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(unread, ("127.0.0.1", port))
    await loop.sock_sendall(unread, UPGRADE)
    return unread


class Wire:
    """One TCP connection. Reading gives up after 5 s."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def connect(cls, port: int) -> Self:
        """Open it; nothing is sent."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    @classmethod
    async def upgraded(cls, port: int) -> Self:
        """Open it and perform the handshake."""
        wire = await cls.connect(port)
        wire.send(UPGRADE)
        head = await wire.head()
        assert head.startswith(b"HTTP/1.1 101 "), head
        return wire

    def send(self, data: bytes) -> None:
        """Send raw bytes."""
        self.writer.write(data)

    def frame(
        self, opcode: int, payload: bytes = b"", *, fin: bool = True, rsv: int = 0, mask: bytes | None = None
    ) -> None:
        """Send a frame, right or wrong."""
        self.send(client_frame(opcode, payload, fin=fin, rsv=rsv, mask=mask))

    async def head(self) -> bytes:
        """The head of an HTTP answer."""
        return await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 5)

    async def answer(self) -> tuple[int, bytes]:
        """Status and body of an HTTP answer that says its length."""
        head = await self.head()
        size = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        return int(head.split(b" ")[1]), await asyncio.wait_for(self.reader.readexactly(int(size[15:])), 5)

    async def receive(self) -> Received:
        """The next frame; unmasked, whole and without extensions, or an AssertionError."""
        first, second = await asyncio.wait_for(self.reader.readexactly(2), 5)
        assert first & 0xF0 == 0x80, "a server's frame is whole and without extensions"
        assert second < 128, "a server's frame is unmasked"
        size = second
        if second >= 126:
            size = int.from_bytes(await self.reader.readexactly(2 if second == 126 else 8), "big")
        return Received(first & 15, await asyncio.wait_for(self.reader.readexactly(size), 5))

    async def rest(self) -> bytes:
        """What comes until the server ends the connection, by an end or a reset."""
        data = b""
        try:
            while more := await asyncio.wait_for(self.reader.read(65536), 5):
                data += more
        except ConnectionError:
            return data
        return data

    def shut(self) -> None:
        """Go away without a close frame."""
        self.writer.close()
