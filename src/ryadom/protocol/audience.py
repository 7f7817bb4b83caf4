"""Who an event goes to: a closed type. Ids travel between nodes; connections are found on each."""

import msgspec


class Users(msgspec.Struct, frozen=True, tag=True):
    """Every connection of these people, but one connection and one session where given."""

    ids: list[int]
    except_connection: str | None = None
    except_session: int | None = None
    away: bool | None = None
    """True: only connections that asked for the step between online and away; False: only those that did not."""


class Chat(msgspec.Struct, frozen=True, tag=True):
    """Every connection of the chat's members, but the one that caused the event."""

    id: int
    except_connection: str | None = None


class Mutual(msgspec.Struct, frozen=True, tag=True):
    """Every connection of those of these people who are members of a chat and mutual contacts of somebody."""

    ids: list[int]
    of: int
    chat_id: int


class Session(msgspec.Struct, frozen=True, tag=True):
    """Every connection of one session."""

    id: int


Audience = Users | Chat | Mutual | Session
