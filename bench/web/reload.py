"""A reload with 500 chats: from the navigation's start until the list is painted, beside a plain page's own time."""

import sqlite3
import statistics

from playwright.async_api import Page

from bench.node import People, report
from ryadom.chats import actions as chats
from ryadom.clock import Clock
from ryadom.db.tx import Tx

from .house import house, made, visit, write

CHATS, TIMES, LIMIT = 500, 15, 300.0

SHOWN = """() => new Promise((resolve) => {
  const look = () => document.querySelector('[data-testid=chat-row]')
    ? requestAnimationFrame(() => setTimeout(() => resolve(performance.now())))
    : requestAnimationFrame(look)
  look()
})"""
"""Milliseconds from the navigation's start until after the frame that shows the first row."""


def directs(people: People) -> list[int]:
    """Direct chats of the first of them with all others."""
    connection = sqlite3.connect(people.data / "ryadom.db", isolation_level=None)
    connection.execute("BEGIN")
    tx = Tx(connection, Clock().utcnow())
    made_chats = [chats._open_direct(tx, people.ids[0], other)[0].id for other in people.ids[1:]]
    connection.execute("COMMIT")
    connection.close()
    return made_chats


async def measure() -> None:
    """Measure."""
    people = made(CHATS + 1, all_know=1)
    for chat, other in zip(directs(people), people.ids[1:], strict=True):
        write(people, [chat], 3, [other])
    async with house(people) as (node, browser):
        page = await visit(node, browser, people.tokens[0])
        await page.locator("[data-testid=connection-state][data-state=ready]").wait_for(state="attached")
        await page.wait_for_function("async () => (await indexedDB.databases()).length > 0")
        times = [await once(page) for _ in range(TIMES)]
        plain = await browser.new_page()
        plains = [await plainly(plain, f"http://127.0.0.1:{node.port}/docs") for _ in range(TIMES)]
    shown, beside = statistics.median(times), statistics.median(plains)
    report("list shown on a reload with 500 chats", shown, "ms", limit=LIMIT, worst_ms=round(max(times)),
           plain_page_ms=round(beside, 1), ratio=round(shown / beside, 2))  # fmt: skip


async def once(page: Page) -> float:
    """One reload, after as long as it takes to keep what was shown."""
    await page.wait_for_timeout(1000)
    await page.reload(wait_until="commit")
    found: float = await page.evaluate(SHOWN)
    await page.locator("[data-testid=connection-state][data-state=ready]").wait_for(state="attached")
    return found


async def plainly(page: Page, url: str) -> float:
    """A page without scripts that matter, until it is painted."""
    await page.goto(url, wait_until="commit")
    found: float = await page.evaluate(
        "() => new Promise((resolve) => { const look = () => document.readyState === 'complete' ? "
        "requestAnimationFrame(() => setTimeout(() => resolve(performance.now()))) : requestAnimationFrame(look); "
        "look() })"
    )
    return found
