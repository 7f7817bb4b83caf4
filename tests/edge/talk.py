"""Bytes to an `Edge` and what came of them, all in memory: for tests of single frames."""

from types import SimpleNamespace
from typing import NamedTuple

from edge.memory_wire import MemoryTransport
from edge.recording_gate import RecordingGate
from edge.wire import CLOSE, UPGRADE, Received
from ryadom.realtime.edge import make_edge
from ryadom.realtime.pulse import Pulse
from virtual_clock import VirtualClock, settle


class Outcome(NamedTuple):
    """What the application got, what the client got, and with which code the end was told (None: still open)."""

    texts: list[bytes]
    frames: list[Received]
    told: int | None

    @property
    def code(self) -> int | None:
        """The code in the server's close frame, 1005 for none in it, None without a close frame."""
        last = self.frames[-1] if self.frames else None
        return last.code if last is not None and last.opcode == CLOSE else None


async def talk(data: bytes, *sizes: int) -> Outcome:
    """Send this to a new socket in pieces of these sizes, the last one of them again and again; or in one."""
    gate, clock, sent = RecordingGate(), VirtualClock(), bytearray()
    edge = make_edge(gate, Pulse(clock), clock)(None, SimpleNamespace(connections=set()), None)
    transport = MemoryTransport(sent.extend)
    transport.set_protocol(edge)
    edge.connection_made(transport)
    edge.data_received(UPGRADE)
    start = 0
    left = list(sizes) or [len(data)]
    while start < len(data):
        size = left.pop(0) if len(left) > 1 else max(left[0], 1)
        edge.data_received(data[start : start + size])
        start += size
    await settle()
    head, _, frames = bytes(sent).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101 ")
    return Outcome(gate.texts, list(_frames(frames)), gate.ended[0][1] if gate.ended else None)


def _frames(data: bytes) -> list[Received]:
    frames = []
    while data:
        assert data[0] & 0x70 == 0
        assert data[1] < 126, "short answers only"
        frames.append(Received(data[0] & 15, data[2 : 2 + data[1]]))
        data = data[2 + data[1] :]
    return frames
