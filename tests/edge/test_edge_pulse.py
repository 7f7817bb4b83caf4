"""Deadlines and pings, without a socket."""

import pytest

from ryadom.realtime.connection import Connection
from ryadom.realtime.pulse import AT_ONCE, Pulse
from virtual_clock import START, VirtualClock


class Peer(Connection):
    """A connection that only counts."""

    __slots__ = ("aborted", "pinged")

    def __init__(self, heard: float) -> None:
        self.last_heard = heard
        self.pinged = 0
        self.aborted = False

    def ping(self) -> None:
        self.pinged += 1

    def abort(self) -> None:
        self.aborted = True


@pytest.fixture
def peer(pulse: Pulse) -> Peer:
    peer = Peer(START)
    pulse.register(peer)
    return peer


def test_nothing_is_due_at_first(pulse: Pulse) -> None:
    assert pulse.next_due() == float("inf")
    pulse.sweep(START + 1e6)


async def test_pings_that_are_due_within_a_second_leave_together(pulse: Pulse, clock: VirtualClock) -> None:
    peers = []
    for _ in range(20):
        peers.append(Peer(START))
        pulse.register(peers[-1])
        await clock.advance(0.1)
    pulse.sweep(START + 25)
    assert [peer.pinged for peer in peers] == [1] * 11 + [0] * 9
    assert pulse.next_due() == pytest.approx(START + 26.1)


def test_a_crowd_is_pinged_by_parts(pulse: Pulse) -> None:
    peers = [Peer(START) for _ in range(AT_ONCE + 1)]
    for peer in peers:
        pulse.register(peer)
    pulse.sweep(START + 25)
    assert sum(peer.pinged for peer in peers) == AT_ONCE
    assert pulse.next_due() == START + 25
    pulse.sweep(START + 25)
    assert [peer.pinged for peer in peers] == [1] * len(peers)


def test_a_ping_every_interval(pulse: Pulse, peer: Peer) -> None:
    assert pulse.next_due() == START + 25
    pulse.sweep(START + 24.9)
    assert peer.pinged == 0
    pulse.sweep(START + 25)
    pulse.sweep(START + 25)
    assert peer.pinged == 1
    peer.last_heard = START + 25.1
    pulse.sweep(START + 35)
    pulse.sweep(START + 50)
    assert (peer.pinged, peer.aborted) == (2, False)


def test_silence_after_a_ping_is_the_end(pulse: Pulse, peer: Peer) -> None:
    pulse.sweep(START + 25)
    assert pulse.next_due() == START + 35
    pulse.sweep(START + 34.9)
    before = peer.aborted
    pulse.sweep(START + 35)
    assert (before, peer.aborted) == (False, True)
    assert pulse.next_due() == float("inf")


def test_a_sweep_that_comes_late_gives_the_peers_another_second(pulse: Pulse, peer: Peer) -> None:
    pulse.sweep(START + 25)
    pulse.sweep(START + 200)
    before = peer.aborted
    assert pulse.next_due() == START + 201
    pulse.sweep(START + 201)
    assert (before, peer.aborted) == (False, True)


def test_whoever_speaks_in_that_second_stays(pulse: Pulse, peer: Peer) -> None:
    pulse.sweep(START + 25)
    pulse.sweep(START + 200)
    peer.last_heard = START + 200.5
    pulse.sweep(START + 201)
    assert not peer.aborted
    assert pulse.next_due() == START + 225


def test_the_forgotten_are_left_alone(pulse: Pulse, peer: Peer) -> None:
    pulse.sweep(START + 25)
    pulse.forget(peer)
    pulse.forget(peer)
    pulse.sweep(START + 1000)
    assert (peer.pinged, peer.aborted) == (1, False)


async def test_each_is_pinged_in_its_own_turn(clock: VirtualClock) -> None:
    beaten: list[tuple[int, float]] = []
    pulse = Pulse(clock, on_beat=lambda connection: beaten.append((peers.index(connection), clock.now() - START)))
    peers: list[Connection] = []
    for _ in range(3):
        peers.append(Peer(float("inf")))
        pulse.register(peers[-1])
        await clock.advance(10)
    while clock.now() < START + 80:
        await clock.advance(pulse.next_due() - clock.now())
        pulse.sweep(clock.now())
    assert beaten[:6] == [(0, 30), (1, 35), (2, 45), (0, 55), (1, 60), (2, 70)]


def test_deadlines_are_called_in_order_once_and_not_when_cancelled(pulse: Pulse) -> None:
    called: list[str] = []
    for name, due in (("late", 3.0), ("never", 2.0), ("soon", 1.0), ("also soon", 1.0)):
        deadline = pulse.at(START + due, lambda name=name: called.append(name))  # type: ignore[misc]
        if name == "never":
            deadline.cancel()
    assert pulse.next_due() == START + 1
    pulse.sweep(START + 0.9)
    assert called == []
    pulse.sweep(START + 1)
    assert (called, pulse.next_due()) == (["soon", "also soon"], START + 3)
    pulse.sweep(START + 5)
    pulse.sweep(START + 5)
    assert called == ["soon", "also soon", "late"]


def test_the_sweeper_is_woken_when_something_is_due_earlier(pulse: Pulse) -> None:
    woken: list[float] = []
    pulse.wake = lambda: woken.append(pulse.next_due() - START)
    pulse.register(Peer(START))
    pulse.register(Peer(START))
    pulse.at(START + 30, lambda: None)
    pulse.at(START + 5, lambda: None)
    pulse.at(START + 6, lambda: None)
    assert woken == [25, 5]


def test_a_callback_that_fails_is_not_called_again(pulse: Pulse) -> None:
    called: list[int] = []

    def fail() -> None:
        raise RuntimeError("broken")

    pulse.at(START + 1, fail)
    pulse.at(START + 1, lambda: called.append(1))
    with pytest.raises(RuntimeError, match="broken"):
        pulse.sweep(START + 1)
    pulse.sweep(START + 1)
    assert called == [1]
