"""The tests' own clock."""

import asyncio

from virtual_clock import START, VirtualClock, settle


async def test_time_stands_still(clock: VirtualClock) -> None:
    await asyncio.sleep(0.01)
    assert clock.now() == START


async def test_advance_stops_at_every_moment_that_somebody_waits_for(clock: VirtualClock) -> None:
    seen: list[float] = []

    async def every(seconds: float) -> None:
        while True:
            await clock.sleep(seconds)
            seen.append(clock.now() - START)

    task = asyncio.ensure_future(every(3))
    await clock.advance(10)
    assert seen == [3, 6, 9]
    assert clock.now() == START + 10
    task.cancel()


async def test_jump_goes_in_one(clock: VirtualClock) -> None:
    seen: list[float] = []

    async def once(seconds: float) -> None:
        await clock.sleep(seconds)
        seen.append(clock.now() - START)

    tasks = [asyncio.ensure_future(once(seconds)) for seconds in (1, 5, 11)]
    await settle()
    await clock.jump(10)
    assert seen == [10, 10]
    tasks[-1].cancel()


async def test_an_event_ends_the_wait(clock: VirtualClock) -> None:
    event = asyncio.Event()
    waiting = asyncio.ensure_future(clock.wait(event, float("inf")))
    await clock.advance(1000)
    assert not waiting.done()
    event.set()
    await settle()
    assert waiting.done()


async def test_a_moment_that_is_past_needs_no_wait(clock: VirtualClock) -> None:
    await clock.wait(asyncio.Event(), clock.now())
