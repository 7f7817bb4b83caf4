"""1,000 contacts of whom 200 a second come or go, told by the real server to a page that shows them."""

import asyncio
import itertools
import time

import httpx

from bench.node import Node, People, report

from .house import FRAMES, frames, house, made, visit, write
from .reload import directs

CONTACTS, PER_SECOND, SECONDS, LIMIT = 1000, 200, 10, 50.0


async def measure() -> None:
    """Measure."""
    people = made(CONTACTS + 1, all_know=1)
    for chat, other in zip(directs(people), people.ids[1:], strict=True):
        write(people, [chat], 1, [other])
    async with house(people) as (node, browser):
        page = await visit(node, browser, people.tokens[0])
        await page.evaluate(FRAMES)
        await page.wait_for_timeout(2000)
        idle = await frames(page)
        heard: list[str] = []
        page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: heard.append(str(frame))))
        await page.reload()
        await page.locator("[data-testid=connection-state][data-state=ready]").wait_for(state="attached")
        await page.wait_for_timeout(1000)
        await page.evaluate(FRAMES)
        began = time.perf_counter()
        done = await come_and_go(node, people)
        took = time.perf_counter() - began
        await page.wait_for_timeout(300)
        found = await frames(page)
    told = sum('"status_change"' in frame for frame in heard)
    report("longest frame with 200 status events a second", max(found["longest_ms"], found["gap_p99_ms"]), "ms",
           limit=LIMIT, changes_per_second=round(done / took), events_told=told, idle_gap_p99_ms=idle["gap_p99_ms"],
           ratio_gap_p99=round(found["gap_p99_ms"] / idle["gap_p99_ms"], 2), **found)  # fmt: skip


async def come_and_go(node: Node, people: People) -> int:
    """Calls that make someone come or go, evenly over the time; how many were answered."""
    tokens = itertools.cycle(people.tokens[1:])
    limits = httpx.Limits(max_connections=20)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{node.port}", limits=limits, timeout=30) as http:

        async def change(token: str, word: str) -> None:
            (await http.post(f"/status/{word}", headers={"Authorization": f"Bearer {token}"})).raise_for_status()

        began, calls = time.perf_counter(), []
        for number in range(PER_SECOND * SECONDS):
            word = "online" if number // CONTACTS % 2 == 0 else "offline"
            calls.append(asyncio.create_task(change(next(tokens), word)))
            await asyncio.sleep(max(0.0, began + number / PER_SECOND - time.perf_counter()))
        await asyncio.gather(*calls)
    return len(calls)
