"""Durable 1:1 messages in PostgreSQL: its processes share the server's core, and their CPU counts."""

import os
from functools import partial

from scripts.private_servers import PostgresServer, RedisServer

from ryadom.clock import Clock
from ryadom.config import Settings
from ryadom.db.copying import copy

from .line import compared, interleaved, seconds
from .load import SERVER_CORE
from .messages import FLOOR, plan
from .node import People
from .pairs import FLOOR_CHAT, PAIRS, beside, people


def main() -> None:
    """Measure."""
    made, chat_ids = people()
    server = PostgresServer()
    url = stored(made, server)
    ours_, theirs_ = partial(plan, chat_ids), partial(plan, [FLOOR_CHAT] * PAIRS)
    pinned = partial(pinned_processes, server)
    with beside(made, ours_, theirs_, database=pinned, RYADOM_DATABASE_URL=url) as (ours, theirs):
        mine, base = interleaved(partial(ours.closed, 1, seconds(4)), partial(theirs.closed, 1, seconds(2)))
        compared("durable 1:1 message on PostgreSQL, closed loop", mine, base, FLOOR, target=90, target_rate=8_000)
    server.remove()


def stored(made: People, server: PostgresServer) -> str:
    """The URL of a database on this server that has these people in it."""
    server.sql("CREATE DATABASE bench")
    url = server.url("bench")
    copy(made.done() / "ryadom.db", Settings(database_url=url), Clock())
    return url


def pinned_processes(server: PostgresServer | RedisServer) -> list[int]:
    """The processes of a server, all on the core of ours."""
    pids = server.pids()
    for pid in pids:
        os.sched_setaffinity(pid, {SERVER_CORE})
    return pids


if __name__ == "__main__":
    main()
