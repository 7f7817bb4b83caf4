"""`ryadom.realtime.outbox` and `ryadom.realtime.hub`: who gets an event, in which order, and encoded how often."""

import json
from datetime import UTC, datetime
from typing import Any

from ryadom.protocol.audience import Chat, Session, Users
from ryadom.protocol.errors import SESSION_OVER, CloseCode
from ryadom.protocol.events import Event, SessionRevoked, StatusChange, TypingStart
from ryadom.protocol.facts import SessionEnded
from ryadom.realtime.hub import Hub
from ryadom.realtime.outbox import Outbox
from ryadom.realtime.people import Client, Loaded
from ryadom.realtime.room import Count

NOW = datetime(2027, 1, 15, 8, tzinfo=UTC)
TYPING = TypingStart(timestamp=NOW, chat_id=7, user_id=1)
REVOKED = SessionRevoked(timestamp=NOW, rev=9, session_id=3)


class Recorder:
    """A socket that remembers."""

    last_heard = 0.0

    def __init__(self, id_: str) -> None:
        self.id = id_
        self.frames: list[bytes] = []
        self.out: tuple[bytes, ...] = ()
        self.slots: list[object] = []
        self.dropped_first: list[bool] = []
        self.code: CloseCode | None = None

    def send(self, frame: bytes, slot: object = None, droppable: bool = False) -> None:
        self.frames.append(frame)
        self.slots.append(slot)
        self.dropped_first.append(droppable)

    def close(self, code: CloseCode) -> None:
        self.code = code

    def types(self) -> list[str]:
        return [json.loads(frame[frame.index(b"{") :])["type"] for frame in self.frames]


def seat(hub: Hub, user_id: int, session_id: int, *chats: int) -> tuple[Client, Recorder]:
    socket = Recorder(f"c{user_id}-{session_id}-{len(hub.session(session_id))}")
    client = Client(socket, user_id, session_id)
    hub.add(client, Loaded({chat: Count(0, 0, 0.0, 0) for chat in chats}, set(), 0))
    return client, socket


def test_a_chat_is_its_connected_members_but_the_connection_that_caused_it() -> None:
    hub = Hub()
    _, first = seat(hub, 1, 10, 7)
    _, second = seat(hub, 1, 11, 7)
    _, third = seat(hub, 2, 20, 7)
    _, other = seat(hub, 3, 30, 8)
    hub.deliver(TYPING, Chat(7, except_connection=first.id))
    assert [one.types() for one in (first, second, third, other)] == [[], ["typing_start"], ["typing_start"], []]


def test_an_event_is_encoded_once_for_all() -> None:
    hub = Hub()
    sockets = [seat(hub, user_id, user_id, 7)[1] for user_id in range(1, 6)]
    hub.deliver(TYPING, Chat(7))
    assert len({id(socket.frames[0]) for socket in sockets}) == 1


def test_a_session_can_be_left_out_or_meant_alone() -> None:
    hub = Hub()
    _, first = seat(hub, 1, 10)
    _, second = seat(hub, 1, 11)
    hub.deliver(REVOKED, Users([1], except_session=10))
    hub.deliver(REVOKED, Session(10))
    assert len(first.frames) == len(second.frames) == 1


def test_away_is_told_to_those_who_ask() -> None:
    hub = Hub()
    asks, asking = seat(hub, 1, 10)
    _, not_asking = seat(hub, 1, 11)
    asks.wants_away = True
    idle = StatusChange(timestamp=NOW, user_id=2, status="away", last_seen=None)
    hub.deliver(idle, Users([1], away=True))
    hub.deliver(idle, Users([1], away=False))
    assert (len(asking.frames), len(not_asking.frames)) == (1, 1)
    assert asking.slots == [("status", 2)]


def test_only_what_was_subscribed_to_is_sent_and_typing_gives_way_first() -> None:
    hub = Hub()
    client, socket = seat(hub, 1, 10, 7)
    hub.deliver(TYPING, Chat(7))
    hub.subscribe(client, frozenset({"new_message"}))
    hub.deliver(TYPING, Chat(7))
    assert socket.types() == ["typing_start"]
    assert socket.dropped_first == [True]


def test_the_person_knows_the_highest_rev_and_is_forgotten_with_the_last_socket() -> None:
    hub = Hub()
    first, _ = seat(hub, 1, 10, 7)
    second, _ = seat(hub, 1, 11, 7)
    hub.deliver(REVOKED, Users([1]))
    assert hub.people[1].rev == 9
    hub.remove(first)
    assert hub.connections == 1
    hub.remove(second)
    hub.remove(second)
    assert (hub.people, hub.chats, hub.connections) == ({}, {}, 0)


def test_members_come_and_go_while_connected() -> None:
    hub = Hub()
    _, socket = seat(hub, 1, 10)
    hub.join(7, 1, Count(0, 3, 0.0, 5))
    hub.deliver(TYPING, Chat(7))
    hub.leave(7, 1)
    hub.deliver(TYPING, Chat(7))
    assert socket.types() == ["typing_start"]
    assert 7 not in hub.chats


def test_a_mistake_in_one_step_keeps_nobody_else_from_hearing() -> None:
    hub = Hub()
    outbox = Outbox(hub)
    _, socket = seat(hub, 1, 10, 7)

    def broken(event: object) -> None:
        raise KeyError("a mistake of ours")

    outbox.precede(TypingStart, broken)
    outbox.follow(TypingStart, broken)
    outbox.take([(TYPING, Chat(7)), (REVOKED, Users([1]))])
    assert socket.types() == ["typing_start", "session_revoked"]


def test_a_commit_leaves_in_its_order_with_heralds_before_and_followers_after() -> None:
    hub = Hub()
    outbox = Outbox(hub)
    client, socket = seat(hub, 1, 10)
    seen: list[Any] = []
    outbox.precede(SessionEnded, lambda fact: hub.end_session(fact.session_id, SESSION_OVER))
    outbox.precede(SessionRevoked, lambda event: seen.append(("before", len(socket.frames))))
    outbox.follow(SessionRevoked, lambda event: seen.append(("after", len(socket.frames))))
    event: Event = REVOKED
    outbox.take([(event, Users([1])), (SessionEnded(rev=9, session_id=10, user_id=1), None)])
    assert seen == [("before", 0), ("after", 1)]
    assert socket.code is SESSION_OVER
    assert client.session_id == 10


async def test_what_is_committed_while_somebody_reads_for_a_socket_leaves_afterwards_in_its_order() -> None:
    hub = Hub()
    outbox = Outbox(hub)
    heralded: list[int] = []
    followed: list[int] = []
    outbox.precede(SessionEnded, lambda fact: heralded.append(fact.session_id))
    outbox.follow(SessionEnded, lambda fact: followed.append(fact.session_id))
    ended = [(SessionEnded(rev=number, session_id=number, user_id=1), None) for number in (1, 2, 3)]
    async with outbox.hold():
        async with outbox.hold():
            outbox.take(ended[:2])
        assert heralded == [1, 2], "what ends a session does not wait"
        assert followed == []
    assert followed == [1, 2]
    outbox.take(ended[2:])
    assert followed == [1, 2, 3]
