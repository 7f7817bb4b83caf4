"""How long the random tests run: as long as a change needs, or as long as a night has."""

import os

import servers

TORTURE = os.environ.get("RYADOM_TORTURE") == "1"
TIMES = 20
SECOND_DATABASE = 5
"""The same rules run against SQLite, in all their steps: against PostgreSQL a part of them looks for differences."""


def examples(normal: int) -> int:
    """How many inputs are made up for each case: `normal`, or 20 times as many under `make torture`."""
    return normal * TIMES if TORTURE else normal


def steps(normal: int) -> int:
    """How many steps a random test takes: `normal`, or 20 times as many under `make torture`."""
    if TORTURE:
        return normal * TIMES
    return max(normal // SECOND_DATABASE, 1) if servers.ON_POSTGRES else normal
