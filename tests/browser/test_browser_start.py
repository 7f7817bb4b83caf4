"""The first page: the first account, registering, signing in, and where the token is."""

import json
import re

import pytest
from playwright.async_api import Response, expect

from browser.house import House
from browser.tab import Tab
from world import PASSWORD

CLOSED = pytest.mark.parametrize("house", [{"registration": False}], indirect=True)


async def fill(tab: Tab, username: str, password: str = PASSWORD) -> None:
    """Fill in the form."""
    await tab.get("username").fill(username)
    await tab.get("password").fill(password)


async def test_the_first_visitor_makes_the_first_account(house: House) -> None:
    tab = await (await house.window()).open()
    await expect(tab.page.get_by_text("Create the first account of this server")).to_be_visible()
    await expect(tab.get("sign-in")).to_have_count(0)
    await fill(tab, "alice")
    await tab.get("register").click()
    await tab.is_ready()
    await expect(tab.page.get_by_text("No chats yet")).to_be_visible()
    await expect(tab.button("Find people")).to_be_visible()


async def test_later_visitors_sign_in_or_register(house: House) -> None:
    await house.newcomers("alice")
    tab = await (await house.window()).open()
    await tab.is_signed_out()
    await expect(tab.page.get_by_text("Create the first account of this server")).to_have_count(0)
    await fill(tab, "alice")
    await tab.get("sign-in").click()
    await tab.is_ready()
    other = await (await house.window()).open()
    await other.is_signed_out()
    await other.get("register").click()
    await expect(other.page.get_by_role("heading", name="Create an account")).to_be_visible()
    await fill(other, "bob")
    await other.get("display-name").fill("Bob the Builder")
    await other.get("register").click()
    await other.is_ready()
    found = await (await house.people["alice"].device("script", connect=False)).get("/users?query=bob")
    assert [user["display_name"] for user in found] == ["Bob the Builder"]


async def test_who_has_filled_in_the_form_registers_with_one_click(house: House) -> None:
    await house.newcomers("alice")
    tab = await (await house.window()).open()
    await fill(tab, "bob")
    await tab.get("register").click()
    await tab.is_ready()


async def test_a_short_password_is_refused_before_anything_is_sent(house: House) -> None:
    tab = await (await house.window()).open()
    await fill(tab, "alice", "short")
    await tab.get("register").click()
    await expect(tab.page.get_by_role("alert")).to_have_text("At least 8 characters")
    await expect(tab.get("password")).to_be_focused()
    await expect(tab.get("password")).to_have_attribute("aria-invalid", "true")


async def test_enter_signs_in(house: House) -> None:
    await house.newcomers("alice")
    tab = await (await house.window()).open()
    await tab.get("username").press_sequentially("Alice")
    await tab.page.keyboard.press("Tab")
    await tab.page.keyboard.type(PASSWORD)
    await tab.page.keyboard.press("Enter")
    await tab.is_ready()


@CLOSED
async def test_where_registration_is_closed_only_the_first_may_register(house: House) -> None:
    tab = await (await house.window()).open()
    await fill(tab, "alice")
    await tab.get("register").click()
    await tab.is_ready()
    other = await (await house.window()).open()
    await other.is_signed_out()
    await expect(other.page.get_by_text("This server takes no new accounts")).to_be_visible()
    await expect(other.get("register")).to_have_count(0)


async def test_a_wrong_password_is_said_in_words(house: House) -> None:
    await house.newcomers("alice")
    window = await house.window()
    window.witness.bears("status of 401")
    tab = await window.open()
    for username in ("alice", "nobody"):
        await fill(tab, username, "not the password")
        await tab.get("sign-in").click()
        await expect(tab.page.get_by_role("alert")).to_have_text("The username or the password is wrong.")
    await fill(tab, "alice")
    await tab.get("sign-in").click()
    await tab.is_ready()


async def test_a_name_that_is_taken_is_said_in_words(house: House) -> None:
    await house.newcomers("alice")
    window = await house.window()
    window.witness.bears("status of 409")
    tab = await window.open()
    await fill(tab, "alice")
    await tab.get("register").click()
    await expect(tab.page.get_by_role("alert")).to_have_text("This username is taken. Choose another.")


async def test_no_token_is_within_reach_of_scripts(house: House) -> None:
    await house.newcomers("alice")
    window = await house.window()
    tab = await window.open()
    answers: list[Response] = []
    tab.page.on("response", lambda response: answers.append(response))
    await fill(tab, "alice")
    await tab.get("sign-in").click()
    await tab.is_ready()
    (cookie,) = await window.context.cookies()
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"
    token = cookie["value"]
    assert len(token) > 20
    login = next(answer for answer in answers if answer.url.endswith("/login"))
    assert (await login.json())["access_token"] == ""
    assert await tab.page.evaluate("document.cookie") == ""
    stores = ("state", "rooms", "outbox", "marks", "drafts")
    await tab.is_kept("alice", "state")
    within_reach = [
        await tab.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, location.href])"),
        await tab.page.content(),
        json.dumps([await tab.kept(store) for store in stores]),
        *[await answer.text() for answer in answers if re.search("json", answer.headers.get("content-type", ""))],
        *[json.dumps(frame) for frame in [*tab.heard, *tab.sent]],
    ]
    assert [text for text in within_reach if token in text or 'access_token":"' in text.replace('""', "")] == []


async def test_a_reload_asks_for_no_password(house: House) -> None:
    await house.newcomers("alice")
    tab = await (await house.window()).open()
    await fill(tab, "alice")
    await tab.get("sign-in").click()
    await tab.is_ready()
    await tab.reload()


async def test_signing_out_forgets_everything_here(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    await bob.web.write(chat, "a secret")
    window = await house.window(alice)
    tab = await window.open()
    await tab.is_ready()
    await tab.is_kept("a secret", "state")
    await tab.settings()
    await tab.button("Sign out").click()
    await tab.confirm()
    await tab.is_signed_out()
    await expect(tab.page.get_by_text("You have signed out")).to_be_visible()
    await tab.is_emptied()
    assert await window.context.cookies() == []


async def test_a_password_manager_finds_its_fields(house: House) -> None:
    await house.newcomers("alice")
    tab = await (await house.window()).open()
    await tab.is_signed_out()
    await expect(tab.get("username")).to_have_attribute("autocomplete", "username")
    await expect(tab.get("password")).to_have_attribute("type", "password")
    await expect(tab.get("password")).to_have_attribute("autocomplete", "current-password")
    await tab.get("register").click()
    await expect(tab.get("password")).to_have_attribute("autocomplete", "new-password")
    await tab.get("password").evaluate("(field) => { field.focus() }")
    await tab.page.keyboard.insert_text("pasted from a manager")
    await expect(tab.get("password")).to_have_value("pasted from a manager")
