"""From a phone of 390 px to a wide screen: panes, back, and that nothing is cut off or jumps."""

from playwright.async_api import Page, expect

from browser.chromium import NARROW, WIDE
from browser.house import House

LONG = "Ђорђе 🧑‍🚀 Константинопольский-Заболоцкий with a name that goes on and on"


async def overflow(page: Page) -> float:
    """Pixels by which the page is wider than the window."""
    wider: float = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return wider


async def test_a_phone_shows_one_pane_and_the_way_back(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    await bob.web.write(chat, "hello")
    phone = await house.tab(alice, phone=True)
    assert await overflow(phone.page) <= 0
    await expect(phone.composer).to_have_count(0)
    await phone.row(chat).tap()
    await expect(phone.message("hello")).to_be_visible()
    await expect(phone.row(chat)).not_to_be_in_viewport()
    assert await overflow(phone.page) <= 0
    await phone.composer.fill("from my phone")
    await phone.get("send").tap()
    await phone.in_state("from my phone", "sent")
    await phone.get("back").tap()
    await expect(phone.row(chat)).to_be_visible()
    await expect(phone.composer).not_to_be_visible()


async def test_what_a_narrow_screen_does_not_show_cannot_be_reached(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    tab = await house.tab(alice, viewport=NARROW)
    await tab.enter(chat)
    for _ in range(12):
        await tab.page.keyboard.press("Tab")
        assert await tab.page.evaluate("document.activeElement.closest('aside') === null")
    devtools = await tab.page.context.new_cdp_session(tab.page)
    tree = await devtools.send("Accessibility.getFullAXTree")
    told = [node["name"].get("value") for node in tree["nodes"] if not node["ignored"] and "name" in node]
    assert "Message" in told
    assert "Find" not in told
    await tab.page.keyboard.press("Control+k")
    await expect(tab.get("find")).to_be_focused()
    await expect(tab.get("find")).to_be_in_viewport()


async def test_the_browsers_back_leads_back_too(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    phone = await house.tab(alice, phone=True)
    await phone.row(chat).tap()
    await phone.header.tap()
    await expect(phone.get("mutual-hint")).to_be_visible()
    await phone.page.go_back()
    await expect(phone.composer).to_be_visible()
    await phone.page.go_back()
    await expect(phone.row(chat)).to_be_visible()
    await phone.page.go_forward()
    await expect(phone.composer).to_be_visible()


async def test_a_wide_screen_shows_the_list_beside_the_chat(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    tab = await house.tab(alice)
    await tab.enter(chat)
    await expect(tab.row(chat)).to_be_visible()
    list_box, composer_box = await tab.get("chat-list").bounding_box(), await tab.composer.bounding_box()
    assert list_box
    assert composer_box
    assert 320 <= list_box["width"] <= 380
    assert composer_box["x"] > list_box["x"] + list_box["width"]
    await tab.settings()
    await expect(tab.composer).to_be_visible()
    assert await overflow(tab.page) <= 0


async def test_settings_on_a_phone_lead_back_step_by_step(house: House) -> None:
    (alice,) = await house.newcomers("alice")
    phone = await house.tab(alice, phone=True)
    await phone.devices()
    assert await overflow(phone.page) <= 0
    await phone.page.get_by_test_id("back").and_(phone.page.locator(":visible")).tap()
    await expect(phone.get("devices")).to_be_visible()
    await phone.page.get_by_test_id("back").and_(phone.page.locator(":visible")).tap()
    await expect(phone.get("settings")).to_be_visible()


async def test_long_names_and_words_are_cut_or_broken_and_push_nothing_out(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    await bob.web.call("PATCH", "/users/me", {"display_name": LONG[:64]})
    chat = await house.direct(alice, bob)
    await bob.web.write(chat, "x" * 500 + " https://example.org/" + "y" * 300)
    for form in (
        {"phone": True},
        {"viewport": {"width": 900, "height": 600}},
        {"viewport": {"width": 640, "height": 400}},
    ):
        tab = await house.tab(alice, **form)
        box = await tab.row(chat).bounding_box()
        assert box
        assert box["height"] == 64
        await expect(tab.badge(chat)).to_be_in_viewport(ratio=1)
        await tab.enter(chat)
        await expect(tab.message("xxx")).to_be_visible()
        assert await overflow(tab.page) <= 0
        history = await tab.get("history").evaluate("(one) => one.scrollWidth - one.clientWidth")
        assert history <= 0
        await tab.page.close()
        await bob.web.write(chat, "z" * 100)


async def test_targets_are_large_enough_for_fingers(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    phone = await house.tab(alice, phone=True)
    sizes = """() => [...document.querySelectorAll('button, a, [role=switch]')]
      .filter((one) => one.checkVisibility() && one.closest('.unseen') === null && one.tabIndex >= 0)
      .map((one) => [one.getAttribute('aria-label') ?? one.textContent, one.getBoundingClientRect()])
      .filter(([, box]) => box.width > 0 && (box.height < 40 || box.width < 40))
      .map(([name, box]) => `${name}: ${box.width} x ${box.height}`)"""
    assert await phone.page.evaluate(sizes) == []
    await phone.row(chat).tap()
    await expect(phone.composer).to_be_visible()
    assert await phone.page.evaluate(sizes) == []
    await phone.get("back").tap()
    await phone.settings()
    assert await phone.page.evaluate(sizes) == []


async def test_twice_as_large_everything_still_fits(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    await bob.web.write(chat, "hello")
    half = {"width": WIDE["width"] // 2, "height": WIDE["height"] // 2}
    tab = await house.tab(alice, viewport=half, device_scale_factor=2)
    assert await overflow(tab.page) <= 0
    await tab.enter(chat)
    await expect(tab.message("hello")).to_be_in_viewport()
    await expect(tab.composer).to_be_in_viewport()
    assert await overflow(tab.page) <= 0
