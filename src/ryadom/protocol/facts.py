"""What servers tell each other after a commit, besides events: facts that move their memory. No client sees them."""

from datetime import datetime

import msgspec

from .schemas import Status


class Fact(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What every fact carries: the rev of the change it tells of."""

    rev: int


class SessionEnded(Fact, frozen=True, kw_only=True):
    """A session is over: forget its token, close its sockets."""

    session_id: int
    user_id: int


class MemberJoined(Fact, frozen=True, kw_only=True):
    """Someone is now a member, with this mark and nothing unread."""

    chat_id: int
    user_id: int
    up_to_seq: int


class MemberLeft(Fact, frozen=True, kw_only=True):
    """Someone is a member no more."""

    chat_id: int
    user_id: int


class MarkMoved(Fact, frozen=True, kw_only=True):
    """A member has read up to a seq: so many messages that were unread are so no more."""

    timestamp: datetime
    chat_id: int
    user_id: int
    up_to_seq: int
    read: int
    unread_count: int | None = None
    """What is unread now, where it was counted anew because so much was read at once; `read` says nothing then."""


class MessageRemoved(Fact, frozen=True, kw_only=True):
    """A message was deleted: it is unread for nobody any more."""

    chat_id: int
    sender_id: int
    seq: int


class Muted(Fact, frozen=True, kw_only=True):
    """A member has muted a chat until then (epoch seconds; 0: not muted)."""

    chat_id: int
    user_id: int
    until: float


class MutualFlipped(Fact, frozen=True, kw_only=True):
    """Two people became mutual contacts, or are so no more."""

    first: int
    second: int
    mutual: bool


class SessionDeclared(Fact, frozen=True, kw_only=True):
    """A session has said on one node that it is here, or that it does not count until it says so or connects anew."""

    session_id: int
    user_id: int
    online: bool


class SessionMoved(Fact, frozen=True, kw_only=True):
    """A session has a new socket on `node`, or the grace of one has ended there: earlier requests count no more."""

    session_id: int
    user_id: int
    node: str
    until: float
    """Requests before this moment (epoch seconds) count no more."""
    connected: bool
    """It has a new socket: no grace on another node counts, either."""


class StatusPublished(Fact, frozen=True, kw_only=True):
    """Others were told that a person is `online`, `away` or `offline`."""

    user_id: int
    status: Status


class NodeGone(Fact, frozen=True, kw_only=True):
    """A node is no more, and another one has taken over what it knew of devices."""

    node: str


class HidingChosen(Fact, frozen=True, kw_only=True):
    """Somebody has chosen to appear offline, or to do so no more."""

    user_id: int
    hidden: bool


class Tried(Fact, frozen=True, kw_only=True):
    """A node has let somebody try what all nodes count together. It has no commit."""

    limit: str
    key: str | int


AnyFact = (
    SessionEnded | MemberJoined | MemberLeft | MarkMoved | MessageRemoved | Muted | MutualFlipped | SessionDeclared
    | SessionMoved | StatusPublished | NodeGone | HidingChosen | Tried
)  # fmt: skip
