"""What a page looked like when its test failed."""

from collections.abc import Iterable
from pathlib import Path

from playwright.async_api import Error, Page

from browser.window import Window


async def take_pictures(windows: Iterable[Window], folder: Path) -> None:
    """A picture and the HTML of every open page, and where they are."""
    pages = [page for window in windows for page in window.context.pages]
    for number, page in enumerate(pages, 1):
        try:
            await _take(page, folder / f"page-{number}")
        except Error as error:
            print(f"No picture of {page.url}: {error.message}")
    for window in windows:
        for complaint in window.witness.complaints:
            print(complaint)


async def _take(page: Page, path: Path) -> None:
    await page.screenshot(path=path.with_suffix(".png"), timeout=5_000)
    path.with_suffix(".html").write_text(await page.content(), encoding="utf-8")
    print(f"{page.url}: {path}.png, {path}.html")
