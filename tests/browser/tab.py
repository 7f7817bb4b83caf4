"""A page of the client, and what one does in it.

What waits here waits by `wait_for`, which looks at every frame; `expect` looks ten times a second at most.
"""

import asyncio
import json
from typing import Any

from playwright.async_api import Locator, Page, Route, WebSocket

from browser import scripts

Json = Any


class Tab:
    """One open page. `sent` and `heard` are the frames of its sockets, as they went by."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.sent: list[Json] = []
        self.heard: list[Json] = []
        page.on("websocket", self._overhear)

    def _overhear(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: self.sent.append(json.loads(frame)))
        socket.on("framereceived", lambda frame: self.heard.append(json.loads(frame)))

    def told(self, type_: str) -> list[Json]:
        """The frames of a type that the page has sent."""
        return [frame for frame in self.sent if frame["type"] == type_]

    def get(self, testid: str) -> Locator:
        """What has this test id."""
        return self.page.get_by_test_id(testid)

    def button(self, name: str, exact: bool = True) -> Locator:
        """A button with this name."""
        return self.page.get_by_role("button", name=name, exact=exact)

    # The list.

    def row(self, chat: Json) -> Locator:
        """A chat's row in the list."""
        return self.page.locator(f'[data-testid="chat-row"][data-chat-id="{chat["id"]}"]')

    def dot(self, chat: Json) -> Locator:
        """The dot in a chat's row."""
        return self.row(chat).get_by_test_id("presence-dot")

    def badge(self, chat: Json) -> Locator:
        """The count in a chat's row."""
        return self.row(chat).get_by_test_id("unread-badge")

    async def shows(self, chat: Json, status: str) -> None:
        """Wait until the dot of a chat has this status."""
        await self.dot(chat).and_(self.page.locator(f'[data-status="{status}"]')).wait_for()

    async def counts(self, chat: Json, unread: int) -> None:
        """Wait until a chat's badge shows this number; 0: until it is gone."""
        if unread:
            await self.badge(chat).and_(self.page.locator(f'[data-count="{unread}"]')).wait_for()
        else:
            await self.badge(chat).wait_for(state="detached")

    async def is_ready(self) -> None:
        """Wait until the list is there and the socket has brought everything."""
        await self.page.locator('[data-testid="connection-state"][data-state="ready"]').wait_for(state="attached")

    # The chat.

    @property
    def composer(self) -> Locator:
        """Where one writes."""
        return self.get("composer")

    @property
    def messages(self) -> Locator:
        """The messages that are drawn."""
        return self.get("message")

    @property
    def header(self) -> Locator:
        """The bar above the messages."""
        return self.get("chat-header")

    def message(self, text: str) -> Locator:
        """The messages that have this in their text."""
        return self.messages.filter(has_text=text)

    async def enter(self, chat: Json) -> "Tab":
        """Open a chat from the list."""
        await self.row(chat).click()
        await self.header.wait_for()
        return self

    async def write(self, text: str) -> None:
        """Send a message from the open chat."""
        await self.composer.fill(text)
        await self.get("send").click()

    async def writes(self, text: str, state: str = "sent") -> Locator:
        """Send a message and wait until it has this state."""
        await self.write(text)
        await self.in_state(text, state)
        return self.message(text)

    async def in_state(self, text: str, state: str) -> None:
        """Wait until a message of one's own is sending, sent, read or failed."""
        await self.message(text).and_(self.page.locator(f'[data-state="{state}"]')).wait_for()

    async def act(self, text: str, action: str) -> None:
        """Choose something in the menu of a message."""
        await self.message(text).click(button="right", position={"x": 24, "y": 12})
        await self.page.get_by_role("menuitem", name=action, exact=True).click()

    # Panels and dialogs.

    async def settings(self) -> None:
        """Open the settings."""
        await self.get("settings").click()
        await self.get("sign-out").wait_for()

    async def devices(self) -> None:
        """Open the list of active devices."""
        await self.settings()
        await self.get("devices").click()
        await self.get("device-row").first.wait_for()

    async def confirm(self) -> None:
        """Say yes."""
        await self.get("confirm").click()

    async def is_signed_out(self) -> None:
        """Wait for the page where one signs in."""
        await self.get("sign-in").wait_for()

    # What the browser does.

    async def reload(self) -> None:
        """Load the page anew and wait until it is whole."""
        await self.page.reload()
        await self.is_ready()

    async def cut(self, *paths: str) -> None:
        """From now on these paths of the server do not answer this page, nor does the socket."""

        async def refuse(route: Route) -> None:
            await route.abort("connectionrefused")

        for path in paths:
            await self.page.route(f"**{path}", refuse)
        await self.page.route_web_socket("**/ws", lambda socket: None)

    async def kept(self, store: str) -> list[Json]:
        """Everything in one store of the browser's database."""
        kept: list[Json] = await self.page.evaluate(
            scripts.KEPT,
            store,
        )
        return kept

    async def waits(self, check: str, argument: Json = None) -> None:
        """Wait until a function of the page gives true, or a promise of it; 5 s at most."""
        async with asyncio.timeout(5):
            while not await self.page.evaluate(check, argument):  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    async def is_emptied(self) -> None:
        """Wait until the browser keeps nothing of the chats."""
        await self.waits(scripts.EMPTIED)

    async def record_states(self) -> None:
        """Begin to write down every state that a message has."""
        await self.page.evaluate(scripts.RECORD_STATES)

    async def recorded_states(self) -> list[str]:
        """The states that were written down."""
        states: list[str] = await self.page.evaluate("window.__states")
        return states

    async def told_typing(self, times: int) -> None:
        """Wait until the page has told so often that one types."""
        async with asyncio.timeout(5):
            while len(self.told("typing_start")) < times:  # noqa: ASYNC110  # frames go by without an event for us
                await asyncio.sleep(0.005)
        assert len(self.told("typing_start")) == times

    async def hears(self, type_: str, times: int = 1) -> None:
        """Wait until the page has been told an event so often."""
        async with asyncio.timeout(5):
            while len([event for event in self.heard if event["type"] == type_]) < times:  # noqa: ASYNC110
                await asyncio.sleep(0.005)

    async def rests(self) -> None:
        """Wait until scrolling is over and what came of it is drawn: nothing has moved for some frames."""
        await asyncio.wait_for(self.page.evaluate(scripts.REST), 5)

    async def hides(self, hidden: bool) -> None:
        """Let the page believe that it is in the background, or in view again."""
        await self.page.evaluate(
            scripts.HIDE,
            hidden,
        )

    async def is_kept(self, text: str, store: str = "rooms") -> None:
        """Wait until something is in the browser's database."""
        async with asyncio.timeout(5):
            while text not in json.dumps(await self.kept(store), ensure_ascii=False):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
