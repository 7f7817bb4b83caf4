"""A chat of 50,000 messages: scrolled up with the wheel, by whole screens, and back; the longest frame on the way."""

import re

import httpx
from playwright.async_api import Page

from bench.node import Node, People, report

from .house import FRAMES, frames, house, made, visit, write

MESSAGES, WHEELS, LIMIT = 50_000, 400, 50.0


async def measure() -> None:
    """Measure."""
    people = made(2, direct_pairs=True)
    write(people, people.chat_ids, MESSAGES, people.ids)
    async with house(people) as (node, browser):
        read_all(node, people)
        page = await visit(node, browser, people.tokens[0])
        await page.evaluate(FRAMES)
        await page.wait_for_timeout(2000)
        idle = await frames(page)
        await page.get_by_test_id("chat-row").click()
        await page.get_by_test_id("message").first.wait_for()
        await page.evaluate(FRAMES)
        before = await first(page)
        await page.mouse.move(900, 400)
        for _ in range(WHEELS):
            await page.mouse.wheel(0, -700)
            await page.wait_for_timeout(16)
        reached = await first(page)
        for _ in range(WHEELS):
            await page.mouse.wheel(0, 900)
            await page.wait_for_timeout(16)
        found = await frames(page)
        drawn = await page.get_by_test_id("message").count()
    report("longest frame while a chat of 50,000 messages scrolls", max(found["longest_ms"], found["gap_p99_ms"]), "ms",
           limit=LIMIT, scrolled_messages=before - reached, drawn_messages=drawn, idle_gap_p99_ms=idle["gap_p99_ms"],
           ratio_gap_p99=round(found["gap_p99_ms"] / idle["gap_p99_ms"], 2), **found)  # fmt: skip


def read_all(node: Node, people: People) -> None:
    """The viewer has read everything, so the chat opens at its end."""
    http = httpx.Client(
        base_url=f"http://127.0.0.1:{node.port}", headers={"Authorization": f"Bearer {people.tokens[0]}"}
    )
    last = http.get("/chats").json()[0]["last_message"]
    http.post("/status/read", json={"chat_id": last["chat_id"], "message_id": last["id"]}).raise_for_status()


async def first(page: Page) -> int:
    """The number of the first message that is drawn, out of its text."""
    words = await page.get_by_test_id("message").first.inner_text()
    found = re.search(r"^(\d+): ", words, re.MULTILINE)
    assert found is not None, words
    return int(found[1])
