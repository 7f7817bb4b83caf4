"""One chat: writing, ticks, drafts, and what text looks like."""

import re

from playwright.async_api import expect

from browser.house import House


async def test_a_message_goes_out_and_arrives(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    mine, his = await house.tab(alice), await house.tab(bob)
    await mine.enter(chat)
    await his.enter(chat)
    await mine.writes("Is anybody there?", "read")
    await expect(his.message("Is anybody there?")).to_be_visible()
    await expect(mine.composer).to_have_value("")
    await expect(mine.composer).to_be_focused()
    await his.composer.fill("Here I am")
    await his.composer.press("Enter")
    await expect(mine.message("Here I am")).to_be_visible()
    await expect(mine.messages).to_have_text([re.compile("Is anybody there"), re.compile("Here I am")])


async def test_ticks_go_from_sending_to_sent_to_read(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    mine = await house.tab(alice)
    await mine.enter(chat)
    await mine.record_states()
    await mine.writes("hello", "sent")
    await expect(mine.message("hello").get_by_label("delivered")).to_be_visible()
    his = await house.tab(bob)
    await mine.in_state("hello", "sent")
    await his.enter(chat)
    await mine.in_state("hello", "read")
    await expect(mine.message("hello").get_by_label("read", exact=True)).to_be_visible()
    assert await mine.recorded_states() == ["sending", "sent", "read"]


async def test_the_row_has_the_ticks_too(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    message = await alice.web.write(chat, "hello")
    mine = await house.tab(alice)
    await expect(mine.row(chat).get_by_role("img", name="delivered")).to_be_visible()
    await bob.web.read(message)
    await expect(mine.row(chat).get_by_role("img", name="read")).to_be_visible()


async def test_an_empty_message_cannot_be_sent(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    mine = await house.tab(alice)
    await mine.enter(chat)
    for nothing in ("", "   \n "):
        await mine.composer.fill(nothing)
        await expect(mine.get("send")).to_be_disabled()
        await mine.composer.press("Enter")
    await mine.writes("something")
    await expect(mine.messages).to_have_count(1)


async def test_too_much_text_cannot_be_sent_and_is_not_lost(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    mine = await house.tab(alice)
    await mine.enter(chat)
    await mine.composer.fill("x" * 4099)
    await expect(mine.get("send")).to_be_disabled()
    await mine.composer.press("Enter")
    await expect(mine.page.get_by_text("3 characters too long")).to_be_visible()
    await expect(mine.messages).to_have_count(0)
    await mine.write("y" * 4096)
    await mine.in_state("yyyy", "sent")


async def test_shift_and_enter_begin_a_new_line(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    mine = await house.tab(alice)
    await mine.enter(chat)
    await mine.composer.press_sequentially("one")
    await mine.composer.press("Shift+Enter")
    await mine.composer.press_sequentially("two")
    await mine.composer.press("Enter")
    await mine.in_state("one", "sent")
    (message,) = await alice.web.get(f"/chats/{chat['id']}/messages")
    assert message["text"] == "one\ntwo"
    lines = await mine.message("one").evaluate(
        """(message) => {
             const texts = document.createTreeWalker(message, NodeFilter.SHOW_TEXT)
             const top = (word) => {
               texts.currentNode = message
               for (let node; (node = texts.nextNode()); ) {
                 const at = node.data.indexOf(word)
                 if (at < 0) continue
                 const range = document.createRange()
                 range.setStart(node, at)
                 range.setEnd(node, at + word.length)
                 return range.getBoundingClientRect().top
               }
             }
             return [top('one'), top('two')]
           }"""
    )
    assert lines[1] > lines[0] + 10


async def test_links_can_be_followed_and_nothing_else_becomes_one(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    await bob.web.write(
        chat, "see https://example.org/a?b=1&c=%20#d, and javascript:alert(1) or http://localhost:1/x)."
    )
    mine = await house.tab(alice)
    await mine.enter(chat)
    links = mine.message("see").get_by_role("link")
    await expect(links).to_have_text(["https://example.org/a?b=1&c=%20#d", "http://localhost:1/x"])
    for number, address in enumerate(("https://example.org/a?b=1&c=%20#d", "http://localhost:1/x")):
        await expect(links.nth(number)).to_have_attribute("href", address)
        await expect(links.nth(number)).to_have_attribute("target", "_blank")
        await expect(links.nth(number)).to_have_attribute("rel", re.compile("noopener"))


async def test_a_draft_waits_in_its_chat(house: House) -> None:
    alice, bob, carol = await house.neighbours("alice", "bob", "carol")
    with_bob, with_carol = await house.direct(alice, bob), await house.direct(alice, carol)
    mine = await house.tab(alice)
    await mine.enter(with_bob)
    await mine.composer.press_sequentially("not yet ready")
    await mine.enter(with_carol)
    await expect(mine.composer).to_have_value("")
    await mine.enter(with_bob)
    await expect(mine.composer).to_have_value("not yet ready")
    await mine.reload()
    await expect(mine.composer).to_have_value("not yet ready")


async def test_the_header_says_in_words_what_the_dot_says(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    laptop = await bob.device("laptop")
    mine = await house.tab(alice)
    await mine.enter(chat)
    await expect(mine.header).to_contain_text("Bob")
    await expect(mine.header).to_contain_text("online")
    await laptop.socket.send(type="typing_start", chat_id=chat["id"])
    await expect(mine.header.get_by_test_id("typing")).to_have_text("typing…")
    await laptop.socket.close()
    await house.advance(6)
    await expect(mine.header.get_by_test_id("last-seen")).to_have_text("last seen just now")
    await expect(mine.header.get_by_test_id("typing")).to_have_count(0)
