"""What a figure is printed as: one line of JSON, its reference from the same run beside it."""

import json
import os
import platform
import sqlite3
import statistics
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from ryadom import __version__

from .load import Run

T = TypeVar("T")

RUNS = 5
"""How often a figure is measured, the floor in between; medians are printed."""


def quick() -> bool:
    """Whether this is the short form."""
    return "--quick" in sys.argv


def runs() -> int:
    """How often, here: once in the short form, or as `--runs=N` says."""
    asked = [int(word.removeprefix("--runs=")) for word in sys.argv if word.startswith("--runs=")]
    return asked[0] if asked else 1 if quick() else RUNS


def seconds(long: float) -> float:
    """How long a run lasts: a third of it in the short form."""
    return long / 3 if quick() else long


def shortened(rows: Iterable[T]) -> list[T]:
    """All of these, or in the short form the first alone."""
    return list(rows)[: 1 if quick() else None]


def interleaved(*sides: Callable[[], Run], times: int = 1) -> list[list[Run]]:
    """Measure each side in turn, `runs()` times, or so many times that; the runs of each side."""
    found: list[list[Run]] = [[] for _ in sides]
    for _ in range(times * runs()):
        for side, measured in zip(sides, found, strict=True):
            measured.append(side())
    return found


def median(values: list[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def versions() -> dict[str, str]:
    """What was measured."""
    return {
        "ryadom": __version__, "python": platform.python_version(), "msgspec": msgspec.__version__,
        "sqlite": sqlite3.sqlite_version,
    }  # fmt: skip


def machine() -> dict[str, Any]:
    """Where it was measured."""
    text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = next((line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")), "")
    return {"cores": os.cpu_count(), "cpu": model or platform.machine(), "kernel": platform.release()}


def bench() -> str:
    """The name of what runs: `typing` for `python -m bench.typing`."""
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    return "" if spec is None else spec.name.removeprefix("bench.")


def report(name: str, value: float, unit: str, *, reference: str = "", reference_value: float | None = None,
           target: float | None = None, **more: Any) -> None:  # fmt: skip
    """Print one figure. `ratio` is the value over the reference's."""
    line: dict[str, Any] = {"name": name, "value": _short(value), "unit": unit}
    if target is not None:
        line["target"] = target
    if reference_value is not None:
        line |= {
            "reference": reference, "reference_value": _short(reference_value),
            "ratio": _short(value / reference_value),
        }  # fmt: skip
    line |= {key: _short(item) if isinstance(item, float) else item for key, item in more.items()}
    line |= {"bench": bench(), "versions": versions(), "machine": machine()}
    print(json.dumps(line, ensure_ascii=False), flush=True)


def compared(name: str, mine: list[Run], base: list[Run], reference: str, *, unit: str = "CPU µs",
             target: float | None = None, speed: bool = True, **more: Any) -> None:  # fmt: skip
    """Print the CPU µs per unit of a row beside the reference's, medians; `speed`: also how fast and how soon."""
    fast = {"rate": median([run.rate for run in mine]), **latencies("", mine)} if speed else {}
    floor_fast = {"floor_rate": median([run.rate for run in base]), **latencies("floor_", base)} if speed else {}
    report(
        name, median([run.each for run in mine]), unit, target=target, reference=reference,
        reference_value=median([run.each for run in base]), **fast, **floor_fast, **shares(mine), **more,
    )  # fmt: skip


def latencies(prefix: str, found: list[Run]) -> dict[str, float]:
    """The median of the runs' p50 and p99, if they were taken."""
    if not found[0].p50_ms:
        return {}
    return {
        f"{prefix}p50_ms": median([run.p50_ms for run in found]),
        f"{prefix}p99_ms": median([run.p99_ms for run in found]),
    }


def shares(found: list[Run]) -> dict[str, float]:
    """How much of their cores the server and the load client used: the client's share is that of its busiest run."""
    return {
        "server_cpu": median([run.cpu / run.seconds for run in found]),
        "client_cpu": max(run.own / run.seconds for run in found),
        "runs": len(found),
    }


def _short(value: float) -> float:
    return float(f"{value:.4g}")
