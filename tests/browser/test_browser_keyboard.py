"""Everything by the keyboard alone."""

from playwright.async_api import Locator, expect

from browser.house import House
from world import PASSWORD


async def has_a_ring(focused: Locator) -> bool:
    """Whether one sees where the focus is."""
    seen: bool = await focused.evaluate(
        "(one) => { const s = getComputedStyle(one); return s.outlineStyle !== 'none' || s.boxShadow !== 'none' }"
    )
    return seen


async def test_from_sign_in_to_a_sent_message_without_a_mouse(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    await bob.web.write(chat, "hello")
    tab = await (await house.window()).open()
    keys = tab.page.keyboard
    await expect(tab.get("username")).to_be_focused()
    await keys.type("alice")
    await keys.press("Tab")
    await keys.type(PASSWORD)
    await keys.press("Enter")
    await tab.is_ready()
    await keys.press("Control+k")
    await expect(tab.get("find")).to_be_focused()
    await keys.type("bo")
    await expect(tab.get("chat-row")).to_have_count(1)
    await keys.press("Enter")
    await expect(tab.composer).to_be_focused()
    await keys.type("hello yourself")
    await keys.press("Enter")
    await tab.in_state("hello yourself", "sent")
    await keys.press("Escape")
    await expect(tab.composer).to_have_count(0)


async def test_arrows_go_through_the_list_and_enter_opens(house: House) -> None:
    alice, bob, carol = await house.neighbours("alice", "bob", "carol")
    with_bob, with_carol = await house.direct(alice, bob), await house.direct(alice, carol)
    await carol.web.write(with_carol, "one")
    await house.advance(1)
    await bob.web.write(with_bob, "two")
    tab = await house.tab(alice)
    keys = tab.page.keyboard
    await keys.press("Control+k")
    await keys.press("ArrowDown")
    await expect(tab.row(with_bob)).to_be_focused()
    assert await has_a_ring(tab.row(with_bob))
    await keys.press("ArrowDown")
    await expect(tab.row(with_carol)).to_be_focused()
    await keys.press("ArrowUp")
    await keys.press("ArrowUp")
    await expect(tab.get("find")).to_be_focused()
    await keys.press("ArrowDown")
    await keys.press("ArrowDown")
    await keys.press("Enter")
    await expect(tab.header).to_contain_text("Carol")
    await expect(tab.row(with_carol)).to_have_attribute("aria-current", "page")
    await keys.press("Alt+ArrowUp")
    await expect(tab.header).to_contain_text("Bob")


async def test_escape_goes_back_one_thing_at_a_time(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    tab = await house.tab(alice)
    keys = tab.page.keyboard
    await tab.enter(chat)
    await tab.settings()
    await tab.get("sign-out").click()
    await expect(tab.page.get_by_role("dialog")).to_be_visible()
    await keys.press("Escape")
    await expect(tab.page.get_by_role("dialog")).to_have_count(0)
    await expect(tab.get("sign-out")).to_be_visible()
    await keys.press("Escape")
    await expect(tab.get("sign-out")).to_have_count(0)
    await expect(tab.header).to_be_visible()
    await keys.press("Escape")
    await expect(tab.header).to_have_count(0)
    await expect(tab.get("chat-list")).to_be_visible()


async def test_who_goes_back_is_where_they_were(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    tab = await house.tab(alice)
    keys = tab.page.keyboard
    await tab.get("settings").focus()
    await keys.press("Enter")
    await expect(tab.get("devices")).to_be_visible()
    await keys.press("Escape")
    await expect(tab.get("settings")).to_be_focused()
    await tab.enter(chat)
    await keys.press("Escape")
    await expect(tab.row(chat)).to_be_focused()
    await tab.page.go_back()
    await expect(tab.header).to_have_count(0)


async def test_escape_empties_the_field_first(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    tab = await house.tab(alice)
    await tab.enter(chat)
    await tab.get("find").fill("xyz")
    await tab.get("find").press("Escape")
    await expect(tab.get("find")).to_have_value("")
    await expect(tab.header).to_be_visible()


async def test_a_message_is_answered_without_a_mouse(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    await bob.web.write(chat, "first")
    question = await bob.web.write(chat, "second")
    tab = await house.tab(alice)
    keys = tab.page.keyboard
    await tab.enter(chat)
    await expect(tab.message("second")).to_be_visible()
    await expect(tab.composer).to_be_focused()
    await keys.press("Shift+Tab")
    await expect(tab.get("history")).to_be_focused()
    await keys.press("ArrowUp")
    await expect(tab.message("second")).to_be_focused()
    assert await has_a_ring(tab.message("second"))
    await keys.press("Enter")
    await expect(tab.page.get_by_role("menuitem", name="Reply")).to_be_focused()
    await keys.press("Enter")
    await expect(tab.composer).to_be_focused()
    await keys.type("an answer")
    await keys.press("Enter")
    await expect(tab.message("an answer").last).to_have_attribute("data-state", "sent")
    written = await alice.web.get(f"/chats/{chat['id']}/messages")
    assert written[-1]["reply_to"] == question["id"]


async def test_a_session_is_ended_without_a_mouse(house: House) -> None:
    (alice,) = await house.newcomers("alice")
    other = await house.tab(alice)
    tab = await house.tab(alice)
    keys = tab.page.keyboard
    await tab.get("settings").focus()
    await keys.press("Enter")
    await tab.get("devices").focus()
    assert await has_a_ring(tab.get("devices"))
    await keys.press("Enter")
    await tab.get("end-session").focus()
    await keys.press("Enter")
    dialog = tab.page.get_by_role("dialog")
    await expect(dialog).to_be_visible()
    for _ in range(6):
        await keys.press("Tab")
        assert await tab.page.evaluate(
            "document.activeElement === document.body || document.activeElement.closest('dialog') !== null"
        )
    await tab.get("confirm").focus()
    await keys.press("Enter")
    await other.is_signed_out()
