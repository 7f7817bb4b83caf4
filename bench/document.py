"""Makes docs/performance.md out of its lines, those of other programs and bench/text.md: `python -m bench.document`."""

import json
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
TEXT = ROOT / "bench" / "text.md"
Line = dict[str, Any]

INTRO = """# Performance

What Ryadom's work costs, end to end through the real server: signed in, checked, stored. Every figure is a line of
[performance.jsonl](performance.jsonl), written by the command beside it; this page and the pictures are made from those
lines by `python -m bench.document` and `python -m bench.picture`, and nobody edits them by hand.

![CPU time per unit of work: Ryadom, the floor and other programs](performance-light.svg)

## How it is measured

The server is pinned to one core and the load client, a program in C, to another. CPU is user and system time of all
server processes, database included, per unit of work. The floor is a program in C too, which knows no people and no
rules: it takes the same frames, syncs the disk where we do, and writes ready-made bytes of the same length, so it shows
what the kernel asks for. It runs on the same core, in turn with the server; medians are given. Rate limits are off,
except where their cost is the figure.
"""


def lines(path: Path) -> list[Line]:
    """The lines of a file, none when it is not there."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def page(figures: list[Line], peers: list[Line], text: str) -> str:
    """The whole page. The same lines give the same page."""
    rows = [line for line in figures if "curve" not in line]
    aims = [line for line in rows if "target" in line or goals(line)]
    parts = [
        INTRO, machines(figures), *section("## What was to be reached\n", results(aims)),
        *section("### In detail\n", details(aims)),
        *section("## Beside other programs\n", against(aims, peers)),
        *section(PROCESSORS, processors(aims, peers)),
        *section("## More figures\n", results([line for line in rows if line not in aims])),
        *section("## How cost grows\n", "\n".join(curve(line) for line in figures if "curve" in line)),
        text, REPEAT,
    ]  # fmt: skip
    return "\n".join(part for part in parts if part).rstrip() + "\n"


PROCESSORS = """## What the processor does

The targets were set on another machine. Other programs were measured on that processor too: how many times as much
they needed here, for the same work, the middle one of them, and the target times that.
"""
REPEAT = """## How to repeat it

Linux with two cores, Python 3.11 or newer and gcc. `make bench` measures everything and writes the lines and this page
anew; it takes less than an hour, and nothing else should run meanwhile. `make bench-quick` is the short form of less
than two minutes, which writes nothing. One command: `.venv/bin/python -m bench.typing`, with the name that stands in
the table; `--runs=1` is for a first look.
"""


def machines(figures: list[Line]) -> str:
    """What it was measured on."""
    found = {json.dumps([line["machine"], line["versions"]], sort_keys=True) for line in figures}
    told = []
    for one in sorted(found):
        machine, versions = json.loads(one)
        names = ", ".join(f"{name} {version}" for name, version in versions.items())
        told.append(f"{machine['cpu']}, {machine['cores']} cores, Linux {machine['kernel']}; {names}.")
    return "Measured on: " + " And: ".join(told) + "\n" if told else ""


def section(heading: str, body: str) -> list[str]:
    """A heading with something below it, or nothing."""
    return [heading, body] if body else []


def table(head: Iterable[str], rows: list[list[str]]) -> str:
    """A Markdown table; empty without rows."""
    if not rows:
        return ""
    head = list(head)
    dashes = ["---", *["---:" for _ in head[1:]]]
    return "".join("| " + " | ".join(cells) + " |\n" for cells in (head, dashes, *rows))


def results(figures: list[Line]) -> str:
    """What was found beside what was to be reached."""
    rows = [
        [
            line["name"], goal(line), "**" + amount(line["value"], line["unit"]) + "**", *beside(line), reached(line),
        ]
        for line in figures
    ]  # fmt: skip
    return table(["What", "Target", "Ryadom", "Beside it", "Ratio", "Reached"], rows)


def beside(line: Line) -> tuple[str, str]:
    """The reference and the ratio to it."""
    if "reference_value" not in line:
        return "", ""
    return f"{amount(line['reference_value'], line['unit'])} ({line['reference']})", f"{number(line['ratio'])} ×"


def details(figures: list[Line]) -> str:
    """How fast, how soon, and how busy both cores were."""
    rows = [
        [
            line["name"], rate(line), milliseconds(line, "p50_ms"), milliseconds(line, "p99_ms"),
            share(line, "server_cpu"), share(line, "client_cpu"), str(line.get("runs", "")),
            f"`python -m bench.{line['bench']}`",
        ]
        for line in figures
    ]  # fmt: skip
    head = ["What", "A second", "p50", "p99", "Server's core", "Client's core", "Runs", "Command"]
    return table(head, rows)


def against(figures: list[Line], peers: list[Line]) -> str:
    """Other programs on the same work, the cheapest first.

    bench/peers writes their lines: `name` as Ryadom's line has it, `peer` the program, `value`, `unit`, `rate`.
    """
    rows = []
    for line in figures:
        for peer in rivals(line, peers):
            times = peer["value"] / line["value"]
            told = amount(peer["value"], peer.get("unit", line["unit"]))
            rows.append([line["name"], peer["peer"], told, rate(peer), f"{number(times)} ×"])
    return table(["What", "Program", "It needs", "A second", "Ryadom's"], rows)


def rivals(line: Line, peers: list[Line]) -> list[Line]:
    """The programs that did this work on the same machine, the cheapest first: on another it costs something else."""
    same = (peer for peer in peers if peer["name"] == line["name"] and host(peer) == host(line))
    return sorted(same, key=lambda peer: peer["value"])


def host(line: Line) -> tuple[str, str]:
    """What kind of machine it was: of a virtual one the processor's name says too little, and the kernel more."""
    return line["machine"]["cpu"], line["machine"]["kernel"]


def processors(figures: list[Line], peers: list[Line]) -> str:
    """How much more the other programs needed on the processor of these figures than on any other they were on."""
    rows = []
    for line in figures:
        cpu, name = line["machine"]["cpu"], line["name"]
        elsewhere = {one["peer"]: one["value"] for one in peers if one["name"] == name and one["machine"]["cpu"] != cpu}
        times = [one["value"] / elsewhere[one["peer"]] for one in rivals(line, peers) if one["peer"] in elsewhere]
        if times and "target" in line and line["unit"] == "CPU µs":
            factor = median(times)
            moved = factor * line["target"]
            rows.append([
                name, str(len(times)), f"{number(min(times))}–{number(max(times))} ×", f"{number(factor)} ×",
                amount(moved, line["unit"]), amount(line["value"], line["unit"]),
                "yes" if line["value"] <= moved else "no",
            ])  # fmt: skip
    head = ["What", "Programs", "From, to", "The middle", "Target times that", "Ryadom", "Within"]
    return table(head, rows)


def curve(line: Line) -> str:
    """A curve as a small table."""
    heads = [number(point[0]) for point in line["curve"]]
    values = [amount(point[1], line["unit"]) for point in line["curve"]]
    promise = f"; promised: {line['promise']}" if line.get("promise") else ""
    rows = [[unit_of(line["unit"]), *values]]
    if "further" in line:
        further = {size: amount(cost, line["unit"]) for size, cost in line["further"]}
        rows.append(["Each one more", *(further.get(point[0], "") for point in line["curve"])])
    shown = table([line["curve_of"].capitalize(), *heads], rows)
    return f"**{line['name']}**{promise}. `python -m bench.{line['bench']}`\n\n{shown}"


def goals(line: Line) -> list[tuple[str, float, float, bool]]:
    """What was to be reached besides the value: (words, found, asked, whether more is better)."""
    asked = [
        ("target_rate", "rate", "≥ {} /s", True), ("target_p50_ms", "p50_ms", "p50 ≤ {} ms", False),
        ("target_p99_ms", "p99_ms", "p99 ≤ {} ms", False), ("target_ratio", "ratio", "≤ {} of the floor", False),
    ]  # fmt: skip
    return [
        (words.format(number(line[key])), line[found], line[key], more)
        for key, found, words, more in asked if key in line and found in line
    ]  # fmt: skip


def goal(line: Line) -> str:
    """The target in words."""
    own = [f"≤ {amount(line['target'], line['unit'])}"] if "target" in line else []
    return ", ".join([*own, *(words for words, *_ in goals(line))])


def reached(line: Line) -> str:
    """Whether all of the target was reached."""
    if not goal(line):
        return ""
    own = line["value"] <= line.get("target", line["value"])
    return (
        "yes"
        if own and all(found >= asked if more else found <= asked for _, found, asked, more in goals(line))
        else "no"
    )


def amount(value: float, unit: str) -> str:
    """A value with its unit, as people write it."""
    if unit == "CPU µs":
        return f"{number(value)} µs" if value < 1000 else f"{number(value / 1000)} ms"
    if unit == "% of a core":
        return f"{number(value)} % of a core"
    return f"{number(value)} {unit}"


def unit_of(unit: str) -> str:
    """What a curve's values are."""
    return "CPU" if unit == "CPU µs" else "Time" if unit in ("ns", "ms", "s") else "Memory"


def number(value: float) -> str:
    """Three digits that count."""
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{float(f'{value:.3g}'):g}"


def rate(line: Line) -> str:
    """How many a second."""
    return number(float(f"{line['rate']:.3g}")) if "rate" in line else ""


def milliseconds(line: Line, key: str) -> str:
    """A latency."""
    return f"{number(line[key])} ms" if key in line else ""


def share(line: Line, key: str) -> str:
    """A share of a core in percent."""
    return f"{100 * line[key]:.0f} %" if key in line else ""


def made() -> str:
    """The page as the files say now."""
    text = TEXT.read_text(encoding="utf-8") if TEXT.exists() else ""
    return page(lines(DOCS / "performance.jsonl"), lines(DOCS / "peers.jsonl"), text)


def write() -> None:
    """Write the page."""
    (DOCS / "performance.md").write_text(made(), encoding="utf-8")


if __name__ == "__main__":
    write()
