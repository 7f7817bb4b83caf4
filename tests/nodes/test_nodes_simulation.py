"""A million steps of several nodes in virtual time (`nodes.simulation`): nobody is shown as offline who is here."""

import pytest

from nodes.simulation import DETECTED, World
from report import tell
from ryadom.live.registry import AFTER_BREAK
from torture import examples

STEPS = 1_000_000
PARTS = 20
LATEST = 2 * (DETECTED + AFTER_BREAK)
"""Seconds that offline may be shown too late: a grace begins anew where the node that counted it dies, and its heir."""


@pytest.mark.torture
@pytest.mark.parametrize("part", range(examples(PARTS)))
def test_nobody_is_shown_as_offline_who_is_here(part: int) -> None:
    world = World(part)
    for _ in range(STEPS // PARTS):
        world.step()
    assert world.false_flips == []
    assert world.worst_lag <= LATEST, world.worst_lag
    assert all(world.counts[what] for what in ("kill", "end", "stand still", "connect", "drop", "request"))
    world.calm_down()
    tell("presence of several nodes in virtual time", steps=STEPS // PARTS, false_flips=len(world.false_flips))
    assert world.disagreements() == []
    assert world.false_flips == []
