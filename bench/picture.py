"""Draws docs/performance-light.svg and docs/performance-dark.svg out of the lines: `python -m bench.picture`.

A block of bars for each kind of work: Ryadom, the floor, and the best of the other programs, on one logarithmic scale.
"""

import math
from html import escape
from typing import NamedTuple

from .document import DOCS, Line, amount, lines, rivals

WIDTH, LEFT, BARS, END = 880, 28, 304, 706
BAR, GAP, TITLE, BLOCK = 13, 5, 20, 20
PEERS = 3
TIME = {
    "durable 1:1 message, closed loop": "A message from one to another, stored with a sync before it is answered",
    "presence change to 1,000 contacts online, per delivery": "A change of status, for each of 1,000 contacts told",
    "offline/online cycle with 50 contacts online, one after the other": "One goes and comes back, 50 contacts told",
    "typing to one peer": "“Typing…” to one other",
    "read mark, stored, to its author": "A read mark, stored, told to the author",
    "burst of 10 events to 1,000 sockets, per delivery": "10 events at once to 1,000 sockets, for each delivery",
    "connect with a token to hello, presence told to 20 contacts": "A client connects, 20 contacts told",
}
MEMORY = {"idle signed-in socket": "An idle client that is signed in, one of 10,000"}
FONT = "-apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'DejaVu Sans', Arial, sans-serif"


class Theme(NamedTuple):
    """Colours."""

    ground: str
    ink: str
    soft: str
    grid: str
    ours: str
    floor: str
    peer: str
    target: str


THEMES = {
    "light": Theme("#ffffff", "#1f2328", "#59636e", "#e4e8ec", "#1a7f4b", "#9aa4af", "#c9b48a", "#b3261e"),
    "dark": Theme("#0d1117", "#e6edf3", "#9198a1", "#232a33", "#3fb970", "#6b7684", "#8a744a", "#ff8b80"),
}


class Bar(NamedTuple):
    """One bar: whose, how much, and in which role."""

    label: str
    value: float
    role: str


class Block(NamedTuple):
    """One kind of work."""

    title: str
    unit: str
    bars: list[Bar]
    target: float | None


class Scale(NamedTuple):
    """A logarithmic scale, between two exponents of ten."""

    low: float
    high: float

    def x(self, value: float) -> float:
        """Where a value stands."""
        place = (math.log10(value) - self.low) / (self.high - self.low)
        return BARS + place * (END - BARS)

    def ticks(self) -> list[float]:
        """Powers of ten, or 1, 2, 5 of each when these are few."""
        powers = range(math.floor(self.low), math.ceil(self.high) + 1)
        steps = (1, 2, 5) if self.high - self.low < 2 else (1,)
        found = [step * 10.0**power for power in powers for step in steps]
        return [value for value in found if self.low <= math.log10(value) <= self.high]


def blocks(names: dict[str, str], figures: list[Line], peers: list[Line]) -> list[Block]:
    """What there is to draw of these figures."""
    known = {line["name"]: line for line in figures}
    found = []
    for name, title in names.items():
        line = known.get(name)
        if line is None:
            continue
        bars = [Bar("Ryadom", line["value"], "ours")]
        if line.get("reference", "").startswith("C floor"):
            bars.append(Bar("the floor, in C", line["reference_value"], "floor"))
        bars += [Bar(peer["peer"], peer["value"], "peer") for peer in rivals(line, peers)[:PEERS]]
        found.append(Block(title, line["unit"], bars, line.get("target")))
    return found


def scale(some: list[Block]) -> Scale:
    """A scale on which all of these fit."""
    values = [bar.value for block in some for bar in block.bars] + [block.target for block in some if block.target]
    return Scale(math.log10(min(values) / 2), math.log10(max(values) * 1.2))


class Drawing:
    """An SVG that grows downwards."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self.parts: list[str] = []
        self.y = 0.0

    def text(self, x: float, y: float, words: str, *, size: float = 12, ink: str = "", weight: int = 400,
             anchor: str = "start", more: str = "") -> None:  # fmt: skip
        """Words; `more`: what follows in the colour of targets."""
        style = f'font-size="{size}" fill="{ink or self.theme.ink}" font-weight="{weight}" text-anchor="{anchor}"'
        after = f'<tspan dx="9" font-weight="400" fill="{self.theme.target}">{escape(more)}</tspan>' if more else ""
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" {style}>{escape(words)}{after}</text>')

    def rectangle(self, x: float, y: float, width: float, height: float, fill: str, radius: float = 2) -> None:
        """A bar."""
        self.parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{radius}" fill="{fill}"/>'
        )

    def line(self, x: float, top: float, bottom: float, ink: str, width: float = 1) -> None:
        """A line downwards."""
        self.parts.append(
            f'<line x1="{x:.1f}" y1="{top:.1f}" x2="{x:.1f}" y2="{bottom:.1f}" stroke="{ink}" stroke-width="{width}"/>'
        )

    def panel(self, some: list[Block]) -> None:
        """Blocks on a scale of their own, with its grid."""
        steps = scale(some)
        heights = [TITLE + len(block.bars) * (BAR + GAP) + BLOCK for block in some]
        top = self.y + 16
        for value in steps.ticks():
            x = steps.x(value)
            self.text(x, self.y + 10, amount(value, some[0].unit), size=11, ink=self.theme.soft, anchor="middle")
            self.line(x, top, top + sum(heights) - BLOCK + 6, self.theme.grid)
        self.y = top + 8
        for block, height in zip(some, heights, strict=True):
            self.block(block, steps)
            self.y += height

    def block(self, block: Block, steps: Scale) -> None:
        """One kind of work."""
        # The words stand on the grid, so the grid is taken away behind them.
        self.rectangle(LEFT - 4, self.y - 3, 8 + 6.9 * len(block.title), 18, self.theme.ground)
        self.text(LEFT, self.y + 10, block.title, size=13, weight=600)
        y = self.y + TITLE
        for place, bar in enumerate(block.bars):
            ours = bar.role == "ours"
            end = steps.x(bar.value)
            self.text(BARS - 10, y + 10.5, bar.label, weight=600 if ours else 400, anchor="end",
                      ink=self.theme.ink if ours else self.theme.soft)  # fmt: skip
            self.rectangle(BARS, y, end - BARS, BAR, getattr(self.theme, bar.role))
            words, goal, after = amount(bar.value, block.unit), "", end
            if place == 0 and block.target:
                aim = steps.x(block.target)
                self.line(aim, y - 3, y + BAR + 3, self.theme.target, 2.5)
                goal, after = f"target {amount(block.target, block.unit)}", max(end, aim)
            self.rectangle(after + 5, y - 1, 6.9 * len(words + goal) + 14, BAR + 2, self.theme.ground)
            self.text(after + 8, y + 10.5, words, weight=600 if ours else 400, more=goal)
            y += BAR + GAP

    def svg(self, described: str) -> str:
        """The picture."""
        height = self.y + 4
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" '
            f'height="{height:.0f}" font-family="{FONT}" role="img">'
        )
        ground = f'<rect width="{WIDTH}" height="{height:.0f}" rx="8" fill="{self.theme.ground}"/>'
        return "\n".join([head, f"<title>{escape(described)}</title>", ground, *self.parts, "</svg>"]) + "\n"


def draw(theme: Theme, figures: list[Line], peers: list[Line]) -> str:
    """The picture of these lines. The same lines give the same picture."""
    drawing = Drawing(theme)
    title = "CPU time of the whole server, database included, for one unit of work"
    drawing.text(LEFT, 34, title, size=17, weight=600)
    drawing.text(LEFT, 54, "Shorter is better. The scale is logarithmic: mind the numbers above the lines.",
                 ink=theme.soft)  # fmt: skip
    drawing.y = 70
    for names, heading in ((TIME, ""), (MEMORY, "Resident memory")):
        some = blocks(names, figures, peers)
        if some:
            if heading:
                drawing.text(LEFT, drawing.y + 12, heading, size=17, weight=600)
                drawing.y += 28
            drawing.panel(some)
    return drawing.svg(described(figures, title))


def described(figures: list[Line], title: str) -> str:
    """What is in it, for who cannot see it."""
    told = [f"{block.title}: {amount(block.bars[0].value, block.unit)}" for block in blocks(TIME, figures, [])]
    return f"{title}. Ryadom: {'; '.join(told)}."


def made() -> dict[str, str]:
    """Both pictures as the files say now, by file name."""
    figures, peers = lines(DOCS / "performance.jsonl"), lines(DOCS / "peers.jsonl")
    return {f"performance-{name}.svg": draw(theme, figures, peers) for name, theme in THEMES.items()}


def write() -> None:
    """Write both."""
    for name, svg in made().items():
        (DOCS / name).write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    write()
