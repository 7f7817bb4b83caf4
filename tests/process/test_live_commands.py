"""The command line beside a running server: the server follows within a second."""

import asyncio
import stat
import time
from pathlib import Path

import pytest

import servers
from process.real_server import PASSWORD, Client, Json, RealServer, running


@pytest.mark.parametrize("command", ["end-sessions", "disable", "set-password"])
async def test_whoever_is_put_out_is_out_within_a_second(shared_server: RealServer, command: str) -> None:
    async with await Client.enter(shared_server, f"out-by-{command}") as victim:
        sockets = [await victim.socket(), await victim.socket()]

        done = await asyncio.to_thread(
            shared_server.command, "user", command, victim.username, *more(command), stdin="another password\n"
        )
        began = time.monotonic()

        assert done.returncode == 0, done.stderr
        assert "Sessions ended: 1" in done.stdout
        async with asyncio.timeout(1):
            assert [await socket.closed() for socket in sockets] == [4401, 4401]
        assert (await victim.call("GET", "/chats")).status_code == 401
        assert time.monotonic() - began < 1


def more(command: str) -> list[str]:
    return ["--password-stdin"] if command == "set-password" else []


async def test_one_session_ends_and_the_other_hears_of_it(shared_server: RealServer) -> None:
    async with (
        await Client.enter(shared_server, "two-devices") as laptop,
        await Client.enter(shared_server, "two-devices", new=False) as phone,
    ):
        at_laptop, at_phone = await laptop.socket(), await phone.socket()
        listed = await asyncio.to_thread(shared_server.command, "user", "sessions", "two-devices")
        assert [line.split()[0] for line in listed.stdout.splitlines()[1:]] == [
            str(phone.session_id),
            str(laptop.session_id),
        ]

        await asyncio.to_thread(
            shared_server.command, "user", "end-sessions", "two-devices", "--session", str(phone.session_id)
        )

        async with asyncio.timeout(1):
            assert await at_phone.closed() == 4401
            assert (await at_laptop.until("session_revoked"))["session_id"] == phone.session_id
        assert (await laptop.call("GET", "/chats")).status_code == 200


async def test_who_is_disabled_cannot_sign_in_until_enabled(shared_server: RealServer) -> None:
    async with await Client.enter(shared_server, "in-and-out") as person:
        await asyncio.to_thread(shared_server.command, "user", "disable", "in-and-out")
        assert (await person.call("POST", "/login", username="in-and-out", password=PASSWORD)).status_code == 401
        await asyncio.to_thread(shared_server.command, "user", "enable", "in-and-out")
        assert (await person.call("POST", "/login", username="in-and-out", password=PASSWORD)).status_code == 200


async def test_an_account_made_beside_the_server_signs_in(shared_server: RealServer) -> None:
    made = await asyncio.to_thread(
        shared_server.command, "user", "add", "Made-Here", "--password-stdin", stdin=PASSWORD + "\n"
    )
    assert made.stdout == "made-here can sign in.\n", made.stderr
    async with await Client.enter(shared_server, "made-here", new=False) as person:
        assert (await person.ok("GET", "/users/me"))["display_name"] == "Made-Here"


async def test_a_backup_taken_while_people_write_has_all_that_was_answered_before(
    own_server: RealServer, tmp_path: Path
) -> None:
    file = tmp_path / "ryadom.backup"
    if servers.ON_POSTGRES:
        said = await asyncio.to_thread(own_server.command, "backup", str(file))
        assert said.stderr.startswith("ryadom: The database is PostgreSQL: copy it with pg_dump")
        return
    async with await Client.enter(own_server, "alice") as alice:
        chat_id = await alice.group()
        before = [await alice.write(chat_id, f"before {number}") for number in range(50)]
        writing = asyncio.create_task(write_on(alice, chat_id))
        made = await asyncio.to_thread(own_server.command, "backup", str(file))
        assert made.returncode == 0, made.stderr
        writing.cancel()

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    elsewhere = RealServer(tmp_path / "elsewhere")
    elsewhere.data.mkdir()
    restored = await asyncio.to_thread(elsewhere.command, "restore", str(file))
    assert restored.returncode == 0, restored.stderr
    for server in running(elsewhere):
        alice.server = server
        async with await Client.enter(server, "alice", new=False) as again:
            history = await again.history(chat_id)
    assert [message for message in history if message["text"].startswith("before")] == before
    assert [message["seq"] for message in history] == list(range(1, len(history) + 1))
    assert len(history) > len(before), "nobody wrote while the backup was made"


async def write_on(client: Client, chat_id: int) -> Json:
    number = 0
    while True:
        number += 1
        await client.write(chat_id, f"meanwhile {number}")


async def test_restore_waits_for_nobody_while_the_server_runs(shared_server: RealServer, tmp_path: Path) -> None:
    file = tmp_path / "running.backup"
    await asyncio.to_thread(shared_server.command, "backup", str(file))
    refused = await asyncio.to_thread(shared_server.command, "restore", str(file))
    assert refused.returncode == 1
    assert ("pg_restore" if servers.ON_POSTGRES else "Stop it first") in refused.stderr
