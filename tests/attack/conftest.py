"""The victim, and its people."""

import asyncio
import itertools
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

import servers
from attack.victim import Victim, request, sign_in, unhurt
from process.real_server import Client, running

NAMES = itertools.count()


def victims(**settings: str) -> Iterator[Victim]:
    """A server for a while."""
    folder = Path(tempfile.mkdtemp(prefix="ryadom-attack-", dir=servers.MEMORY))
    yield from running(Victim(folder, **settings))  # type: ignore[misc]
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def victim() -> Iterator[Victim]:
    """A server without limits on how often: what is tried here must be refused for what it is."""
    yield from victims()


@pytest.fixture(scope="session")
def strict_victim() -> Iterator[Victim]:
    """A server with its limits."""
    yield from victims(RYADOM_RATE_LIMITS="on")


@pytest.fixture
async def mallory(victim: Victim) -> AsyncIterator[Client]:
    """Somebody with an account of their own, who attacks; nobody is hurt by it."""
    async with await Client.enter(victim, f"mallory{next(NAMES)}") as client:
        # What first requests and sign-ins cost once is no part of the attack.
        for _ in range(30):
            await request(victim, "GET", "/healthz")
        await asyncio.gather(*(sign_in(victim, client) for _ in range(6)))
        async with unhurt(victim):
            yield client
