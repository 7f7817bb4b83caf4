"""What is written stays text; the page's policy is strict; the page can be installed."""

import json

import pytest
from playwright.async_api import Error, expect

from browser.house import House

MARKUP = [
    "<img src=x onerror=window.__evil=1>",
    "<b>bold</b><script>window.__evil=1</script>",
    "&amp;&lt;i&gt; \"quoted\" 'too' {{x}} ${x}",
    "\u202eright to left\u202c and on",
    "<svg onload=window.__evil=1> javascript:window.__evil=1",
]


async def test_names_titles_and_messages_stay_text(house: House) -> None:
    alice, *others = await house.neighbours("alice", "ann", "bea", "cat", "dan", "eve")
    tab = await house.tab(alice)
    for other, markup in zip(others, MARKUP, strict=True):
        name = (await other.web.call("PATCH", "/users/me", {"display_name": markup})).ok()["display_name"]
        chat, group = await house.direct(alice, other), await house.group(other, alice, title=markup)
        first = await other.web.write(chat, markup)
        await other.web.write(chat, f"{markup} again", reply_to=first["id"])
        await other.web.write(group, markup)
        await expect(tab.row(chat)).to_contain_text(name)
        await expect(tab.row(chat)).to_contain_text(f"{markup} again")
        await expect(tab.row(group)).to_contain_text(group["title"])
        await expect(tab.get("notice").last).to_contain_text(group["title"])
        for one, heading in ((chat, name), (group, group["title"])):
            await tab.enter(one)
            await expect(tab.header).to_contain_text(heading)
            await expect(tab.messages.first).to_contain_text(markup)
            await tab.header.click()
            await expect(tab.page.get_by_role("heading", level=3).first).to_contain_text(heading)
            await tab.page.keyboard.press("Escape")
        made = "document.querySelectorAll('img[src=x], .text b, .text script, .text svg').length"
        assert await tab.page.evaluate(made) == 0
    await tab.is_ready()
    assert await tab.page.evaluate("window.__evil") is None


async def test_a_name_in_another_direction_turns_nothing_else_around(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    await bob.web.call("PATCH", "/users/me", {"display_name": "יעל \u202e evil"})
    chat = await house.direct(alice, bob)
    await bob.web.write(chat, "שלום")
    tab = await house.tab(alice)
    await expect(tab.row(chat).locator("time")).to_have_text("8:00")
    isolated = await tab.row(chat).locator("[dir=auto]").first.evaluate("(one) => getComputedStyle(one).unicodeBidi")
    assert isolated in ("isolate", "plaintext")


async def test_the_policy_of_the_page_is_strict(house: House) -> None:
    tab = await (await house.window()).open()
    answer = await tab.page.request.get(f"{house.url}/")
    policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["style-src"] == "'self'"
    assert policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in answer.headers["content-security-policy"]


async def test_the_policy_holds(house: House) -> None:
    window = await house.window()
    window.witness.bears(
        "script-src", "trusted-types", "TrustedScriptURL", "TrustedHTML", "style-src", "Content Security"
    )
    tab = await window.open()
    evil = {
        "TrustedScriptURL": "document.createElement('script').src = '/evil.js'",
        "TrustedHTML": "document.body.innerHTML = '<p>evil</p>'",
    }
    for needed, attempt in evil.items():
        with pytest.raises(Error, match=needed):
            await tab.page.evaluate(f"() => {{ {attempt} }}")
    await tab.page.evaluate("document.body.setAttribute('style', 'color: red')")
    assert await tab.page.evaluate("getComputedStyle(document.body).color") != "rgb(255, 0, 0)"
    assert any(one.startswith("violation") for one in window.witness.seen)


async def test_the_page_asks_nobody_but_its_server(house: House) -> None:
    alice, bob = await house.neighbours("alice", "bob")
    chat = await house.direct(alice, bob)
    window = await house.window(alice)
    asked: list[str] = []
    window.context.on("request", lambda request: asked.append(request.url))
    tab = await window.open()
    await tab.is_ready()
    await tab.enter(chat)
    await tab.settings()
    assert [url for url in asked if not url.startswith((house.url, "data:", "blob:"))] == []


async def test_the_page_can_be_installed(house: House) -> None:
    window = await house.window(service_workers="allow")
    tab = await window.open()
    link = tab.page.locator("link[rel=manifest]")
    address = await link.get_attribute("href")
    answer = await tab.page.request.get(house.url + str(address))
    assert answer.headers["content-type"] == "application/manifest+json"
    manifest = json.loads(await answer.text())
    assert manifest["name"] == "Ryadom"
    assert manifest["display"] == "standalone"
    assert manifest["start_url"] == "/"
    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in manifest["icons"]}
    assert any(icon.get("purpose") == "maskable" for icon in manifest["icons"])
    for icon in manifest["icons"]:
        assert (await tab.page.request.get(house.url + icon["src"])).headers["content-type"] == icon["type"]
    devtools = await window.context.new_cdp_session(tab.page)
    await tab.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    told = await devtools.send("Page.getInstallabilityErrors")
    wrong = [error["errorId"] for error in told["installabilityErrors"] if error["errorId"] != "in-incognito"]
    assert wrong == []


async def test_files_of_the_client_may_be_kept_for_ever(house: House) -> None:
    tab = await (await house.window()).open()
    for address in await tab.page.evaluate(
        "[...document.querySelectorAll('script[type=module], link[rel=stylesheet]')].map((one) => one.src ?? one.href)"
    ):
        answer = await tab.page.request.get(address)
        assert "immutable" in answer.headers["cache-control"]
