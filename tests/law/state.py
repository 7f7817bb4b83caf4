"""What one client holds, how it begins from a snapshot, and the form in which two of them are compared."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from ryadom.app import Server
from ryadom.auth.store import list_sessions
from ryadom.chats.store import list_members
from ryadom.db.tx import Tx
from ryadom.messages.store import history
from ryadom.sync.snapshot import snapshot

Json = Any

DROP_TYPING_AFTER = 12.0
"""Seconds after the last start that a client saw (§6)."""
EVERYTHING = 2**40


class Reader(NamedTuple):
    """Who looks: a person, on one of their devices, that asks for `away` or not."""

    user_id: int
    session_id: int
    away: bool = False


@dataclass(frozen=True)
class State:
    """Everything that a client of one person holds. The maps are by id; the values are as on the wire."""

    reader: Reader
    rev: int
    me: Json
    chats: dict[int, Json]
    members: dict[int, dict[int, Json]]
    """Chat → user → Member."""
    messages: dict[int, dict[int, Json]]
    """Chat → message id → Message."""
    contacts: dict[int, Json]
    statuses: dict[int, Json]
    """Mutual contact → status and last_seen."""
    typing: dict[int, dict[int, float]]
    """User → chat → when it was last heard (epoch seconds); in the order in which they began."""
    sessions: dict[int, str]
    """Own devices: id → name."""
    total_unread: int


def plain(value: object) -> Json:
    """What a Struct is on the wire."""
    return msgspec.json.decode(msgspec.json.encode(value))


def seconds(moment: str) -> float:
    """The epoch seconds of a time on the wire."""
    return datetime.fromisoformat(moment).timestamp()


def opened(tx: Tx, chat_id: int) -> tuple[list[Json], list[Json]]:
    """What a client asks for when it opens a chat: its members, and all its messages."""
    return plain(list_members(tx, chat_id)), plain(history(tx, chat_id, EVERYTHING, None, 0))


def read_state(tx: Tx, server: Server, reader: Reader) -> State:
    """What a client holds that has just asked for everything.

    It is read with the server's own functions and not by HTTP: a request would be a proof of presence.
    """
    seen = plain(snapshot(tx, reader.user_id, server.statuses, reader.away))
    rooms = {chat["id"]: opened(tx, chat["id"]) for chat in seen["chats"]}
    devices = plain(list_sessions(tx, reader.user_id, reader.session_id))
    return begin(reader, seen, devices, rooms)


def begin(reader: Reader, seen: Json, devices: list[Json], rooms: dict[int, tuple[list[Json], list[Json]]]) -> State:
    """A state out of `GET /sync`, `GET /sessions` and what was asked of each chat."""
    now = seconds(seen["server_time"])
    return State(
        reader=reader,
        rev=seen["rev"],
        me=seen["me"],
        chats={chat["id"]: chat for chat in seen["chats"]},
        members={chat: by_id(members, "user_id") for chat, (members, _) in rooms.items()},
        messages={chat: by_id(messages, "id") for chat, (_, messages) in rooms.items()},
        contacts={entry["user"]["id"]: entry for entry in seen["contacts"]},
        statuses={one["user_id"]: {"status": one["status"], "last_seen": one["last_seen"]} for one in seen["statuses"]},
        typing=typing_in(seen["statuses"], now),
        sessions={device["id"]: device["device_name"] for device in devices},
        total_unread=seen["total_unread"],
    )


def typing_in(statuses: list[Json], now: float) -> dict[int, dict[int, float]]:
    """Who types where, out of a list of UserStatus."""
    return {one["user_id"]: {one["is_typing_in_chat"]: now} for one in statuses if one["is_typing_in_chat"]}


def by_id(items: list[Json], key: str) -> dict[int, Json]:
    """A list as a map."""
    return {item[key]: item for item in items}


def in_order(chats: dict[int, Json]) -> list[int]:
    """The ids of chats as a list shows them: the latest message first (§5)."""

    def place(chat: Json) -> tuple[float, int]:
        return seconds((chat["last_message"] or chat)["created_at"]), chat["id"]

    return [chat["id"] for chat in sorted(chats.values(), key=place, reverse=True)]


def normal(state: State, now: float) -> Json:
    """The form in which two states must be equal. What a client knows by a rule of the contract is put into one form:

    - Revs tell what is newer and are no content: left out, here and in chats and the profile.
    - `peers_read_up_to_seq` becomes, per peer, the last message of one's own that they have read: `messages_read` is
      told to authors only, so the mark itself may be older at a client without any tick being wrong.
    - Typing counts for 12 s after it was last heard, in chats that one is in.
    """
    return {
        "me": without_rev(state.me),
        "order": in_order(state.chats),
        "chats": {id_: _normal_chat(state, chat) for id_, chat in state.chats.items()},
        "members": state.members,
        "messages": {
            chat: sorted(messages.values(), key=lambda one: one["seq"]) for chat, messages in state.messages.items()
        },
        "contacts": state.contacts,
        "statuses": {id_: {**status, "typing": types_in(state, id_, now)} for id_, status in state.statuses.items()},
        "sessions": state.sessions,
        "total_unread": state.total_unread,
    }


def without_rev(thing: Json) -> Json:
    """The same without its rev."""
    return {name: value for name, value in thing.items() if name != "rev"}


def _normal_chat(state: State, chat: Json) -> Json:
    mine = [
        one["seq"] for one in state.messages[chat["id"]].values()
        if one["sender_id"] == state.reader.user_id and not one["deleted"]
    ]  # fmt: skip
    read = {
        peer: max((seq for seq in mine if seq <= mark), default=0)
        for peer, mark in chat["peers_read_up_to_seq"].items()
    }
    return {**without_rev(chat), "peers_read_up_to_seq": {peer: seq for peer, seq in read.items() if seq}}


def types_in(state: State, user_id: int, now: float) -> int | None:
    """Where someone types: the place that they began last."""
    heard = state.typing.get(user_id, {})
    places = [chat for chat, when in heard.items() if chat in state.chats and now - when < DROP_TYPING_AFTER]
    return places[-1] if places else None


def differences(told: Json, fresh: Json, path: str = "") -> Iterator[str]:
    """Where two normal forms differ, one line each: what the events have told, and what a fresh snapshot says."""
    if isinstance(told, dict) and isinstance(fresh, dict):
        for key in [*told, *(key for key in fresh if key not in told)]:
            yield from differences(told.get(key, "nothing"), fresh.get(key, "nothing"), f"{path}/{key}")
    elif isinstance(told, list) and isinstance(fresh, list) and len(told) == len(fresh):
        for place, (one, other) in enumerate(zip(told, fresh, strict=True)):
            yield from differences(one, other, f"{path}/{place}")
    elif told != fresh:
        yield f"{path}: told {told!r}, fresh {fresh!r}"
