"""A real server in a thread of its own: real sockets, a real clock, uvicorn with our classes."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import httpx
import uvicorn

import servers
from ryadom.app import Server
from ryadom.auth.passwords import Passwords
from ryadom.config import Settings
from world import PASSWORD


class LiveServer:
    """Listens when the constructor returns. `url` is where."""

    def __init__(self, data: Path, **settings: Any) -> None:
        database = servers.new_database() if servers.ON_POSTGRES else ""
        self.settings = Settings(data=data, rate_limits=False, database_url=database, **settings)
        self.url = ""
        self._node: uvicorn.Server
        self._listens = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="live-server")
        self._thread.start()
        assert self._listens.wait(20), "the server did not start"
        self.http = httpx.Client(base_url=self.url)

    async def _serve(self) -> None:
        server = Server(self.settings, passwords=Passwords(memory_kib=8, passes=1))
        await server.start()
        self._node = uvicorn.Server(
            uvicorn.Config(
                server.asgi, port=0, ws=server.edge, http=server.http, lifespan="off", log_config=None,
                access_log=False, server_header=False, date_header=False, proxy_headers=False,
            )
        )  # fmt: skip
        serving = asyncio.create_task(self._node.serve())
        while not self._node.started:
            await server.clock.sleep(0.01)
        port = self._node.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._listens.set()
        await serving
        await server.stop()

    def stop(self) -> None:
        """Go down as at SIGTERM."""
        self.http.close()
        self._node.should_exit = True
        self._thread.join(20)
        assert not self._thread.is_alive()

    def register(self, username: str) -> int:
        """A new account; its id."""
        made = self.http.post("/register", json={"username": username, "password": PASSWORD})
        assert made.status_code == 201, made.text
        return int(made.json()["id"])

    def sign_in(self, username: str) -> dict[str, str]:
        """The headers of a fresh session."""
        answer = self.http.post("/login", json={"username": username, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}
