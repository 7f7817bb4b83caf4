"""People: finding them, writing to them, contacts, and blocking."""

from playwright.async_api import Locator, expect

from browser.house import House
from browser.tab import Tab


async def people(tab: Tab) -> None:
    """Open the list of people."""
    await tab.get("create").click()
    await tab.get("new-chat").click()
    await expect(tab.get("find-people")).to_be_visible()


def found(tab: Tab, name: str) -> Locator:
    """Somebody who was found."""
    return tab.get("found-person").filter(has_text=name)


async def test_a_person_is_found_and_written_to(house: House) -> None:
    (alice,) = await house.neighbours("alice")
    (zoe,) = await house.newcomers("zoe")
    mine = await house.tab(alice)
    await people(mine)
    await mine.get("find-people").fill("ZO")
    await found(mine, "Zoe").get_by_role("button").first.click()
    await expect(mine.header).to_contain_text("Zoe")
    await mine.writes("good day")
    hers = await house.tab(zoe)
    await expect(hers.get("chat-row")).to_contain_text("Alice")
    await expect(hers.get("chat-row")).to_contain_text("good day")


async def test_the_field_above_the_list_finds_people_too(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    await house.newcomers("zoe")
    chat = await house.direct(alice, bob)
    mine = await house.tab(alice)
    await mine.get("find").fill("zoe")
    await expect(mine.row(chat)).to_have_count(0)
    await found(mine, "Zoe").click()
    await expect(mine.header).to_contain_text("Zoe")
    await mine.get("find").fill("bo")
    await expect(mine.row(chat)).to_be_visible()
    await mine.get("find").fill("nobody of this name")
    await expect(mine.page.get_by_text("Nothing found")).to_be_visible()


async def test_two_who_write_to_each_other_see_each_others_dots(house: House) -> None:
    alice, bob = await house.newcomers("alice", "bob")
    mine, his = await house.tab(alice), await house.tab(bob)
    await mine.get("find").fill("bob")
    await found(mine, "Bob").click()
    await mine.writes("hello Bob")
    row = his.get("chat-row")
    await expect(row).to_contain_text("hello Bob")
    await expect(row.get_by_test_id("presence-dot")).to_have_count(0)
    await row.click()
    await his.writes("hello Alice")
    for tab in (mine, his):
        dot = tab.get("chat-row").get_by_test_id("presence-dot")
        await expect(dot).to_have_attribute("data-status", "online")


async def test_contacts_are_added_and_removed(house: House) -> None:
    alice, bob = await house.newcomers("alice", "bob")
    mine, his = await house.tab(alice), await house.tab(bob)
    for tab, name in ((mine, "Bob"), (his, "Alice")):
        await people(tab)
        await tab.get("find-people").fill(name)
        await found(tab, name).get_by_test_id("add-contact").click()
        await expect(tab.get("contact-row").filter(has_text=name)).to_be_visible()
    dot = mine.get("contact-row").filter(has_text="Bob").get_by_test_id("presence-dot")
    await expect(dot).to_have_attribute("data-status", "online")
    await his.get("contact-row").filter(has_text="Alice").get_by_test_id("person-menu").click()
    await his.page.get_by_role("menuitem", name="Remove from contacts").click()
    await expect(dot).to_have_count(0)
    await expect(his.get("contact-row")).to_have_count(0)


async def test_who_is_blocked_cannot_be_written_to_until_the_block_is_lifted(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    mine, his = await house.tab(alice), await house.tab(bob)
    await his.enter(chat)
    await mine.enter(chat)
    await mine.header.click()
    await mine.get("block").click()
    await expect(mine.page.get_by_role("dialog")).to_contain_text("Block Bob?")
    await mine.confirm()
    await expect(mine.composer).to_have_count(0)
    await expect(mine.get("read-only")).to_have_text("You have blocked Bob")
    for tab in (mine, his):
        await expect(tab.dot(chat)).to_have_count(0)
    await his.write("can you hear me?")
    await his.in_state("can you hear me?", "failed")
    await expect(his.page.get_by_text("Not sent. You cannot write in this chat.")).to_be_visible()
    await mine.get("unblock").click()
    await expect(mine.composer).to_be_visible()
    await his.button("Try again").click()
    await expect(mine.message("can you hear me?")).to_be_visible()
    await mine.shows(chat, "online")


async def test_whom_one_blocks_is_listed_in_the_settings(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    await alice.web.call("PUT", f"/contacts/{bob.id}/block")
    mine = await house.tab(alice)
    await mine.settings()
    await mine.get("blocked").click()
    await expect(mine.get("blocked-row")).to_contain_text("Bob")
    await mine.get("unblock").click()
    await expect(mine.page.get_by_text("Nobody is blocked")).to_be_visible()


async def test_about_somebody_says_what_is_known_of_them(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    (zoe,) = await house.newcomers("zoe")
    await bob.device("laptop")
    with_bob, with_zoe = await house.direct(alice, bob), await house.direct(alice, zoe)
    mine = await house.tab(alice)
    await mine.enter(with_bob)
    await mine.header.click()
    await expect(mine.get("person-status")).to_have_text("online")
    await expect(mine.get("mutual-hint")).to_have_text("You see each other’s status.")
    await mine.page.keyboard.press("Escape")
    await mine.enter(with_zoe)
    await mine.header.click()
    await expect(mine.get("person-status")).to_have_count(0)
    await expect(mine.get("mutual-hint")).to_have_text("Add each other to contacts to see who is online.")
