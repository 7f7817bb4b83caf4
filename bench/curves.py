"""How cost grows: one line for a whole curve, each point the median of runs that took turns with the other points'."""

from collections.abc import Callable
from itertools import pairwise

from .line import median, report, runs
from .load import Run

Point = Callable[[], Run]


def curve(
    name: str, unit: str, of: str, promise: str, points: dict[int, Point], *, each: bool = False, **more: object
) -> None:  # fmt: skip
    """Measure and print. `points`: what to do at each size. `each`: the cost of a unit is told over the size.

    Then what a further one costs is told besides (`further`): the rise from the size before, so without what a unit
    costs by itself.
    """
    found: dict[int, list[Run]] = {size: [] for size in points}
    for _ in range(runs()):
        for size, point in points.items():
            found[size].append(point())
    costs = {size: median([run.each for run in some]) for size, some in found.items()}
    values = [[size, _short(cost / size if each else cost)] for size, cost in costs.items()]
    if each:
        more["further"] = [[b, _short((costs[b] - costs[a]) / (b - a))] for a, b in pairwise(costs)]
    share = max(run.own / run.seconds for some in found.values() for run in some)
    tell(name, unit, of, promise, values, client_cpu=share, runs=runs(), **more)


def tell(name: str, unit: str, of: str, promise: str, values: list[list[float]], **more: object) -> None:
    """Print a curve: its value is that of the last point, `growth` the last over the first."""
    report(
        name, values[-1][1], unit, curve=values, curve_of=of, promise=promise, growth=values[-1][1] / values[0][1],
        **more,
    )  # fmt: skip


def _short(value: float) -> float:
    return float(f"{value:.4g}")
