"""The other settings: appearing offline, language, theme, and that a choice lasts."""

from playwright.async_api import expect

from browser.house import House


async def test_appearing_offline_turns_ones_dot_red_for_others(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    mine, his = await house.tab(alice), await house.tab(bob)
    await his.shows(chat, "online")
    await mine.settings()
    await mine.get("appear-offline").click()
    await his.shows(chat, "offline")
    await expect(mine.get("profile")).to_contain_text("You appear offline")
    await mine.reload()
    await expect(mine.get("appear-offline")).to_have_attribute("aria-checked", "true")
    await mine.get("appear-offline").click()
    await his.shows(chat, "online")


async def test_another_device_of_mine_knows_that_i_appear_offline(house: House) -> None:
    (alice,) = await house.newcomers("alice")
    laptop, phone = await house.tab(alice), await house.tab(alice, phone=True)
    await laptop.settings()
    await phone.settings()
    await laptop.get("appear-offline").click()
    await expect(phone.get("appear-offline")).to_have_attribute("aria-checked", "true")


async def test_the_language_changes_at_once_and_stays(house: House) -> None:
    (alice,) = await house.newcomers("alice")
    mine = await house.tab(alice)
    await mine.settings()
    await mine.page.get_by_label("Русский", exact=True).check(force=True)
    await expect(mine.page.get_by_role("heading", name="Настройки")).to_be_visible()
    await expect(mine.page.locator("html")).to_have_attribute("lang", "ru")
    await mine.reload()
    await expect(mine.page.get_by_role("heading", name="Настройки")).to_be_visible()
    elsewhere = await house.tab(alice)
    await expect(elsewhere.page.locator("html")).to_have_attribute("lang", "ru")


async def test_the_theme_follows_the_system_until_one_chooses(house: House) -> None:
    (alice,) = await house.newcomers("alice")
    mine = await house.tab(alice, color_scheme="dark")
    html = mine.page.locator("html")
    await expect(html).to_have_attribute("data-theme", "dark")
    await mine.page.emulate_media(color_scheme="light")
    await expect(html).to_have_attribute("data-theme", "light")
    await mine.settings()
    await mine.page.get_by_label("Dark", exact=True).check(force=True)
    await expect(html).to_have_attribute("data-theme", "dark")
    assert await mine.page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    await mine.reload()
    await expect(html).to_have_attribute("data-theme", "dark")


async def test_a_choice_holds_in_every_tab(house: House) -> None:
    (alice,) = await house.newcomers("alice")
    window = await house.window(alice)
    one, other = await window.open(), await window.open()
    await one.is_ready()
    await other.is_ready()
    await one.page.bring_to_front()
    await one.settings()
    await one.page.get_by_label("Dark", exact=True).check(force=True)
    await expect(one.page.locator("html")).to_have_attribute("data-theme", "dark")
    await expect(other.page.locator("html")).to_have_attribute("data-theme", "dark")


async def test_the_profile_can_be_changed(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    mine, his = await house.tab(alice), await house.tab(bob)
    await mine.settings()
    await mine.get("profile").click()
    await mine.page.get_by_label("Name", exact=True).fill("Alice in Wonderland")
    await mine.button("Save").click()
    await expect(mine.get("notice")).to_contain_text("Saved")
    await expect(his.row(chat)).to_contain_text("Alice in Wonderland")


async def test_a_new_password_signs_out_all_other_devices(house: House) -> None:
    (alice,) = await house.newcomers("alice")
    mine, phone = await house.tab(alice), await house.tab(alice, phone=True)
    await mine.settings()
    await mine.get("profile").click()
    await mine.page.get_by_label("Current password").fill("correct horse battery")
    await mine.page.get_by_label("New password").fill("another horse battery")
    await mine.button("Change password").click()
    await phone.is_signed_out()
    await expect(mine.get("notice").filter(has_text="Password changed")).to_be_visible()
    await mine.reload()
