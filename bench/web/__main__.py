"""What the browser client costs: `python -m bench.web [size reload scroll statuses]`, all of them if none is named.

Needs the built client (`make web`) and Debian's Chromium. One line of JSON each; what counts is the ratio to something
that was measured in the same run, since machines differ and are noisy.
"""

import asyncio
import sys

from . import reload, scroll, size, statuses

PARTS = {"size": size.measure, "reload": reload.measure, "scroll": scroll.measure, "statuses": statuses.measure}


async def main(names: list[str]) -> None:
    """Run the parts that were named."""
    for name in names or PARTS:
        await PARTS[name]()


asyncio.run(main(sys.argv[1:]))
