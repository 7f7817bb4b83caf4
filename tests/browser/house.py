"""A real server on a real port with virtual time, and people who look at it through real browsers.

    async def test_closing_the_tab(house):
        alice, bob = await house.neighbours("alice", "bob")
        chat = await house.direct(alice, bob)
        mine, his = await house.tab(alice), await house.tab(bob)
        ...

What happens between browser and server takes real time (wait for what is seen); what the server waits for comes by
`advance`. People can also be moved without a browser: `bob.web` is a device of theirs that only speaks REST and counts
as absent, `await bob.device("phone")` is one with a socket.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import uvicorn
from playwright.async_api import Browser, expect

from browser.tab import Tab
from browser.window import Window
from ryadom.realtime.connection import Connection
from world import PASSWORD, Json, Person, World

PATIENCE = 5.0
"""Real seconds that a browser has for what it must do."""


class House(World):
    """A `World` that listens. `url` is where."""

    def __init__(self, data: Path, browser: Browser, **settings: Any) -> None:
        super().__init__(data, mirrors=False, stranger=False, **settings)
        self.browser = browser
        self.windows: list[Window] = []
        self.url = ""

    async def start(self) -> None:
        """Start and listen."""
        await super().start()
        config = uvicorn.Config(
            self.server.asgi, port=0, ws=self.server.edge, http=self.server.http, lifespan="off", log_config=None,
            access_log=False, server_header=False, date_header=False, proxy_headers=False, interface="asgi3",
        )  # fmt: skip
        config.load()
        self._node = uvicorn.Server(config)
        self._node.lifespan = config.lifespan_class(config)
        await self._node.startup()
        self.url = f"http://127.0.0.1:{self._node.servers[0].sockets[0].getsockname()[1]}"

    async def settle(self) -> None:
        """Let everything happen that can, and let every browser answer the pings that it was sent."""
        await super().settle()
        await self.until(lambda: not self._owed())

    def _owed(self) -> bool:
        owing = self.server.pulse._owing.items()
        return any(connection.last_heard < pinged for connection, (_, pinged) in owing)

    async def until(self, met: Callable[[], bool]) -> None:
        """Wait for something that browsers make happen in the server."""
        async with asyncio.timeout(PATIENCE):
            while not met():  # noqa: ASYNC110  # it comes over a network, and no event says so
                await asyncio.sleep(0.002)

    async def newcomers(self, *usernames: str) -> list[Person]:
        """People who have an account and nothing else."""
        for username in usernames:
            body = {"username": username, "password": PASSWORD, "display_name": username.capitalize()}
            self.people[username] = Person(self, (await self.call("POST", "/register", body)).ok())
        return [self.people[username] for username in usernames]

    async def neighbours(self, *usernames: str) -> list[Person]:
        """People who are all mutual contacts, and absent. Each has a device that makes nobody present."""
        people = await self.newcomers(*usernames)
        for person in people:
            await (await person.device("script", connect=False)).post("/status/offline")
        for one in people:
            for other in people:
                if one is not other:
                    await one.web.post("/contacts", {"user_id": other.id})
        return people

    async def window(self, person: Person | None = None, **form: Any) -> Window:
        """A fresh browser window, signed in as somebody."""
        window = await Window.make(self.browser, self.url, **form)
        self.windows.append(window)
        if person is not None:
            await window.sign_in(person.username)
        return window

    async def tab(self, person: Person, path: str = "/", **form: Any) -> Tab:
        """A page in a window of its own, signed in and whole."""
        tab = await (await self.window(person, **form)).open(path)
        await tab.is_ready()
        return tab

    async def wrote(self, person: Person, chat: Json, count: int) -> list[Json]:
        """Somebody has written so many numbered messages."""
        return [await person.web.write(chat, f"message no. {number}.") for number in range(1, count + 1)]

    def sockets_of(self, person: Person) -> int:
        """How many sockets somebody has open."""
        there = self.server.hub.people.get(person.id)
        return 0 if there is None else len(there.clients)

    async def leave(self, tab: Tab, person: Person) -> None:
        """Close a tab; the server knows when this returns."""
        before = self.sockets_of(person)
        await tab.page.close()
        await self.until(lambda: self.sockets_of(person) < before)

    def drop_sockets(self, person: Person) -> None:
        """Break every socket of somebody, as a network does."""
        there = self.server.hub.people.get(person.id)
        for client in list(there.clients) if there else []:
            cast(Connection, client.socket).abort()

    async def cut_off(self, window: Window, person: Person) -> None:
        """Take the network from a window of somebody; the server knows when this returns."""
        await window.context.set_offline(True)
        self.drop_sockets(person)
        for tab in window.tabs:
            await expect(tab.get("connection-state")).to_have_attribute("data-state", "offline")
        await self.until(lambda: self.sockets_of(person) == 0)

    async def close(self) -> None:
        """Close every window and stop the server."""
        for window in self.windows:
            await window.close()
        for listener in self._node.servers:
            listener.close()
        for connection in list(self._node.server_state.connections):
            connection.shutdown()
        await super().close()

    @property
    def complaints(self) -> list[str]:
        """What went wrong in any window."""
        return [complaint for window in self.windows for complaint in window.witness.complaints]
