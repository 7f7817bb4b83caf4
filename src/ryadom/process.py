"""The process of a server: its port, its signals, what it asks of the system, and how it ends."""

import asyncio
import contextlib
import gc
import resource
from collections.abc import Awaitable, Callable, Iterator

import structlog
import uvicorn

from ryadom import __version__
from ryadom.app import Server
from ryadom.config import Settings
from ryadom.db import opening

log = structlog.get_logger("ryadom")

GARBAGE_AFTER = 10_000
"""Objects that may come without going before the collector of cycles looks at them."""
DRAIN = 10
"""Seconds that requests get to finish after SIGTERM."""


async def serve(settings: Settings, on_start: Callable[[Server, str], Awaitable[None]] | None = None) -> None:
    """Run a server until SIGINT or SIGTERM. `on_start` is told its URL."""
    _allow_files()
    server = Server(settings)
    await server.start()
    _spare_the_collector()
    config = uvicorn.Config(
        server.asgi, host=settings.host, port=settings.port, ws=server.edge, http=server.http, lifespan="off",
        log_config=None, access_log=False, server_header=False, date_header=False, proxy_headers=False,
        timeout_graceful_shutdown=DRAIN, timeout_keep_alive=30, backlog=4096,
    )  # fmt: skip
    node = _Node(config)
    announcing = asyncio.create_task(_announce(node, server, settings, on_start))
    try:
        await node.serve()
    finally:
        announcing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await announcing
        await server.stop()


def _allow_files() -> None:
    """As many open files as the system lets us have: systems begin with 1,024, and every socket is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    # macOS names no end and refuses to be asked for it.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _spare_the_collector() -> None:
    """What is there now stays, and little of what comes later lies in cycles: look for those a tenth as often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_AFTER, 20, 20)


class _Node(uvicorn.Server):
    """Does not raise the signal again that ended it: that would kill the process before its last writes."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """SIGINT and SIGTERM end the server in good order."""
        with super().capture_signals():
            yield
            self._captured_signals.clear()


async def _announce(
    node: uvicorn.Server, server: Server, settings: Settings,
    on_start: Callable[[Server, str], Awaitable[None]] | None,
) -> None:  # fmt: skip
    while not node.started:
        await server.clock.sleep(0.01)
    port = node.servers[0].sockets[0].getsockname()[1]
    url = f"http://{'[' + settings.host + ']' if ':' in settings.host else settings.host}:{port}"
    log.info("Ryadom is here", url=url, version=__version__, database=opening.shown(settings))
    if on_start is not None:
        await on_start(server, url)
