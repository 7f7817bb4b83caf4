"""Lively people for a while: memory does not grow, and what was in use for them is back when they have gone."""

import asyncio
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

import servers
from attack.victim import Victim
from process.real_server import Client, Socket, running
from report import tell
from torture import TORTURE

pytestmark = [
    pytest.mark.torture,
    pytest.mark.skipif(servers.ON_POSTGRES, reason="PostgreSQL's memory and journal are its own"),
]

PEOPLE = 500 if TORTURE else 60
MINUTES = 30.0 if TORTURE else 0.75
GROUP = 20
BETWEEN = (1.0, 8.0)
"""Seconds between two deeds of one person."""
ROUNDS = 3
"""Times that everybody has gone and come before anything is measured: what many cost once is kept for the next."""
MOST_KEPT = 0.2
"""Of the memory before, that may be in use afterwards and was not."""


@pytest.fixture
def victim() -> Iterator[Victim]:
    """A server whose data is on a disk."""
    folder = Path(tempfile.mkdtemp(prefix="ryadom-soak-"))
    yield from running(Victim(folder))  # type: ignore[misc]
    shutil.rmtree(folder, ignore_errors=True)


class Lively:
    """Somebody who writes, reads, types, asks, goes and comes, without an end."""

    def __init__(self, client: Client, chat_id: int, seed: int) -> None:
        self.client = client
        self.chat_id = chat_id
        self.chance = random.Random(seed)
        self.deeds = 0
        self.last = 0

    async def live(self, until: float) -> None:
        """Do something every few seconds."""
        while time.monotonic() < until:
            socket = await self.client.socket()
            hearing = asyncio.create_task(self._hear(socket))
            for _ in range(self.chance.randrange(3, 30)):
                if time.monotonic() >= until:
                    break
                await asyncio.sleep(self.chance.uniform(*BETWEEN))
                await self._act(socket)
                self.deeds += 1
            await socket.wire.close()
            await hearing

    async def _hear(self, socket: Socket) -> None:
        try:
            while True:
                event = await socket.next()
                if event["type"] == "new_message":
                    self.last = event["message"]["id"]
        except ConnectionClosed:
            return

    async def _act(self, socket: Socket) -> None:
        what = self.chance.random()
        if what < 0.35:
            await socket.send(
                type="send_message", chat_id=self.chat_id, text="x" * self.chance.randrange(1, 400),
                client_id=f"{self.client.id}-{self.deeds}-{self.chance.random()}"[:64],
            )  # fmt: skip
        elif what < 0.6 and self.last:
            await socket.send(type="read", chat_id=self.chat_id, message_id=self.last)
        elif what < 0.8:
            kind = self.chance.choice(("typing_start", "typing_stop"))
            await socket.send(type=kind, chat_id=self.chat_id)
        elif what < 0.9:
            await socket.send(type="ping")
        else:
            await self.client.ok("GET", self.chance.choice(("/chats", "/status/contacts", "/sessions")))


class Level:
    """What the server holds now."""

    def __init__(self, victim: Victim) -> None:
        process = Path(f"/proc/{victim.process.pid}")
        self.memory = victim.rss()
        self.files = len(list((process / "fd").iterdir()))
        self.threads = len(list((process / "task").iterdir()))
        journal = victim.data / "ryadom.db-wal"
        self.journal = journal.stat().st_size if journal.exists() else 0
        self.tasks = int(victim.noted("tasks")[-1][1])


async def level(victim: Victim, people: list[Lively]) -> Level:
    """What the server holds when everybody has gone: no connection is kept for a next request."""
    for one in people:
        await one.client.hang_up()
    await asyncio.sleep(6)  # the closes' grace, in the real server's time
    return Level(victim)


async def until(victim: Victim, moment: float) -> list[tuple[float, int]]:
    """(seconds, kilobytes) every second until then."""
    began, found = time.monotonic(), []
    while time.monotonic() < moment:
        found.append((time.monotonic() - began, victim.rss()))
        await asyncio.sleep(1.0)
    return found


async def enter(victim: Victim) -> list[Lively]:
    """People in groups, signed in."""
    clients: list[Client] = []
    for start in range(0, PEOPLE, 10):
        clients += await asyncio.gather(*(Client.enter(victim, f"lively{start + n}") for n in range(10)))
    people: list[Lively] = []
    for start in range(0, PEOPLE, GROUP):
        some = clients[start : start + GROUP]
        chat_id = await some[0].group(*some[1:])
        for one in some[1:]:
            await one.ok("POST", "/contacts", user_id=some[0].id)
            await some[0].ok("POST", "/contacts", user_id=one.id)
        people += [Lively(one, chat_id, one.id) for one in some]
    return people


async def test_nothing_grows_and_everything_comes_back(victim: Victim) -> None:
    people = await enter(victim)
    for _ in range(ROUNDS):
        await asyncio.gather(*(one.live(time.monotonic() + 4) for one in people))
    before = await level(victim, people)

    end = time.monotonic() + MINUTES * 60
    living = asyncio.gather(*(one.live(end) for one in people))
    memory = await until(victim, end)
    await living
    after = await level(victim, people)
    for one in people:
        await one.client.leave()

    settled = memory[len(memory) // 3 :]
    slope = statistics.linear_regression(*zip(*settled, strict=True)).slope * 60
    tell(
        "soak", people=PEOPLE, minutes=MINUTES, deeds=sum(one.deeds for one in people),
        slope_kb_a_minute=round(slope, 1), kept_kb=after.memory - before.memory,
        files=after.files - before.files, tasks=after.tasks - before.tasks, journal=after.journal,
    )  # fmt: skip
    assert sum(one.deeds for one in people) > PEOPLE * MINUTES * 60 / BETWEEN[1] / 2
    assert after.tasks <= before.tasks
    assert after.files <= before.files + 5, "files or connections are kept open"
    assert after.threads <= before.threads + 2
    assert after.journal <= 40_000_000, "the journal is brought home every 32 MB"
    assert after.memory <= before.memory * (1 + MOST_KEPT)
    assert victim.mistakes() == []
