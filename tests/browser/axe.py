"""axe-core, which finds what keeps people from using a page."""

from pathlib import Path
from typing import Any

from playwright.async_api import Page

SCRIPT = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"

_RUN = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ['violations'] })
  const where = ({ html, failureSummary }) => [html.slice(0, 300), failureSummary]
  return violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map(where) }))
}"""


async def violations(page: Page) -> list[Any]:
    """What axe finds wrong with what is shown, each with its rule and where it is."""
    # Not as a script of the page: its policy forbids that.
    if not await page.evaluate("typeof axe === 'object'"):
        await page.evaluate(SCRIPT.read_text(encoding="utf-8"))
    found: list[Any] = await page.evaluate(_RUN)
    return found
