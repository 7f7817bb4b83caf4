"""Three nodes to try on this machine: PostgreSQL, Redis, the nodes and a proxy before them; all gone at the end.

    python scripts/cluster.py [--nodes N] [--port P]

Runs until Ctrl+C. Says where everything is, and what to try.
"""

import argparse
import asyncio
import contextlib
import itertools
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from private_servers import PostgresServer, RedisServer

CHUNK = 65536


class Node:
    """One node."""

    def __init__(self, name: str, folder: Path, environment: dict[str, str]) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ryadom", "serve"], stdout=subprocess.PIPE, stderr=log, text=True,
                env=os.environ | environment | {"RYADOM_NODE": name, "RYADOM_PORT": "0"},
            )  # fmt: skip
        assert self.process.stdout is not None
        found = re.search(r"http://[\d.]+:(\d+)", self.process.stdout.readline())
        if found is None:
            self.process.kill()
            raise SystemExit(f"{name} did not start:\n{self.log.read_text()[-2000:]}")
        self.port = int(found[1])


class Proxy:
    """Takes connections and gives each to the next node that answers. It knows nothing of what they say."""

    def __init__(self, nodes: list[Node]) -> None:
        self._nodes = itertools.cycle(nodes)
        self._number = len(nodes)

    async def serve(self, port: int) -> None:
        """Listen, for ever."""
        server = await asyncio.start_server(self._join, "127.0.0.1", port, backlog=1024)
        async with server:
            await server.serve_forever()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for node in itertools.islice(self._nodes, self._number):
            try:
                there, back = await asyncio.open_connection("127.0.0.1", node.port)
            except OSError:
                continue
            with contextlib.suppress(OSError):
                await asyncio.gather(_pass_on(reader, back), _pass_on(there, writer))
            break
        writer.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()


def main() -> None:
    """Start everything and say where it is."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--nodes", type=int, default=3)
    asked.add_argument("--port", type=int, default=8080)
    given = asked.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="ryadom-cluster-") as name, contextlib.ExitStack() as going_down:
        folder = Path(name)
        postgres = PostgresServer()
        going_down.callback(postgres.remove)
        redis = RedisServer()
        going_down.callback(redis.kill)
        nodes: list[Node] = []
        going_down.callback(end, nodes)
        postgres.sql("CREATE DATABASE ryadom")
        environment = {
            "RYADOM_DATABASE_URL": postgres.url("ryadom"), "RYADOM_REDIS_URL": redis.url, "RYADOM_DATA": name,
        }  # fmt: skip
        nodes.extend(Node(f"node{number}", folder, environment) for number in range(1, given.nodes + 1))
        say(given.port, nodes, postgres, redis)
        try:
            asyncio.run(Proxy(nodes).serve(given.port))
        except KeyboardInterrupt:
            print("\nGoing down.")


def end(nodes: list[Node]) -> None:
    """Stop those that have started."""
    for node in nodes:
        node.process.terminate()
    for node in nodes:
        node.process.wait(20)


def say(port: int, nodes: list[Node], postgres: PostgresServer, redis: RedisServer) -> None:
    """Where everything is."""
    print(f"\nRyadom is at http://127.0.0.1:{port}: each connection goes to another of {len(nodes)} nodes.\n")
    for node in nodes:
        where = f"http://127.0.0.1:{node.port}"
        print(f"  {node.name}  {where}  metrics {where}/metrics  log {node.log}  kill -9 {node.process.pid}")
    database = postgres.url("ryadom", "postgresql")
    print(f"""
  watch the devices   psql {database} -c 'TABLE live_devices'
  watch the commits   psql {database} -c 'TABLE revision'
  watch what is sent  redis-cli -p {redis.port} psubscribe 'ryadom:*'

Open two browsers, sign up twice, write; then kill a node. Ctrl+C ends everything, and nothing is kept.
""", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
