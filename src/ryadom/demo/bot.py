"""Someone of the demo: a client like any other, by REST and the socket, that reads after a while and types first."""

import asyncio
import json
import secrets
from collections.abc import Callable, Coroutine
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from ryadom.protocol.errors import SESSION_OVER

from .cast import Person
from .rest import Refused, Rest
from .tempo import Tempo

Json = Any

LONGEST_TYPING = 6.0
"""Seconds; typing that is not repeated is over after 10."""
TROUBLES = (OSError, WebSocketException, Refused)
"""What a server that stops, or an administrator, may do to a client. It comes back."""


class Bot:
    """One person's only device. `told` hears of every event that is for them, and of what they missed."""

    def __init__(
        self, person: Person, password: str, url: str, tempo: Tempo, told: Callable[["Bot", Json], None]
    ) -> None:
        self.person = person
        self.user_id = 0
        self.rest = Rest(url, tempo.clock)
        self._password = password
        self._url = url.replace("http", "ws", 1) + "/ws"
        self._tempo = tempo
        self._told = told
        self._socket: ClientConnection | None = None
        self._door = asyncio.Lock()
        self._mouth = asyncio.Lock()
        self._unread: dict[int, int] = {}
        self._sending: dict[str, asyncio.Future[Json]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def here(self) -> bool:
        """Whether they are connected."""
        return self._socket is not None

    async def sign_in(self) -> None:
        """Open a session, unless there is one."""
        if not self.rest.token:
            self.user_id = (await self.rest.sign_in(self.person.username, self._password))["id"]

    async def arrive(self) -> bool:
        """Connect and look at what was missed. Whether they were away."""
        async with self._door:
            if self._socket is not None:
                return False
            await self.sign_in()
            headers = {"Authorization": f"Bearer {self.rest.token}"}
            self._socket = await connect(self._url, additional_headers=headers, proxy=None)
            self.do(self._listen(self._socket))
        for chat in await self.rest.call("GET", "/chats"):
            if chat["unread_count"]:
                self._take({"type": "new_message", "message": chat["last_message"]})
        return True

    async def leave(self) -> bool:
        """Go offline, but not in the middle of a sentence. Whether they were here."""
        async with self._mouth, self._door:
            socket, self._socket = self._socket, None
            if socket is None:
                return False
            await self.rest.call("POST", "/status/offline")
            await socket.close()
            return True

    async def say(self, chat_id: int, text: str) -> None:
        """Type a message and send it; comes online for it. One at a time."""
        async with self._mouth:
            await self.arrive()
            await self._send(type="typing_start", chat_id=chat_id)
            typing = min(LONGEST_TYPING, 1.0 + len(text) / 25)
            await self._tempo.pause(typing / 2, typing)
            await self._send_message(chat_id, text)

    async def read(self, chat_id: int, message_id: int) -> None:
        """Mark a message as read, and all before it."""
        await self._send(type="read", chat_id=chat_id, message_id=message_id)

    def do(self, act: Coroutine[Any, Any, None]) -> None:
        """Do something beside; the connection may break meanwhile."""
        task = asyncio.create_task(_through_troubles(act))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def stop(self) -> None:
        """Stop whatever they do."""
        for task in self._tasks:
            task.cancel()

    async def _send_message(self, chat_id: int, text: str) -> None:
        client_id = secrets.token_urlsafe(9)
        while True:
            answer = self._sending[client_id] = asyncio.get_running_loop().create_future()
            # Who fails to send never looks at the answer; that it is lost then is no news.
            answer.add_done_callback(lambda one: one.cancelled() or one.exception())
            await self._send(type="send_message", chat_id=chat_id, text=text, client_id=client_id)
            answered = await answer
            if answered["type"] == "message_sent" or "retry_after" not in answered:
                return
            await self._tempo.clock.sleep(answered["retry_after"])

    async def _send(self, **frame: Json) -> None:
        if self._socket is None:
            raise ConnectionError("not connected")
        await self._socket.send(json.dumps(frame))

    async def _listen(self, socket: ClientConnection) -> None:
        try:
            async for frame in socket:
                self._take(json.loads(frame))
        except ConnectionClosed:
            pass  # what follows is the same when the server closes in good order
        finally:
            self._lost(socket)

    def _lost(self, socket: ClientConnection) -> None:
        if self._socket is socket:
            self._socket = None
        if socket.close_code == SESSION_OVER.code:
            self.rest.token = ""
        if self._socket is not None:
            return
        for answer in self._sending.values():
            if not answer.done():
                answer.set_exception(ConnectionError("the socket is closed"))
        self._sending.clear()

    def _take(self, event: Json) -> None:
        if event["type"] in ("message_sent", "error"):
            answer = self._sending.pop(event.get("client_id"), None)
            if answer is not None and not answer.done():
                answer.set_result(event)
        elif event["type"] == "new_message" and event["message"]["sender_id"] != self.user_id:
            self._notice(event["message"])
        self._told(self, event)

    def _notice(self, message: Json) -> None:
        """Read it in a while, with what else comes in that chat until then."""
        known = message["chat_id"] in self._unread
        self._unread[message["chat_id"]] = message["id"]
        if not known:
            self.do(self._read_soon(message["chat_id"]))

    async def _read_soon(self, chat_id: int) -> None:
        await self._tempo.pause(1.0, 4.0)
        await self.read(chat_id, self._unread.pop(chat_id))


async def _through_troubles(act: Coroutine[Any, Any, None]) -> None:
    try:
        await act
    except TROUBLES:
        return
