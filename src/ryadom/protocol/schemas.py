"""The shapes that REST and events share. Clients ignore fields that they do not know."""

import re
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

MAX_ID = 2**53 - 1
Id = Annotated[int, Meta(ge=1, le=MAX_ID)]
Seq = Annotated[int, Meta(ge=0, le=MAX_ID)]
Rev = Annotated[int, Meta(ge=0, le=MAX_ID)]

# `$` alone would let a newline stand at the end.
NO_CONTROLS = r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$(?!\n)"
Username = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.\-]{3,32}$(?!\n)", min_length=3, max_length=32)]
# 8 to 1,024 bytes: no text of a single character is so long, some of two are.
Password = Annotated[str, Meta(min_length=2, max_length=1024)]
DisplayName = Annotated[str, Meta(min_length=1, max_length=64, pattern=NO_CONTROLS)]
Title = Annotated[str, Meta(min_length=1, max_length=128, pattern=NO_CONTROLS)]
# Every message has these two, so their patterns are declared here and checked by `check_text` and `check_client_id`:
# a regular expression costs more than all the rest of decoding.
MessageText = Annotated[str, Meta(min_length=1, max_length=4096, extra_json_schema={"pattern": r"^[^\x00]*$"})]
ClientId = Annotated[str, Meta(min_length=1, max_length=64, extra_json_schema={"pattern": NO_CONTROLS})]
DeviceName = Annotated[str, Meta(min_length=1, max_length=64, pattern=NO_CONTROLS)]
DeviceType = Literal["pc", "phone", "tablet", "web", "other"]
Status = Literal["online", "away", "offline"]
ChatKind = Literal["direct", "group", "channel"]
Role = Literal["owner", "admin", "member"]
Locale = Literal["ru", "en"]


_no_controls = re.compile(NO_CONTROLS).search


def check_text(text: str) -> None:
    """Raise `ValueError` for a text that does not fit the pattern of `MessageText`."""
    if "\x00" in text:
        raise ValueError("text must have no character of code 0")


def check_client_id(client_id: str) -> None:
    """Raise `ValueError` for a name that does not fit the pattern of `ClientId`."""
    if (not client_id.isprintable() or client_id.isspace()) and not _no_controls(client_id):
        raise ValueError("client_id must have no control characters, and more than blanks")


class User(msgspec.Struct, frozen=True):
    """A person as others see them."""

    id: Id
    username: str
    display_name: str


class Me(User, frozen=True):
    """One's own profile and settings."""

    appear_offline: bool
    """Others see offline and a last_seen that stands still."""
    add_contacts: bool
    """Sending a message in a direct chat adds the recipient to the contacts."""
    locale: Locale | None
    created_at: datetime
    rev: Rev


class UserSession(msgspec.Struct, frozen=True):
    """One signed-in device."""

    id: Id
    device_type: DeviceType
    device_name: str
    ip_address: str
    user_agent: str
    created_at: datetime
    last_activity: datetime
    is_current: bool
    connections: int
    """Its open sockets, at this moment. Those on another node count as one."""


class UserStatus(msgspec.Struct, frozen=True):
    """Whether someone is here, as the reader may see it."""

    user_id: Id
    status: Status
    last_seen: datetime | None
    is_typing_in_chat: Id | None


class OnlineStatus(msgspec.Struct, frozen=True):
    """The short form of a status that the first clients read."""

    user_id: Id
    is_online: bool
    status: Status
    last_seen: datetime | None


class ContactStatus(msgspec.Struct, frozen=True):
    """A contact's status within `pong`."""

    status: Status
    typing: Id | None
    """The chat that the contact types in, if the reader is in it too."""


class Contact(msgspec.Struct, frozen=True):
    """One's entry for another person, or one's block of them."""

    user: User
    mutual: bool
    blocked: bool
    """Whether one blocks them oneself. Whether they block is told to nobody."""
    added_at: datetime | None
    """Null when there is only a block."""


class Message(msgspec.Struct, frozen=True):
    """A message; a deleted one stays as a tombstone with an empty text."""

    id: Id
    chat_id: Id
    seq: Seq
    rev: Rev
    kind: Literal["text", "system"]
    sender_id: Id
    text: str
    client_id: str | None
    """What the sender's client called it; unique per sender for ever."""
    reply_to: Id | None
    created_at: datetime
    edited_at: datetime | None
    deleted: bool


class Chat(msgspec.Struct, frozen=True):
    """A chat as one of its members sees it."""

    id: Id
    kind: ChatKind
    title: str | None
    """Null in a direct chat: its name is the peer's."""
    peer: User | None
    role: Role
    last_message: Message | None
    last_seq: Seq
    rev: Rev
    unread_count: int
    read_up_to_seq: Seq
    peers_read_up_to_seq: dict[str, int]
    """User id → seq, of mutual contacts among the members."""
    muted_until: datetime | None
    created_at: datetime
    """Its place in the list while it has no message: the latest first, then the higher id."""


class Member(msgspec.Struct, frozen=True):
    """One member of a chat."""

    user_id: Id
    user: User
    role: Role
    joined_at: datetime


class ChatChange(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is new about a chat. What is absent has not changed; `chat` is whole for whoever has just joined."""

    id: Id
    rev: Rev
    title: str | None | UnsetType = UNSET
    members: list[Member] | UnsetType = UNSET
    """Those who joined, or whose role changed."""
    left: list[Id] | UnsetType = UNSET
    """User ids of those who are members no more."""
    role: Role | UnsetType = UNSET
    """The reader's own new role."""
    muted_until: datetime | None | UnsetType = UNSET
    gone: bool = False
    """True: the reader is no member any more; forget the chat."""
    chat: Chat | UnsetType = UNSET
    """The whole chat, for whoever has just joined it."""


class ReadResult(msgspec.Struct, frozen=True):
    """One's own mark after reading. The counts are absolute."""

    chat_id: Id
    up_to_seq: Seq
    unread_count: int
    total_unread: int
    rev: Rev


class Mark(msgspec.Struct, frozen=True):
    """How far someone has read in a chat."""

    user_id: Id
    up_to_seq: Seq


class Changes(msgspec.Struct, frozen=True):
    """What changed in one chat after a rev. `more`: ask again with the `rev` given here."""

    chat: Chat
    rev: Rev
    """Everything up to this rev is in the answer (and in those before it)."""
    messages: list[Message]
    """New, edited and deleted ones as they are now, by rev."""
    members: list[Member]
    """Those who joined or changed role."""
    left: list[Id]
    marks: list[Mark]
    """Of oneself and of mutual contacts, as far as they moved."""
    more: bool


class Snapshot(msgspec.Struct, frozen=True):
    """Everything that a client needs to show its list, at one moment."""

    rev: Rev
    server_time: datetime
    me: Me
    chats: list[Chat]
    statuses: list[UserStatus]
    contacts: list[Contact]
    total_unread: int
