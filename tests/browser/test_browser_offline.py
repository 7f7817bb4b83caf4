"""Without a network, without a server, and back: nothing is lost, nothing is doubled."""

import re

from playwright.async_api import expect

from browser.house import House
from browser.real_house import DOWN


async def test_a_reload_shows_everything_before_the_server_has_said_anything(house: House) -> None:
    alice, bob, carol = await house.neighbours("alice", "bob", "carol")
    with_bob, with_carol = await house.direct(alice, bob), await house.direct(alice, carol)
    await bob.device("laptop")
    for number in range(30):
        last = await bob.web.write(with_bob, f"words {number}")
    await alice.web.read(last)
    await carol.web.write(with_carol, "hello from Carol")
    window = await house.window(alice)
    window.witness.bears(*DOWN)
    mine = await window.open()
    await mine.is_ready()
    await mine.enter(with_bob)
    await expect(mine.message("words 29")).to_be_visible()
    await mine.is_kept("words 29")
    await mine.cut("/sync**", "/chats**", "/server", "/users**")
    await mine.page.reload()
    await expect(mine.row(with_carol)).to_contain_text("hello from Carol")
    await mine.counts(with_carol, 1)
    await mine.shows(with_bob, "online")
    await mine.shows(with_carol, "offline")
    await expect(mine.row(with_carol).get_by_test_id("last-seen")).to_have_text("last seen just now")
    await expect(mine.message("words 29")).to_be_visible()
    await expect(mine.get("connection-state")).to_have_attribute("data-state", "connecting")
    await expect(mine.get("connection-state")).to_have_text("Connecting…")
    await expect(mine.page).to_have_title("(1) Ryadom")


async def test_without_a_network_a_quiet_line_says_so(house: House) -> None:
    (alice,) = await house.neighbours("alice")
    window = await house.window(alice)
    window.witness.bears(*DOWN)
    mine = await window.open()
    await mine.is_ready()
    line = mine.get("connection-state")
    await expect(line).to_have_text("")
    box = await mine.get("find").bounding_box()
    await window.context.set_offline(True)
    await expect(line).to_have_text("No connection")
    assert await mine.get("find").bounding_box() == box
    await window.context.set_offline(False)
    await mine.is_ready()
    await expect(line).to_have_text("")


async def test_what_is_written_without_a_network_goes_out_once_and_in_order(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    window = await house.window(alice)
    window.witness.bears(*DOWN)
    mine = await window.open()
    await mine.is_ready()
    await mine.enter(chat)
    await house.cut_off(window, alice)
    for number in range(5):
        await mine.write(f"words {number}")
        await mine.in_state(f"words {number}", "sending")
    await expect(mine.page.get_by_text("Not sent. It will be sent when you are back online.")).to_be_visible()
    await expect(mine.message("words 0").get_by_label("sending")).to_be_visible()
    assert await bob.web.get(f"/chats/{chat['id']}/messages") == []
    await window.context.set_offline(False)
    for number in range(5):
        await mine.in_state(f"words {number}", "sent")
    written = await bob.web.get(f"/chats/{chat['id']}/messages")
    assert [message["text"] for message in written] == [f"words {number}" for number in range(5)]
    await expect(mine.messages).to_have_count(5)


async def test_what_is_written_in_a_chat_that_was_never_open_is_shown_and_goes_out(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    for number in range(3):
        last = await bob.web.write(chat, f"words {number}")
    await alice.web.read(last)
    window = await house.window(alice)
    window.witness.bears(*DOWN)
    mine = await window.open()
    await mine.is_ready()
    await house.cut_off(window, alice)
    await mine.row(chat).click()
    await mine.write("written in the dark")
    await mine.in_state("written in the dark", "sending")
    await expect(mine.get("notice")).to_have_count(0)
    await window.context.set_offline(False)
    await mine.in_state("written in the dark", "sent")
    await expect(mine.message("words 0")).to_be_visible()
    await expect(mine.messages).to_have_count(4)


async def test_presence_is_the_last_known_while_nothing_can_be_known(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    await bob.device("laptop")
    window = await house.window(alice)
    window.witness.bears(*DOWN)
    mine = await window.open()
    await mine.is_ready()
    await expect(mine.dot(chat)).to_have_attribute("aria-label", "online")
    await house.cut_off(window, alice)
    await expect(mine.dot(chat)).to_have_attribute("aria-label", "last known: online")
    await window.context.set_offline(False)
    await mine.is_ready()
    await expect(mine.dot(chat)).to_have_attribute("aria-label", "online")


async def test_a_page_that_was_away_catches_up(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat, group = await house.direct(alice, bob), await house.group(bob, alice, title="Choir")
    first = await bob.web.write(chat, "a slip of the pen")
    window = await house.window(alice)
    window.witness.bears(*DOWN)
    mine = await window.open()
    await mine.is_ready()
    await mine.enter(chat)
    await house.cut_off(window, alice)
    await bob.web.call("PATCH", f"/messages/{first['id']}", {"text": "well considered"})
    await bob.web.write(chat, "one more")
    await bob.web.write(group, "and here")
    await bob.device("laptop")
    await window.context.set_offline(False)
    await expect(mine.message("well considered")).to_be_visible()
    await expect(mine.message("one more")).to_be_visible()
    await mine.counts(group, 1)
    await mine.shows(chat, "online")


async def test_a_refused_message_says_why_and_can_be_discarded(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    mine = await house.tab(alice)
    await mine.enter(chat)
    await (await bob.device("script", connect=False)).call("PUT", f"/contacts/{alice.id}/block")
    await mine.write("are you cross with me?")
    await mine.in_state("are you cross with me?", "failed")
    await expect(mine.page.get_by_text("Not sent. You cannot write in this chat.")).to_be_visible()
    await mine.button("Discard").click()
    await expect(mine.messages).to_have_count(0)
    await mine.reload()
    await expect(mine.messages).to_have_count(0)


async def test_a_refused_message_can_be_tried_again(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    mine = await house.tab(alice)
    await mine.enter(chat)
    await bob.web.call("PUT", f"/contacts/{alice.id}/block")
    await mine.write("are you cross with me?")
    await mine.in_state("are you cross with me?", "failed")
    await bob.web.call("DELETE", f"/contacts/{alice.id}/block")
    await mine.button("Try again").click()
    await mine.in_state("are you cross with me?", "sent")
    written = await bob.web.get(f"/chats/{chat['id']}/messages")
    assert [message["text"] for message in written] == ["are you cross with me?"]


async def test_the_page_comes_back_by_itself_and_at_once_when_somebody_looks(house: House) -> None:
    (alice,) = await house.neighbours("alice")
    mine = await (await house.window(alice)).open()
    await mine.page.clock.install()
    await mine.is_ready()
    hellos = len([event for event in mine.heard if event["type"] == "hello"])
    house.drop_sockets(alice)
    await expect(mine.get("connection-state")).to_have_attribute("data-state", re.compile("connecting|ready"))
    await mine.page.clock.run_for(1_000)
    await mine.is_ready()
    await mine.hears("hello", hellos + 1)
    house.drop_sockets(alice)
    await mine.hides(True)
    await mine.hides(False)
    await mine.hears("hello", hellos + 2)
    await mine.is_ready()
