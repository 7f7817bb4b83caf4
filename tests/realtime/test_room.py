"""Columns: each member keeps what is theirs, whoever else comes and goes."""

import random

from ryadom.realtime.people import Loaded, Person
from ryadom.realtime.room import Count, Room


def seats(room: Room) -> dict[int, tuple[int, int, float, int, int, int]]:
    """What each member has, read by place."""
    return {
        user_id: (
            room.unread[place], room.marks[place], room.muted_until[place], room.revs[place], room.adds[place],
            room.rows[place],
        )
        for user_id, place in room.places.items()
    }  # fmt: skip


def test_whoever_stays_keeps_what_is_theirs() -> None:
    chance = random.Random(7)
    room = Room(7)
    expected: dict[int, tuple[int, int, float, int, int, int]] = {}
    for step in range(2000):
        user_id = chance.randrange(40)
        if user_id in expected and chance.random() < 0.6:
            room.drop(user_id)
            del expected[user_id]
        else:
            muted = chance.choice([0.0, 99.0])
            count = Count(unread=step, mark=step + 1, muted_until=muted, rev=step + 2)
            room.put(user_id, Person(user_id, user_id + 1000, Loaded({}, set(), 0)), count)
            expected[user_id] = (step, step + 1, muted, step + 2, int(not muted), user_id + 1000)
        assert seats(room) == expected
        assert [person.user_id for person in room.people] == sorted(room.places, key=room.places.__getitem__)
    assert room.newest == 2001


def test_whoever_is_not_there_is_dropped_without_a_word() -> None:
    room = Room(7)
    room.drop(1)
    assert not room.people


def test_a_count_includes_what_was_counted_for_all_and_what_was_counted_for_one() -> None:
    room = Room(7)
    room.put(1, Person(1, 0, Loaded({}, set(), 0)), Count(0, 0, 0.0, rev=5))
    room.counted = 3
    assert room.rev(0) == 5
    room.counted = 8
    assert room.rev(0) == 8
    room.change(0, unread=2, rev=9)
    assert (room.rev(0), room.unread[0], room.newest) == (9, 2, 9)
