"""How long each part of the tests may take (seconds on two cores); printed beside what it took, at the end of a run."""

from collections import defaultdict
from pathlib import Path

BUDGETS: dict[str, float] = {
    "architecture": 5,
    "attack": 60,
    "auth": 15,
    "bench": 150,
    "browser": 300,
    "chats": 5,
    "cli": 30,
    "contacts": 5,
    "contract": 120,
    "db": 60,
    "demo": 20,
    "docs": 10,
    "edge": 20,
    "fuzz": 120,
    "law": 120,
    "live": 10,
    "messages": 15,
    "nodes": 450,
    "power": 30,
    "presence": 120,
    "process": 150,
    "realtime": 5,
    "receipts": 5,
    "security": 10,
    "server": 5,
    "soak": 120,
    "stories": 40,
    "sync": 5,
    "taint": 150,
    "web": 15,
}


class Stopwatch:
    """Adds up the time of tests by the folder that they are in."""

    def __init__(self) -> None:
        self._seconds: defaultdict[str, float] = defaultdict(float)

    def add(self, test: str, seconds: float) -> None:
        """A phase of a test (its path as pytest names it) took so long."""
        parts = Path(test).parts
        self._seconds[parts[1] if len(parts) > 2 else "."] += seconds

    def lines(self) -> list[str]:
        """One line for each part that ran."""
        return [self._line(name, took, BUDGETS.get(name, 0.0)) for name, took in sorted(self._seconds.items())]

    def _line(self, name: str, took: float, budget: float) -> str:
        return f"{name:<14}{took:7.1f} s of {budget:4.0f} s{' OVER' if took > budget else ''}"
