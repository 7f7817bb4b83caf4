"""Typing, as the one who types tells it and as the other one sees it."""

from playwright.async_api import expect

from browser.house import House
from browser.tab import Tab
from world import Person

Json = dict[str, int]


async def at_the_composer(house: House, person: Person, chat: Json) -> Tab:
    """A page whose chat is open and whose timers the test turns."""
    tab = await (await house.window(person)).open()
    await tab.page.clock.install()
    await tab.is_ready()
    await tab.enter(chat)
    await tab.composer.focus()
    return tab


def kinds(tab: Tab) -> list[str]:
    """What was told about typing, in order."""
    return [frame["type"] for frame in tab.sent if frame["type"].startswith("typing")]


async def test_it_is_told_with_the_first_key_and_every_4_seconds_after_that(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    mine = await at_the_composer(house, alice, chat)
    assert kinds(mine) == []
    await mine.page.keyboard.press("a")
    await mine.told_typing(1)
    for _ in range(3):
        await mine.page.clock.fast_forward(1_000)
        await mine.page.keyboard.press("b")
    await expect(mine.composer).to_have_value("abbb")
    assert kinds(mine) == ["typing_start"]
    await mine.page.clock.fast_forward(1_100)
    await mine.page.keyboard.press("c")
    await mine.told_typing(2)
    assert mine.told("typing_start")[-1]["chat_id"] == chat["id"]


async def test_five_seconds_of_silence_end_it(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    mine, his = await at_the_composer(house, alice, chat), await house.tab(bob)
    await mine.page.keyboard.press("a")
    await expect(his.row(chat).get_by_test_id("typing")).to_have_text("typing…")
    await mine.page.clock.run_for(4_000)
    assert kinds(mine) == ["typing_start"]
    await expect(his.row(chat).get_by_test_id("typing")).to_be_visible()
    await mine.page.clock.run_for(1_100)
    await expect(his.row(chat).get_by_test_id("typing")).to_have_count(0, timeout=1_000)
    assert kinds(mine) == ["typing_start", "typing_stop"]


async def test_sending_ends_it(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    mine, his = await house.tab(alice), await house.tab(bob)
    await mine.enter(chat)
    await his.enter(chat)
    await mine.composer.press_sequentially("hello")
    await expect(his.header.get_by_test_id("typing")).to_have_text("typing…")
    await mine.composer.press("Enter")
    await expect(his.message("hello")).to_be_visible()
    await expect(his.header.get_by_test_id("typing")).to_have_count(0)
    await expect(his.row(chat).get_by_test_id("typing")).to_have_count(0)


async def test_emptying_the_composer_ends_it(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    mine, his = await house.tab(alice), await house.tab(bob)
    await mine.enter(chat)
    await mine.composer.press_sequentially("h")
    await expect(his.row(chat).get_by_test_id("typing")).to_be_visible()
    await mine.composer.press("Backspace")
    await expect(his.row(chat).get_by_test_id("typing")).to_have_count(0)


async def test_closing_the_tab_ends_it_at_once(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    mine, his = await house.tab(alice), await house.tab(bob)
    await mine.enter(chat)
    await mine.composer.press_sequentially("h")
    await expect(his.row(chat).get_by_test_id("typing")).to_be_visible()
    await house.leave(mine, alice)
    await expect(his.row(chat).get_by_test_id("typing")).to_have_count(0)


async def test_the_server_ends_it_after_10_seconds(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    laptop = await bob.device("laptop")
    mine = await house.tab(alice)
    await mine.enter(chat)
    await laptop.socket.send(type="typing_start", chat_id=chat["id"])
    await expect(mine.header.get_by_test_id("typing")).to_be_visible()
    await house.advance(10.1)
    await expect(mine.header.get_by_test_id("typing")).to_have_count(0)


async def test_editing_and_reading_tell_nobody_of_typing(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    await bob.web.write(chat, "hello")
    mine = await house.tab(alice)
    await mine.enter(chat)
    await mine.counts(chat, 0)
    assert kinds(mine) == []
