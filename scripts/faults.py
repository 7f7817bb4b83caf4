"""Tries every fault of several nodes again and again, and makes docs/faults.md of the worst that was seen.

    python scripts/faults.py [--runs 20] [--at-once 2] [-- what pytest is given]

Each run has servers and nodes of its own. Several at once make the machine busy, which is no help to any promise. A run
that fails counts, and stands on the page. Exits 1 when one failed. `--page` makes the page of the lines anew.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from xml.etree import ElementTree

from json_lines import Line, read, write

ROOT = Path(__file__).resolve().parent.parent
TESTS = "tests/nodes/test_nodes_faults.py"
LINES = ROOT / "docs" / "faults.jsonl"
PAGE = ROOT / "docs" / "faults.md"

HEAD = """# What goes wrong, and what was seen

Three nodes, PostgreSQL and Redis, each a process of its own on one machine, and people who are connected to them. Where
it says so in the test, two of them write all the time. Each fault was tried many times by

    make faults

which ends with this page; `pytest -s {tests}` tries each once. A promise is broken when one run breaks it.
Where nothing is promised, the figure is told all the same.

| Fault | What is looked at | Promised | Worst | Median | Runs | Broken |
|---|---|--:|--:|--:|--:|--:|
"""


def main() -> int:
    """Try all of it; the exit status."""
    asked = argparse.ArgumentParser(description="Try every fault of several nodes again and again.")
    asked.add_argument("--runs", type=int, default=20)
    asked.add_argument("--at-once", type=int, default=2)
    asked.add_argument("--page", action="store_true", help="only make the page of the lines anew")
    asked.add_argument("pytest", nargs="*", help="arguments for pytest")
    given = asked.parse_args()
    if not given.page:
        with ThreadPoolExecutor(given.at_once) as several:
            reports = list(several.map(lambda number: run(number, given.pytest), range(given.runs)))
        lines = sum_up(reports)
        write(LINES, lines)
    PAGE.write_text(page(read(LINES)), encoding="utf-8")
    print(page(read(LINES)))
    return 1 if any(line["broken"] for line in read(LINES)) else 0


def run(number: int, arguments: list[str]) -> ElementTree.Element:
    """One run of all faults; pytest's report of it."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        told = ["-o", "junit_family=xunit1", f"--junitxml={report}"]
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", TESTS, *told, *arguments]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if ended.returncode:
            print(ended.stdout, file=sys.stderr)
        print(f"run {number + 1}: {ended.stdout.strip().splitlines()[-1]}", flush=True)
        return ElementTree.parse(report).getroot()  # noqa: S314 - pytest has just written it


def sum_up(reports: Iterable[ElementTree.Element]) -> list[Line]:
    """One line for each promise: what was seen of it in all runs. A test that failed breaks what it did not come to."""
    found: dict[tuple[str, str, str], list[Line]] = defaultdict(list)
    tries: dict[str, int] = defaultdict(int)
    failures: dict[str, int] = defaultdict(int)
    for report in reports:
        for case in report.iter("testcase"):
            test = str(case.get("name"))
            tries[test] += 1
            if case.find("failure") is not None or case.find("error") is not None:
                failures[test] += 1
                lost = {"fault": test, "promise": "runs that failed", "value": 1, "at_most": 0, "unit": ""}
                found[test, test, lost["promise"]].append(lost)
            for told in case.iter("property"):
                line = json.loads(str(told.get("value")))
                found[test, line["fault"], line["promise"]].append(line)
    return [
        {
            "fault": fault, "promise": promise, "at_most": lines[0]["at_most"], "unit": lines[0]["unit"],
            "worst": round(max(line["value"] for line in lines), 3),
            "median": round(median(line["value"] for line in lines), 3),
            "runs": tries[test], "broken": failures[test], "test": test,
        }
        for (test, fault, promise), lines in found.items()
    ]  # fmt: skip


def page(lines: list[Line]) -> str:
    """The page of these lines."""
    rows, before = [], ""
    for line in lines:
        fault = "" if line["fault"] == before else line["fault"]
        before = line["fault"]
        promised = "" if line["at_most"] is None else f"≤ {amount(line, 'at_most')}" if line["at_most"] else "0"
        cells = [fault, line["promise"], promised, amount(line, "worst"), amount(line, "median")]
        rows.append("| " + " | ".join([*cells, str(line["runs"]), str(line["broken"])]) + " |\n")
    return HEAD.format(tests=TESTS) + "".join(rows)


def amount(line: Line, which: str) -> str:
    """A figure with its unit."""
    return f"{line[which]:.3g} {line['unit']}".rstrip()


if __name__ == "__main__":
    sys.exit(main())
