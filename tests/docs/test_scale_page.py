"""docs/scale.md follows from what was measured (`bench.scale`), and the model says what it should."""

import sys
from itertools import pairwise
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from bench.scale import GRACE, Habits, Machines

from bench import document, scale

COST = scale.costs(document.lines(scale.LINES))


def test_the_page_is_what_the_lines_give() -> None:
    assert scale.PAGE.read_text(encoding="utf-8") == scale.page(document.lines(scale.LINES))


def test_more_people_need_more() -> None:
    found = [scale.need(people, COST, Habits(), Machines()) for people in (10**3, 10**4, 10**5, 10**6, 10**7)]
    for less, more in pairwise(found):
        assert less.nodes <= more.nodes
        assert less.shards <= more.shards
        assert less.partitions <= more.partitions
        assert more.cpu == pytest.approx(less.cpu * 10, rel=0.35)
    assert found[0].nodes == 1
    assert found[0].redis == 0, "one process needs no Redis"


def test_no_minute_of_a_day_is_busier_than_was_planned() -> None:
    machines = Machines()
    for people in scale.SIZES[1:]:
        peak = scale.need(people, COST, Habits(), machines)
        minutes = list(scale.day(peak, COST, Habits(), machines))
        assert len(minutes) == 24 * 60
        assert max(minute.busy for minute in minutes) <= machines.busy + 0.01


def test_in_a_storm_everybody_comes_back_and_fewer_nodes_take_longer() -> None:
    peak = scale.need(1_000_000, COST, Habits(), Machines())
    calm = scale.storm(peak, COST, Habits(), Machines())
    tight = scale.storm(peak._replace(nodes=max(3, peak.nodes // 4)), COST, Habits(), Machines())
    assert calm.back <= tight.back
    assert calm.late <= tight.late <= 1
    if calm.back <= GRACE:
        assert calm.late == 0
