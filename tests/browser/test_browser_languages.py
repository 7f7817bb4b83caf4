"""Russian and English: every word follows, plurals and times are right."""

import re

from playwright.async_api import Page, expect

from browser.house import House

LATIN = re.compile(r"[A-Za-z]{3,}")
CYRILLIC = re.compile(r"[А-Яа-яЁё]{3,}")
SAME_EVERYWHERE = re.compile(r"Ryadom|English|Русский|Chrome|Windows|Linux|Headless|Ctrl|REST|API|OpenAPI|AsyncAPI|SVG")

WORDS = """() => {
  const found = []
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node; (node = texts.nextNode()); ) {
    const parent = node.parentElement
    if (parent.closest('script, style, noscript, [data-own], [dir=auto], [lang]:not(html)')) continue
    if (node.data.trim() && parent.checkVisibility()) found.push(node.data.trim())
  }
  for (const one of document.querySelectorAll('[aria-label], [title], [placeholder]')) {
    if (one.closest('[dir=auto], [lang]:not(html)')) continue
    found.push(...['aria-label', 'title', 'placeholder'].map((name) => one.getAttribute(name)).filter(Boolean))
  }
  return found
}"""


async def foreign(page: Page, language: str) -> list[str]:
    """The words of the page that are in the other language."""
    wrong = LATIN if language == "ru" else CYRILLIC
    words: list[str] = await page.evaluate(WORDS)
    return [word for word in words if wrong.search(SAME_EVERYWHERE.sub("", word))]


async def everywhere(house: House, language: str) -> list[str]:
    """Foreign words on any page of the client."""
    names = ("анна", "борис") if language == "ru" else ("anna", "boris")
    anna, boris = await house.neighbours("anna", "boris")
    for one, name in zip((anna, boris), names, strict=True):
        await one.web.call("PATCH", "/users/me", {"display_name": name})
    greeting = "привет" if language == "ru" else "hello"
    chat = await house.direct(anna, boris)
    group = await house.group(anna, boris, title=greeting)
    await boris.web.write(chat, greeting)
    await boris.web.write(group, greeting)
    start = await (await house.window(language=language)).open()
    await start.is_signed_out()
    found = await foreign(start.page, language)
    await start.get("register").click()
    found += await foreign(start.page, language)
    tab = await house.tab(anna, language=language)
    found += await foreign(tab.page, language)
    for one in (chat, group):
        await tab.enter(one)
        await expect(tab.messages.first).to_be_visible()
        found += await foreign(tab.page, language)
        await tab.header.click()
        await expect(tab.get("mute")).to_be_visible()
        found += await foreign(tab.page, language)
        await tab.page.keyboard.press("Escape")
    for panel in ("people", "new-group", "new-channel", "settings", "profile", "devices", "blocked"):
        await tab.page.goto(f"{house.url}/#panel={panel}")
        await expect(tab.page.locator("section.panel, [role=region]").first).to_be_visible()
        found += [f"{panel}: {word}" for word in await foreign(tab.page, language)]
    return [word for word in found if not re.search(r"@(anna|boris)|script", word)]


async def test_in_russian_everything_is_russian(house: House) -> None:
    assert await everywhere(house, "ru") == []


async def test_in_english_everything_is_english(house: House) -> None:
    assert await everywhere(house, "en") == []


async def test_russian_plurals_follow_the_number(house: House) -> None:
    names = [f"guest{number:02}" for number in range(1, 22)]
    anna, *guests = await house.neighbours(*names[:6])
    chat = await house.group(anna, title="Хор")
    tab = await house.tab(anna, language="ru")
    await tab.enter(chat)
    await expect(tab.header).to_contain_text("1 участник, 1 в сети")
    for count, words in ((2, "2 участника"), (5, "5 участников")):
        for guest in guests[count - 2 if count == 2 else 1 : count - 1]:
            await anna.web.post(f"/chats/{chat['id']}/members", {"user_id": guest.id})
        await expect(tab.header).to_contain_text(f"{words}, 1 в сети")


async def test_russian_dots_and_times_are_in_words(house: House) -> None:
    anna, boris = await house.neighbours("anna", "boris")
    chat = await house.direct(anna, boris)
    laptop = await boris.device("laptop")
    tab = await house.tab(anna, language="ru")
    await expect(tab.row(chat).get_by_role("img", name="в сети", exact=True)).to_be_visible()
    await laptop.socket.send(type="typing_start", chat_id=chat["id"])
    await expect(tab.row(chat).get_by_test_id("typing")).to_have_text("печатает…")
    await laptop.socket.close()
    await house.advance(300)
    await tab.reload()
    await expect(tab.row(chat).get_by_test_id("last-seen")).to_have_text("был(а) 5 минут назад")
    await expect(tab.row(chat).get_by_role("img", name="не в сети", exact=True)).to_be_visible()
    await boris.web.write(chat, "раз")
    await expect(tab.badge(chat)).to_contain_text("1 непрочитанное сообщение")
    for word in ("два", "три", "четыре", "пять"):
        await boris.web.write(chat, word)
    await expect(tab.badge(chat)).to_contain_text("5 непрочитанных сообщений")


async def test_the_start_page_speaks_either_language(house: House) -> None:
    tab = await (await house.window(language="ru")).open()
    await expect(tab.page.locator("html")).to_have_attribute("lang", "ru")
    await expect(tab.get("register")).to_have_text("Создать учётную запись")
    await tab.page.get_by_role("button", name="English").click()
    await expect(tab.get("register")).to_have_text("Create account")
    await expect(tab.page.locator("html")).to_have_attribute("lang", "en")
