"""Whatever bytes come after the handshake, nothing is raised and every socket has one end at most."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.memory_wire import MemorySocket
from edge.recording_gate import RecordingGate
from edge.wire import client_frame
from ryadom.protocol.errors import SESSION_OVER
from ryadom.realtime.edge import make_edge
from ryadom.realtime.frames import text_frame
from ryadom.realtime.pulse import Pulse
from virtual_clock import VirtualClock, settle

frames = st.builds(
    client_frame,
    st.sampled_from([0, 1, 1, 1, 2, 8, 9, 10, 15]),
    st.one_of(st.binary(max_size=130), st.text(max_size=30).map(str.encode), st.just(b"\x03\xe8")),
    fin=st.booleans(),
    rsv=st.sampled_from([0, 0, 0, 0, 4]),
)
chunks = st.lists(st.one_of(frames, frames, st.binary(max_size=40)), max_size=12)
steps = st.lists(
    st.one_of(
        chunks.map(lambda parts: ("bytes", b"".join(parts))),
        st.sampled_from(["stop", "go", "send", "close", "sweep", "drop", "end"]).map(lambda name: (name, b"")),
    ),
    max_size=12,
)


async def act(step: str, data: bytes, socket: MemorySocket, gate: RecordingGate) -> None:
    match step:
        case "bytes":
            socket.send_bytes(data)
        case "stop" | "go":
            socket.transport.peer_reads(step == "go")
        case "send":
            for _ in range(40):
                gate.connections[0].send(text_frame(b"x" * 9000))
        case "close":
            gate.connections[0].close(SESSION_OVER)
        case "drop":
            socket.drop()
        case "end" if not socket.transport.is_closing():
            if not socket.edge.eof_received():
                socket.transport.close()
    await settle(3)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=steps)
async def test_nothing_is_raised_and_the_end_is_told_once(steps: list[tuple[str, bytes]]) -> None:
    gate, clock = RecordingGate(echo=True), VirtualClock()
    pulse = Pulse(clock)
    socket = MemorySocket(make_edge(gate, pulse, clock))
    socket.silent = True
    for step, data in steps:
        if step == "sweep":
            await clock.advance(9)
            pulse.sweep(clock.now())
        await act(step, data, socket, gate)
    connection = gate.connections[0]
    assert len(gate.ended) <= 1
    assert bool(gate.ended) <= connection.closing
    for _ in range(50):
        await clock.advance(1)
        pulse.sweep(clock.now())
    assert socket.transport.lost
    assert len(gate.ended) == 1
    for text in gate.texts:
        text.decode()
    assert pulse.next_due() == float("inf")
