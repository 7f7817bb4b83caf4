"""How many are unread: badges, the title and the icon of the tab."""

import re

from playwright.async_api import Locator, expect

from browser.house import House

MOVING = {"reduced_motion": "no-preference"}
PULSE = re.compile("pulse$")


async def test_the_badge_counts_up_and_the_title_carries_the_total(house: House) -> None:
    alice, bob, carol = await house.neighbours("alice", "bob", "carol")
    with_bob, with_carol = await house.direct(alice, bob), await house.direct(alice, carol)
    mine = await house.tab(alice)
    await expect(mine.page).to_have_title("Ryadom")
    icon = mine.page.locator("link[rel=icon]")
    await expect(icon).to_have_attribute("href", re.compile("/icon.svg$"))
    for count in (1, 2, 3):
        await bob.web.write(with_bob, f"number {count}")
        await mine.counts(with_bob, count)
    await carol.web.write(with_carol, "hello")
    await mine.counts(with_carol, 1)
    await expect(mine.page).to_have_title("(4) Ryadom")
    await expect(icon).to_have_attribute("href", re.compile("^data:image/png"))
    await expect(mine.badge(with_bob)).to_contain_text("3 unread messages")


async def test_more_than_99_are_99_and_more(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    for number in range(100):
        await bob.web.write(chat, str(number))
    mine = await house.tab(alice)
    await expect(mine.badge(chat)).to_contain_text("99+")
    await expect(mine.page).to_have_title("(100) Ryadom")


async def animation(badge: Locator) -> tuple[str, str, str]:
    """Name, length and number of rounds."""
    name, duration, rounds = await badge.evaluate(
        "(badge) => { const s = getComputedStyle(badge);"
        " return [s.animationName, s.animationDuration, s.animationIterationCount] }"
    )
    return name, duration, rounds


async def test_the_badge_is_green_and_blinks_while_something_is_unread(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    await bob.web.write(chat, "hello")
    mine = await house.tab(alice, **MOVING)
    await mine.counts(chat, 1)
    name, duration, rounds = await animation(mine.badge(chat))
    assert PULSE.search(name), name
    assert (duration, rounds) == ("1.2s", "infinite")
    colour = await mine.badge(chat).evaluate("(badge) => getComputedStyle(badge).backgroundColor")
    red, green, blue = (int(part) for part in re.findall(r"\d+", colour)[:3])
    assert green > red + 40
    assert green > blue + 40


async def test_the_badge_is_still_for_who_wants_no_motion(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    await bob.web.write(chat, "hello")
    mine = await house.tab(alice, **MOVING)
    await mine.counts(chat, 1)
    await mine.page.emulate_media(reduced_motion="reduce")
    await mine.counts(chat, 1)
    assert (await animation(mine.badge(chat)))[0] == "none"


async def test_calm_badges_are_still(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    await bob.web.write(chat, "hello")
    mine = await house.tab(alice, **MOVING)
    await mine.settings()
    await mine.page.get_by_label("Calm badges").check()
    await mine.page.keyboard.press("Escape")
    await mine.counts(chat, 1)
    assert (await animation(mine.badge(chat)))[0] == "none"
    await mine.reload()
    await mine.counts(chat, 1)
    assert (await animation(mine.badge(chat)))[0] == "none"


async def test_reading_on_one_device_clears_the_badge_on_all(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    laptop, phone = await house.tab(alice), await house.tab(alice, phone=True)
    for text in ("one", "two"):
        await bob.web.write(chat, text)
    await laptop.counts(chat, 2)
    await phone.counts(chat, 2)
    await phone.enter(chat)
    await laptop.counts(chat, 0)
    await expect(laptop.page).to_have_title("Ryadom")
    await expect(phone.page).to_have_title("Ryadom")


async def test_what_is_muted_does_not_count_in_the_title(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    await alice.web.call("PATCH", f"/chats/{chat['id']}", {"muted_until": "2099-01-01T00:00:00Z"})
    mine = await house.tab(alice, **MOVING)
    await bob.web.write(chat, "hello")
    await mine.counts(chat, 1)
    await expect(mine.page).to_have_title("Ryadom")
    assert (await animation(mine.badge(chat)))[0] == "none"
