"""A server with people and messages in it, and a page of the first of them."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Page, async_playwright

from bench.node import Node, People, folder
from ryadom.auth.bearer import COOKIE
from ryadom.clock import Clock
from ryadom.db.tx import Tx
from ryadom.messages.actions import Send, send_many

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
VIEW = {"width": 1280, "height": 800}
BATCH = 1000

FRAMES = """() => {
  const frames = (window.benchFrames = { gaps: [], long: [] })
  let last = performance.now()
  const step = (now) => {
    frames.gaps.push(now - last)
    last = now
    requestAnimationFrame(step)
  }
  requestAnimationFrame(step)
  new PerformanceObserver((list) => frames.long.push(...list.getEntries().map((entry) => entry.duration)))
    .observe({ type: 'long-animation-frame' })
}"""
"""Begins to note every frame: the time since the one before, and how long those took that took over 50 ms."""


def write(people: People, chats: list[int], each: int, senders: list[int]) -> None:
    """Messages in these chats, `each` in every one, by the senders in turn."""
    connection = sqlite3.connect(people.data / "ryadom.db", isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("BEGIN")
    tx = Tx(connection, Clock().utcnow())
    items = [
        Send(senders[(place + number) % len(senders)], chat, text(number), None, None, None)
        for place, chat in enumerate(chats)
        for number in range(each)
    ]
    for start in range(0, len(items), BATCH):
        send_many(tx, items[start : start + BATCH])
    connection.execute("COMMIT")
    connection.close()


def text(number: int) -> str:
    """Texts of all lengths, some with lines and links."""
    words = " ".join(["word", "someone", "a", "evening", "перед", "the", "walk"][: 1 + number % 7])
    tail = ("", f"\nand line {number}", " https://example.org/path", " " + words * (number % 5))[number % 4]
    return f"{number}: {words}{tail}"


@asynccontextmanager
async def house(people: People) -> AsyncIterator[tuple[Node, Browser]]:
    """The server of these people, and a browser."""
    node = Node(people.data)
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            yield node, browser
            await browser.close()
    finally:
        node.stop()


async def visit(node: Node, browser: Browser, token: str) -> Page:
    """A page of whoever has this token, with its list shown."""
    context = await browser.new_context(viewport=VIEW, locale="en-GB")
    await context.add_cookies([{"name": COOKIE, "value": token, "url": f"http://127.0.0.1:{node.port}"}])
    page = await context.new_page()
    await page.goto(f"http://127.0.0.1:{node.port}/")
    await page.get_by_test_id("chat-row").first.wait_for()
    return page


async def frames(page: Page) -> dict[str, float]:
    """What was noted: the longest frame in ms, the 99th percentile of the gaps, and how many took over 50 ms."""
    noted = await page.evaluate("() => window.benchFrames")
    gaps = sorted(noted["gaps"][1:])
    return {
        "longest_ms": round(max([0.0, *noted["long"]]), 1), "over_50_ms": len(noted["long"]), "frames": len(gaps),
        "gap_p50_ms": round(gaps[len(gaps) // 2], 1), "gap_p99_ms": round(gaps[int(len(gaps) * 0.99)], 1),
        "gap_max_ms": round(gaps[-1], 1),
    }  # fmt: skip


def made(count: int, **more: bool | int) -> People:
    """People in a new folder."""
    people = People(folder())
    people.fill(count, **more)  # type: ignore[arg-type]
    return people
