"""Groups and channels: made, joined, left, and who may do what."""

from playwright.async_api import Locator, expect

from browser.house import House
from browser.tab import Tab
from world import Json, Person


def person(tab: Tab, testid: str, who: Person) -> Locator:
    """The row of somebody in a list."""
    return tab.get(testid).filter(has_text=who.username.capitalize())


async def shown_info(tab: Tab, chat: Json) -> None:
    """Open a chat and what there is about it."""
    await tab.enter(chat)
    await tab.header.click()
    await expect(tab.get("member-row").first).to_be_visible()


async def make(tab: Tab, kind: str, title: str, *members: Person) -> None:
    """Make a group or a channel."""
    await tab.get("create").click()
    await tab.get(f"new-{kind}").click()
    await tab.get("room-title").fill(title)
    for member in members:
        await tab.get("choose-person").filter(has_text=member.username.capitalize()).click()
    await tab.get("create-room").click()


async def test_a_group_is_made_and_everybody_is_told(house: House) -> None:
    alice, bob, carol = await house.neighbours("alice", "bob", "carol")
    await bob.device("laptop")
    mine, his = await house.tab(alice), await house.tab(carol)
    await make(mine, "group", "Choir", bob, carol)
    await expect(mine.header).to_contain_text("Choir")
    await expect(mine.header).to_contain_text("3 members, 3 online")
    await expect(his.get("chat-row")).to_contain_text("Choir")
    await expect(his.get("notice")).to_contain_text("You were added to “Choir”")
    await mine.writes("welcome")
    await expect(his.get("chat-row")).to_contain_text("Alice: welcome")


async def test_members_have_dots_and_the_header_counts_them(house: House) -> None:
    alice, bob, carol = await house.neighbours("alice", "bob", "carol")
    chat = await house.group(alice, bob, carol, title="Choir")
    laptop = await bob.device("laptop")
    mine = await house.tab(alice)
    await shown_info(mine, chat)
    await expect(mine.get("member-row")).to_have_count(3)
    for who, status in ((bob, "online"), (carol, "offline")):
        dot = person(mine, "member-row", who).get_by_test_id("presence-dot")
        await expect(dot).to_have_attribute("data-status", status)
    await expect(mine.header).to_contain_text("3 members, 2 online")
    await laptop.socket.close()
    await house.advance(6)
    dot = person(mine, "member-row", bob).get_by_test_id("presence-dot")
    await expect(dot).to_have_attribute("data-status", "offline")
    await expect(mine.header).to_contain_text("3 members, 1 online")
    await expect(person(mine, "member-row", alice).get_by_test_id("role")).to_have_text("owner")


async def test_somebody_is_added_and_removed_again(house: House) -> None:
    alice, bob, carol = await house.neighbours("alice", "bob", "carol")
    chat = await house.group(alice, bob, title="Choir")
    mine, hers = await house.tab(alice), await house.tab(carol)
    await shown_info(mine, chat)
    await mine.get("add-member").click()
    await person(mine, "add-row", carol).get_by_role("button").click()
    await expect(mine.get("member-row")).to_have_count(3)
    await expect(mine.get("member-count")).to_contain_text("3 members")
    await expect(hers.row(chat)).to_contain_text("Choir")
    await hers.enter(chat)
    await mine.page.keyboard.press("Escape")
    await person(mine, "member-row", carol).get_by_test_id("member-menu").click()
    await mine.get("remove-member").click()
    await expect(mine.page.get_by_role("dialog")).to_contain_text("Remove Carol from “Choir”?")
    await mine.confirm()
    await expect(mine.get("member-row")).to_have_count(2)
    await expect(hers.row(chat)).to_have_count(0)
    await expect(hers.composer).to_have_count(0)


async def test_a_stranger_is_found_and_added(house: House) -> None:
    (alice,) = await house.neighbours("alice")
    (zoe,) = await house.newcomers("zoe")
    chat = await house.group(alice, title="Choir")
    mine = await house.tab(alice)
    await shown_info(mine, chat)
    await mine.get("add-member").click()
    await mine.get("find-people").fill("zo")
    await person(mine, "add-row", zoe).get_by_role("button").click()
    await expect(person(mine, "member-row", zoe)).to_be_visible()
    await expect(person(mine, "add-row", zoe)).to_contain_text("already a member")


async def test_a_member_leaves(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.group(alice, bob, title="Choir")
    mine, his = await house.tab(alice), await house.tab(bob)
    await shown_info(mine, chat)
    await shown_info(his, chat)
    await expect(his.get("add-member")).to_have_count(0)
    await his.get("leave").click()
    await expect(his.page.get_by_role("dialog")).to_contain_text("Leave “Choir”?")
    await his.confirm()
    await expect(his.row(chat)).to_have_count(0)
    await expect(his.composer).to_have_count(0)
    await expect(mine.get("member-row")).to_have_count(1)


async def test_in_a_channel_only_admins_post(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    mine, his = await house.tab(alice), await house.tab(bob)
    await make(mine, "channel", "Tidings", bob)
    await mine.writes("hear ye")
    await his.get("chat-row").click()
    await expect(his.message("hear ye")).to_be_visible()
    await expect(his.composer).to_have_count(0)
    await expect(his.get("read-only")).to_have_text("Only admins can post")
    await mine.header.click()
    await person(mine, "member-row", bob).get_by_test_id("member-menu").click()
    await mine.get("make-admin").click()
    await expect(his.composer).to_be_visible()
    await his.writes("hear me too")
    await expect(mine.message("hear me too")).to_be_visible()


async def test_a_new_title_shows_everywhere(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.group(alice, bob, title="Choir")
    mine, his = await house.tab(alice), await house.tab(bob)
    await his.enter(chat)
    await shown_info(mine, chat)
    await mine.get("rename").click()
    await mine.get("rename-title").fill("Big band")
    await mine.get("rename-save").click()
    for tab in (mine, his):
        await expect(tab.header).to_contain_text("Big band")
        await expect(tab.row(chat)).to_contain_text("Big band")


async def test_a_chat_is_muted_and_calls_no_more(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat, other = await house.group(alice, bob, title="Choir"), await house.direct(alice, bob)
    mine = await house.tab(alice)
    await shown_info(mine, chat)
    await mine.get("mute").click()
    await mine.get("mute-forever").click()
    await expect(mine.get("unmute")).to_be_visible()
    await mine.page.keyboard.press("Escape")
    await mine.enter(other)
    await bob.web.write(chat, "hello")
    await mine.counts(chat, 1)
    await expect(mine.page).to_have_title("Ryadom")


async def test_in_a_group_every_message_says_who_wrote_it(house: House) -> None:
    alice, bob, carol = await house.neighbours("alice", "bob", "carol")
    chat = await house.group(alice, bob, carol, title="Choir")
    await bob.web.write(chat, "la")
    await carol.web.write(chat, "la la")
    mine = await house.tab(alice)
    await mine.enter(chat)
    await expect(mine.messages.nth(0)).to_contain_text("Bob")
    await expect(mine.messages.nth(1)).to_contain_text("Carol")
