"""What one can do with a message: reply, edit, delete, copy."""

from playwright.async_api import expect

from browser.house import House


async def test_a_reply_shows_what_it_answers(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    question = await bob.web.write(chat, "Tea or coffee?")
    mine = await house.tab(alice)
    await mine.enter(chat)
    await mine.act("Tea or coffee?", "Reply")
    await expect(mine.page.get_by_text("Reply to Bob")).to_be_visible()
    await expect(mine.composer).to_be_focused()
    await mine.write("Coffee")
    answer = mine.messages.filter(has_text="Coffee").last
    await expect(answer).to_have_attribute("data-state", "sent")
    await expect(answer).to_contain_text("Tea or coffee?")
    await expect(mine.page.get_by_text("Reply to Bob")).to_have_count(0)
    (_, written) = await alice.web.get(f"/chats/{chat['id']}/messages")
    assert written["reply_to"] == question["id"]


async def test_escape_cancels_a_reply_and_leaves_the_chat_open(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    await bob.web.write(chat, "Tea or coffee?")
    mine = await house.tab(alice)
    await mine.enter(chat)
    await mine.act("Tea or coffee?", "Reply")
    await mine.composer.press("Escape")
    await expect(mine.page.get_by_text("Reply to Bob")).to_have_count(0)
    await mine.writes("Neither")
    (_, written) = await alice.web.get(f"/chats/{chat['id']}/messages")
    assert written["reply_to"] is None


async def test_what_one_wrote_can_be_edited(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    await alice.web.write(chat, "I am hear")
    mine, his = await house.tab(alice), await house.tab(bob)
    await mine.enter(chat)
    await his.enter(chat)
    await mine.act("I am hear", "Edit")
    await expect(mine.composer).to_have_value("I am hear")
    await mine.write("I am here")
    for tab in (mine, his):
        await expect(tab.message("I am here")).to_contain_text("edited")
        await expect(tab.message("I am hear ")).to_have_count(0)
        await expect(tab.messages).to_have_count(1)
    await expect(his.row(chat)).to_contain_text("I am here")


async def test_arrow_up_in_an_empty_composer_edits_the_last_message(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    await alice.web.write(chat, "I am hear")
    await bob.web.write(chat, "What?")
    mine = await house.tab(alice)
    await mine.enter(chat)
    await expect(mine.message("What?")).to_be_visible()
    await mine.composer.press("ArrowUp")
    await expect(mine.composer).to_have_value("I am hear")
    await mine.composer.press("Escape")
    await expect(mine.composer).to_have_value("")


async def test_what_one_wrote_can_be_deleted_for_everyone(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    await alice.web.write(chat, "a mistake")
    mine, his = await house.tab(alice), await house.tab(bob)
    await mine.enter(chat)
    await his.enter(chat)
    await mine.act("a mistake", "Delete")
    await mine.confirm()
    for tab in (mine, his):
        await expect(tab.message("a mistake")).to_have_count(0)
        await expect(tab.page.get_by_text("a mistake")).to_have_count(0)
    await expect(his.message("Message deleted")).to_be_visible()
    await expect(his.row(chat)).to_contain_text("Message deleted")


async def test_only_ones_own_messages_can_be_changed(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    await bob.web.write(chat, "his words")
    mine = await house.tab(alice)
    await mine.enter(chat)
    await mine.message("his words").click(button="right", position={"x": 24, "y": 12})
    await expect(mine.page.get_by_role("menuitem", name="Reply")).to_be_visible()
    await expect(mine.page.get_by_role("menuitem", name="Edit")).to_have_count(0)
    await expect(mine.page.get_by_role("menuitem", name="Delete")).to_have_count(0)
    await mine.page.keyboard.press("Escape")
    await expect(mine.page.get_by_role("menu")).to_have_count(0)


async def test_a_message_can_be_copied(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    await bob.web.write(chat, "first line\nsecond <b>line</b>")
    window = await house.window(alice, permissions=["clipboard-read", "clipboard-write"])
    mine = await window.open()
    await mine.enter(chat)
    await mine.act("first line", "Copy text")
    await expect(mine.page.get_by_text("Copied")).to_be_visible()
    assert await mine.page.evaluate("navigator.clipboard.readText()") == "first line\nsecond <b>line</b>"
