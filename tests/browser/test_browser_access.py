"""Nothing keeps anybody out: axe finds nothing, a screen reader hears what happens."""

from typing import Literal

import pytest
from playwright.async_api import expect

from browser.axe import violations
from browser.house import House
from browser.tab import Tab

THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
each_width = pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
STILL = "() => document.getAnimations().every((one) => one.effect.getTiming().iterations === Infinity)"


async def check(tab: Tab) -> None:
    """axe finds nothing, in either theme, once nothing moves any more."""
    for theme in THEMES:
        await tab.page.emulate_media(color_scheme=theme)
        await tab.page.locator(f'html[data-theme="{theme}"]').wait_for()
        await tab.waits(STILL)
        assert await violations(tab.page) == [], theme


@each_width
async def test_axe_finds_nothing_where_one_signs_in(house: House, phone: bool) -> None:
    first = await (await house.window(phone=phone)).open()
    await expect(first.get("register")).to_be_visible()
    await check(first)
    await house.newcomers("alice")
    await first.page.reload()
    await first.is_signed_out()
    await check(first)
    await first.get("sign-in").click()
    await expect(first.page.get_by_role("alert")).to_be_visible()
    await check(first)


@each_width
async def test_axe_finds_nothing_in_the_list_and_in_chats(house: House, phone: bool) -> None:
    alice, bob, carol, dora = await house.neighbours("alice", "bob", "carol", "dora")
    chat, group = await house.direct(alice, bob), await house.group(alice, bob, carol, title="Choir")
    await house.direct(alice, carol)
    await house.direct(alice, dora)
    await carol.device("laptop")
    await house.advance(301)
    await (await bob.device("laptop")).socket.send(type="typing_start", chat_id=group["id"])
    question = await alice.web.write(chat, "my question")
    await bob.web.write(chat, "an answer with https://example.org/", reply_to=question["id"])
    mine = await alice.web.write(chat, "my words")
    gone = await alice.web.write(chat, "a slip")
    await alice.web.call("DELETE", f"/messages/{gone['id']}")
    await alice.web.call("PATCH", f"/messages/{mine['id']}", {"text": "my better words"})
    await bob.web.write(group, "news")
    tab = await house.tab(alice, phone=phone)
    await check(tab)
    await tab.enter(chat)
    await expect(tab.message("an answer with")).to_be_visible()
    await check(tab)
    await tab.act("my better words", "Edit")
    await check(tab)
    await tab.page.keyboard.press("Escape")
    await tab.message("my better words").click(button="right", position={"x": 24, "y": 12})
    await expect(tab.page.get_by_role("menu")).to_be_visible()
    await check(tab)
    await tab.get("delete").click()
    await expect(tab.page.get_by_role("dialog")).to_be_visible()
    await check(tab)


@each_width
async def test_axe_finds_nothing_in_the_panels(house: House, phone: bool) -> None:
    alice, bob, carol = await house.neighbours("alice", "bob", "carol")
    chat, group = await house.direct(alice, bob), await house.group(alice, bob, title="Choir")
    await alice.web.call("PUT", f"/contacts/{carol.id}/block")
    tab = await house.tab(alice, phone=phone)
    for panel in ("people", "new-group", "new-channel", "settings", "profile", "devices", "blocked"):
        await tab.page.goto(f"{house.url}/#panel={panel}")
        await expect(tab.page.get_by_role("heading", level=2).first).to_be_visible()
        await check(tab)
    for one in (chat, group):
        await tab.page.goto(f"{house.url}/#chat={one['id']}&panel=info")
        await expect(tab.get("mute")).to_be_visible()
        await check(tab)
    await tab.page.goto(f"{house.url}/#panel=devices")
    await tab.get("end-session").click()
    await expect(tab.page.get_by_role("dialog")).to_be_visible()
    await check(tab)


async def test_a_screen_reader_hears_new_messages_and_who_types(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    laptop = await bob.device("laptop")
    tab = await house.tab(alice)
    await tab.enter(chat)
    said = tab.page.locator("[aria-live=polite]").filter(has_text="Bob")
    await laptop.socket.send(type="typing_start", chat_id=chat["id"])
    await expect(said).to_contain_text("Bob is typing…")
    await bob.web.write(chat, "the words that are read out")
    await expect(said).to_contain_text("Bob: the words that are read out")
    await tab.writes("my own words")
    await expect(tab.page.locator("[aria-live]").filter(has_text="my own words")).to_have_count(0)


async def test_a_screen_reader_hears_of_the_connection(house: House) -> None:
    (alice,) = await house.newcomers("alice")
    tab = await house.tab(alice)
    await expect(tab.get("connection-state")).to_have_attribute("role", "status")


@each_width
async def test_every_view_has_one_main_part_and_a_first_heading(house: House, phone: bool) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    tab = await house.tab(alice, phone=phone)
    for place in ("/", f"/#chat={chat['id']}", "/#panel=settings"):
        await tab.page.goto(house.url + place)
        await expect(tab.page.get_by_role("main")).to_have_count(1)
        await expect(tab.page.get_by_role("heading", level=1)).not_to_have_count(0)


async def test_every_page_has_a_language_a_title_and_landmarks(house: House) -> None:
    tab = await (await house.window(language="ru")).open()
    await expect(tab.page.locator("html")).to_have_attribute("lang", "ru")
    await expect(tab.page).to_have_title("Ryadom")
    await expect(tab.page.get_by_role("main")).to_have_count(1)
