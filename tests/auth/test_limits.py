"""Token buckets."""

import time
from collections.abc import Hashable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ryadom.clock import Clock
from ryadom.limits import LIMITS, Limit, Limiter, address_key
from ryadom.protocol.errors import Refusal


class Hand(Clock):
    """A clock that stands until it is turned."""

    def __init__(self) -> None:
        super().__init__()
        self.time = 1_800_000_000.0

    def now(self) -> float:
        return self.time


def make(limit: Limit, max_keys: int = 1000, *, enabled: bool = True) -> tuple[Limiter, Hand]:
    clock = Hand()
    return Limiter(clock, {"sign_in": limit}, enabled, max_keys), clock


def passed(limiter: Limiter, tries: int, key: Hashable = "ann") -> int:
    return sum(limiter.allow("sign_in", key) == 0.0 for _ in range(tries))


def test_a_burst_passes_and_the_next_try_waits() -> None:
    limiter, _ = make(Limit(5 / 300, 5))
    assert passed(limiter, 5) == 5
    assert limiter.allow("sign_in", "ann") == pytest.approx(60, rel=0.02)


def test_waiting_the_seconds_that_were_told_is_enough_and_a_tenth_less_is_not() -> None:
    limiter, clock = make(Limit(5 / 300, 5))
    passed(limiter, 5)
    wait = limiter.allow("sign_in", "ann")
    clock.time += wait * 0.9
    assert limiter.allow("sign_in", "ann") > 0
    clock.time += wait * 0.1
    assert limiter.allow("sign_in", "ann") == 0.0
    assert limiter.allow("sign_in", "ann") > 0


def test_after_a_long_rest_there_is_one_burst_and_no_more() -> None:
    limiter, clock = make(Limit(1, 5))
    passed(limiter, 3)
    clock.time += 1000
    assert passed(limiter, 20) == 5


def test_refused_tries_do_not_make_the_wait_longer() -> None:
    limiter, _ = make(Limit(1, 1))
    passed(limiter, 1)
    first = limiter.allow("sign_in", "ann")
    passed(limiter, 100)
    assert limiter.allow("sign_in", "ann") == first


def test_check_says_too_many_with_the_seconds_to_wait() -> None:
    limiter, _ = make(Limit(0.5, 1))
    limiter.check("sign_in", "ann")
    with pytest.raises(Refusal) as refused:
        limiter.check("sign_in", "ann")
    assert refused.value.code == "too_many"
    assert refused.value.retry_after == pytest.approx(2, rel=0.02)


def test_one_key_leaves_the_others_alone() -> None:
    limiter, _ = make(Limit(1, 3))
    assert [passed(limiter, 9, key) for key in ("ann", "bob", 7, ("ann", 1))] == [3, 3, 3, 3]


def test_one_limit_leaves_the_others_alone() -> None:
    limiter = Limiter(Hand(), {"a": Limit(1, 1), "b": Limit(1, 1)}, enabled=True)
    assert limiter.allow("a", "ann") == limiter.allow("b", "ann") == 0.0


def test_a_limit_that_does_not_exist_is_a_mistake() -> None:
    limiter, _ = make(Limit(1, 1))
    with pytest.raises(KeyError):
        limiter.check("sing_in", "ann")


def test_switched_off_nothing_is_refused_nor_remembered() -> None:
    limiter, _ = make(Limit(1, 1), enabled=False)
    assert passed(limiter, 100) == 100
    assert len(limiter) == 0


@given(
    rate=st.floats(0.01, 100),
    burst=st.integers(1, 50),
    pauses=st.lists(st.floats(0, 10), max_size=60),
)
def test_in_any_stretch_no_more_than_the_burst_and_the_rate_pass(rate: float, burst: int, pauses: list[float]) -> None:
    limiter, clock = make(Limit(rate, burst))
    times = []
    for pause in pauses:
        clock.time += pause
        if limiter.allow("sign_in", "ann") == 0.0:
            times.append(clock.time)
    for i, begin in enumerate(times):
        for count, end in enumerate(times[i:], start=1):
            assert count <= burst + (end - begin) * rate + 0.02


def test_full_buckets_are_forgotten() -> None:
    limiter, clock = make(Limit(1, 10), max_keys=100_000)
    for key in range(5000):
        limiter.check("sign_in", key)
    clock.time += 100
    for key in range(5000, 10_000):
        limiter.check("sign_in", key)
        clock.time += 1
    assert len(limiter) < 20


def test_a_bucket_that_is_not_full_is_kept_while_there_is_room() -> None:
    limiter, _ = make(Limit(1 / 60, 1), max_keys=1000)
    passed(limiter, 1, "ann")
    for key in range(900):
        limiter.check("sign_in", key)
    assert limiter.allow("sign_in", "ann") > 0


def test_there_are_never_more_keys_than_allowed() -> None:
    limiter = Limiter(Hand(), {"a": Limit(0.001, 1), "b": Limit(0.001, 1)}, enabled=True, max_keys=100)
    for key in range(1000):
        limiter.check("a", key)
        limiter.check("b", key)
        assert len(limiter) <= 100
    assert limiter.allow("a", 999) > 0


def test_when_all_places_are_taken_the_one_used_longest_ago_goes() -> None:
    limiter, _ = make(Limit(0.001, 2), max_keys=3)
    for key in ("ann", "bob", "cid", "ann", "dan"):
        limiter.check("sign_in", key)
    assert limiter.allow("sign_in", "ann") > 0
    assert passed(limiter, 2, "bob") == 2


def test_the_table_says_what_the_product_promises() -> None:
    limiter = Limiter(Hand(), LIMITS, enabled=True)
    counts = {name: sum(limiter.allow(name, "ann") == 0.0 for _ in range(600)) for name in LIMITS}
    assert counts == {
        "sign_in_account": 5,
        "sign_in_address": 20,
        "register_address": 10,
        "connect_address": 500,
        "look_address": 200,
        "chat_user": 60,
        "message_user": 60,
        "session": 200,
    }


def test_a_try_is_cheap() -> None:
    limiter = Limiter(Clock(), LIMITS, enabled=True)
    best = 1.0
    for _ in range(5):
        began = time.perf_counter()
        for key in range(2000):
            limiter.allow("session", key & 255)
        best = min(best, (time.perf_counter() - began) / 2000)
    assert best < 10e-6


def test_an_ipv6_subscriber_is_counted_as_one() -> None:
    assert address_key("2001:db8:1:2:3:4:5:6") == address_key("2001:db8:1:2::9") == "2001:db8:1:2::/64"
    assert address_key("2001:db8:1:3::9") != address_key("2001:db8:1:2::9")
    assert [address_key(text) for text in ("192.0.2.1", "", "unix:")] == ["192.0.2.1", "", "unix:"]
