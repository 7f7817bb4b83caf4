"""What a socket may be told, judged event by event by what its client knew just before.

So nobody hears of the presence, typing or reading of someone who is no mutual contact at that moment, nor anything of
a chat that they are not in. That the client's own knowledge is true is the law's part.
"""

from collections.abc import Callable
from typing import Any

from .state import Json, Reader, State

STRANGERS = frozenset({"hello", "heartbeat", "pong"})
"""All that somebody gets who has neither contacts nor chats and does nothing."""


def check_hello(reader: Reader, event: Json) -> None:
    """The first event is about this very session."""
    assert (event["user_id"], event["session_id"]) == (reader.user_id, reader.session_id), event


def may(state: State, event: Json) -> bool:
    """Whether somebody who holds this state may get this event. An event that nobody knows: KeyError."""
    return RULES[event["type"]](state, event)


def check(state: State, event: Json, *, news: bool) -> None:
    """Raise when this event must not have come. `news`: it tells of something after this client's first snapshot."""
    assert may(state, event), f"person {state.reader.user_id} is not entitled to {event}"
    if news and event["type"] == "contact_changed":
        assert contact_news(state, event), f"person {state.reader.user_id} hears of somebody else's entry: {event}"


def contact_news(state: State, event: Json) -> bool:
    """One's own entry is another now: that the other person changed theirs is told only when `mutual` flips."""
    return bool(state.contacts.get(event["user_id"]) != event["contact"])


def strangers_news(events: list[Json]) -> list[Json]:
    """What a stranger must not have got."""
    return [event for event in events if event["type"] not in STRANGERS]


def _always(state: State, event: Json) -> bool:
    return True


def _contact(state: State, event: Json) -> bool:
    return event["user_id"] in state.statuses and event["user_id"] != state.reader.user_id


def _status(state: State, event: Json) -> bool:
    return _contact(state, event) and (event["status"] != "away" or state.reader.away)


def _contact_in_chat(state: State, event: Json) -> bool:
    return _contact(state, event) and event["user_id"] in state.members.get(event["chat_id"], {})


def _read(state: State, event: Json) -> bool:
    written = state.messages.get(event["chat_id"], {})
    own = [one for one in written.values() if one["sender_id"] == state.reader.user_id]
    known = all(id_ in written for id_ in event["message_ids"])
    return _contact_in_chat(state, event) and known and any(one["seq"] <= event["up_to_seq"] for one in own)


def _message(state: State, event: Json) -> bool:
    return event["message"]["chat_id"] in state.chats


def _own_message(state: State, event: Json) -> bool:
    return _message(state, event) and event["message"]["sender_id"] == state.reader.user_id


def _in_chat(state: State, event: Json) -> bool:
    return event["chat_id"] in state.chats


def _unread(state: State, event: Json) -> bool:
    return _in_chat(state, event) and event["sender_id"] != state.reader.user_id


def _chat(state: State, event: Json) -> bool:
    change = event["chat"]
    return change["id"] in state.chats or "chat" in change


def _user(state: State, event: Json) -> bool:
    id_ = event["user"]["id"]
    if id_ == state.reader.user_id:
        return True
    met = id_ in state.contacts or any(id_ in members for members in state.members.values())
    return met and "me" not in event


def _other_session(state: State, event: Json) -> bool:
    return bool(event["session"]["id"] != state.reader.session_id)


def _known_session(state: State, event: Json) -> bool:
    return event["session_id"] in state.sessions and event["session_id"] != state.reader.session_id


def _other_person(state: State, event: Json) -> bool:
    return bool(event["user_id"] != state.reader.user_id)


def _pong(state: State, event: Json) -> bool:
    seen = event["contacts_status"]
    places = {one["typing"] for one in seen.values()} - {None}
    return {int(id_) for id_ in seen} == state.statuses.keys() and places <= state.chats.keys()


def _caught_up(state: State, event: Json) -> bool:
    seen = {one["user_id"] for one in event["statuses"]}
    known = seen | {state.reader.user_id}
    ours = all(
        change["chat"]["id"] in state.chats
        and {message["chat_id"] for message in change["messages"]} <= {change["chat"]["id"]}
        and {mark["user_id"] for mark in change["marks"]} <= known
        and {int(id_) for id_ in change["chat"]["peers_read_up_to_seq"]} <= known
        for change in event["chats"]
    )
    return (
        ours and (seen == state.statuses.keys() or not event["whole"]) and not state.chats.keys() & set(event["gone"])
    )


RULES: dict[str, Callable[[State, Any], bool]] = {
    "heartbeat": _always,
    "pong": _pong,
    "caught_up": _caught_up,
    "error": _always,
    "message_sent": _own_message,
    "status_change": _status,
    "user_online": _contact,
    "user_offline": _contact,
    "typing_start": _contact_in_chat,
    "typing_stop": _contact_in_chat,
    "messages_read": _read,
    "new_message": _message,
    "message_edited": _message,
    "message_deleted": _message,
    "unread_message": _unread,
    "unread_changed": _in_chat,
    "chat_changed": _chat,
    "user_changed": _user,
    "session_created": _other_session,
    "session_revoked": _known_session,
    "contact_changed": _other_person,
}
"""Event → who may get it. `hello` comes once, before there is anything to judge it by."""
