"""Settings → Active devices: what is signed in, live, and ending it."""

import re
import time

from playwright.async_api import Locator, expect

from browser.chromium import DESKTOP, PHONE, TABLET, TELEVISION
from browser.house import House
from browser.tab import Tab
from browser.window import Window
from world import Person


async def opened(window: Window) -> Tab:
    """A page in this window, whole."""
    tab = await window.open()
    await tab.is_ready()
    return tab


async def two_browsers(house: House) -> tuple[Tab, Tab, Person]:
    """Two windows of one person: a PC, which is shown its devices, and a phone."""
    (alice,) = await house.newcomers("alice")
    pc = await opened(await house.window(alice, user_agent=DESKTOP))
    phone = await opened(await house.window(alice, phone=True))
    await pc.devices()
    return pc, phone, alice


def rows(tab: Tab, type_: str) -> Locator:
    """The rows of devices of a type."""
    return tab.page.locator(f'[data-testid="device-row"][data-device-type="{type_}"]')


async def test_every_device_is_listed_with_icon_name_and_address(house: House) -> None:
    (alice,) = await house.newcomers("alice")
    for agent in (PHONE, TABLET, TELEVISION):
        await house.window(alice, user_agent=agent)
    await alice.device("a script", connect=False)
    pc = await opened(await house.window(alice, user_agent=DESKTOP))
    await pc.devices()
    await expect(pc.get("device-row")).to_have_count(5)
    current = pc.page.locator('[data-testid="device-row"][data-current="true"]')
    await expect(current).to_have_count(1)
    await expect(current).to_have_attribute("data-device-type", "pc")
    await expect(pc.page.get_by_role("region", name="This device").get_by_test_id("device-row")).to_have_count(1)
    expected = {
        "pc": ("PC", "Chrome, Windows", True),
        "phone": ("Phone", "Chrome, Android", True),
        "tablet": ("Tablet", "Safari, iPad", True),
        "web": ("Web", "Chrome", True),
        "other": ("Other device", "a script", False),
    }
    for type_, (icon, name, is_browser) in expected.items():
        row = rows(pc, type_)
        await expect(row.get_by_role("img", name=icon, exact=True).first).to_be_visible()
        await expect(row).to_contain_text(name)
        await expect(row.get_by_role("img", name="Web", exact=True)).to_have_count(1 if is_browser else 0)
        await expect(row).to_contain_text(re.compile("signed in today at 8:00"))
    await expect(rows(pc, "phone")).to_contain_text("127.0.0.1")


async def test_last_activity_is_in_words_and_live(house: House) -> None:
    (alice,) = await house.newcomers("alice")
    script = await alice.device("a script", connect=False)
    await house.advance(7200)
    pc = await opened(await house.window(alice, user_agent=DESKTOP))
    await pc.page.clock.install()
    await pc.devices()
    await expect(rows(pc, "other")).to_contain_text("active 2 h ago")
    await expect(rows(pc, "pc")).to_contain_text("active now")
    await script.get("/users/me")
    await pc.page.clock.run_for(16_000)
    await expect(rows(pc, "other")).to_contain_text("active now")


async def test_a_new_sign_in_is_told_at_once_with_the_way_to_the_devices(house: House) -> None:
    (alice,) = await house.newcomers("alice")
    pc = await opened(await house.window(alice, user_agent=DESKTOP))
    await house.window(alice, phone=True)
    notice = pc.get("notice")
    await expect(notice).to_contain_text("New sign-in: Chrome, Android")
    await expect(notice).to_contain_text("127.0.0.1")
    await notice.get_by_role("button", name="Show devices").click()
    await expect(pc.get("device-row")).to_have_count(2)


async def test_a_device_that_comes_or_goes_shows_in_the_open_list(house: House) -> None:
    (alice,) = await house.newcomers("alice")
    pc = await opened(await house.window(alice, user_agent=DESKTOP))
    await pc.devices()
    await expect(pc.page.get_by_text("You are signed in on this device only.")).to_be_visible()
    script = await alice.device("a script", connect=False)
    await expect(rows(pc, "other")).to_contain_text("a script")
    await script.post("/logout")
    await expect(rows(pc, "other")).to_have_count(0)


async def test_ending_a_session_closes_the_other_page_within_a_second(house: House) -> None:
    pc, phone, _ = await two_browsers(house)
    await rows(pc, "phone").get_by_test_id("end-session").click()
    await expect(pc.page.get_by_role("dialog")).to_contain_text("Chrome, Android")
    await expect(phone.get("sign-in")).to_have_count(0)
    began = time.perf_counter()
    await pc.confirm()
    await phone.is_signed_out()
    assert time.perf_counter() - began < 1.0
    await expect(phone.get("session-ended")).to_have_attribute("data-reason", "revoked")
    await expect(phone.get("session-ended")).to_contain_text("ended on another device")
    await expect(rows(pc, "phone")).to_have_count(0)
    await expect(pc.get("notice").filter(has_text="its 1 connection is closed")).to_be_visible()


async def test_a_page_whose_session_was_ended_forgets_everything(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    await bob.web.write(chat, "a secret")
    window = await house.window(alice)
    tab = await opened(window)
    await tab.enter(chat)
    await tab.composer.press_sequentially("half a thought")
    await tab.is_kept("a secret", "state")
    await alice.web.post("/sessions/revoke_all")
    await tab.is_signed_out()
    await tab.is_emptied()
    await expect(tab.page.get_by_text("a secret")).to_have_count(0)
    await expect(tab.page).to_have_title("Ryadom")
    await tab.page.reload()
    await tab.is_signed_out()
    await expect(tab.get("chat-row")).to_have_count(0)


async def test_a_page_whose_session_was_ended_does_not_try_again(house: House) -> None:
    (alice,) = await house.neighbours("alice")
    tab = await (await house.window(alice)).open()
    await tab.page.clock.install()
    await tab.is_ready()
    attempts: list[str] = []
    tab.page.on("websocket", lambda socket: attempts.append(socket.url))
    await alice.web.post("/sessions/revoke_all")
    await tab.is_signed_out()
    await tab.page.clock.run_for(60_000)
    await expect(tab.get("session-ended")).to_be_visible()
    assert attempts == []


async def test_one_may_sign_in_again_where_a_session_was_ended(house: House) -> None:
    pc, phone, _ = await two_browsers(house)
    await rows(pc, "phone").get_by_test_id("end-session").click()
    await pc.confirm()
    await phone.is_signed_out()
    await phone.get("username").fill("alice")
    await phone.get("password").fill("correct horse battery")
    await phone.get("sign-in").click()
    await phone.is_ready()
    await expect(rows(pc, "phone")).to_have_count(1)


async def test_no_is_no(house: House) -> None:
    pc, phone, _ = await two_browsers(house)
    await rows(pc, "phone").get_by_test_id("end-session").click()
    await pc.button("Cancel").click()
    await expect(pc.page.get_by_role("dialog")).to_have_count(0)
    await expect(rows(pc, "phone")).to_have_count(1)
    await rows(pc, "phone").get_by_test_id("end-session").click()
    await pc.page.keyboard.press("Escape")
    await expect(pc.page.get_by_role("dialog")).to_have_count(0)
    await phone.is_ready()


async def test_all_other_sessions_end_with_one_button(house: House) -> None:
    pc, phone, alice = await two_browsers(house)
    script = await alice.device("a script", connect=False)
    await expect(pc.get("end-others")).to_contain_text("2")
    await pc.get("end-others").click()
    await expect(pc.page.get_by_role("dialog")).to_contain_text("End 2 other sessions?")
    await pc.confirm()
    await phone.is_signed_out()
    await expect(pc.get("device-row")).to_have_count(1)
    await expect(pc.get("end-others")).to_have_count(0)
    assert (await script.call("GET", "/users/me")).status == 401
    await pc.reload()


async def test_a_session_that_ended_while_the_page_was_closed_is_over_when_it_opens(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    await bob.web.write(chat, "a secret")
    window = await house.window(alice)
    window.witness.bears("status of 401")
    tab = await opened(window)
    await tab.row(chat).wait_for()
    await tab.is_kept("a secret", "state")
    await house.leave(tab, alice)
    await alice.web.post("/sessions/revoke_all")
    again = await window.open()
    await again.is_signed_out()
    await expect(again.get("session-ended")).to_have_attribute("data-reason", "revoked")
    await expect(again.get("session-ended")).to_contain_text("ended on another device")
    await again.is_emptied()
