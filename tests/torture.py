"""How long the random tests run: as long as a change needs, or as long as a night has."""

import os

TORTURE = os.environ.get("RYADOM_TORTURE") == "1"
TIMES = 20


def steps(normal: int) -> int:
    """How many steps a random test takes: `normal`, or 20 times as many under `make torture`."""
    return normal * TIMES if TORTURE else normal
