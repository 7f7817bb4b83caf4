"""The clock: it never goes back, and finds to the right time again."""

import time
from collections.abc import Callable

import pytest

from ryadom.clock import Clock

START = 1_800_000_000.0


class Machine:
    """The clocks of a machine, turned by hand."""

    def __init__(self) -> None:
        self.wall = START
        self.monotonic = 1000.0

    def go(self, seconds: float) -> None:
        """Time goes by."""
        self.wall += seconds
        self.monotonic += seconds


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """In place of this one's."""
    machine = Machine()
    monkeypatch.setattr(time, "time", lambda: machine.wall)
    monkeypatch.setattr(time, "monotonic", lambda: machine.monotonic)
    return machine


def run(machine: Machine, clock: Clock, seconds: float, meanwhile: Callable[[], None] = lambda: None) -> None:
    """Let time go by while the clock is asked; it must never go back."""
    before = clock.now()
    for _ in range(int(seconds / 0.125)):
        machine.go(0.125)
        meanwhile()
        now = clock.now()
        assert now >= before
        before = now


def test_a_step_forward_of_the_wall_clock_is_followed_at_once(machine: Machine) -> None:
    clock = Clock()
    machine.wall += 3600
    run(machine, clock, 1)
    assert clock.now() == pytest.approx(machine.wall)


def test_a_step_back_is_followed_slowly(machine: Machine) -> None:
    clock = Clock()
    machine.wall -= 60
    run(machine, clock, 100)
    assert 45 < clock.now() - machine.wall < 55
    run(machine, clock, 600)
    assert clock.now() - machine.wall < 2.1


def test_a_shared_clock_counts_and_the_own_one_does_not(machine: Machine) -> None:
    clock = Clock()
    clock.begin_at(START + 300)
    shared = START + 300 - machine.monotonic
    for step in (7200, -14400):
        machine.wall += step
        run(machine, clock, 10, lambda: clock.keep_with(shared + machine.monotonic))
        assert clock.now() == pytest.approx(shared + machine.monotonic)


def test_a_shared_clock_that_was_wrong_is_followed_back(machine: Machine) -> None:
    clock = Clock()
    clock.begin_at(START)
    shared = START - machine.monotonic
    clock.keep_with(START + 30)
    run(machine, clock, 1)
    assert clock.now() - shared - machine.monotonic == pytest.approx(30)
    run(machine, clock, 330, lambda: clock.keep_with(shared + machine.monotonic))
    assert clock.now() - shared - machine.monotonic < 2.1
