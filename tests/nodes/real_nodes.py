"""Three nodes as processes of their own, with a PostgreSQL and a Redis that may be killed, and people who come back."""

import asyncio
import contextlib
import os
import random
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from private_servers import PostgresServer, RedisServer
from websockets.exceptions import WebSocketException

import servers
from nodes.redis_proxy import RedisProxy
from process.real_server import Client, Json, RealServer, Socket

NODES = 3
TROUBLES = (OSError, httpx.HTTPError, WebSocketException, AssertionError)
SKEW = Path(__file__).parent / "skew"


class Nodes:
    """The servers and the nodes."""

    def __init__(self, skews: tuple[float, ...] = (0.0,) * NODES, *, bad_network: bool = False) -> None:
        """`skews`: what each node's clock is wrong by, in seconds. `bad_network`: a proxy between each and Redis."""
        self.folder = Path(tempfile.mkdtemp(prefix="ryadom-cluster-", dir=servers.MEMORY))
        self.postgres = PostgresServer(servers.MEMORY)
        self.postgres.sql("CREATE DATABASE ryadom")
        self.redis = RedisServer()
        self.proxies = [RedisProxy(self.redis.port, seed) for seed in range(len(skews))] if bad_network else []
        ways = [proxy.url for proxy in self.proxies] or [self.redis.url] * len(skews)
        self.nodes: list[RealServer] = []
        for number, skew in enumerate(skews):
            data = self.folder / f"node{number}"
            data.mkdir()
            path = os.pathsep.join([str(SKEW), os.environ.get("PYTHONPATH", "")])
            self.nodes.append(
                RealServer(
                    data, RYADOM_DATABASE_URL=self.postgres.url("ryadom"), RYADOM_REDIS_URL=ways[number],
                    RYADOM_NODE=f"n{number}", PYTHONPATH=path, WRONG_CLOCK=str(skew),
                )
            )  # fmt: skip
        for node in self.nodes:
            node.start()

    def signal(self, node: int, what: signal.Signals) -> None:
        """Send a signal to a node."""
        self.nodes[node].process.send_signal(what)

    def remove(self) -> None:
        """End everything."""
        for node in self.nodes:
            with contextlib.suppress(ProcessLookupError):
                node.process.send_signal(signal.SIGCONT)
                node.process.kill()
            node.process.wait()
            if node.process.stdout is not None:
                node.process.stdout.close()
        for proxy in self.proxies:
            proxy.close()
        self.redis.kill()
        self.postgres.remove()
        shutil.rmtree(self.folder, ignore_errors=True)


def running(nodes: Nodes) -> Iterator[Nodes]:
    """The nodes, until the test is over."""
    try:
        yield nodes
    finally:
        nodes.remove()


async def acquainted(nodes: Nodes, *names: str) -> list[Client]:
    """People who are mutual contacts, one after the other on the nodes."""
    people = [await Client.enter(nodes.nodes[place % NODES], name) for place, name in enumerate(names)]
    for one in people:
        for other in people:
            if one is not other:
                await one.ok("POST", "/contacts", user_id=other.id)
    return people


class Listener:
    """Somebody's client: it keeps a socket open, comes back where a node is up, and asks for what it missed."""

    def __init__(self, client: Client, nodes: Nodes, chat_id: int = 0) -> None:
        self.client = client
        self.nodes = nodes
        self.chat_id = chat_id
        self.messages: dict[int, Json] = {}
        """By seq."""
        self.doubled: list[int] = []
        """Seqs that came twice on one socket, or not in their order."""
        self.statuses: list[tuple[float, int, str]] = []
        """(when, whose, status)."""
        self.latest = 0.0
        """The longest that a message took from its commit to here, in seconds."""
        self.typing: set[int] = set()
        """Who was told to be typing."""
        self.codes: list[int | None] = []
        """How sockets ended."""
        self.socket: Socket | None = None
        self.stays = True
        """Whether it comes back."""
        self._task = asyncio.create_task(self._run())

    async def up(self) -> None:
        """Return when it is connected."""
        await until(lambda: self.socket is not None, 20)

    async def stop(self) -> None:
        """Leave for good."""
        self.stays = False
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def of(self, user_id: int) -> list[str]:
        """What was told of somebody."""
        return [status for _, whose, status in self.statuses if whose == user_id]

    async def _run(self) -> None:
        while self.stays:
            try:
                await self._listen()
            except TROUBLES:
                self.client.server = random.choice(self.nodes.nodes)
                await asyncio.sleep(random.uniform(0.2, 0.6))

    async def _listen(self) -> None:
        socket = await asyncio.wait_for(self.client.socket(), 5)
        try:
            if self.chat_id:
                for message in await self.client.history(self.chat_id):
                    self.messages.setdefault(message["seq"], message)
            self.socket = socket
            last = 0
            while True:
                event = await socket.next()
                if event["type"] == "new_message":
                    last = self._take(event["message"], last)
                elif event["type"] == "status_change":
                    self.statuses.append((time.time(), event["user_id"], event["status"]))
                elif event["type"] == "typing_start":
                    self.typing.add(event["user_id"])
        finally:
            self.socket = None
            self.codes.append(socket.wire.close_code)

    def _take(self, message: Json, last: int) -> int:
        """A message that came by the socket, after the one with seq `last`; its seq."""
        seq: int = message["seq"]
        if seq <= last:
            self.doubled.append(seq)
        self.latest = max(self.latest, time.time() - seconds(message["created_at"]))
        self.messages.setdefault(seq, message)
        return seq


class Writer:
    """Somebody who writes on and on by REST, with the same client_id until it is answered."""

    def __init__(self, client: Client, nodes: Nodes, chat_id: int, pause: float = 0.02) -> None:
        self.client = client
        self.nodes = nodes
        self.chat_id = chat_id
        self.pause = pause
        self.answered: dict[str, Json] = {}
        self.refused: list[httpx.Response] = []
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Write no more, when the last is answered."""
        self.stays = False
        await asyncio.wait_for(self._task, 60)

    stays = True

    async def _run(self) -> None:
        number = 0
        while self.stays:
            number += 1
            client_id = f"{self.client.username}-{number}"
            while client_id not in self.answered:
                await self._try(client_id)
            await asyncio.sleep(self.pause)

    async def _try(self, client_id: str) -> None:
        path, body = f"/chats/{self.chat_id}/messages", {"text": client_id, "client_id": client_id}
        try:
            answer = await self.client.call("POST", path, **body)
        except TROUBLES:
            self.client.server = random.choice(self.nodes.nodes)
            await asyncio.sleep(0.1)
            return
        if answer.is_success:
            self.answered[client_id] = answer.json()
            return
        self.refused.append(answer)
        await asyncio.sleep(0.1)


async def until(true: Any, within: float) -> float:
    """Return when something has come true; after how many seconds."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < within, "it did not come true"
        await asyncio.sleep(0.02)
    return time.monotonic() - began


def seconds(moment: str) -> float:
    """A time of the wire as seconds since 1970."""
    return datetime.fromisoformat(moment).timestamp()
