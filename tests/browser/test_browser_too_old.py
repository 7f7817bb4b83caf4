"""A browser that cannot run the client is told so, in both languages, and shown nothing else. `docs/browsers.md`"""

import pytest
from playwright.async_api import expect

from browser.house import House

EN = "This browser is too old for Ryadom. Please update it, or use another one."
RU = "Этот браузер слишком старый для Ryadom. Обновите его или откройте страницу в другом."

LACKS = [
    "delete Array.prototype.findLast",
    "delete Intl.Segmenter",
    "delete AbortSignal.timeout",
    "delete HTMLScriptElement.prototype.noModule",
    "CSS.supports = () => false",
]


@pytest.mark.parametrize("lack", LACKS)
async def test_a_browser_that_lacks_something_is_told_so(house: House, lack: str) -> None:
    context = await house.browser.new_context()
    page = await context.new_page()
    await page.add_init_script(lack)
    await page.goto(house.url)
    for text in (EN, RU):
        await expect(page.get_by_text(text)).to_be_visible()
    await expect(page.locator("#app")).to_be_hidden()
    await context.close()


async def test_a_browser_that_lacks_nothing_is_not(house: House) -> None:
    tab = await (await house.window()).open()
    await expect(tab.page.locator("#app form")).to_be_visible()
    await expect(tab.page.get_by_text(EN)).to_be_hidden()


async def test_without_javascript_the_page_says_what_it_needs(house: House) -> None:
    context = await house.browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(house.url)
    texts = {"en": "Ryadom needs JavaScript.", "ru": "Для работы Ryadom нужен JavaScript."}
    for language, text in texts.items():
        said = page.locator(f"noscript [lang={language}]")
        await expect(said).to_be_visible()
        assert await said.text_content() == text
    await context.close()
