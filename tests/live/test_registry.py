"""`ryadom.live.registry`: devices with one number each, and the one sweep over them."""

import time

import pytest

from ryadom.live.device import Device
from ryadom.live.registry import MAX_OVER, MAX_SWEPT, TOGETHER, Registry

ALICE = 1
PHONE, LAPTOP = 11, 12


@pytest.fixture
def live() -> Registry:
    """A registry that nobody is in."""
    return Registry()


def present(live: Registry, session_id: int, now: float) -> bool:
    """Whether a session counts."""
    device = live.device(session_id)
    return device is not None and device.present(now)


def test_a_request_counts_for_a_minute(live: Registry) -> None:
    live.requested(PHONE, ALICE, 100)
    assert [present(live, PHONE, now) for now in (100, 159.9, 160)] == [True, True, False]


def test_a_socket_counts_until_its_grace_is_over(live: Registry) -> None:
    live.connected(PHONE, ALICE, 100)
    assert present(live, PHONE, 10_000)
    live.disconnected(PHONE, 10_000, broke=True, seen=9_990)
    assert [present(live, PHONE, now) for now in (10_014.9, 10_015)] == [True, False]
    assert live.last_proof(ALICE) == 9_990


def test_a_socket_that_nobody_knows_cannot_be_lost(live: Registry) -> None:
    assert live.disconnected(PHONE, 100, broke=True, seen=100) is None
    live.requested(PHONE, ALICE, 100)
    assert live.disconnected(PHONE, 100, broke=True, seen=100) is None
    assert present(live, PHONE, 159)


@pytest.mark.parametrize(
    ("what", "standing"),
    [("connected", "socket"), ("requested", "request"), ("closed", "socket"), ("lapsed", "gone"), ("absent", "absent")],
)
def test_how_a_device_stands(live: Registry, what: str, standing: str) -> None:
    device = live.requested(PHONE, ALICE, 100)
    if what in ("connected", "closed", "lapsed"):
        live.connected(PHONE, ALICE, 100)
    if what in ("closed", "lapsed"):
        live.disconnected(PHONE, 100, broke=False, seen=100)
    if what == "absent":
        live.declared(PHONE, ALICE, 100, online=False)
    assert device.standing(105 if what == "lapsed" else 101) == standing


def test_a_step_wakes_whoever_publishes(live: Registry) -> None:
    woken: list[int] = []
    live.wake = lambda: woken.append(1)
    live.connected(PHONE, ALICE, 100)
    assert live.due == {ALICE}
    live.due.clear()
    live.settled(ALICE, "online", 100)
    live.requested(PHONE, ALICE, 101)
    live.commanded(PHONE, 101)
    live.heard(PHONE, 102)
    assert (live.due, woken) == (set(), [1])


def test_a_sweep_marks_only_whose_devices_have_stepped(live: Registry) -> None:
    live.requested(PHONE, ALICE, 100)
    live.requested(21, 2, 130)
    for user_id in (ALICE, 2):
        live.settled(user_id, "online", 130)
    live.due.clear()
    assert live.next_due() == 160
    live.sweep(160)
    assert live.due == {ALICE}
    assert live.next_due() == 190


def test_who_steps_just_after_another_is_found_with_all_others_of_that_moment(live: Registry) -> None:
    for one, seconds in ((1, 100.0), (2, 100.01), (3, 100.04), (4, 100.06)):
        live.requested(one, one, seconds)
    live.due.clear()
    live.sweep(160)
    assert (live.due, live.next_due()) == ({1}, 160 + TOGETHER)
    live.sweep(160.049)
    assert live.due == {1}
    live.sweep(160.05)
    assert (live.due, live.next_due()) == ({1, 2, 3}, 160.05 + TOGETHER)


def test_who_steps_alone_is_found_at_once(live: Registry) -> None:
    live.requested(PHONE, ALICE, 100)
    live.requested(21, 2, 100.06)
    live.sweep(160)
    live.due.clear()
    # Looking finds nobody, and puts off nothing.
    live.sweep(160.055)
    assert live.next_due() == 160.06
    live.sweep(160.06)
    assert live.due == {2}


def test_a_deadline_that_has_come_nearer_is_told(live: Registry) -> None:
    nearer: list[float] = []
    live.moved = lambda: nearer.append(live.next_due())
    live.connected(PHONE, ALICE, 100)
    live.requested(21, 2, 100)
    live.disconnected(PHONE, 100, broke=False, seen=100)
    live.requested(22, 3, 100)
    assert nearer == [400, 160, 105]


def test_idleness_is_swept_with_a_socket_and_within_its_grace(live: Registry) -> None:
    live.connected(PHONE, ALICE, 100)
    live.connected(LAPTOP, ALICE, 100)
    live.settled(ALICE, "online", 100)
    live.disconnected(LAPTOP, 390, broke=True, seen=390)
    live.due.clear()
    live.sweep(399.9)
    assert live.due == set()
    live.sweep(400)
    assert live.due == {ALICE}
    live.due.clear()
    live.sweep(405)
    assert live.due == {ALICE}
    assert live.next_due() == float("inf")


def test_the_heap_holds_one_place_for_a_device_however_much_it_asks(live: Registry) -> None:
    live.connected(PHONE, ALICE, 0)
    for now in range(10_000):
        live.requested(PHONE, ALICE, now)
        live.commanded(PHONE, now)
        live.sweep(now)
    assert len(live._deadlines) == 1


def test_the_heap_stays_small_when_a_device_comes_and_goes(live: Registry) -> None:
    for now in range(0, 10_000, 2):
        live.connected(PHONE, ALICE, now)
        live.disconnected(PHONE, now + 1, broke=False, seen=now)
        live.sweep(now)
        assert len(live._deadlines) <= 64


def test_who_counts_no_more_is_forgotten_and_written_down_once(live: Registry) -> None:
    left: list[Device] = []
    live.left = left.append
    live.requested(PHONE, ALICE, 100)
    live.settled(ALICE, "online", 100)
    live.settled(ALICE, "offline", 160)
    assert [device.session_id for device in left] == [PHONE]
    assert (live.device(PHONE), live.last_proof(ALICE), live.published) == (None, None, {})
    assert list(live.devices(ALICE)) == []


def test_who_said_offline_is_kept(live: Registry) -> None:
    live.requested(PHONE, ALICE, 100)
    live.declared(PHONE, ALICE, 100, online=False)
    live.settled(ALICE, "offline", 100)
    live.requested(PHONE, ALICE, 1000)
    assert not present(live, PHONE, 1000)
    live.declared(PHONE, ALICE, 1001, online=True)
    assert present(live, PHONE, 1060.9)


def test_the_last_proof_outlives_the_device_that_gave_it(live: Registry) -> None:
    live.connected(PHONE, ALICE, 100)
    live.requested(LAPTOP, ALICE, 150)
    live.ended(LAPTOP)
    live.settled(ALICE, "online", 150)
    assert live.last_proof(ALICE) == 150
    live.ended(PHONE)
    assert live.last_proof(ALICE) == 150


def test_the_last_proof_includes_what_open_sockets_have_heard(live: Registry) -> None:
    live.last_heard = {PHONE: 175.0}.__getitem__
    live.connected(PHONE, ALICE, 100)
    assert live.last_proof(ALICE) == 175


def test_an_absent_device_proves_nothing(live: Registry) -> None:
    live.requested(PHONE, ALICE, 100)
    live.connected(LAPTOP, ALICE, 100)
    live.declared(PHONE, ALICE, 110, online=False)
    live.requested(PHONE, ALICE, 150)
    assert live.last_proof(ALICE) == 110
    live.ended(PHONE)
    assert live.last_proof(ALICE) == 110


def test_a_request_to_be_gone_is_a_proof_only_where_there_was_presence(live: Registry) -> None:
    live.parting(PHONE, ALICE, 100)
    assert (live.last_proof(ALICE), live.due) == (None, set())
    live.connected(LAPTOP, ALICE, 100)
    live.settled(ALICE, "online", 100)
    live.parting(PHONE, ALICE, 120)
    assert live.last_proof(ALICE) == 120


def test_a_session_that_ended_comes_back_no_more(live: Registry) -> None:
    live.connected(PHONE, ALICE, 100)
    live.ended(PHONE)
    for late in (live.requested, live.connected):
        late(PHONE, ALICE, 101)
    live.declared(PHONE, ALICE, 101, online=True)
    assert live.device(PHONE) is None
    assert list(live.devices(ALICE)) == []
    live.sweep(1000)


def test_the_memory_of_ended_sessions_is_bounded(live: Registry) -> None:
    for session_id in range(MAX_OVER + 10):
        live.ended(session_id)
    assert len(live._over) == MAX_OVER


@pytest.mark.parametrize(("standing", "extends"), [("socket", False), ("request", True)])
def test_after_a_start_who_was_here_has_a_grace(live: Registry, standing: str, extends: bool) -> None:
    live.expect(PHONE, ALICE, standing, 50, 60, 1000)  # type: ignore[arg-type]
    assert [present(live, PHONE, now) for now in (1014.9, 1015)] == [True, False]
    assert (live.next_due(), live.last_proof(ALICE)) == (1015, 60)
    live.requested(PHONE, ALICE, 1010)
    assert present(live, PHONE, 1069.9) is extends


def test_after_a_start_idleness_is_noticed_within_the_grace(live: Registry) -> None:
    live.expect(PHONE, ALICE, "socket", 700, 990, 990)
    assert live.next_due() == 1000
    live.sweep(1000)
    assert (live.due, live.next_due()) == ({ALICE}, 1005)


def test_after_a_start_who_was_absent_still_is(live: Registry) -> None:
    live.expect(PHONE, ALICE, "absent", 50, 60, 1000)
    live.requested(PHONE, ALICE, 1010)
    assert not present(live, PHONE, 1010)
    assert live.last_proof(ALICE) is None


def test_a_sweep_of_a_hundred_thousand_devices_costs_next_to_nothing(live: Registry) -> None:
    for number in range(100_000):
        live.connected(number, number, number / 1000)
        live.settled(number, "online", 100)
    live.due.clear()
    began = time.perf_counter()
    for _ in range(1000):
        live.sweep(299.9)
    assert time.perf_counter() - began < 0.1
    began = time.perf_counter()
    live.sweep(300.9995)
    assert time.perf_counter() - began < 0.1
    assert len(live.due) == 1000
    assert len(live._deadlines) == 100_000 - 1000


def test_who_signs_out_while_appearing_offline_was_here_until_then(live: Registry) -> None:
    live.hidden.add(ALICE)
    live.requested(PHONE, ALICE, 100)
    live.requested(LAPTOP, ALICE, 100)
    live.settled(ALICE, "offline", 100)
    live.parting(PHONE, ALICE, 100.5)
    live.ended(PHONE)
    assert live.last_proof(ALICE) == 100.5


def test_who_is_not_here_gives_no_proof_by_signing_out(live: Registry) -> None:
    live.requested(PHONE, ALICE, 100)
    live.parting(PHONE, ALICE, 170)
    assert live.last_proof(ALICE) == 100


def test_a_sweep_does_not_hold_up_others_for_longer_than_so_many_devices(live: Registry) -> None:
    everybody = range(1, 2 * MAX_SWEPT + 2)
    for one in everybody:
        live.requested(one, one, 100)
    live.due.clear()
    swept = []
    while live.next_due() <= 160:
        live.sweep(160)
        swept.append(len(live.due))
    assert swept == [MAX_SWEPT, 2 * MAX_SWEPT, 2 * MAX_SWEPT + 1]
    assert live.due == set(everybody)


def test_signing_out_is_a_proof_while_another_device_counts_though_nothing_is_published(live: Registry) -> None:
    live.hidden.add(ALICE)
    live.connected(LAPTOP, ALICE, 100)
    live.parting(PHONE, ALICE, 160)
    assert live.last_proof(ALICE) == 160
