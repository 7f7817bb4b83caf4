"""What the first visit loads: scripts and styles, as gzip and as Brotli, in kB of 1,000 bytes."""

import gzip
import re
from importlib.resources import files

from bench.node import report

LIMIT = 90.0


async def measure() -> None:
    """Measure what `index.html` names, and what those files name in turn."""
    client = files("ryadom.web") / "client"
    waiting = re.findall(r'/assets/([\w.-]+\.(?:js|css))"', (client / "index.html").read_text(encoding="utf-8"))
    known: dict[str, bytes] = {}
    while waiting:
        name = waiting.pop()
        if name in known:
            continue
        known[name] = (client / "assets" / name).read_bytes()
        waiting += re.findall(r'[./"]([\w-]+\.(?:js|css))"', known[name].decode())
    packed = sum(len(gzip.compress(data, 9)) for data in known.values()) / 1000
    brotli = sum(len((client / "assets" / f"{name}.br").read_bytes()) for name in known) / 1000
    report("first load", packed, "kB gzip", limit=LIMIT, brotli_kb=round(brotli, 1), files=len(known),
           plain_kb=round(sum(map(len, known.values())) / 1000, 1))  # fmt: skip
