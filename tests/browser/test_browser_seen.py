"""What counts as seen: in view, in a visible and focused tab, for half a second."""

from playwright.async_api import expect

from browser.house import House
from browser.tab import Tab
from world import Json


async def last_seq(tab: Tab, messages: list[Json]) -> int:
    """The seq of the last message that the page has marked as read; 0: none."""
    seqs = {message["id"]: message["seq"] for message in messages}
    return max((seqs[frame["message_id"]] for frame in tab.told("read")), default=0)


async def test_only_what_was_in_view_is_marked_as_read(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    messages = await house.wrote(bob, chat, 100)
    await alice.web.read(messages[9])
    mine = await house.tab(alice)
    await mine.enter(chat)
    await mine.waits("() => Number(document.querySelector('[data-testid=\"unread-badge\"]')?.dataset.count) < 90")
    await mine.rests()
    seen = await last_seq(mine, messages)
    assert 10 < seen < 60, seen
    below = await mine.page.evaluate(
        """() => {
             const { bottom } = document.querySelector('[data-testid="history"]').getBoundingClientRect()
             const messages = [...document.querySelectorAll('[data-testid="message"]')]
             const middle = (box) => box.top + box.height / 2
             const shown = messages.filter((one) => middle(one.getBoundingClientRect()) <= bottom)
             return Number(shown.at(-1).dataset.messageId)
           }"""
    )
    assert {message["seq"]: message["id"] for message in messages}[seen] == below
    await mine.get("jump-down").click()
    await mine.counts(chat, 0)


async def test_half_a_second_makes_it_seen_and_less_does_not(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    mine = await (await house.window(alice)).open()
    await mine.page.clock.install()
    await mine.is_ready()
    await mine.enter(chat)
    await mine.page.clock.pause_at(await mine.page.evaluate("new Date(Date.now() + 1000)"))
    await bob.web.write(chat, "look at me")
    await mine.hears("new_message")
    await mine.page.clock.run_for(50)
    await expect(mine.message("look at me")).to_be_visible()
    await mine.page.clock.run_for(450)
    assert mine.told("read") == []
    await mine.page.clock.run_for(500)
    await mine.hears("unread_changed")
    assert len(mine.told("read")) == 1


async def test_a_tab_without_focus_sees_nothing(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    window = await house.window(alice)
    mine = await window.open()
    await mine.page.clock.install()
    await mine.is_ready()
    await mine.enter(chat)
    await window.unfocus(mine)
    await bob.web.write(chat, "are you looking?")
    await expect(mine.message("are you looking?")).to_be_visible()
    await mine.page.clock.run_for(3_000)
    await mine.counts(chat, 1)
    assert mine.told("read") == []
    await mine.page.bring_to_front()
    await mine.counts(chat, 0)
    assert len(mine.told("read")) == 1


async def test_a_hidden_tab_sees_nothing(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    mine = await (await house.window(alice)).open()
    await mine.page.clock.install()
    await mine.is_ready()
    await mine.enter(chat)
    await mine.hides(True)
    await bob.web.write(chat, "are you looking?")
    await expect(mine.message("are you looking?")).to_be_visible()
    await mine.page.clock.run_for(3_000)
    await mine.counts(chat, 1)
    assert mine.told("read") == []
    await mine.hides(False)
    await mine.counts(chat, 0)
