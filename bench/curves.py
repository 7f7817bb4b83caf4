"""How cost grows: one line for a whole curve, each point the median of runs that took turns with the other points'."""

from collections.abc import Callable

from .line import median, report, runs
from .load import Run

Point = Callable[[], Run]


def curve(
    name: str, unit: str, of: str, promise: str, points: dict[int, Point], *, per: Callable[[int], float] = lambda _: 1,
    **more: object,
) -> None:  # fmt: skip
    """Measure and print. `points`: what to do at each size; `per`: what the cost of a unit is divided by there."""
    found: dict[int, list[Run]] = {size: [] for size in points}
    for _ in range(runs()):
        for size, point in points.items():
            found[size].append(point())
    values = [[size, _short(median([run.each for run in some]) / per(size))] for size, some in found.items()]
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
