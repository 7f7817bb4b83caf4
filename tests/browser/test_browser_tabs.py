"""Several tabs of one browser agree."""

from playwright.async_api import expect

from browser.house import House
from browser.real_house import DOWN


async def test_two_tabs_agree_on_what_waits_and_send_it_once(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    window = await house.window(alice)
    window.witness.bears(*DOWN)
    one, other = await window.open(), await window.open()
    for tab in (one, other):
        await tab.page.bring_to_front()
        await tab.is_ready()
        await tab.enter(chat)
    await house.cut_off(window, alice)
    await one.page.bring_to_front()
    await one.write("from the one")
    await other.in_state("from the one", "sending")
    await other.page.bring_to_front()
    await other.write("from the other")
    await one.in_state("from the other", "sending")
    await window.context.set_offline(False)
    for tab in (one, other):
        await tab.in_state("from the one", "sent")
        await tab.in_state("from the other", "sent")
        await expect(tab.messages).to_have_count(2)
    written = await bob.web.get(f"/chats/{chat['id']}/messages")
    assert sorted(message["text"] for message in written) == ["from the one", "from the other"]
    assert len(one.told("send_message") + other.told("send_message")) == 2


async def test_when_the_tab_that_sends_is_closed_the_other_one_sends(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    window = await house.window(alice)
    window.witness.bears(*DOWN)
    first, second = await window.open(), await window.open()
    for tab in (first, second):
        await tab.page.bring_to_front()
        await tab.is_ready()
        await tab.enter(chat)
    await house.cut_off(window, alice)
    await first.page.bring_to_front()
    await first.write("carry this on")
    await second.in_state("carry this on", "sending")
    await first.page.close()
    await window.context.set_offline(False)
    await second.in_state("carry this on", "sent")
    assert len(await bob.web.get(f"/chats/{chat['id']}/messages")) == 1


async def test_signing_out_in_one_tab_signs_out_all(house: House) -> None:
    (alice,) = await house.neighbours("alice")
    window = await house.window(alice)
    one, other = await window.open(), await window.open()
    await one.is_ready()
    await other.is_ready()
    await one.page.bring_to_front()
    await one.is_kept("alice", "state")
    await one.settings()
    await one.get("sign-out").click()
    await one.confirm()
    await one.is_signed_out()
    await other.is_signed_out()
    await other.is_emptied()


async def test_signing_in_in_one_tab_signs_in_all(house: House) -> None:
    await house.newcomers("alice")
    window = await house.window()
    one, other = await window.open(), await window.open()
    await other.is_signed_out()
    await one.page.bring_to_front()
    await one.get("username").fill("alice")
    await one.get("password").fill("correct horse battery")
    await one.get("sign-in").click()
    await one.is_ready()
    await other.is_ready()
