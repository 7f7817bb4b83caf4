"""Unread counts and the law on three nodes: the machine of one server, with ways that are cut and nodes that die."""

from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import rule, run_state_machine_as_test

from law import test_unread_machine as one_node
from law.bridge import Bridge
from law.test_unread_machine import STEPS_PER_RUN, Unread, devices, people
from nodes.together import NODES, Together
from report import tell
from ryadom.nodes import commit_order
from torture import TORTURE, examples

PARTS = 3
RUNS = 4

nodes = st.integers(0, NODES - 1)


class UnreadOnNodes(Unread):
    """The same people; each of their devices asks and connects at one of three nodes."""

    def make(self) -> Bridge:
        """See `Unread`."""

        def together(folder: Path) -> Together:
            return Together()

        return Bridge(together)

    async def begin(self) -> None:
        await super().begin()
        self.cut: set[int] = set()

    @rule(person=people, device=devices, node=nodes)
    def move(self, person: str, device: str, node: int) -> None:
        """The next request and the next socket go to another node."""
        self.world.move(self.device(person, device), node)

    @rule(node=nodes, other=nodes)
    def the_way_between_two_nodes_is_cut(self, node: int, other: int) -> None:
        if node != other:
            self.cut.add(node)
            self.broker(node).lost.add(self.world.nodes[other].server.node)

    @rule(node=nodes)
    def all_ways_of_a_node_are_whole_again(self, node: int) -> None:
        self.cut.discard(node)
        self.broker(node).lost.clear()

    @rule(node=nodes)
    def a_node_is_killed_and_starts_again(self, node: int) -> None:
        self.bridge.run(self.restart(node))

    async def restart(self, node: int) -> None:
        await self.world.kill(node)
        await self.world.nodes[node].start()
        self.cut.discard(node)

    @rule()
    def everybody_has_what_a_fresh_snapshot_says(self) -> None:
        self.bridge.run(self.world.advance(1.0))
        self.bridge.run(self.world.check())

    def broker(self, node: int) -> Any:
        return self.world.nodes[node].server.cluster.broker

    async def compare(self) -> None:
        if self.cut:
            # What did not come from another node comes from the database.
            await self.world.advance(1.0)
        await super().compare()


@pytest.mark.torture
@pytest.mark.parametrize("part", range(examples(PARTS)))
def test_every_count_on_every_node_equals_a_recount_after_every_step(
    monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    # The clock stands still while somebody asks.
    monkeypatch.setattr(commit_order, "WAIT", 0.0)
    before = one_node.taken
    run_state_machine_as_test(
        # Hypothesis derives what it makes from the name: each part is another.
        type(f"UnreadOnNodes{part}", (UnreadOnNodes,), {}),
        settings=settings(
            max_examples=RUNS, stateful_step_count=STEPS_PER_RUN, derandomize=not TORTURE, deadline=None,
            database=None, suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink] if TORTURE else [Phase.generate],
        ),
    )  # fmt: skip
    tell("the same on three nodes, cut off and killed", steps=one_node.taken - before, wrong=0)
    assert one_node.taken - before >= RUNS * STEPS_PER_RUN // 2
