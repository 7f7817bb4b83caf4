"""Plants mistakes, one at a time, in a copy of the source, and expects a test to notice each; makes docs/promises.md.

    python scripts/mutants.py [--at-once 2] [--only PART_OF_A_NAME] [--page]

What is promised, and the mistakes, stand in tests/mutants/promises.toml. Exits 1 when a mistake was not noticed.
`--page` makes the page of the lines anew; `--only` tries some, and writes nothing.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from json_lines import Line, read, write

ROOT = Path(__file__).resolve().parent.parent
PROMISES = ROOT / "tests" / "mutants" / "promises.toml"
LINES = ROOT / "docs" / "mutants.jsonl"
PAGE = ROOT / "docs" / "promises.md"
COPIED = ("src", "tests", "scripts", "bench", "docs", "web", "pyproject.toml", "README.md", "README.ru.md", "Makefile")
FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+?)(?: - .*)?$", re.MULTILINE)
WITHIN = 90.0
"""Seconds for the tests of one mistake: a test that only hangs has not noticed it."""
HANGS = -1
TESTS_FAILED = 1
"""The exit status of pytest when it ran, and a test failed."""

HEAD = """# Promises

What Ryadom guarantees: each promise with its limits, what keeps it, and a command that tries to break it. Below each
stand mistakes that would break it. `make mutants` plants them one at a time in a copy of the source and runs the tests;
the test that failed first stands beside each. A promise is worth as much as the tests that notice when it is broken.
"""


class Mutant(NamedTuple):
    """A mistake."""

    name: str
    file: str
    old: str
    new: str
    tests: list[str]


class Promise(NamedTuple):
    """What is guaranteed."""

    says: str
    limits: str
    by: str
    tried: str
    mutants: list[Mutant]


def promises() -> list[Promise]:
    """All of them, in the order of the page."""
    given = tomllib.loads(PROMISES.read_text(encoding="utf-8"))["promise"]
    return [
        Promise(one["says"], one["limits"], one["by"], one["tried"], [Mutant(**mutant) for mutant in one["mutant"]])
        for one in given
    ]


def main() -> int:
    """Try what was asked for; the exit status."""
    asked = argparse.ArgumentParser(description="Plant mistakes, and expect that a test notices each.")
    asked.add_argument("--at-once", type=int, default=2)
    asked.add_argument("--only", default="")
    asked.add_argument("--page", action="store_true", help="only make the page of the lines anew")
    given = asked.parse_args()
    if not given.page:
        mutants = [one for promise in promises() for one in promise.mutants if given.only in one.name]
        found = try_all(mutants, given.at_once)
        if found is None:
            return 1
        if given.only:
            return 1 if any(line["noticed"] is None for line in found) else 0
        write(LINES, found)
    PAGE.write_text(page(read(LINES)), encoding="utf-8")
    lines = read(LINES)
    left = [line["name"] for line in lines if line["noticed"] is None]
    print(f"{len(lines) - len(left)} of {len(lines)} mistakes were noticed." + "".join(f"\nNot: {one}" for one in left))
    return 1 if left else 0


def try_all(mutants: list[Mutant], at_once: int) -> list[Line] | None:
    """A line for each mistake; None when the tests fail without any."""
    tests = sorted({test for mutant in mutants for test in mutant.tests})
    with copied() as copy:
        sound = run(copy, tests, 10 * WITHIN)
    if sound.returncode:
        print(
            f"Without any mistake the tests do not pass:\n{sound.stdout[-3000:]}{sound.stderr[-1000:]}", file=sys.stderr
        )
        return None
    with ThreadPoolExecutor(at_once) as several:
        return list(several.map(try_one, mutants))


def try_one(mutant: Mutant) -> Line:
    """Plant one, and run its tests."""
    began = time.monotonic()
    with copied() as copy:
        file = copy / "src" / "ryadom" / mutant.file
        source = file.read_text(encoding="utf-8")
        if source.count(mutant.old) != 1:
            raise SystemExit(f"{mutant.name}: its place is not found once in {mutant.file}")
        file.write_text(source.replace(mutant.old, mutant.new), encoding="utf-8")
        ended = run(copy, mutant.tests, WITHIN)
    found = FAILED.search(ended.stdout)
    noticed = found[1] if ended.returncode == TESTS_FAILED and found else None
    took = time.monotonic() - began
    print(f"{'noticed' if noticed else 'NOT NOTICED':<12}{took:5.1f} s  {mutant.name}  {noticed or ''}", flush=True)
    if noticed is None and ended.returncode:
        print(told(ended), file=sys.stderr)
    return {"name": mutant.name, "noticed": noticed}


@contextmanager
def copied() -> Iterator[Path]:
    """A copy of what the tests need, for a while."""
    with tempfile.TemporaryDirectory(prefix="ryadom-mutant-") as name:
        copy = Path(name)
        for one in COPIED:
            if (ROOT / one).is_dir():
                shutil.copytree(ROOT / one, copy / one, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
            else:
                shutil.copy(ROOT / one, copy / one)
        yield copy


def run(copy: Path, tests: list[str], within: float) -> "subprocess.CompletedProcess[str]":
    """Run tests in a copy: the first that fails ends it. Servers that they start come from there too."""
    environment = os.environ | {"PYTHONPATH": str(copy / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    try:
        return subprocess.run(
            command, cwd=copy, env=environment, capture_output=True, text=True, check=False, timeout=within
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, HANGS, "it hangs", "")


def told(ended: "subprocess.CompletedProcess[str]") -> str:
    """The end of what pytest said."""
    return ended.stdout[-3000:] + ended.stderr[-1000:]


def page(lines: list[Line]) -> str:
    """The page of these lines."""
    noticed = {line["name"]: (line["noticed"] or "").partition("[")[0] for line in lines}
    parts = [HEAD]
    for number, promise in enumerate(promises(), 1):
        rows = "\n".join(
            f"| {mutant.name} | `{mutant.file}` | `{noticed.get(mutant.name) or 'NOT NOTICED'}` |"
            for mutant in promise.mutants
        )
        parts.append(
            f"## {number}. {promise.says}\n\n*Limits.* {promise.limits}  \n*Kept by* {promise.by}  \n"
            f"*Tried by* `{promise.tried}`\n\n| Planted mistake | In | Noticed by |\n| --- | --- | --- |\n{rows}\n"
        )
    return "\n".join(parts)


if __name__ == "__main__":
    sys.exit(main())
