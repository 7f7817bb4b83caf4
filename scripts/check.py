"""Runs every check and the tests, all of them even when one fails, and says what each cost beside its budget.

    python scripts/check.py [--without NAME ...] [-- what pytest is given]

Exits 1 when one failed. A part that took longer than its budget is said and no failure. pytest runs last, and the
last line printed is its own.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
MOST_SHOWN = 12
"""Tests that failed, which are named once more at the end."""


class Part(NamedTuple):
    """One check: its name, the arguments of the Python that runs it, the seconds that it may take, and its settings."""

    name: str
    command: list[str]
    budget: float
    environment: dict[str, str] = {}  # noqa: RUF012 - nobody changes it


IN_A_DATABASE = [
    f"tests/{name}"
    for name in (
        "auth", "chats", "contacts", "contract", "law", "live", "messages", "presence", "process", "realtime",
        "receipts", "stories", "sync",
    )
]  # fmt: skip
"""Tests of what stores something: they run on either database."""

PYTEST = ["-m", "pytest", "-n", "auto", "--dist", "worksteal"]
"""A process for each core; whoever has nothing left takes from the others."""

PARTS = [
    Part("ruff check", ["-m", "ruff", "check", "--quiet", "."], 5),
    Part("ruff format", ["-m", "ruff", "format", "--quiet", "--check", "."], 5),
    Part("mypy", ["-m", "mypy", "--strict", "--no-error-summary", "src"], 60),
    Part("import-linter", ["-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-logo"], 20),
    Part("audit", ["scripts/audit.py"], 30),
    Part("svelte-check", ["scripts/node.py", "npm", "run", "--silent", "check"], 30),
    Part("vitest", ["scripts/node.py", "npm", "test", "--silent"], 30),
    Part("on PostgreSQL", [*PYTEST, *IN_A_DATABASE], 480, {"RYADOM_TEST_DATABASE": "postgresql"}),
    Part("pytest", PYTEST, 850),
]


def main() -> int:
    """Run the parts that were asked for; the exit status."""
    asked = argparse.ArgumentParser(description="Run every check and the tests.")
    asked.add_argument("--without", nargs="*", default=[], choices=[part.name for part in PARTS])
    asked.add_argument("pytest", nargs="*", help="arguments for pytest")
    given = asked.parse_args()
    failed: list[str] = []
    broken: list[str] = []
    last = ""
    for part in PARTS:
        if part.name in given.without:
            continue
        extra = given.pytest if part.name == "pytest" else []
        began = time.monotonic()
        status, last = run([*part.command, *extra], part.environment, broken)
        if last and part is not PARTS[-1] and "pytest" in part.command:
            print(last, flush=True)
        report(part, time.monotonic() - began, status)
        if status:
            failed.append(part.name)
    # At the end, where it is found, and where it is left when only the end of a long log is kept.
    print("\n".join(broken[:MOST_SHOWN]), flush=True)
    print(f"Failed: {', '.join(failed)}" if failed else "All parts passed.", flush=True)
    if last and "pytest" not in given.without:
        print(last, flush=True)
    return 1 if failed else 0


def run(arguments: list[str], told: dict[str, str], broken: list[str]) -> tuple[int, str]:
    """Run one part, showing what it says as it comes, except for its last line; its status and that line.

    Tests that it says have failed are added to `broken`.
    """
    environment = os.environ | {"PYTHONUNBUFFERED": "1"} | told
    if sys.stdout.isatty():
        environment |= {"FORCE_COLOR": "1"}
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        encoding="utf-8", errors="replace",
    )  # fmt: skip
    last = ""
    for line in lines(process):
        if line.startswith(("FAILED ", "ERROR ")):
            broken.append(line[:200])
        if last:
            print(last, flush=True)
        last = line
    status = process.wait()
    if last and "-m pytest" not in " ".join(arguments):
        print(last, flush=True)
        last = ""
    return status, last


def lines(process: "subprocess.Popen[str]") -> Iterator[str]:
    """What a process says, line by line, without the empty ones."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip():
            yield line.rstrip("\n")


def report(part: Part, seconds: float, status: int) -> None:
    """One line about one part."""
    word = "FAILED" if status else "ok"
    late = "  over its budget" if seconds > part.budget else ""
    print(f"-- {part.name:<14}{word:<7}{seconds:7.1f} s of {part.budget:g} s{late}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
