"""(state, event) → state: what a good client makes of each event, by §5 to §7 of the contract. Pure.

A durable event that is older than what is held about the same thing is dropped; one of the same rev is taken, since
one change may be told by several events. Counts are set, never added.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from .state import Json, State, by_id, seconds

Reducer = Callable[[State, Json], State]


def reduce(state: State, event: Json) -> State:
    """The state after an event. An event that is not known changes nothing."""
    reducer = REDUCERS.get(event["type"])
    if reducer is None:
        return state
    state = reducer(state, event)
    return replace(state, rev=max(state.rev, event.get("rev", 0)))


def open_chat(state: State, chat_id: int, members: list[Json], messages: list[Json]) -> State:
    """The state after the answers to what a client asks when it opens a chat."""
    if chat_id not in state.chats:
        return state
    return replace(
        state,
        members=state.members | {chat_id: by_id(members, "user_id")},
        messages=state.messages | {chat_id: by_id(messages, "id")},
    )


def without(things: dict[int, Any], *keys: int) -> dict[int, Any]:
    """A map less some keys."""
    return {key: value for key, value in things.items() if key not in keys}


def with_chat(state: State, chat_id: int, rev: int, **fields: Json) -> State:
    """A chat with other fields, and with the rev of the change, if that is newer."""
    chat = state.chats.get(chat_id)
    if chat is None:
        return state
    return replace(state, chats=state.chats | {chat_id: {**chat, **fields, "rev": max(chat["rev"], rev)}})


def hello(state: State, event: Json) -> State:
    """Only its rev counts: asked at once, the snapshot holds everything up to it."""
    return state


def status_change(state: State, event: Json) -> State:
    """A mutual contact came, went or idles."""
    if event["user_id"] not in state.statuses:
        return state
    seen = {"status": event["status"], "last_seen": event["last_seen"]}
    return replace(state, statuses=state.statuses | {event["user_id"]: seen})


def typing_start(state: State, event: Json) -> State:
    """A repeat keeps its place among the chats that the person types in."""
    chats = state.typing.get(event["user_id"], {}) | {event["chat_id"]: seconds(event["timestamp"])}
    return replace(state, typing=state.typing | {event["user_id"]: chats})


def typing_stop(state: State, event: Json) -> State:
    """The person types there no more."""
    chats = without(state.typing.get(event["user_id"], {}), event["chat_id"])
    return replace(state, typing=state.typing | {event["user_id"]: chats})


def messages_read(state: State, event: Json) -> State:
    """A mark only rises; it may come late, when its reader has become a mutual contact."""
    chat = state.chats.get(event["chat_id"])
    if chat is None or event["user_id"] not in state.statuses:
        return state
    peer = str(event["user_id"])
    marks = chat["peers_read_up_to_seq"]
    raised = marks | {peer: max(marks.get(peer, 0), event["up_to_seq"])}
    return with_chat(state, chat["id"], event["rev"], peers_read_up_to_seq=raised)


def message(state: State, event: Json) -> State:
    """A message that is new, or that has changed: the newer form wins, in the chat and as its last message."""
    one = event["message"]
    chat = state.chats.get(one["chat_id"])
    if chat is None:
        return state
    known = state.messages[chat["id"]]
    if one["id"] in known and one["rev"] < known[one["id"]]["rev"]:
        return state
    state = replace(state, messages=state.messages | {chat["id"]: known | {one["id"]: one}})
    last = chat["last_message"]
    if last is None or one["seq"] >= last["seq"]:
        last = one
    return with_chat(state, chat["id"], event["rev"], last_message=last, last_seq=max(chat["last_seq"], one["seq"]))


def unread_message(state: State, event: Json) -> State:
    """The count of a chat is set, unless one holds something newer."""
    return _count(state, event, unread_count=event["unread_count"])


def unread_changed(state: State, event: Json) -> State:
    """The same with one's own mark."""
    return _count(state, event, unread_count=event["unread_count"], read_up_to_seq=event["up_to_seq"])


def _count(state: State, event: Json, **fields: Json) -> State:
    # The total is about no chat: the latest that was told is right, and it changes alone when a mute ends.
    state = replace(state, total_unread=event["total_unread"])
    chat = state.chats.get(event["chat_id"])
    if chat is None or event["rev"] < chat["rev"]:
        return state
    return with_chat(state, chat["id"], event["rev"], **fields)


def chat_changed(state: State, event: Json) -> State:
    """A chat that one has joined, that is gone, or what is new about it."""
    change = event["chat"]
    chat_id = change["id"]
    chat = state.chats.get(chat_id)
    if chat is not None and event["rev"] < chat["rev"]:
        return state
    if change.get("gone"):
        return _forget_chat(state, chat_id)
    if "chat" in change:
        room: dict[int, Json] = {chat_id: {}}
        return replace(
            state,
            chats=state.chats | {chat_id: change["chat"]},
            members=room | state.members,
            messages=room | state.messages,
        )
    if chat is None:
        return state
    told = {name: change[name] for name in ("title", "role", "muted_until") if name in change}
    state = with_chat(state, chat_id, event["rev"], **told)
    return _members(state, chat_id, change.get("members", []), change.get("left", []))


def _forget_chat(state: State, chat_id: int) -> State:
    return replace(
        state,
        chats=without(state.chats, chat_id),
        members=without(state.members, chat_id),
        messages=without(state.messages, chat_id),
        typing={user: without(chats, chat_id) for user, chats in state.typing.items()},
    )


def _members(state: State, chat_id: int, came: list[Json], left: list[int]) -> State:
    """Who joins has the mark at the newest message (§5); who leaves has none."""
    chat, known = state.chats[chat_id], state.members[chat_id]
    newcomers = [one["user_id"] for one in came if one["user_id"] not in known]
    marks = {
        **chat["peers_read_up_to_seq"],
        **{str(one): chat["last_seq"] for one in newcomers if one in state.statuses and chat["last_seq"]},
    }
    marks = {peer: seq for peer, seq in marks.items() if int(peer) not in left}
    members = without(known | by_id(came, "user_id"), *left)
    state = replace(state, members=state.members | {chat_id: members})
    return with_chat(state, chat_id, chat["rev"], peers_read_up_to_seq=marks)


def user_changed(state: State, event: Json) -> State:
    """Someone has a new name: everywhere."""
    user = event["user"]
    id_ = user["id"]

    def renamed(thing: Json, key: str) -> Json:
        return {**thing, key: user} if thing[key] is not None and thing[key]["id"] == id_ else thing

    return replace(
        state,
        me=event["me"] if "me" in event and event["rev"] >= state.me["rev"] else state.me,
        chats={chat: renamed(one, "peer") for chat, one in state.chats.items()},
        contacts={one: renamed(entry, "user") for one, entry in state.contacts.items()},
        members={
            chat: {one: renamed(member, "user") for one, member in members.items()}
            for chat, members in state.members.items()
        },
    )


def _own_rev(state: State, event: Json) -> State:
    """Sessions, contacts and the profile share one rev, the profile's: it is that of a person's own things."""
    return replace(state, me={**state.me, "rev": event["rev"]})


def session_created(state: State, event: Json) -> State:
    """One has signed in on another device."""
    session = event["session"]
    if event["rev"] < state.me["rev"]:
        return state
    return replace(_own_rev(state, event), sessions=state.sessions | {session["id"]: session["device_name"]})


def session_revoked(state: State, event: Json) -> State:
    """Another device of one's own is signed out."""
    if event["rev"] < state.me["rev"]:
        return state
    return replace(_own_rev(state, event), sessions=without(state.sessions, event["session_id"]))


def contact_changed(state: State, event: Json) -> State:
    """An entry as it is now. Of who is no mutual contact (any more) one knows neither presence nor read marks."""
    if event["rev"] < state.me["rev"]:
        return state
    other, entry = event["user_id"], event["contact"]
    contacts = without(state.contacts, other) if entry is None else state.contacts | {other: entry}
    state = replace(_own_rev(state, event), contacts=contacts)
    if event["mutual"]:
        unknown = {"status": "offline", "last_seen": None}
        return replace(state, statuses={other: unknown} | state.statuses)
    return replace(
        state,
        statuses=without(state.statuses, other),
        typing=without(state.typing, other),
        chats={
            chat: {
                **one,
                "peers_read_up_to_seq": {
                    peer: mark for peer, mark in one["peers_read_up_to_seq"].items() if int(peer) != other
                },
            }
            for chat, one in state.chats.items()
        },
    )


REDUCERS: dict[str, Reducer] = {
    "hello": hello,
    "status_change": status_change,
    "typing_start": typing_start,
    "typing_stop": typing_stop,
    "messages_read": messages_read,
    "new_message": message,
    "message_sent": message,
    "message_edited": message,
    "message_deleted": message,
    "unread_message": unread_message,
    "unread_changed": unread_changed,
    "chat_changed": chat_changed,
    "user_changed": user_changed,
    "session_created": session_created,
    "session_revoked": session_revoked,
    "contact_changed": contact_changed,
}
"""The other events (`user_online`, `user_offline`, `heartbeat`, `pong`, `error`) tell nothing that a state holds."""
