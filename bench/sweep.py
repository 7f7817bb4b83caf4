"""The sweep of presence over 100,000 devices: one call of `Registry.sweep`, timed alone.

Every device has a socket. Nothing is due; or 1,000 have closed theirs 5 s ago; or all are due at once, because all
connected in the same moment 300 s ago and are idle now.
"""

import time
from collections.abc import Callable

from ryadom.live.registry import AFTER_CLOSE, IDLE_AFTER, Registry

from .curves import tell
from .line import median, runs

SIZES = (1000, 10_000, 100_000)
NOW = 1_700_000_000.0


def filled(size: int) -> Registry:
    """So many devices, each with a socket, connected in the same moment."""
    registry = Registry()
    for number in range(size):
        registry.connected(number + 1, number + 1, NOW)
    return registry


def nothing(registry: Registry, size: int) -> float:
    """Nobody is due."""
    return NOW + 1


def some(registry: Registry, size: int) -> float:
    """1,000 closed their socket."""
    for number in range(0, size, max(1, size // 1000)):
        registry.disconnected(number + 1, NOW, broke=False, seen=NOW)
    return NOW + AFTER_CLOSE


def everybody(registry: Registry, size: int) -> float:
    """All are idle now."""
    return NOW + IDLE_AFTER


def took(prepare: Callable[[Registry, int], float], size: int) -> float:
    """Milliseconds of CPU of one sweep."""
    registry = filled(size)
    when = prepare(registry, size)
    began = time.thread_time()
    registry.sweep(when)
    return (time.thread_time() - began) * 1000


def main() -> None:
    """Measure."""
    rows = ((nothing, "nothing due", 10), (some, "1,000 due", 10), (everybody, "all due at once", None))
    for prepare, how, target in rows:
        values = [[size, float(f"{median([took(prepare, size) for _ in range(runs())]):.4g}")] for size in SIZES]
        tell(f"sweep of presence, {how}", "ms", "devices", "≤ 10 ms", values, target=target, runs=runs())


if __name__ == "__main__":
    main()
