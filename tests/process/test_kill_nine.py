"""kill -9 while people write: what was answered is there once, what is sent again is there once, no gap in `seq`.

In the manner of Jepsen's set and total-queue checkers: each message is one element, attempted, answered or neither, and
what is read back in the end must hold every answered one, and nothing twice.
"""

import asyncio
import random
import signal
from collections import Counter

import httpx
import pytest
from websockets.exceptions import WebSocketException

from process.real_server import Client, Json, RealServer, Socket
from report import tell
from torture import TORTURE, steps

KILLS = 1000 if TORTURE else steps(30)
PEOPLE = 8
ANSWERS = 120
"""Answered messages after which the server is killed, at most; …"""
LATER = 0.02
"""… and seconds after that, at most."""
IN_FLIGHT = 10
"""Frames that a socket has under way."""
TROUBLES = (OSError, httpx.HTTPError, WebSocketException)


class Author:
    """Somebody who writes without a pause, and remembers what was answered and what was not."""

    def __init__(self, client: Client, chat_id: int) -> None:
        self.client = client
        self.chat_id = chat_id
        self.answered: dict[str, Json] = {}
        self.waiting: dict[str, str] = {}
        self._number = 0

    def next(self) -> tuple[str, str]:
        """A new client_id and text, noted as not answered yet."""
        self._number += 1
        client_id = f"{self.client.username}-{self._number}"
        self.waiting[client_id] = f"message {client_id}"
        return client_id, self.waiting[client_id]

    def got(self, message: Json) -> None:
        """The server says that it has this one."""
        assert message["text"] == self.waiting.pop(message["client_id"])
        self.answered[message["client_id"]] = message

    async def by_rest(self, enough: "Enough") -> None:
        """First what had no answer, then on and on, until the server is gone."""
        while True:
            client_id, text = next(iter(self.waiting.items()), None) or self.next()
            self.got(await self.client.write(self.chat_id, text, client_id=client_id))
            enough.count()

    async def by_socket(self, enough: "Enough") -> None:
        """The same, with several under way at a time."""
        socket = await self.client.socket()
        await socket.send(type="subscribe", events=[])
        for client_id, text in list(self.waiting.items()):
            await self._send(socket, client_id, text)
        while True:
            while len(self.waiting) < IN_FLIGHT:
                await self._send(socket, *self.next())
            self.got((await socket.until("message_sent"))["message"])
            enough.count()

    async def _send(self, socket: Socket, client_id: str, text: str) -> None:
        await socket.send(type="send_message", chat_id=self.chat_id, text=text, client_id=client_id)


class Enough:
    """Kills the server when it has answered enough."""

    def __init__(self, server: RealServer, answers: int, later: float) -> None:
        self._server = server
        self._left = answers
        self._later = later

    def count(self) -> None:
        """One more answer."""
        self._left -= 1
        if self._left == 0:
            asyncio.get_running_loop().call_later(self._later, self._server.process.send_signal, signal.SIGKILL)


async def until_it_is_gone(work: object) -> None:
    try:
        await work  # type: ignore[misc]
    except TROUBLES:
        return


@pytest.mark.torture
async def test_nothing_answered_is_lost_and_nothing_is_doubled(own_server: RealServer) -> None:
    chance = random.Random(None if TORTURE else 9)
    people = [await Client.enter(own_server, f"author{number}") for number in range(PEOPLE)]
    chat_id = await people[0].group(*people[1:])
    authors = [Author(person, chat_id) for person in people]
    lost_answers = 0

    for _ in range(KILLS):
        enough = Enough(own_server, chance.randrange(1, ANSWERS), chance.random() * LATER)
        works = [
            author.by_rest(enough) if number % 2 else author.by_socket(enough) for number, author in enumerate(authors)
        ]
        async with asyncio.timeout(30):
            await asyncio.gather(*(until_it_is_gone(work) for work in works))
        assert own_server.end(signal.SIGKILL) == -signal.SIGKILL
        lost_answers += sum(len(author.waiting) for author in authors)
        own_server.start()

    for author in authors:
        for client_id, text in list(author.waiting.items()):
            author.got(await author.client.write(chat_id, text, client_id=client_id))
    assert lost_answers > KILLS, "the kills came when nothing was under way"
    check(await people[0].history(chat_id), authors, lost_answers)
    for person in people:
        await person.leave()


def check(history: list[Json], authors: list[Author], without_answer: int) -> None:
    written = [message for message in history if message["client_id"]]
    there = {message["client_id"]: message for message in written}
    answered = {name: message for author in authors for name, message in author.answered.items()}
    lost = [name for name, message in answered.items() if there.get(name) != message]
    doubled = [name for name, times in Counter(message["client_id"] for message in written).items() if times > 1]
    unknown = there.keys() - answered.keys()
    gaps = [place for place, message in enumerate(history, 1) if message["seq"] != place]
    tell(
        "kill -9", kills=KILLS, messages=len(answered), unanswered_at_a_kill=without_answer, lost=len(lost),
        doubled=len(doubled), gaps=len(gaps),
    )  # fmt: skip
    assert (lost, doubled, unknown, gaps[:1]) == ([], [], set(), [])
    assert len(answered) > KILLS * ANSWERS / 4
