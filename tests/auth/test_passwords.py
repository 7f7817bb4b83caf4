"""Passwords: argon2id in a few threads behind a bounded queue."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from typing import Any, Literal

import pytest
from argon2 import PasswordHasher

from ryadom.auth.passwords import Passwords
from ryadom.protocol.errors import Refusal


def cheap(**other: Any) -> Passwords:
    return Passwords(memory_kib=8, passes=1, **other)


@pytest.fixture
async def passwords() -> AsyncIterator[Passwords]:
    made = cheap()
    yield made
    made.close()


@pytest.fixture
async def gate() -> AsyncIterator[threading.Event]:
    """What holds the threads of `held` until it is set."""
    event = threading.Event()
    yield event
    event.set()


class Hasher(PasswordHasher):
    """Notes what it verifies, and can be made to wait."""

    def __init__(self, gate: threading.Event | None = None) -> None:
        super().__init__(memory_cost=8, time_cost=1, parallelism=1)
        self.gate = gate
        self.verified: list[str | bytes] = []

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        if self.gate:
            self.gate.wait(10)
        return super().hash(password, salt=salt)

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        self.verified.append(hash)
        return super().verify(hash, password)


def held(passwords: Passwords, gate: threading.Event) -> Callable[[], asyncio.Task[str]]:
    """Starts hashes whose threads wait for the gate."""
    passwords._hasher = Hasher(gate)
    return lambda: asyncio.create_task(passwords.hash("secret words"))


async def ticks(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_the_right_password_fits_and_another_does_not(passwords: Passwords) -> None:
    stored = await passwords.hash("correct horse")
    assert await passwords.verify(stored, "correct horse")
    assert not await passwords.verify(stored, "correct horsf")


async def test_the_same_password_is_stored_differently_each_time(passwords: Passwords) -> None:
    assert await passwords.hash("correct horse") != await passwords.hash("correct horse")


async def test_the_default_is_argon2id_with_19_mib_and_two_passes() -> None:
    passwords = Passwords()
    stored = await passwords.hash("correct horse")
    passwords.close()
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize("password", ["пароль и ещё", "\ud800 alone", "x" * 1024, "nul \x00 inside"])
async def test_every_text_can_be_a_password(passwords: Passwords, password: str) -> None:
    stored = await passwords.hash(password)
    assert await passwords.verify(stored, password)
    assert not await passwords.verify(stored, password + "x")


async def test_a_letter_composed_by_another_keyboard_is_the_same(passwords: Passwords) -> None:
    stored = await passwords.hash("\u0439 ogurt")
    assert await passwords.verify(stored, "\u0438\u0306 ogurt")


@pytest.mark.parametrize("stored", [None, "", "!", "$argon2id$", "$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA"])
async def test_what_is_no_hash_fits_nothing(passwords: Passwords, stored: str | None) -> None:
    assert await passwords.verify(stored, "correct horse") is False


async def test_an_unknown_account_costs_a_whole_verification(passwords: Passwords) -> None:
    hasher = passwords._hasher = Hasher()
    assert not await passwords.verify(None, "correct horse")
    assert not await passwords.verify(await passwords.hash("another one"), "correct horse")
    parameters = [str(stored).split("$")[1:4] for stored in hasher.verified]
    assert len(parameters) == 2
    assert parameters[0] == parameters[1]


async def test_no_password_fits_an_unknown_account_not_even_the_one_it_is_compared_with(passwords: Passwords) -> None:
    passwords._dummy = await passwords.hash("correct horse")
    assert await passwords.verify(None, "correct horse") is False


async def test_unknown_and_wrong_take_the_same_time() -> None:
    passwords = Passwords(memory_kib=1024, passes=2)
    stored = await passwords.hash("correct horse")
    best = {"unknown": 9.0, "wrong": 9.0}
    for _ in range(7):
        for name, kept in (("unknown", None), ("wrong", stored)):
            began = time.perf_counter()
            await passwords.verify(kept, "battery staple")
            best[name] = min(best[name], time.perf_counter() - began)
    passwords.close()
    assert best["unknown"] == pytest.approx(best["wrong"], rel=0.5)


async def test_only_other_parameters_need_a_new_hash(passwords: Passwords) -> None:
    stored = await passwords.hash("correct horse")
    assert not passwords.needs_rehash(stored)
    stronger = Passwords(memory_kib=16, passes=1)
    assert stronger.needs_rehash(stored)
    stronger.close()


async def test_the_one_that_finds_the_queue_full_is_refused(gate: threading.Event) -> None:
    passwords = cheap(threads=2, waiting=3)
    start = held(passwords, gate)
    tasks = [start() for _ in range(5)]
    await ticks()
    with pytest.raises(Refusal) as refused:
        await passwords.verify(None, "one too many")
    assert (refused.value.code, refused.value.retry_after) == ("too_many", 2.0)
    gate.set()
    assert len(set(await asyncio.gather(*tasks))) == 5
    assert await passwords.hash("room again")
    passwords.close()


async def test_who_gives_up_waiting_gives_the_place_back(gate: threading.Event) -> None:
    passwords = cheap(threads=1, waiting=2)
    start = held(passwords, gate)
    running = start()
    await ticks()
    for _ in range(10):
        waiting = [start(), start()]
        await ticks()
        for task in waiting:
            task.cancel()
        assert all(
            isinstance(end, asyncio.CancelledError) for end in await asyncio.gather(*waiting, return_exceptions=True)
        )
    last = start()
    await ticks()
    gate.set()
    assert await running
    assert await last
    passwords.close()


async def test_giving_up_a_hash_under_way_keeps_its_thread_counted(gate: threading.Event) -> None:
    passwords = cheap(threads=1, waiting=1)
    start = held(passwords, gate)
    running = start()
    await ticks()
    running.cancel()
    await ticks()
    behind = start()
    await ticks()
    with pytest.raises(Refusal):
        await start()
    gate.set()
    assert await behind
    assert await start()
    passwords.close()


async def test_after_close_everything_is_refused() -> None:
    passwords = cheap()
    passwords.close()
    for _ in range(3):
        with pytest.raises(Refusal) as refused:
            await passwords.hash("correct horse")
        assert refused.value.code == "busy"


async def test_the_event_loop_goes_on_while_a_hash_is_made(gate: threading.Event) -> None:
    passwords = cheap()
    task = held(passwords, gate)()
    await ticks(100)
    assert not task.done()
    gate.set()
    assert await task
    passwords.close()
