"""Who is here, live: dots, their words, and when somebody was last seen."""

import re

from playwright.async_api import expect

from browser.house import House
from browser.tab import Tab
from world import Person


async def test_a_dot_turns_red_soon_after_the_only_tab_is_closed(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    mine, his = await house.tab(alice), await house.tab(bob)
    await mine.shows(chat, "online")
    await house.leave(his, bob)
    await house.advance(4.9)
    await mine.shows(chat, "online")
    await house.advance(0.2)
    await mine.shows(chat, "offline")


async def test_a_reload_shows_nothing_to_anyone(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    mine, his = await house.tab(alice), await house.tab(bob)
    await mine.shows(chat, "online")
    before = len(mine.heard)
    await his.reload()
    await house.advance(20)
    await mine.shows(chat, "online")
    assert [event for event in mine.heard[before:] if event.get("user_id") == bob.id] == []


async def test_a_second_tab_keeps_the_dot_green(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    mine, his = await house.tab(alice), await house.window(bob)
    first, second = await his.open(), await his.open()
    await first.is_ready()
    await second.is_ready()
    await house.leave(first, bob)
    await house.advance(20)
    await mine.shows(chat, "online")


async def test_who_does_nothing_for_five_minutes_is_away_until_they_do_something(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    mine, his = await house.tab(alice), await house.tab(bob)
    await mine.shows(chat, "online")
    await house.advance(301)
    await mine.shows(chat, "away")
    await his.enter(chat)
    await his.composer.press("x")
    await mine.shows(chat, "online")


async def idle_tab(house: House, person: Person) -> Tab:
    """A page whose timers the test turns."""
    tab = await (await house.window(person)).open()
    await tab.page.clock.install()
    await tab.is_ready()
    return tab


async def pass_time(house: House, tab: Tab, seconds: int) -> None:
    """Let time go by for the server and in a page."""
    for _ in range(0, seconds, 20):
        await house.advance(20)
        await tab.page.clock.run_for(20_000)


async def test_who_uses_the_page_is_not_away(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    mine, his = await house.tab(alice), await idle_tab(house, bob)
    await his.enter(chat)
    await pass_time(house, his, 320)
    await mine.shows(chat, "away")
    await his.page.mouse.click(800, 400)
    await mine.shows(chat, "online")


async def test_a_page_that_nobody_touches_is_away_with_any_panel_open(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    mine, his = await house.tab(alice), await idle_tab(house, bob)
    await his.devices()
    await pass_time(house, his, 400)
    await mine.shows(chat, "away")


async def test_every_dot_says_in_words_what_it_says_in_colour(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    mine = await house.tab(alice)
    await expect(mine.row(chat).get_by_role("img", name="offline")).to_be_visible()
    laptop = await bob.device("laptop")
    await expect(mine.row(chat).get_by_role("img", name="online")).to_be_visible()
    await house.advance(301)
    await expect(mine.row(chat).get_by_role("img", name="away")).to_be_visible()
    await laptop.socket.close()
    await house.advance(6)
    await expect(mine.row(chat).get_by_role("img", name="offline")).to_be_visible()


async def test_green_red_and_amber_are_told_apart_by_more_than_colour(house: House) -> None:
    alice, bob, carol, dora = await house.neighbours("alice", "bob", "carol", "dora")
    chats = [await house.direct(alice, other) for other in (bob, carol, dora)]
    await carol.device("laptop")
    await house.advance(301)
    await bob.device("laptop")
    mine = await house.tab(alice)
    named = zip(("online", "away", "offline"), chats, strict=True)
    looks = {status: await mine.dot(chat).evaluate(LOOK) for status, chat in named}
    assert len({look["shape"] for look in looks.values()}) == 3, looks
    red, green, _ = looks["offline"]["colour"]
    assert red > 1.5 * green
    red, green, _ = looks["online"]["colour"]
    assert green > 1.5 * red
    red, green, blue = looks["away"]["colour"]
    assert red > blue * 2
    assert green > blue * 2


LOOK = """(dot) => {
  const style = getComputedStyle(dot)
  const root = getComputedStyle(document.documentElement)
  const [, ...hex] = root.getPropertyValue(`--${dot.dataset.status}`).trim().match(/^#(..)(..)(..)$/)
  return {
    colour: hex.map((two) => parseInt(two, 16)),
    shape: ['boxShadow', 'backgroundImage', 'clipPath', 'maskImage'].map((name) => style[name]).join('|'),
  }
}"""


async def test_last_seen_is_said_in_words(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    laptop = await bob.device("laptop")
    await laptop.socket.close()
    await house.advance(300)
    mine = await house.tab(alice)
    seen = mine.row(chat).get_by_test_id("last-seen")
    await expect(seen).to_have_text("last seen 5 minutes ago")
    await house.jump(3 * 3600)
    await mine.reload()
    await expect(seen).to_have_text("last seen today at 8:00")
    await house.jump(24 * 3600)
    await mine.reload()
    await expect(seen).to_have_text("last seen yesterday at 8:00")
    await house.jump(24 * 3600)
    await mine.reload()
    await expect(seen).to_have_text("last seen on 15 January")


async def test_last_seen_comes_live_and_goes_when_they_come_back(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    laptop = await bob.device("laptop")
    mine = await house.tab(alice)
    seen = mine.row(chat).get_by_test_id("last-seen")
    await expect(seen).to_have_count(0)
    await laptop.socket.close()
    await house.advance(6)
    await expect(seen).to_have_text("last seen just now")
    await laptop.connect()
    await expect(seen).to_have_count(0)


async def test_strangers_have_no_dot(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    (carol,) = await house.newcomers("carol")
    chat = await house.direct(alice, carol)
    known = await house.direct(alice, bob)
    mine = await house.tab(alice)
    await mine.shows(known, "offline")
    await expect(mine.dot(chat)).to_have_count(0)
    await expect(mine.row(chat)).to_contain_text("Carol")


async def test_who_appears_offline_is_red_for_others(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    laptop = await bob.device("laptop")
    mine = await house.tab(alice)
    await mine.shows(chat, "online")
    await laptop.call("PATCH", "/users/me", {"appear_offline": True})
    await mine.shows(chat, "offline")
    await expect(mine.row(chat).get_by_test_id("last-seen")).to_have_text(re.compile("^last seen"))
