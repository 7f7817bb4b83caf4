"""A long chat: what is drawn, where it opens, and how it scrolls."""

from playwright.async_api import expect

from browser import scripts
from browser.house import House


async def test_a_long_chat_opens_at_its_end_and_draws_only_a_part(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    messages = await house.wrote(bob, chat, 300)
    await alice.web.read(messages[-1])
    mine = await house.tab(alice)
    await mine.enter(chat)
    await expect(mine.message("message no. 300.")).to_be_in_viewport()
    assert await mine.messages.count() < 150
    await expect(mine.get("new-messages")).to_have_count(0)


async def test_scrolling_up_moves_nothing_that_one_reads(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    messages = await house.wrote(bob, chat, 160)
    await alice.web.read(messages[-1])
    mine = await house.tab(alice, reduced_motion="no-preference")
    await mine.enter(chat)
    await expect(mine.message("message no. 160.")).to_be_in_viewport()
    await mine.page.evaluate(scripts.FOLLOW)
    for _ in range(60):
        if messages[0]["id"] in await mine.page.evaluate(scripts.IN_VIEW):
            break
        await mine.get("history").hover()
        await mine.page.mouse.wheel(0, -700)
        await mine.rests()
        moves = await mine.page.evaluate("window.__moves.splice(0)")
        assert all(move["by"] > -1 and move["apart"] < 1 for move in moves), moves
        assert sum(move["by"] for move in moves) <= 701, moves
    await expect(mine.page.get_by_text("This is where the chat begins")).to_be_in_viewport()


async def test_scrolling_down_moves_nothing_that_one_reads(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    messages = await house.wrote(bob, chat, 160)
    await alice.web.read(messages[19])
    mine = await house.tab(alice, reduced_motion="no-preference")
    await mine.enter(chat)
    await expect(mine.get("new-messages")).to_be_in_viewport()
    await mine.rests()
    await mine.page.evaluate(scripts.FOLLOW)
    for _ in range(60):
        if messages[-1]["id"] in await mine.page.evaluate(scripts.IN_VIEW):
            break
        await mine.get("history").hover()
        await mine.page.mouse.wheel(0, 700)
        await mine.rests()
        moves = await mine.page.evaluate("window.__moves.splice(0)")
        assert all(move["by"] < 1 and move["apart"] < 1 for move in moves), moves
        assert sum(move["by"] for move in moves) >= -701, moves
    await mine.counts(chat, 0)


async def test_what_comes_does_not_move_who_reads_above(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    messages = await house.wrote(bob, chat, 120)
    await alice.web.read(messages[-1])
    mine = await house.tab(alice)
    await mine.enter(chat)
    await expect(mine.message("message no. 120.")).to_be_in_viewport()
    await mine.get("history").hover()
    await mine.page.mouse.wheel(0, -1_200)
    await mine.rests()
    first, *_ = await mine.page.evaluate(scripts.IN_VIEW)
    before = await mine.page.evaluate(scripts.TOP_OF, first)
    await bob.web.write(chat, "news from below")
    await expect(mine.get("jump-down")).to_contain_text("1")
    assert abs(await mine.page.evaluate(scripts.TOP_OF, first) - before) < 2
    await mine.counts(chat, 1)
    await mine.get("jump-down").click()
    await expect(mine.message("news from below")).to_be_in_viewport()
    await mine.counts(chat, 0)
    await expect(mine.get("jump-down")).to_have_count(0)


async def test_who_is_at_the_end_stays_at_the_end(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    messages = await house.wrote(bob, chat, 60)
    await alice.web.read(messages[-1])
    mine = await house.tab(alice)
    await mine.enter(chat)
    for number in range(3):
        await bob.web.write(chat, f"news no. {number}\nin two lines")
        await expect(mine.message(f"news no. {number}")).to_be_in_viewport(ratio=1)


async def test_unread_messages_begin_below_a_line(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    messages = await house.wrote(bob, chat, 200)
    await alice.web.read(messages[99])
    mine = await house.tab(alice)
    await mine.enter(chat)
    line = mine.get("new-messages")
    await expect(line).to_be_in_viewport()
    await expect(line).to_have_text("new messages")
    line_box, first_box = await line.bounding_box(), await mine.message("message no. 101.").bounding_box()
    last_box = await mine.message("message no. 100.").bounding_box()
    assert line_box
    assert first_box
    assert last_box
    assert last_box["y"] < line_box["y"] <= first_box["y"] + 1


async def test_days_are_separated(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    await bob.web.write(chat, "three days ago")
    await house.jump(2 * 86_400)
    await bob.web.write(chat, "yesterday")
    await house.jump(86_400)
    await bob.web.write(chat, "today")
    mine = await house.tab(alice)
    await mine.enter(chat)
    await expect(mine.message("today")).to_have_count(1)
    await expect(mine.get("history").get_by_role("group")).to_contain_text(["15 January", "Yesterday", "Today"])


async def test_reading_on_later_shows_the_line_no_more(house: House) -> None:
    alice, bob, carol = await house.neighbours("alice", "bob", "carol")
    chat, other = await house.direct(alice, bob), await house.direct(alice, carol)
    await house.wrote(bob, chat, 3)
    mine = await house.tab(alice)
    await mine.enter(chat)
    await expect(mine.get("new-messages")).to_be_visible()
    await mine.counts(chat, 0)
    await expect(mine.get("new-messages")).to_be_visible()
    await mine.enter(other)
    await mine.enter(chat)
    await expect(mine.message("message no. 3.")).to_be_visible()
    await expect(mine.get("new-messages")).to_have_count(0)


async def test_a_click_on_a_reply_goes_to_what_it_answers(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    messages = await house.wrote(bob, chat, 200)
    last = await bob.web.write(chat, "this is the answer", reply_to=messages[4]["id"])
    await alice.web.read(last)
    mine = await house.tab(alice)
    await mine.enter(chat)
    await mine.message("this is the answer").locator("[data-reply-to]").click()
    await expect(mine.message("message no. 5.").first).to_be_in_viewport()
    await mine.get("jump-down").click()
    await expect(mine.message("this is the answer")).to_be_in_viewport()
