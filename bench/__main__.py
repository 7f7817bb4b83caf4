"""Measures everything: `python -m bench [NAME ...] [--quick] [--runs=N]`, each figure a line of JSON.

The long form puts its lines into docs/performance.jsonl, in the place of those with the same name, and makes the pages
and the pictures from it anew. The short form prints the lines and a summary, and keeps nothing.
"""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from . import document, picture, scale

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "docs" / "performance.jsonl"
ALL = (
    "messages", "postgres", "nodes", "presence", "typing", "reads", "burst", "idle", "connect", "storm", "rest",
    "limits", "lengths", "crowds", "sweep", "bare", "cold",
)  # fmt: skip
"""Every bench, in the order of the page."""
LONG = ("bare", "cold")
"""Those that the short form measures only when it is asked for them by name."""


def main() -> int:
    """Run what was asked for; 1 when something could not be measured."""
    options = [word for word in sys.argv[1:] if word.startswith("--")]
    quick = "--quick" in options
    names = [word for word in sys.argv[1:] if not word.startswith("--")]
    names = names or [name for name in ALL if not (quick and name in LONG)]
    unknown = sorted(set(names) - set(ALL))
    if unknown:
        print(f"There is no bench called {', '.join(unknown)}. There are: {', '.join(ALL)}", file=sys.stderr)
        return 2
    failed, found = [], []
    for name in names:
        lines, status = run(name, options)
        found += lines
        if status:
            failed.append(name)
        elif not quick:
            keep(name, lines)
    print("\n".join(summary(found)), flush=True)
    if not quick:
        document.write()
        picture.write()
        scale.write()
    if failed:
        print(f"These could not be measured: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def run(name: str, options: list[str]) -> tuple[list[dict[str, Any]], int]:
    """Run one bench, printing what it says as it comes; its lines, and its exit status."""
    lines, began = [], time.monotonic()
    command = [sys.executable, "-m", f"bench.{name}", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(json.loads(line))
    print(f"-- {name}: {time.monotonic() - began:.1f} s", file=sys.stderr, flush=True)
    return lines, process.returncode


def keep(name: str, lines: list[dict[str, Any]]) -> None:
    """Put the lines of one bench in the place of those that it has written before."""
    kept = document.lines(KEPT)
    others = [line for line in kept if line["bench"] != name]
    everything = sorted([*others, *lines], key=lambda line: ALL.index(line["bench"]))
    KEPT.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in everything), encoding="utf-8")


def summary(found: list[dict[str, Any]]) -> list[str]:
    """One line for people about each figure."""
    widest = max((len(line["name"]) for line in found), default=0)
    told = []
    for line in found:
        ratio = f"  {line['ratio']:g} × {line['reference']}" if "ratio" in line else ""
        target = f"  (target {line['target']:g})" if "target" in line else ""
        told.append(f"{line['name']:<{widest}}  {line['value']:>8g} {line['unit']}{target}{ratio}")
    return told


if __name__ == "__main__":
    sys.exit(main())
