"""The list of chats: names, what was said last, its order, and who types."""

from playwright.async_api import expect

from browser.house import House


async def test_a_row_says_who_what_and_when(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    await bob.web.write(chat, "See you at the station")
    mine = await house.tab(alice)
    row = mine.row(chat)
    await expect(row).to_contain_text("Bob")
    await expect(row).to_contain_text("See you at the station")
    await expect(row.locator("time")).to_have_text("8:00")
    await alice.web.write(chat, "On my way")
    await expect(row).to_contain_text("You: On my way")


async def test_a_group_says_who_wrote(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.group(alice, bob, title="Choir")
    mine = await house.tab(alice)
    await expect(mine.row(chat)).to_contain_text("Choir")
    await bob.web.write(chat, "Tenors at six")
    await expect(mine.row(chat)).to_contain_text("Bob: Tenors at six")


async def test_an_avatar_has_initials(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    await bob.web.call("PATCH", "/users/me", {"display_name": "Bob van Dyke"})
    chat = await house.direct(alice, bob)
    mine = await house.tab(alice)
    await expect(mine.row(chat).get_by_text("BD", exact=True)).to_be_visible()


async def test_the_latest_message_is_on_top(house: House) -> None:
    alice, bob, carol = await house.neighbours("alice", "bob", "carol")
    with_bob, with_carol = await house.direct(alice, bob), await house.direct(alice, carol)
    await bob.web.write(with_bob, "first")
    await house.advance(1)
    await carol.web.write(with_carol, "second")
    mine = await house.tab(alice)
    rows = mine.get("chat-row")
    await expect(rows).to_contain_text(["Carol", "Bob"])
    await house.advance(1)
    await bob.web.write(with_bob, "third")
    await expect(rows).to_contain_text(["Bob", "Carol"])


async def test_a_new_chat_appears_by_itself(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    mine = await house.tab(alice)
    await expect(mine.get("chat-row")).to_have_count(0)
    chat = await house.group(bob, alice, title="Walkers")
    await expect(mine.row(chat)).to_contain_text("Walkers")


async def test_typing_stands_in_the_row_until_it_ends(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    laptop = await bob.device("laptop")
    mine = await house.tab(alice)
    typing = mine.row(chat).get_by_test_id("typing")
    await laptop.socket.send(type="typing_start", chat_id=chat["id"])
    await expect(typing).to_have_text("typing…")
    await laptop.socket.send(type="typing_stop", chat_id=chat["id"])
    await expect(typing).to_have_count(0)


async def test_a_group_says_who_types(house: House) -> None:
    alice, bob, carol = await house.neighbours("alice", "bob", "carol")
    chat = await house.group(alice, bob, carol)
    mine = await house.tab(alice)
    typing = mine.row(chat).get_by_test_id("typing")
    await (await bob.device("laptop")).socket.send(type="typing_start", chat_id=chat["id"])
    await expect(typing).to_have_text("Bob is typing…")
    await (await carol.device("laptop")).socket.send(type="typing_start", chat_id=chat["id"])
    await expect(typing).to_have_text("2 people are typing…")


async def test_typing_that_nobody_ends_is_dropped_by_the_page(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    laptop = await bob.device("laptop")
    window = await house.window(alice)
    mine = await window.open()
    await mine.page.clock.install()
    await mine.page.reload()
    await mine.page.clock.run_for(1_000)
    await mine.is_ready()
    typing = mine.row(chat).get_by_test_id("typing")
    await laptop.socket.send(type="typing_start", chat_id=chat["id"])
    await expect(typing).to_be_visible()
    await mine.page.clock.run_for(11_000)
    await expect(typing).to_be_visible()
    await mine.page.clock.run_for(2_000)
    await expect(typing).to_have_count(0)


async def test_500_chats_draw_only_what_is_in_view(house: House) -> None:
    (alice,) = await house.neighbours("alice")
    chats = [await house.group(alice, title=f"Group {number}") for number in range(120)]
    mine = await house.tab(alice)
    await expect(mine.get("chat-row").first).to_be_visible()
    assert await mine.get("chat-row").count() < 40
    await expect(mine.row(chats[-1])).to_be_visible()
    await mine.get("chat-list").hover()
    await mine.page.mouse.wheel(0, 64 * 120)
    await expect(mine.row(chats[0])).to_be_in_viewport()
