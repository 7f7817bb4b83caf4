"""`docs/operations.md`: a database of PostgreSQL is dumped while it is written to, and put into a new one."""

import asyncio
import subprocess
from pathlib import Path

from private_servers import binary

import servers
from world import World


async def test_a_dump_has_what_was_answered_before_and_a_server_goes_on_from_there(data: Path) -> None:
    url = servers.new_database()
    world = World(data, mirrors=False, stranger=False, database_url=url)
    await world.start()
    alice, bob = await world.friends("alice", "bob", connect=False)
    chat = await world.direct(alice, bob)
    before = [await alice.web.write(chat, f"message {number}") for number in range(20)]
    dump = asyncio.create_task(
        asyncio.to_thread(run, "pg_dump", "--format=custom", f"--file={data / 'dump'}", plain(url))
    )
    while not dump.done():
        await alice.web.write(chat, "meanwhile")
    await dump
    rev = (await alice.web.get("/sync"))["rev"]
    await world.close()
    copy = servers.empty_database()
    await asyncio.to_thread(run, "pg_restore", "--no-owner", f"--dbname={plain(copy)}", str(data / "dump"))
    restored = World(data, mirrors=False, stranger=False, database_url=copy)
    restored.people = world.people
    for person in (alice, bob):
        person.web.world = restored
    await restored.start()
    history = await bob.web.get(f"/chats/{chat['id']}/messages?limit=200&after=0")
    assert history[:20] == before
    assert [message["seq"] for message in history] == list(range(1, len(history) + 1))
    sent = await alice.web.write(chat, "afterwards")
    assert sent["seq"] == len(history) + 1
    await restored.advance(1)
    assert (await alice.web.write(chat, "later"))["rev"] > 0
    assert rev > 0
    await restored.close()
    for one in (url, copy):
        servers.forget(one)


def plain(url: str) -> str:
    """The URL as PostgreSQL's own tools take it."""
    return url.replace("+asyncpg", "")


def run(program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs."""
    subprocess.run([binary(program), *arguments], check=True, capture_output=True, timeout=60)
