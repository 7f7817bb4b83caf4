"""Each kind of audience, person by person; and what gives way where nobody reads."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ryadom.protocol.audience import Audience, Chat, Session, Users
from ryadom.protocol.errors import SESSION_OVER
from ryadom.protocol.events import (
    SUBSCRIBABLE,
    ChatChanged,
    Event,
    NewMessage,
    StatusChange,
    TypingStart,
    UnreadMessage,
    UserOnline,
)
from ryadom.protocol.schemas import ChatChange, Message
from ryadom.realtime import encoded as module
from ryadom.realtime.encoded import LastFields, encode, framed
from ryadom.realtime.hub import Hub
from ryadom.realtime.people import Client, Companion, Loaded
from ryadom.realtime.room import Count, Room

NOW = datetime(2027, 1, 15, tzinfo=UTC)
TYPING = TypingStart(timestamp=NOW, chat_id=7, user_id=1)


class Wire:
    """A connection that keeps what it is sent."""

    def __init__(self, name: str) -> None:
        self.id = name
        self.last_heard = 0.0
        self.out: tuple[bytes, ...] = ()
        self.frames: list[bytes] = []
        self.pressure: list[tuple[Any, bool]] = []
        self.closed: list[int] = []

    def send(self, frame: bytes, slot: object = None, droppable: bool = False) -> None:
        self.frames.append(frame)
        self.pressure.append((slot, droppable))

    def close(self, code: Any) -> None:
        self.closed.append(code.code)


class Town:
    """A hub with three people: 1 has two sessions, one of them with two connections; 1 and 2 share chat 7."""

    def __init__(self) -> None:
        self.hub = Hub()
        self.clients: dict[str, Client] = {}
        for name, user_id, session_id, chats in (
            ("1a", 1, 10, {7}), ("1a'", 1, 10, {7}), ("1b", 1, 11, {7}), ("2", 2, 20, {7, 8}), ("3", 3, 30, set()),
        ):  # fmt: skip
            client = self.clients[name] = Client(Wire(name), user_id, session_id)
            self.hub.add(client, Loaded({chat: Count(0, 0, 0.0, 0) for chat in chats}, set(), 5))

    def wire(self, name: str) -> Any:
        return self.clients[name].socket

    def reached(self, to: Audience, event: Any = TYPING) -> list[str]:
        for client in self.clients.values():
            client.socket.frames.clear()  # type: ignore[attr-defined]
        self.hub.deliver(event, to)
        return [name for name in self.clients if self.wire(name).frames]


@pytest.mark.parametrize(
    ("to", "reached"),
    [
        (Users([1]), ["1a", "1a'", "1b"]),
        (Users([1, 3, 99]), ["1a", "1a'", "1b", "3"]),
        (Users([]), []),
        (Users([1, 2], except_connection="1a"), ["1a'", "1b", "2"]),
        (Users([1, 2], except_session=10), ["1b", "2"]),
        (Users([1, 2], away=True), ["1b"]),
        (Users([1, 2], away=False), ["1a", "1a'", "2"]),
        (Chat(7), ["1a", "1a'", "1b", "2"]),
        (Chat(8), ["2"]),
        (Chat(9), []),
        (Chat(7, except_connection="2"), ["1a", "1a'", "1b"]),
        (Session(10), ["1a", "1a'"]),
        (Session(99), []),
    ],
)
def test_an_audience_is_exactly_its_connections(to: Audience, reached: list[str]) -> None:
    town = Town()
    town.clients["1b"].wants_away = True
    assert town.reached(to) == reached


def test_an_event_is_encoded_once_and_only_if_somebody_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town()
    encoded: list[Any] = []
    real = module.encode

    def count(event: Any) -> bytes:
        encoded.append(event)
        return real(event)

    monkeypatch.setattr(module, "encode", count)
    town.reached(Chat(7))
    town.reached(Chat(9))
    assert encoded == [TYPING]


def test_presence_is_merged_and_typing_dropped_where_nobody_reads() -> None:
    town = Town()
    status = StatusChange(timestamp=NOW, user_id=1, status="online", last_seen=None)
    step = UserOnline(timestamp=NOW, user_id=1, last_seen=None)
    durable = ChatChanged(timestamp=NOW, rev=6, chat=ChatChange(id=7, rev=6))
    for event in (TYPING, status, step, durable):
        town.reached(Users([3]), event)
    slots = town.wire("3").pressure
    assert [droppable for _, droppable in slots] == [True, False, False, False]
    assert slots[0][0] is slots[3][0] is None
    assert None not in (slots[1][0], slots[2][0])
    assert slots[1][0] != slots[2][0]


def test_ending_a_session_closes_its_connections_only() -> None:
    town = Town()
    assert town.hub.end_session(10, SESSION_OVER) == 2
    assert [name for name in town.clients if town.wire(name).closed] == ["1a", "1a'"]
    assert town.hub.end_session(99, SESSION_OVER) == 0


class Odd(Event, frozen=True, kw_only=True, tag="odd"):
    text: str
    first: int
    second: int


@pytest.mark.parametrize("values", [(0, 0), (7, 12), (10**15, -1)])
def test_a_pattern_gives_what_the_event_itself_would(values: tuple[int, int]) -> None:
    pattern = LastFields("first", "second").pattern(Odd(timestamp=NOW, text="100 %d", first=0, second=0))
    assert pattern % values == encode(Odd(timestamp=NOW, text="100 %d", first=values[0], second=values[1]))


@pytest.mark.parametrize("names", [("first",), ("second", "first"), ("text",)])
def test_a_pattern_is_of_the_last_fields_only(names: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="Odd does not end with"):
        LastFields(*names).pattern(Odd(timestamp=NOW, text="", first=0, second=0))


MESSAGE = NewMessage(
    timestamp=NOW, rev=9,
    message=Message(
        id=4, chat_id=7, seq=4, rev=9, kind="text", sender_id=1, text="Hello", client_id=None, reply_to=None,
        created_at=NOW, edited_at=None, deleted=False,
    ),
)  # fmt: skip
SHARED = framed(MESSAGE)


def companion(event: NewMessage, room: Room, frame: bytes) -> list[bytes]:
    """Nothing for the sender; for each other member a word of their own."""
    sender = event.message.sender_id
    return [b"" if user_id == sender else frame + b"of %d" % user_id for user_id in room.places]


def accompanied(who: Companion = companion) -> Town:
    town = Town()
    town.hub.accompany(NewMessage, UnreadMessage, who)
    return town


def told(town: Town) -> dict[str, bytes]:
    return {name: b"".join(town.wire(name).frames) for name in town.clients if town.wire(name).frames}


def test_a_member_gets_their_own_event_right_behind_that_of_all() -> None:
    town = accompanied()
    town.hub.deliver(MESSAGE, Chat(7, except_connection="1a"))
    assert told(town) == {"1a'": SHARED, "1b": SHARED, "2": SHARED + b"of 2"}
    assert [town.hub.people[one].rev for one in (1, 2, 3)] == [9, 9, 5]
    assert town.hub.delivered == {"new_message": 3, "unread_message": 1}


def test_whoever_is_left_out_still_gets_their_own() -> None:
    town = accompanied()
    town.hub.deliver(MESSAGE, Chat(7, except_connection="2"))
    assert told(town)["2"] == b"of 2"


@pytest.mark.parametrize(
    ("wanted", "frames"),
    [
        ({"new_message"}, SHARED),
        ({"unread_message"}, b"of 2"),
        ({"typing_start"}, b""),
        (SUBSCRIBABLE, SHARED + b"of 2"),
    ],
)
def test_of_the_two_a_connection_gets_what_it_wants(wanted: set[str], frames: bytes) -> None:
    town = accompanied()
    town.hub.subscribe(town.clients["2"], frozenset(wanted))
    town.hub.deliver(MESSAGE, Chat(7))
    assert told(town).get("2", b"") == frames


def test_a_second_connection_gets_both_too_and_so_does_the_one_that_stays() -> None:
    town = accompanied()
    second = town.clients["2'"] = Client(Wire("2'"), 2, 21)
    town.hub.add(second, Loaded({}, set(), 5))
    town.hub.deliver(MESSAGE, Chat(7))
    assert told(town)["2"] == told(town)["2'"] == SHARED + b"of 2"
    town.hub.remove(town.clients["2"])
    town.hub.deliver(MESSAGE, Chat(7))
    assert (town.wire("2").frames, town.wire("2'").frames) == ([SHARED + b"of 2"], [SHARED + b"of 2"] * 2)


def test_what_goes_with_an_event_goes_to_chats_alone() -> None:
    town = accompanied()
    town.hub.deliver(MESSAGE, Users([2]))
    town.hub.deliver(MESSAGE, Chat(99))
    assert told(town) == {"2": SHARED}


def test_a_mistake_in_what_each_gets_keeps_nobody_from_what_all_get() -> None:
    def mistaken(event: NewMessage, room: Room, frame: bytes) -> list[bytes]:
        raise RuntimeError("a mistake")

    town = accompanied(mistaken)
    with pytest.raises(RuntimeError, match="a mistake"):
        town.hub.deliver(MESSAGE, Chat(7))
    assert told(town) == dict.fromkeys(("1a", "1a'", "1b", "2"), SHARED)
    assert town.hub.people[2].rev == 9


@pytest.mark.parametrize("failing", ["1a", "1b", "2"])
def test_a_connection_that_fails_keeps_no_other_from_the_event(failing: str) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("a mistake")

    town = accompanied()
    town.wire(failing).send = fail
    with pytest.raises(RuntimeError, match="a mistake"):
        town.hub.deliver(MESSAGE, Chat(7))
    everything = {"1a": SHARED, "1a'": SHARED, "1b": SHARED, "2": SHARED + b"of 2"}
    assert told(town) == {name: frames for name, frames in everything.items() if name != failing}


def test_one_person_is_told_on_every_connection_that_wants_it() -> None:
    town = Town()
    town.hub.subscribe(town.clients["1b"], frozenset())
    town.hub.tell(town.hub.people[1], MESSAGE)
    assert told(town) == {"1a": SHARED, "1a'": SHARED}
    assert town.hub.people[1].rev == 9
    assert town.hub.delivered["new_message"] == 2
