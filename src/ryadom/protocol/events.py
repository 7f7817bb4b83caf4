"""Every event that the server sends, one Struct each; nothing leaves the server that is not declared here.

An event is `durable` when it tells of something on disk: it then carries the `rev` of that change.
The others (presence, typing) are told once, and asked anew after an absence.
"""

from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType

from .schemas import (
    Changes,
    ChatChange,
    Contact,
    ContactStatus,
    Id,
    Me,
    Message,
    Rev,
    Seq,
    Status,
    User,
    UserSession,
    UserStatus,
)  # fmt: skip


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """What every event carries, besides its `type`."""

    timestamp: datetime


class DurableEvent(Event, frozen=True, kw_only=True):
    """An event about something on disk. A client drops it when it holds something newer about the same thing."""

    rev: Rev


class Hello(Event, frozen=True, kw_only=True, tag="hello"):
    """The first event on every socket."""

    protocol: int
    connection_id: str
    user_id: Id
    session_id: Id
    server_time: datetime
    server_version: str
    heartbeat: float
    """Seconds between the server's own heartbeats."""
    rev: Rev


class Heartbeat(Event, frozen=True, kw_only=True, tag="heartbeat"):
    """Sent with every protocol ping, which browsers cannot see. `rev` is the highest that concerns the reader."""

    rev: Rev


class Pong(Event, frozen=True, kw_only=True, tag="pong"):
    """The answer to `ping`."""

    server_time: datetime
    rev: Rev
    contacts_status: dict[str, ContactStatus]
    """User id → status, of every mutual contact."""


class CaughtUp(Event, frozen=True, kw_only=True, tag="caught_up"):
    """The answer to `catch_up`: what was missed, at one moment."""

    rev: Rev
    whole: bool
    """False: it is too much for one answer, or one's own profile or contacts changed too. Then only `rev` counts: ask
    `GET /sync`, and for `changes` of each chat that is held."""
    chats: list[Changes]
    """Of each chat that changed, or is new, what changed."""
    gone: list[Id]
    """Chats that one is no member of any more."""
    statuses: list[UserStatus]
    """Of all mutual contacts, as they are now."""
    total_unread: int


class MessageSent(Event, frozen=True, kw_only=True, tag="message_sent"):
    """The answer to `send_message`: it is on disk."""

    client_id: str
    message: Message
    rev: Rev


class Error(Event, frozen=True, kw_only=True, tag="error", omit_defaults=True):
    """A frame was refused; the connection stays."""

    code: str
    detail: str
    client_id: str | None = None
    retry_after: float | None = None


class StatusChange(Event, frozen=True, kw_only=True, tag="status_change"):
    """A mutual contact came, went, or (for those who ask for it) became idle or active."""

    user_id: Id
    status: Status
    last_seen: datetime | None


class UserOnline(Event, frozen=True, kw_only=True, tag="user_online"):
    """A mutual contact stepped from offline to online."""

    user_id: Id
    last_seen: datetime | None


class UserOffline(Event, frozen=True, kw_only=True, tag="user_offline"):
    """A mutual contact stepped to offline."""

    user_id: Id
    last_seen: datetime | None


class TypingStart(Event, frozen=True, kw_only=True, tag="typing_start"):
    """A mutual contact types in a chat that both are in. Drop it 12 s after the last start."""

    chat_id: Id
    user_id: Id


class TypingStop(Event, frozen=True, kw_only=True, tag="typing_stop"):
    """A mutual contact types no more."""

    chat_id: Id
    user_id: Id


class MessagesRead(DurableEvent, frozen=True, kw_only=True, tag="messages_read"):
    """A mutual contact has read a chat up to a seq."""

    chat_id: Id
    user_id: Id
    """The reader."""
    up_to_seq: Seq
    message_ids: list[Id]
    """The last 100 at most of those newly read, of all authors."""


class NewMessage(DurableEvent, frozen=True, kw_only=True, tag="new_message"):
    """A message in a chat of the reader's."""

    message: Message


class UnreadMessage(DurableEvent, frozen=True, kw_only=True, tag="unread_message"):
    """A new message is unread. The counts are absolute."""

    chat_id: Id
    message_id: Id
    sender_id: Id
    unread_count: int
    total_unread: int


class UnreadChanged(DurableEvent, frozen=True, kw_only=True, tag="unread_changed"):
    """One's own count or mark changed otherwise than by a new message. The counts are absolute."""

    chat_id: Id
    unread_count: int
    total_unread: int
    up_to_seq: Seq


class MessageEdited(DurableEvent, frozen=True, kw_only=True, tag="message_edited"):
    """A message has a new text."""

    message: Message


class MessageDeleted(DurableEvent, frozen=True, kw_only=True, tag="message_deleted"):
    """A message is a tombstone now."""

    message: Message


class ChatChanged(DurableEvent, frozen=True, kw_only=True, tag="chat_changed"):
    """Title, members or own role changed, or the reader joined or left."""

    chat: ChatChange


class UserChanged(DurableEvent, frozen=True, kw_only=True, tag="user_changed", omit_defaults=True):
    """Someone in the reader's chats or contacts has a new name, or the reader's own profile or settings changed."""

    user: User
    me: Me | UnsetType = UNSET
    """One's own profile, on one's own devices."""


class SessionCreated(DurableEvent, frozen=True, kw_only=True, tag="session_created"):
    """The reader has signed in on another device."""

    session: UserSession


class SessionRevoked(DurableEvent, frozen=True, kw_only=True, tag="session_revoked"):
    """A session of the reader's on another device has ended."""

    session_id: Id


class ContactChanged(DurableEvent, frozen=True, kw_only=True, tag="contact_changed"):
    """An entry of the reader's changed, or `mutual` flipped with this person."""

    user_id: Id
    mutual: bool
    contact: Contact | None
    """The reader's entry for this person as it is now, or their block; null when there is neither."""


ANSWERS: tuple[type[Event], ...] = (Hello, Heartbeat, Pong, CaughtUp, MessageSent, Error)
"""Sent whatever a socket has subscribed to."""

EVENTS: tuple[type[Event], ...] = (
    StatusChange, UserOnline, UserOffline, TypingStart, TypingStop, MessagesRead, NewMessage, UnreadMessage,
    UnreadChanged, MessageEdited, MessageDeleted, ChatChanged, UserChanged, SessionCreated, SessionRevoked,
    ContactChanged,
)  # fmt: skip
"""What a socket may subscribe to, by name."""


def name_of(event: type[Event]) -> str:
    """The event's `type` on the wire."""
    return str(event.__struct_config__.tag)


NAMES: dict[type[Event], str] = {event: name_of(event) for event in (*ANSWERS, *EVENTS)}
SUBSCRIBABLE: frozenset[str] = frozenset(name_of(event) for event in EVENTS)
