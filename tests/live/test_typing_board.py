"""`ryadom.live.typing`: who types where, and what others should be told."""

from typing import Any

import pytest

from ryadom.live.typing import Typed, TypingBoard

HERE, THERE = Typed(1, 7), Typed(1, 8)
PHONE, LAPTOP = 11, 12


@pytest.fixture
def board() -> TypingBoard:
    """A board on which nobody types."""
    return TypingBoard()


def test_a_start_is_told_and_a_repeat_only_every_three_seconds(board: TypingBoard) -> None:
    told = [board.start(HERE, PHONE, now)[1] for now in (0, 1, 2.9, 3, 5.9, 6)]
    assert told == [True, False, False, True, False, True]


def test_a_second_device_is_no_second_start(board: TypingBoard) -> None:
    assert board.start(HERE, PHONE, 0) == (None, True)
    assert board.start(HERE, LAPTOP, 1) == (None, False)
    assert board.chats(1) == [7]


def test_it_is_over_when_the_last_device_stops(board: TypingBoard) -> None:
    board.start(HERE, PHONE, 0)
    board.start(HERE, LAPTOP, 1)
    assert not board.stop(HERE, PHONE)
    assert board.stop(HERE, LAPTOP)
    assert not board.stop(HERE, LAPTOP)
    assert board.chats(1) == []


def test_a_stop_elsewhere_stops_nothing(board: TypingBoard) -> None:
    board.start(HERE, PHONE, 0)
    assert not board.stop(THERE, PHONE)
    assert board.chats(1) == [7]


def test_a_session_types_in_one_chat_at_a_time(board: TypingBoard) -> None:
    board.start(HERE, PHONE, 0)
    assert board.start(THERE, PHONE, 1) == (HERE, True)
    assert board.chats(1) == [8]


def test_moving_on_leaves_what_another_device_types(board: TypingBoard) -> None:
    board.start(HERE, PHONE, 0)
    board.start(HERE, LAPTOP, 0)
    assert board.start(THERE, PHONE, 1) == (None, True)
    assert board.chats(1) == [8, 7]


def test_each_device_ends_by_itself(board: TypingBoard) -> None:
    board.start(HERE, PHONE, 0)
    board.start(HERE, LAPTOP, 5)
    assert board.next_due() == 10
    assert board.sweep(10) == []
    assert board.next_due() == 15
    assert board.sweep(14.9) == []
    assert board.sweep(15) == [HERE]
    assert board.next_due() == float("inf")


def test_a_device_that_ended_by_itself_keeps_nobody_typing(board: TypingBoard) -> None:
    board.start(HERE, PHONE, 0)
    board.start(HERE, LAPTOP, 5)
    board.sweep(10)
    assert board.stop_session(LAPTOP) == HERE


def test_after_an_end_a_start_is_told_at_once(board: TypingBoard) -> None:
    board.start(HERE, PHONE, 0)
    board.stop(HERE, PHONE)
    assert board.start(HERE, PHONE, 0.1) == (None, True)


def test_a_person_stops_on_every_device(board: TypingBoard) -> None:
    board.start(HERE, PHONE, 0)
    board.start(HERE, LAPTOP, 0)
    assert board.stop_person(HERE)
    assert not board.stop_person(HERE)
    assert board.stop_session(PHONE) is None
    assert board.next_due() == float("inf")


def test_nothing_is_left_of_people_who_have_stopped(board: TypingBoard) -> None:
    for user_id in range(1000):
        board.start(Typed(user_id, 7), user_id, 0)
    assert len(board.sweep(10)) == 1000
    assert (board._typing, board._by_session, board._by_user) == ({}, {}, {})
    assert board._ends == {}


def test_a_repeat_puts_ones_end_behind_the_others(board: TypingBoard) -> None:
    board.start(Typed(1, 7), 1, 0)
    board.start(Typed(2, 7), 2, 1)
    board.start(Typed(1, 7), 1, 2)
    assert board.next_due() == 11
    assert board.sweep(11) == [Typed(2, 7)]
    assert board.next_due() == 12


def test_asking_for_the_next_end_does_not_look_at_everybody(board: TypingBoard) -> None:
    class Counted(dict[int, float]):
        looked = 0

        def values(self) -> Any:
            for value in super().values():
                Counted.looked += 1
                yield value

    board._ends = Counted()
    for user_id in range(1000):
        board.start(Typed(user_id, 7), user_id, user_id)
    assert board.next_due() == 10
    assert Counted.looked == 1
