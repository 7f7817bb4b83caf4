"""A server that can be killed, and people who look at it through real browsers."""

import asyncio
import signal
from typing import Any

from playwright.async_api import Browser

from browser.tab import Tab
from browser.window import Window
from process.real_server import PASSWORD, Client, RealServer

DOWN = (
    "ERR_CONNECTION_REFUSED",
    "ERR_CONNECTION_RESET",
    "ERR_EMPTY_RESPONSE",
    "ERR_INTERNET_DISCONNECTED",
    "ERR_SOCKET_NOT_CONNECTED",
    "WebSocket connection to .* failed",
)
"""What a browser complains of while the server is down or the network away."""


class RealHouse:
    """A server in its own process, and its visitors."""

    def __init__(self, server: RealServer, browser: Browser) -> None:
        self.server = server
        self.browser = browser
        self.windows: list[Window] = []
        self.clients: dict[str, Client] = {}

    async def neighbours(self, *usernames: str) -> list[Client]:
        """People who are all mutual contacts. What they do without a browser makes nobody present."""
        people = [await Client.enter(self.server, username) for username in usernames]
        self.clients |= {person.username: person for person in people}
        for one in people:
            await one.ok("POST", "/status/offline")
            for other in people:
                if one is not other:
                    await one.ok("POST", "/contacts", user_id=other.id)
        return people

    async def direct(self, one: Client, other: Client) -> Any:
        """The direct chat of two people."""
        return await one.ok("POST", "/chats", kind="direct", user_id=other.id)

    async def window(self, person: Client, **form: Any) -> Window:
        """A fresh browser window, signed in, that bears a server which is away."""
        window = await Window.make(self.browser, self.server.url, **form)
        window.witness.bears(*DOWN)
        self.windows.append(window)
        await window.sign_in(person.username, PASSWORD)
        return window

    async def tab(self, person: Client, **form: Any) -> Tab:
        """A page in a window of its own, whole."""
        tab = await (await self.window(person, **form)).open()
        await tab.is_ready()
        return tab

    async def kill(self) -> None:
        """End the server as a power cut does."""
        await asyncio.to_thread(self.server.end, signal.SIGKILL)

    async def start(self) -> None:
        """Start it again, where it was."""
        await asyncio.to_thread(self.server.start)

    async def close(self) -> None:
        """Close all windows and connections."""
        for client in self.clients.values():
            await client.leave()
        for window in self.windows:
            await window.close()
