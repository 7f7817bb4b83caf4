"""SIGTERM and SIGINT: everything said is kept, every socket hears that it may come back, the process ends well."""

import asyncio
import signal
import time

import pytest

import servers
from process.real_server import Client, RealServer


@pytest.mark.parametrize("signal_", [signal.SIGTERM, signal.SIGINT])
async def test_a_stop_closes_sockets_with_1012_and_keeps_what_was_answered(
    own_server: RealServer, signal_: signal.Signals
) -> None:
    async with await Client.enter(own_server, "alice") as alice:
        sockets = [await alice.socket() for _ in range(3)]
        chat = await alice.group()
        message = await alice.write(chat, "just before the end")
        codes = asyncio.gather(*(socket.closed() for socket in sockets))

        began = time.monotonic()
        status = await asyncio.to_thread(own_server.end, signal_)

        assert status == 0, own_server.log.read_text()
        assert time.monotonic() - began < 5
        assert await codes == [1012] * 3
        own_server.start()
        assert message in await alice.history(chat)


async def test_a_second_server_on_the_same_data_is_refused(own_server: RealServer) -> None:
    refused = await asyncio.to_thread(own_server.command, "serve")
    assert refused.returncode == 1
    assert refused.stderr.startswith("ryadom: A server has ")
    who = "RYADOM_REDIS_URL" if servers.ON_POSTGRES else f"(process {own_server.process.pid})"
    assert who in refused.stderr
    assert refused.stderr.count("\n") == 1


async def test_a_taken_port_is_said_in_one_line(own_server: RealServer, data: object) -> None:
    elsewhere = str(own_server.data / "elsewhere")
    refused = await asyncio.to_thread(
        own_server.command, "serve", "--port", str(own_server.port), "--data", elsewhere
    )  # fmt: skip
    assert refused.returncode == 1
    assert refused.stderr == (
        f"ryadom: Port {own_server.port} on 127.0.0.1 is in use; choose another with --port or RYADOM_PORT\n"
    )
