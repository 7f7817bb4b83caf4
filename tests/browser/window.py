"""A browser window of its own: its cookie, its cache, its tabs. One device of a person."""

from typing import Any

from playwright.async_api import Browser, BrowserContext

from browser.chromium import NARROW, PHONE, WIDE
from browser.tab import Tab
from browser.witness import Witness
from world import PASSWORD

_LANGUAGES = {"en": "en-GB", "ru": "ru-RU"}


class Window:
    """What Playwright calls a context. `make` gives a fresh one."""

    def __init__(self, context: BrowserContext, url: str, witness: Witness) -> None:
        self.context = context
        self.url = url
        self.witness = witness
        self.tabs: list[Tab] = []

    @classmethod
    async def make(
        cls, browser: Browser, url: str, *, phone: bool = False, language: str = "en", **options: Any
    ) -> "Window":
        """A fresh window for the server that is there, without motion, which takes time and proves nothing.

        `options` are those of Playwright's `new_context`.
        """
        form: dict[str, Any] = {"viewport": WIDE}
        if phone:
            form = {"viewport": NARROW, "has_touch": True, "is_mobile": True, "user_agent": PHONE}
        about = {
            "locale": _LANGUAGES[language],
            "timezone_id": "UTC",
            "service_workers": "block",
            "reduced_motion": "reduce",
        }
        context = await browser.new_context(**(form | about | options))
        context.set_default_timeout(5_000)
        witness = await Witness.of(context)
        witness.bears("Service Worker registration blocked by Playwright")
        return cls(context, url, witness)

    async def sign_in(self, username: str, password: str = PASSWORD) -> int:
        """Get this window its cookie; the id of the session."""
        answer = await self.context.request.post(
            f"{self.url}/login", data={"username": username, "password": password, "cookie_only": True}
        )
        assert answer.ok, await answer.text()
        return int((await answer.json())["session"]["id"])

    async def open(self, path: str = "/") -> Tab:
        """One more tab."""
        tab = Tab(await self.context.new_page())
        self.tabs.append(tab)
        await tab.page.goto(self.url + path)
        return tab

    async def close(self) -> None:
        """Close all tabs."""
        await self.context.close()

    async def unfocus(self, tab: Tab) -> Tab:
        """Take the focus from a tab, by another one in front of it; that other one."""
        devtools = await self.context.new_cdp_session(tab.page)
        await devtools.send("Emulation.setFocusEmulationEnabled", {"enabled": False})
        front = Tab(await self.context.new_page())
        await front.page.bring_to_front()
        await tab.waits("() => !document.hasFocus()")
        return front
