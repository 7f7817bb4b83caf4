"""Passwords: argon2id in two threads behind a short queue, so that a flood of sign-ins cannot stall the server.

One hash costs about 20 ms of a core and 19 MiB (the parameters that OWASP recommends as the least).
"""

import asyncio
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ryadom.protocol.errors import Refusal

T = TypeVar("T")

RETRY_AFTER = 2.0
"""Seconds that someone is asked to wait when the queue is full: about what the whole queue takes."""


class Passwords:
    """Hashes and checks passwords off the event loop. Belongs to one event loop.

    memory_kib, passes and lanes are argon2's own; threads run at a time, and at most `waiting` wait for one of them.
    """

    def __init__(
        self, *, memory_kib: int = 19 * 1024, passes: int = 2, lanes: int = 1, threads: int = 2, waiting: int = 64
    ) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=lanes)
        self._dummy = self._hasher.hash(secrets.token_urlsafe())
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="passwords")
        self._free = asyncio.Semaphore(threads)
        self._most_waiting = waiting
        self._waiting = 0
        self._closed = False

    async def hash(self, password: str) -> str:
        """The string to store for a new password. Raises `Refusal("too_many")` when too many wait already."""
        return await self._run(lambda: self._hasher.hash(_normal(password)))

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether `password` is the one that `stored` was made from. Raises `Refusal("too_many")` as `hash` does.

        None, and what is no argon2 hash, costs the same work and is False: nobody learns which accounts exist.
        """
        return await self._run(lambda: self._check(stored, _normal(password)))

    def needs_rehash(self, stored: str) -> bool:
        """Whether `stored` was made with other parameters than today's; hash anew after a good sign-in."""
        return self._hasher.check_needs_rehash(stored)

    def close(self) -> None:
        """Wait for the hashes under way (some 20 ms). Later calls are refused."""
        self._closed = True
        self._executor.shutdown(wait=True)

    def _check(self, stored: str | None, password: bytes) -> bool:
        known = stored if stored and stored.startswith("$argon2") else None
        try:
            self._hasher.verify(known or self._dummy, password)
        except (VerificationError, InvalidHashError):
            return False
        return known is not None

    async def _run(self, work: Callable[[], T]) -> T:
        """Run `work` in a thread. Only as many as there are threads are ever handed over; the rest waits here.

        Cancelling while waiting gives the place back; a thread that has begun keeps its own until it is done.
        """
        await self._take_place()
        if self._closed:
            self._free.release()
            raise Refusal("busy", retry_after=RETRY_AFTER)
        running = asyncio.get_running_loop().run_in_executor(self._executor, work)
        running.add_done_callback(lambda _: self._free.release())
        return await asyncio.shield(running)

    async def _take_place(self) -> None:
        if self._free.locked() and self._waiting >= self._most_waiting:
            raise Refusal("too_many", retry_after=RETRY_AFTER)
        self._waiting += 1
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1


def _normal(password: str) -> bytes:
    """One spelling for what looks the same: keyboards differ in how they compose letters (RFC 8265)."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
