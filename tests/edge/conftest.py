"""What the edge's tests share: a recording gate and time that stands still, in memory and behind a real server."""

from collections.abc import AsyncIterator

import pytest

from edge.recording_gate import RecordingGate
from edge.running_server import RunningServer
from ryadom.realtime.edge import Edge, make_edge
from ryadom.realtime.pulse import Pulse
from virtual_clock import VirtualClock


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def pulse(clock: VirtualClock) -> Pulse:
    return Pulse(clock)


@pytest.fixture
def gate() -> RecordingGate:
    return RecordingGate()


@pytest.fixture
def edge(gate: RecordingGate, pulse: Pulse, clock: VirtualClock) -> type[Edge]:
    return make_edge(gate, pulse, clock)


@pytest.fixture
async def server(gate: RecordingGate, pulse: Pulse, clock: VirtualClock) -> AsyncIterator[RunningServer]:
    running = RunningServer(gate, pulse, clock)
    await running.start()
    yield running
    await running.stop()
