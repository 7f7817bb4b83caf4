"""Requests of the demo's people, by the standard library's client."""

import asyncio
import http.client
import json
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from ryadom.clock import Clock

TIMEOUT = 15.0
"""Seconds that an answer may take."""
USER_AGENT = "ryadom-demo"
WAIT = (429, 503)
"""Answers that say: later."""


class Refused(Exception):
    """The server said no."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status


class _Answer(NamedTuple):
    status: int
    retry_after: float
    body: Any


class Rest:
    """One person's way to ask the server. `token` is empty until they sign in."""

    def __init__(self, url: str, clock: Clock) -> None:
        self._address = urlsplit(url).netloc
        self._clock = clock
        self.token = ""

    async def sign_in(self, username: str, password: str) -> Any:
        """Open a session; the User."""
        login = {"username": username, "password": password, "device_name": "Demo"}
        signed_in = await self.call("POST", "/login", login)
        self.token = signed_in["access_token"]
        return signed_in["user"]

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """The answer's body. Waits when the server asks for it; raises `Refused`, and OSError when it is gone."""
        while True:
            answer = await asyncio.to_thread(self._ask, method, path, body)
            if answer.status not in WAIT:
                break
            await self._clock.sleep(answer.retry_after)
        if answer.status == http.client.UNAUTHORIZED:
            self.token = ""
        if answer.status >= http.client.BAD_REQUEST:
            raise Refused(answer.status, answer.body["code"])
        return answer.body

    def _ask(self, method: str, path: str, body: Any) -> _Answer:
        headers = {"User-Agent": USER_AGENT, "Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        connection = http.client.HTTPConnection(self._address, timeout=TIMEOUT)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            text = response.read()
        except http.client.HTTPException as error:
            raise ConnectionError(f"no answer: {error!r}") from None
        finally:
            connection.close()
        retry_after = float(response.headers.get("Retry-After", "1"))
        return _Answer(response.status, retry_after, json.loads(text) if text else None)
