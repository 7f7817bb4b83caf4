"""The contract's shapes, written from its text: field → what it must be. A field that is missing or wrong fails."""

import re
from collections.abc import Callable
from typing import Any

Check = Callable[[Any], bool]
Shape = dict[str, Check]

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def time(value: Any) -> bool:
    """ISO 8601 in UTC with Z."""
    return isinstance(value, str) and _TIME.fullmatch(value) is not None


def number(value: Any) -> bool:
    """A whole number, not negative."""
    return type(value) is int and value >= 0


def identity(value: Any) -> bool:
    """A positive integer below 2^53."""
    return type(value) is int and 0 < value < 2**53


def text(value: Any) -> bool:
    """A string."""
    return isinstance(value, str)


def flag(value: Any) -> bool:
    """True or false."""
    return isinstance(value, bool)


def word(*words: str) -> Check:
    """One of these."""
    return lambda value: value in words


def optional(check: Check) -> Check:
    """That, or null."""
    return lambda value: value is None or check(value)


def of(name: str) -> Check:
    """Another shape."""
    return lambda value: not misfits(name, value)


def many(check: Check) -> Check:
    """A bare list."""
    return lambda value: isinstance(value, list) and all(check(one) for one in value)


def by_id(check: Check) -> Check:
    """An object whose keys are ids."""
    return lambda value: isinstance(value, dict) and all(key.isdigit() and check(one) for key, one in value.items())


STATUS = word("online", "away", "offline")
ROLE = word("owner", "admin", "member")

SHAPES: dict[str, Shape] = {
    "User": {"id": identity, "username": text, "display_name": text},
    "UserSession": {
        "id": identity, "device_type": word("pc", "phone", "tablet", "web", "other"), "device_name": text,
        "ip_address": text, "user_agent": text, "created_at": time, "last_activity": time, "is_current": flag,
    },
    "Login": {
        "access_token": text, "token_type": word("bearer"), "expires_at": time, "user": of("User"),
        "session": of("UserSession"),
    },
    "ServerInfo": {
        "name": text, "version": text, "registration": word("first", "open", "closed"), "user": optional(of("User")),
    },
    "Contact": {"user": of("User"), "mutual": flag, "blocked": flag, "added_at": optional(time)},
    "Chat": {
        "id": identity, "kind": word("direct", "group", "channel"), "title": optional(text),
        "peer": optional(of("User")), "role": ROLE, "last_message": optional(of("Message")), "last_seq": number,
        "rev": number, "unread_count": number, "read_up_to_seq": number, "peers_read_up_to_seq": by_id(number),
        "muted_until": optional(time),
    },
    "Message": {
        "id": identity, "chat_id": identity, "seq": identity, "rev": number, "kind": word("text", "system"),
        "sender_id": identity, "text": text, "client_id": optional(text), "reply_to": optional(identity),
        "created_at": time, "edited_at": optional(time), "deleted": flag,
    },
    "Member": {"user_id": identity, "user": of("User"), "role": ROLE, "joined_at": time},
    "UserStatus": {
        "user_id": identity, "status": STATUS, "last_seen": optional(time), "is_typing_in_chat": optional(identity),
    },
    "OnlineStatus": {"user_id": identity, "is_online": flag, "status": STATUS, "last_seen": optional(time)},
    "ReadResult": {"chat_id": identity, "up_to_seq": number, "unread_count": number, "total_unread": number},
    "Problem": {"type": text, "title": text, "status": identity, "code": text, "detail": text},
    "Changes": {
        "chat": of("Chat"), "rev": number, "messages": many(of("Message")), "members": many(of("Member")),
        "left": many(identity),
        "marks": many(lambda mark: identity(mark["user_id"]) and number(mark["up_to_seq"])), "more": flag,
    },
    "Snapshot": {
        "rev": number, "chats": many(of("Chat")), "statuses": many(of("UserStatus")),
        "contacts": many(of("Contact")), "total_unread": number,
    },
    # Events: besides these, each has `type` and `timestamp`.
    "hello": {
        "protocol": word(1), "connection_id": text, "user_id": identity, "session_id": identity,  # type: ignore[arg-type]
        "server_time": time, "server_version": text, "heartbeat": lambda value: 0 < value <= 30, "rev": number,
    },
    "pong": {
        "server_time": time, "rev": number,
        "contacts_status": by_id(lambda one: STATUS(one["status"]) and optional(identity)(one["typing"])),
    },
    "caught_up": {
        "rev": number, "whole": flag, "chats": many(of("Changes")), "gone": many(identity),
        "statuses": many(of("UserStatus")), "total_unread": number,
    },
    "heartbeat": {"rev": number},
    "error": {"code": text, "detail": text},
    "message_sent": {"client_id": text, "message": of("Message")},
    "status_change": {"user_id": identity, "status": STATUS, "last_seen": optional(time)},
    "user_online": {"user_id": identity, "last_seen": optional(time)},
    "user_offline": {"user_id": identity, "last_seen": optional(time)},
    "typing_start": {"chat_id": identity, "user_id": identity},
    "typing_stop": {"chat_id": identity, "user_id": identity},
    "messages_read": {
        "chat_id": identity, "user_id": identity, "up_to_seq": number, "message_ids": many(identity), "rev": number,
    },
    "new_message": {"message": of("Message"), "rev": number},
    "unread_message": {
        "chat_id": identity, "message_id": identity, "sender_id": identity, "unread_count": number,
        "total_unread": number, "rev": number,
    },
    "unread_changed": {
        "chat_id": identity, "unread_count": number, "total_unread": number, "up_to_seq": number, "rev": number,
    },
    "message_edited": {"message": of("Message"), "rev": number},
    "message_deleted": {"message": of("Message"), "rev": number},
    "chat_changed": {"chat": lambda chat: identity(chat["id"]), "rev": number},
    "session_created": {"session": of("UserSession"), "rev": number},
    "session_revoked": {"session_id": identity, "rev": number},
    "contact_changed": {"user_id": identity, "mutual": flag, "rev": number},
}  # fmt: skip


def misfits(name: str, value: Any) -> list[str]:
    """The fields of a shape that are missing or wrong in a value."""
    if not isinstance(value, dict):
        return [f"{name} is {value!r}"]
    return [f"{name}.{key}" for key, check in SHAPES[name].items() if key not in value or not check(value[key])]


def fits(name: str, value: Any) -> Any:
    """The value, which must have the shape."""
    assert misfits(name, value) == [], value
    return value


def event_fits(event: Any) -> Any:
    """An event, which must have the shape of its type, and a time."""
    assert time(event["timestamp"]), event
    return fits(event["type"], event)


def problem(answer: Any, status: int, code: str) -> Any:
    """The body of an error answer, which must be a problem of this status and word."""
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json"), answer.body
    assert answer.headers["cache-control"] == "no-store"
    body = fits("Problem", answer.json)
    assert (body["status"], body["code"]) == (status, code), body
    return body
