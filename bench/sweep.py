"""The sweep of presence over 100,000 devices: `Registry.sweep`, timed alone.

Every device has a socket. Nothing is due; or 1,000 have closed theirs 5 s ago; or all are due at once, because all
connected in the same moment 300 s ago and are idle now. A sweep looks at so many devices at most, and others have their
turn before the next: the figure is the longest turn; of all due at once, also all turns together.
"""

import time
from collections.abc import Callable

from ryadom.live.device import IDLE_AFTER
from ryadom.live.registry import AFTER_CLOSE, Registry

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


def turns(prepare: Callable[[Registry, int], float], size: int) -> list[float]:
    """Milliseconds of CPU of each sweep until nothing is due."""
    registry = filled(size)
    when = prepare(registry, size)
    took = []
    while not took or registry.next_due() <= when:
        began = time.thread_time()
        registry.sweep(when)
        took.append((time.thread_time() - began) * 1000)
    return took


def main() -> None:
    """Measure."""
    rows = (
        (nothing, "nothing due", max, 10),
        (some, "1,000 due", max, 10),
        (everybody, "all due at once, the longest turn", max, 10),
        (everybody, "all due at once, all turns", sum, None),
    )
    for prepare, how, summed, target in rows:
        taken = {size: median([summed(turns(prepare, size)) for _ in range(runs())]) for size in SIZES}
        values = [[size, float(f"{took:.4g}")] for size, took in taken.items()]
        promise = "≤ 10 ms" if target else "linear"
        tell(f"sweep of presence, {how}", "ms", "devices", promise, values, target=target, runs=runs())


if __name__ == "__main__":
    main()
