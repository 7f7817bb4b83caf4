"""Tries to break every promise for hours, and makes docs/torture.md: one table of what was tried and what broke.

    python scripts/torture_table.py [--only PART_OF_A_NAME] [--page]

Each part is tests with many more steps than `make test` has (RYADOM_TORTURE=1). Exits 1 when a test failed. `--page`
makes the page of the lines anew; `--only` tries some, and puts their lines in the place of the old ones.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from json_lines import Line, read, write

ROOT = Path(__file__).resolve().parent.parent
LINES = ROOT / "docs" / "torture.jsonl"
PAGE = ROOT / "docs" / "torture.md"
MUTANTS = ROOT / "docs" / "mutants.jsonl"
FAULTS = ROOT / "docs" / "faults.jsonl"

HEAD = """# Torture: what was tried, and what broke

`make torture` tries for hours what `make test` tries for minutes, and makes this page; one part of it is
`python scripts/torture_table.py --only NAME`. The promises and their limits stand in [promises.md](promises.md), what
happens when nodes, Redis or PostgreSQL fail in [faults.md](faults.md).

| Tried | Promises | How often | Broke | Minutes |
|---|---|---|--:|--:|
"""


class Part(NamedTuple):
    """Tests that try to break promises in one way."""

    name: str
    promises: str
    """Their numbers in docs/promises.md."""
    tests: list[str]
    side_by_side: bool = True


PARTS = [
    Part("kill -9 at any moment, under load", "1, 2, 3, 15", ["tests/process/test_kill_nine.py"], side_by_side=False),
    Part("the power goes at any moment", "1, 3", ["tests/power"], side_by_side=False),
    Part("clients that come back, against a snapshot", "4, 5", ["tests/law/test_catching_up.py"]),
    Part("counts and states of every client, against a recount", "4, 5", ["tests/law/test_unread_machine.py"]),
    Part("the same on three nodes, cut off and killed", "4, 5", ["tests/nodes/test_nodes_machine.py"]),
    Part("presence against a model", "10", ["tests/presence/test_presence_machine.py"]),
    Part("presence of several nodes in virtual time", "10", ["tests/nodes/test_nodes_simulation.py"]),
    Part("every frame, against who may see it", "8, 9", ["tests/taint"]),
    Part("requests and frames that nobody should send", "14", ["tests/contract"]),
    Part("bytes of any kind", "6, 12, 14", ["tests/fuzz"]),
    Part("lively people for half an hour", "11", ["tests/soak"], side_by_side=False),
]  # fmt: skip


def main() -> int:
    """Try what was asked for; the exit status."""
    asked = argparse.ArgumentParser(description="Try for hours to break what is promised.")
    asked.add_argument("--only", default="")
    asked.add_argument("--page", action="store_true", help="only make the page of the lines anew")
    given = asked.parse_args()
    lines = {line["name"]: line for line in read(LINES)}
    if not given.page:
        for part in PARTS:
            if given.only in part.name:
                lines[part.name] = attempt(part)
                write(LINES, lines.values())
    PAGE.write_text(page(lines), encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))
    return 1 if any(line["broke"] for line in lines.values()) else 0


def attempt(part: Part) -> Line:
    """Run one part; what it has told, and how many of its tests failed."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report"
        environment = os.environ | {"RYADOM_TORTURE": "1", "RYADOM_REPORT": str(report)}
        # A part takes as long as it takes: a test that hangs is ended after two hours.
        options = ["-m", "torture", "-q", "-o", "faulthandler_timeout=7200"]
        command = [sys.executable, "-m", "pytest", *options, *part.tests]
        if part.side_by_side:
            command += ["-n", "auto", "--dist", "worksteal"]
        began = time.monotonic()
        ended = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, errors="replace", check=False
        )
        told: Counter[str] = Counter()
        for line in read(report):
            told.update({name: number for name, number in line.items() if name != "what"})
    if ended.returncode:
        print(ended.stdout[-6000:], ended.stderr[-2000:], file=sys.stderr)
    summary = ended.stdout.strip().splitlines()[-1] if ended.stdout.strip() else "nothing was said"
    print(f"{part.name}: {dict(told)}; {summary}", flush=True)
    failed = sum(line.startswith(("FAILED ", "ERROR ")) for line in ended.stdout.splitlines())
    return {
        "name": part.name, "told": told, "tests": summary, "broke": failed or int(ended.returncode != 0),
        "minutes": round((time.monotonic() - began) / 60, 1),
    }  # fmt: skip


def page(lines: dict[str, Line]) -> str:
    """The page."""
    rows = [
        f"| {part.name} | {part.promises} | {often(lines[part.name])} | {lines[part.name]['broke']} "
        f"| {lines[part.name]['minutes']} |"
        for part in PARTS
        if part.name in lines
    ]
    mutants, faults = read(MUTANTS), read(FAULTS)
    missed = sum(line["noticed"] is None for line in mutants)
    rows.append(f"| mistakes planted in the source ([promises.md](promises.md)) | all | {len(mutants)} | {missed} | |")
    runs = max((line["runs"] for line in faults), default=0)
    broken = sum(line["broken"] for line in faults)
    rows.append(f"| faults of several nodes ([faults.md](faults.md)) | 1-8, 10 | {runs} runs of each | {broken} | |")
    return HEAD + "\n".join(rows) + "\n"


def often(line: Line) -> str:
    """What a part has told: names and numbers."""
    told = {name.replace("_", " "): number for name, number in line["told"].items()}
    return ", ".join(f"{number:,} {name}" for name, number in told.items()) or str(line["tests"])


if __name__ == "__main__":
    sys.exit(main())
