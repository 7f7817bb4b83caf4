"""Commits of all nodes come in their order, each once, whatever the broker does (`ryadom.nodes.commit_order`)."""

import asyncio
import random
from datetime import UTC, datetime

import pytest

from ryadom.clock import Clock
from ryadom.db.commit_log import Missed
from ryadom.db.tx import Commit
from ryadom.nodes import commit_order
from ryadom.nodes.commit_order import TOO_LONG, CommitOrder
from ryadom.protocol.audience import Users
from ryadom.protocol.emissions import Emission
from ryadom.protocol.errors import Refusal
from ryadom.protocol.events import UserOnline
from ryadom.realtime.hub import Hub
from ryadom.realtime.outbox import Outbox
from virtual_clock import VirtualClock

NOW = datetime(2027, 1, 15, 8, 0, tzinfo=UTC)


def emission(number: int) -> Emission:
    return UserOnline(timestamp=NOW, user_id=number, last_seen=None), Users([1])


class Log:
    """The commits in the database."""

    def __init__(self) -> None:
        self.rows: dict[int, tuple[str, list[Emission]]] = {}
        self.head = 0
        self.asked = 0
        self.away = False

    def add(self, node: str, number: int, *, empty: bool = False) -> Commit:
        self.head = max(self.head, number)
        emissions = [] if empty else [emission(number)]
        if emissions:
            self.rows[number] = node, emissions
        return Commit(number, emissions)

    async def missed(self, after: int) -> Missed:
        self.asked += 1
        await asyncio.sleep(0)
        if self.away:
            raise Refusal("busy")
        return Missed(self.head, self.head, {number: row for number, row in self.rows.items() if number > after})


class Bench:
    """A node's order, what it passed on, and whom it answered."""

    def __init__(self, clock: Clock) -> None:
        self.log = Log()
        outbox = Outbox(Hub())
        self.passed: list[int] = []
        self.own: list[int] = []
        self.heralded: list[int] = []
        self.answered: list[int] = []
        outbox.precede(UserOnline, lambda event: self.heralded.append(event.user_id))
        outbox.follow(UserOnline, lambda event: self.passed.append(event.user_id))
        outbox.follow(UserOnline, lambda event: self.own.append(event.user_id), own=True)
        self.order = CommitOrder("me", clock, outbox, self.log.missed)
        self.task = asyncio.create_task(self.order.run())

    def commit(self, number: int, *, empty: bool = False) -> None:
        """This node commits."""
        commit = self.log.add("me", number, empty=empty)
        self.order.committed(commit, lambda: self.answered.append(number))

    def hear(self, number: int, *, empty: bool = False) -> None:
        """Another node commits, and the broker brings it."""
        self.order.heard(number, self.log.add("other", number, empty=empty).emissions)

    def miss(self, number: int) -> None:
        """Another node commits, and the broker loses it."""
        self.log.add("other", number)

    async def settle(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)


@pytest.fixture
async def clock() -> VirtualClock:
    async def nothing() -> None:
        for _ in range(20):
            await asyncio.sleep(0)

    return VirtualClock(settle=nothing)


@pytest.fixture
async def bench(clock: VirtualClock) -> Bench:
    return Bench(clock)


async def test_what_comes_in_order_is_passed_on_at_once(bench: Bench) -> None:
    bench.commit(1)
    bench.hear(2)
    bench.hear(3, empty=True)
    bench.commit(4)
    assert bench.passed == [1, 2, 4]
    assert bench.own == [1, 4]
    assert bench.answered == [1, 4]
    assert bench.log.asked == 0


async def test_what_this_node_is_about_to_tell_is_not_asked_for_again_and_again(
    bench: Bench, clock: VirtualClock
) -> None:
    told_later = bench.log.add("me", 1)
    bench.hear(2)
    bench.hear(3)
    await clock.advance(1)
    assert bench.log.asked == 1
    bench.order.committed(told_later, lambda: bench.answered.append(1))
    assert (bench.passed, bench.answered) == ([1, 2, 3], [1])


async def test_what_comes_too_early_waits_for_what_is_late(bench: Bench) -> None:
    bench.hear(2)
    bench.commit(3)
    assert (bench.passed, bench.answered) == ([], [])
    assert bench.heralded == [3], "what ends a session must not wait"
    bench.hear(1)
    assert bench.passed == [1, 2, 3]
    assert bench.heralded == [3, 1, 2]
    assert bench.answered == [3]
    assert bench.log.asked == 0


async def test_what_was_lost_is_read_from_the_database_after_a_moment(bench: Bench, clock: VirtualClock) -> None:
    bench.miss(1)
    bench.commit(2)
    await clock.advance(commit_order.WAIT + 0.001)
    assert bench.passed == [1, 2]
    assert bench.answered == [2]
    assert bench.log.asked == 1
    bench.hear(1)
    assert bench.passed == [1, 2]


async def test_what_nothing_waits_for_is_found_by_looking(bench: Bench) -> None:
    bench.miss(1)
    bench.miss(2)
    await bench.order.look(2)
    assert bench.passed == [1, 2]
    await bench.order.look(2)
    assert bench.log.asked == 1


async def test_ones_own_commit_that_is_seen_in_the_database_first_is_not_taken_for_anothers(bench: Bench) -> None:
    bench.miss(1)
    commit = bench.log.add("me", 2)
    await bench.order.look(2)
    assert bench.passed == [1]
    bench.order.committed(commit, lambda: bench.answered.append(2))
    assert bench.passed == [1, 2]
    assert bench.own == [2]
    assert bench.answered == [2]


async def test_while_the_database_is_away_it_is_asked_again(bench: Bench, clock: VirtualClock) -> None:
    bench.log.away = True
    bench.miss(1)
    bench.hear(2)
    await clock.advance(2)
    assert bench.passed == []
    bench.log.away = False
    await clock.advance(1)
    assert bench.passed == [1, 2]


async def test_while_it_is_paused_nothing_is_passed_on(bench: Bench) -> None:
    bench.order.paused = True
    bench.hear(1)
    assert bench.passed == []
    bench.hear(2)
    bench.order.go_on()
    assert bench.passed == [1, 2]


async def test_what_is_doubted_comes_from_the_database(bench: Bench, clock: VirtualClock) -> None:
    bench.hear(1)
    bench.log.add("other", 2)
    bench.order.doubt(2)
    bench.order.heard(2, [])
    await bench.settle()
    assert bench.passed == [1, 2]


async def test_who_joins_a_chat_hears_of_it_before_the_next_commit_is_taken_for_of_no_concern(bench: Bench) -> None:
    attended: list[int] = []

    async def attend(chats: list[int]) -> None:
        attended.extend(chats)
        # Meanwhile somebody writes there, and does not know yet that we hear of it.
        bench.log.add("other", 2)
        bench.order.heard(2, [])

    bench.order.new_chats = lambda emissions: [] if attended or not emissions else [7]
    bench.order.attend = attend
    bench.hear(1)
    await bench.settle()
    assert attended == [7]
    assert bench.passed == [1, 2]


async def test_who_was_away_for_longer_than_commits_are_kept_begins_anew(bench: Bench, clock: VirtualClock) -> None:
    lost: list[bool] = []
    bench.order.lost = lambda: lost.append(True)
    await bench.order.look(0)
    await clock.advance(TOO_LONG + 1)
    bench.miss(1)
    await bench.order.look(1)
    assert lost == [True]
    assert bench.passed == []
    bench.hear(2)
    assert bench.passed == [2]


async def test_whatever_the_broker_does_everything_comes_once_and_in_order(clock: VirtualClock) -> None:
    for seed in range(60):
        chance = random.Random(seed)
        bench = Bench(clock)
        late: list[int] = []
        number = 0
        expected: list[int] = []
        for _ in range(40):
            number += 1
            empty = chance.random() < 0.3
            if not empty:
                expected.append(number)
            what = chance.random()
            if what < 0.3:
                bench.commit(number, empty=empty)
            else:
                commit = bench.log.add("other", number, empty=empty)
                if what < 0.6:
                    bench.order.heard(number, commit.emissions)
                elif what < 0.8:
                    late.append(number)
            if late and chance.random() < 0.3:
                again = late[chance.randrange(len(late))]
                for _ in range(chance.randint(1, 2)):
                    bench.order.heard(again, bench.log.rows.get(again, ("", []))[1])
            if chance.random() < 0.2:
                await clock.advance(chance.random() / 10)
        await clock.advance(1)
        await bench.order.look(number)
        await bench.settle()
        assert bench.passed == expected, seed
        assert bench.answered == sorted(bench.answered)
        bench.task.cancel()


async def test_a_doubt_while_somebody_joins_does_not_lose_the_commit_they_join_by(bench: Bench) -> None:
    attended: list[list[int]] = []

    async def attend(chats: list[int]) -> None:
        attended.append(chats)

    bench.order.new_chats = lambda emissions: [7] if emissions and not attended else []
    bench.order.attend = attend
    bench.hear(1)
    bench.miss(2)
    bench.order.doubt(2)
    await bench.settle()
    assert attended == [[7]]
    bench.commit(3)
    await bench.settle()
    assert (bench.passed, bench.answered) == ([1, 2, 3], [3])


async def test_who_asked_is_answered_though_too_much_was_missed(bench: Bench, clock: VirtualClock) -> None:
    bench.log.away = True
    bench.miss(1)
    bench.commit(2)
    await clock.advance(TOO_LONG + 1)
    bench.log.away = False
    await bench.order.look(2)
    bench.commit(3)
    assert bench.answered == [2, 3]
