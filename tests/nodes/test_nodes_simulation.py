"""A million steps of several nodes in virtual time (`nodes.simulation`): nobody is shown as offline who is here."""

import pytest

from nodes.simulation import World
from report import tell
from torture import examples

STEPS = 1_000_000
PARTS = 20


@pytest.mark.torture
@pytest.mark.parametrize("part", range(examples(PARTS)))
def test_nobody_is_shown_as_offline_who_is_here(part: int) -> None:
    world = World(part)
    for _ in range(STEPS // PARTS):
        world.step()
    assert world.false_flips == []
    assert world.late == []
    assert all(world.counts[what] for what in ("kill", "end", "stand still", "connect", "drop", "request"))
    world.calm_down()
    tell(
        "presence of several nodes in virtual time", steps=STEPS // PARTS, false_flips=len(world.false_flips),
        late=len(world.late),
    )  # fmt: skip
    assert world.disagreements() == []
    assert world.false_flips == []
