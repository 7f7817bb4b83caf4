"""`ryadom demo`, seen by a guest through a real socket.

What plays here: `ryadom.demo.play`, `ryadom.demo.stage`, `ryadom.demo.bot`, `ryadom.demo.scenery`, `ryadom.demo.rest`.
"""

import asyncio
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from process.real_server import Client, Json, RealServer, Socket, running

SPEED = "20"


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[RealServer]:
    arguments = ("demo", "--port", "0", "--speed", SPEED, "--data", str(tmp_path / "demo"))
    yield from running(RealServer(tmp_path, *arguments))


def password(demo: RealServer) -> str:
    found = re.fullmatch(r"Sign in as guest, password (\S+)\n", demo.line())
    assert found
    return found[1]


async def test_a_guest_sees_people_live_and_is_answered(demo: RealServer) -> None:
    secret = password(demo)
    await said(demo, "Saturday hike · ")
    async with asyncio.timeout(20), await Client.enter(demo, "guest", new=False, password=secret) as guest:
        socket = await guest.socket()
        seen: set[str] = set()
        while not {"status_change", "typing_start", "new_message", "unread_message"} <= seen:
            seen.add((await socket.next())["type"])

        chats = await guest.ok("GET", "/chats")
        titles = {chat["title"] for chat in chats if chat["title"]}
        assert {"Saturday hike", "Maple Street news", "Дача на выходных", "Новости двора"} <= titles
        chat = direct_with(chats, "vera")
        sent = await guest.write(chat["id"], "Привет! Как дела?")
        await all_of(socket, {"messages_read", "typing_start"}, chat["id"])
        answers = await after(socket, guest, chat["id"], sent["seq"])
        assert answers[0]["sender_id"] == chat["peer"]["id"]
        assert re.search("[а-я]", answers[0]["text"])

    assert await asyncio.to_thread(demo.end, signal.SIGINT) == 0
    assert demo.log.read_text() == ""


def direct_with(chats: list[Json], username: str) -> Json:
    return next(chat for chat in chats if chat["peer"] and chat["peer"]["username"] == username)


async def all_of(socket: Socket, types: set[str], chat_id: int) -> None:
    """Wait until events of all these types have come about a chat."""
    while types:
        event = await socket.next()
        if event.get("chat_id") == chat_id:
            types.discard(event["type"])


async def after(socket: Socket, guest: Client, chat_id: int, seq: int) -> list[Json]:
    """What stands after a seq in a chat, once there is something."""
    while not (found := await guest.ok("GET", f"/chats/{chat_id}/messages?after={seq}")):
        await socket.until("new_message")
    return list(found)


async def said(demo: RealServer, words: str) -> None:
    """Wait until the demo prints a line that begins so."""
    while not (await asyncio.to_thread(demo.line)).startswith(words):
        pass


async def test_a_demo_that_is_kept_goes_on_with_the_same_chats_and_password(demo: RealServer) -> None:
    secret = password(demo)
    await said(demo, "Film night · ")
    demo.end(signal.SIGTERM)
    demo.start()
    assert password(demo) == secret
    await said(demo, "Film night · ")
    async with await Client.enter(demo, "guest", new=False, password=secret) as guest:
        titles = [chat["title"] or chat["peer"]["username"] for chat in await guest.ok("GET", "/chats")]
    assert len(titles) == len(set(titles)) == 12 + 6
    assert demo.end(signal.SIGTERM) == 0
