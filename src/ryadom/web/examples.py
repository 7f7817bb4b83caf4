"""Examples for the API descriptions, made from the Structs: the same every time, and valid."""

import copy
from typing import Any, cast

import msgspec
from msgspec import inspect as shape

MOMENT = "2026-05-03T14:05:00Z"

_VALUES: dict[str, Any] = {
    "Chat.id": 7,
    "Chat.kind": "group",
    "ChatChange.id": 7,
    "Message.id": 128,
    "Problem.status": 403,
    "Problem.title": "Forbidden",
    "Problem.type": "about:blank",
    "User.id": 2,
    "UserSession.id": 31,
    "chat_id": 7,
    "client_id": "b7c1-0042",
    "code": "cannot_write",
    "connection_id": "n1-4f2a",
    "detail": "You cannot write here.",
    "device_name": "Chrome, Windows",
    "device_type": "pc",
    "display_name": "Alice",
    "edited_at": None,
    "events": ["new_message", "status_change", "away"],
    "heartbeat": 20.0,
    "ip_address": "192.0.2.17",
    "kind": "text",
    "last_seq": 42,
    "message_id": 128,
    "message_ids": [127, 128],
    "muted_until": None,
    "mutual": True,
    "peer": None,
    "protocol": 1,
    "read_up_to_seq": 41,
    "reply_to": None,
    "rev": 905,
    "role": "member",
    "sender_id": 2,
    "seq": 42,
    "server_version": "3.2.0",
    "session_id": 31,
    "status": "online",
    "text": "See you at seven.",
    "title": "Weekend walk",
    "token": "the-access-token-from-login",
    "total_unread": 3,
    "typing": None,
    "unread_count": 1,
    "up_to_seq": 42,
    "user_agent": "Mozilla/5.0",
    "user_id": 2,
    "username": "alice",
}
"""`Struct.field` or `field` → its example. What is not here is made from the type alone."""

_INSIDE: dict[str, dict[str, Any]] = {
    "MessageEdited": {"message": {"edited_at": MOMENT}},
    "MessageDeleted": {"message": {"deleted": True, "text": ""}},
}
"""Struct → field → what differs inside it from the usual example."""

_SHOWN_OPTIONAL = frozenset({"client_id", "title"})
"""Optional fields that an example shows all the same."""


def example(struct: type[msgspec.Struct]) -> dict[str, Any]:
    """A valid instance of `struct` in JSON terms, with its required fields and the optional ones worth showing."""
    return _of_struct(cast("shape.StructType", shape.type_info(struct)))


def _of_struct(info: shape.StructType) -> dict[str, Any]:
    values: dict[str, Any] = {} if info.tag_field is None else {info.tag_field: info.tag}
    for field in info.fields:
        if field.required or field.encode_name in _SHOWN_OPTIONAL:
            values[field.encode_name] = _of_field(info.cls.__name__, field)
    for name, differs in _INSIDE.get(info.cls.__name__, {}).items():
        values[name] |= differs
    return values


def _of_field(owner: str, field: shape.Field) -> Any:
    for key in (f"{owner}.{field.name}", field.name):
        if key in _VALUES:
            return copy.deepcopy(_VALUES[key])
    return _of_type(field.type)


def _of_type(info: shape.Type) -> Any:
    match info:
        case shape.StructType():
            return _of_struct(info)
        case shape.UnionType(types=types):
            return _of_type(next(one for one in types if not isinstance(one, shape.NoneType)))
        case shape.ListType(item_type=item):
            return [_of_type(item)]
        case shape.DictType(value_type=value):
            return {"2": _of_type(value)}
        case shape.LiteralType(values=values):
            return values[0]
    return _of_scalar(info)


def _of_scalar(info: shape.Type) -> Any:
    match info:
        case shape.IntType(ge=least):
            return max(1, least or 0)
        case shape.BoolType():
            return False
        case shape.FloatType():
            return 1.0
        case shape.StrType():
            return "text"
        case shape.DateTimeType():
            return MOMENT
    raise TypeError(f"no example for {info!r}; add the field to the table")
