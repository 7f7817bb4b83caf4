"""The server is killed and started again under open pages: no message is lost, none is doubled."""

from playwright.async_api import expect

from browser.real_house import RealHouse
from browser.tab import Tab
from browser.window import Window


async def back(tab: Tab) -> None:
    """The browser finds that the network is back, and the page is whole again."""
    await tab.page.evaluate("dispatchEvent(new Event('online'))")
    await tab.is_ready()


async def shown(tab: Tab) -> list[str]:
    """The texts of the messages that are drawn, in order."""
    return [await message.locator(".text").inner_text() for message in await tab.messages.all()]


async def is_kept_to_open(tab: Tab, window: Window) -> None:
    """Wait until the page would open without a server."""
    await tab.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await tab.waits("async () => (await caches.keys()).length > 0")
    await tab.waits("async () => (await (await caches.open((await caches.keys())[0])).match('/')) !== undefined")


async def test_no_message_is_lost_or_doubled_when_the_server_is_killed(real_house: RealHouse) -> None:
    alice, bob = await real_house.neighbours("alice", "bob")
    chat = await real_house.direct(alice, bob)
    mine, his = await real_house.tab(alice), await real_house.tab(bob)
    await mine.enter(chat)
    await his.enter(chat)
    await mine.writes("before the end", "read")
    for number in range(8):
        await mine.write(f"around the end {number}")
    await real_house.kill()
    await expect(mine.get("connection-state")).to_have_attribute("data-state", "connecting")
    for number in range(4):
        await mine.write(f"after the end {number}")
    await his.write("and mine")
    await his.in_state("and mine", "sending")
    await real_house.start()
    await back(mine)
    await back(his)
    expected = ["before the end", *[f"around the end {n}" for n in range(8)], *[f"after the end {n}" for n in range(4)]]
    for tab in (mine, his):
        await expect(tab.messages).to_have_count(len(expected) + 1)
        await expect(tab.page.locator('[data-testid="message"][data-state="sending"]')).to_have_count(0)
    written = [message["text"] for message in await bob.history(chat["id"])]
    assert [text for text in written if text != "and mine"] == expected
    assert written.count("and mine") == 1
    assert await shown(mine) == await shown(his) == written


async def test_what_waits_survives_a_reload_without_a_server(real_house: RealHouse) -> None:
    alice, bob = await real_house.neighbours("alice", "bob")
    chat = await real_house.direct(alice, bob)
    await bob.write(chat["id"], "are you there?")
    window = await real_house.window(alice, service_workers="allow")
    mine = await window.open()
    await mine.is_ready()
    await mine.enter(chat)
    await mine.counts(chat, 0)
    await mine.is_kept("are you there?")
    await is_kept_to_open(mine, window)
    await real_house.kill()
    await mine.write("first")
    await mine.write("second")
    await mine.in_state("second", "sending")
    await mine.page.reload()
    await expect(mine.row(chat)).to_contain_text("Bob".lower())
    await expect(mine.message("are you there?")).to_be_visible()
    await mine.in_state("first", "sending")
    await mine.in_state("second", "sending")
    await mine.write("third")
    await mine.in_state("third", "sending")
    await real_house.start()
    await back(mine)
    for text in ("first", "second", "third"):
        await mine.in_state(text, "sent")
    written = [message["text"] for message in await bob.history(chat["id"])]
    assert written == ["are you there?", "first", "second", "third"]
    await expect(mine.messages).to_have_count(4)


async def test_nobody_looks_offline_because_the_server_was_killed(real_house: RealHouse) -> None:
    alice, bob = await real_house.neighbours("alice", "bob")
    chat = await real_house.direct(alice, bob)
    mine, his = await real_house.tab(alice), await real_house.tab(bob)
    await mine.shows(chat, "online")
    await real_house.kill()
    await expect(mine.get("connection-state")).to_have_attribute("data-state", "connecting")
    before = len(mine.heard)
    await real_house.start()
    await back(his)
    await back(mine)
    await mine.shows(chat, "online")
    assert [event for event in mine.heard[before:] if event["type"] == "user_offline"] == []


async def test_a_session_that_was_ended_by_the_command_line_is_over_in_the_page(real_house: RealHouse) -> None:
    (alice,) = await real_house.neighbours("alice")
    mine = await real_house.tab(alice)
    await mine.is_kept("alice", "state")
    ended = real_house.server.command("user", "end-sessions", "alice")
    assert ended.returncode == 0, ended.stderr
    await mine.is_signed_out()
    await mine.is_emptied()
