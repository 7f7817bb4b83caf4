"""SQL of chats and members, and the one place that says what is unread.

Unread is a subtraction: what lies after the member's watermark, less what is theirs, less what is deleted. Both are
counted on an index from the watermark on, so the cost does not grow with the length of the chat. What is theirs lies
after it only if it was sent `behind`: else sending moved the watermark to it.
"""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, FromClause, and_, bindparam, case, exists, func, select, update

from ryadom.auth.store import USER_COLUMNS, user_of
from ryadom.contacts.store import blocked
from ryadom.db.query import ids_in, new
from ryadom.db.tables import Instant, blocks, chat_members, chats, messages, user
from ryadom.db.tx import Tx
from ryadom.protocol.schemas import Member, Message

MESSAGE_COLUMNS = (
    messages.c.id, messages.c.chat_id, messages.c.seq, messages.c.rev, messages.c.kind, messages.c.sender_id,
    messages.c.text, messages.c.client_id, messages.c.reply_to, messages.c.created_at, messages.c.edited_at,
    messages.c.deleted_at,
)  # fmt: skip


def message_of(row: Any) -> Message:
    """A `Message` out of MESSAGE_COLUMNS."""
    id_, chat_id, seq, rev, kind, sender_id, text, client_id, reply_to, created_at, edited_at, deleted_at = row
    return Message(
        id=id_, chat_id=chat_id, seq=seq, rev=rev, kind=kind, sender_id=sender_id, text=text, client_id=client_id,
        reply_to=reply_to, created_at=created_at, edited_at=edited_at, deleted=deleted_at is not None,
    )  # fmt: skip


def unread_count(member: FromClause, chat: FromClause) -> ColumnElement[int]:
    """How many messages a member has unread."""
    later = messages.alias()
    after = and_(later.c.chat_id == member.c.chat_id, later.c.seq > member.c.read_up_to_seq)
    own = and_(after, later.c.behind, later.c.sender_id == member.c.user_id, later.c.deleted_at.is_(None))
    gone = and_(after, later.c.deleted_at.is_not(None))
    counted = [
        select(func.count()).select_from(later).where(what).correlate(member).scalar_subquery() for what in (own, gone)
    ]
    beyond = chat.c.last_seq - member.c.read_up_to_seq
    # Most chats are read, and then there is nothing to count.
    return case((beyond > 0, beyond - counted[0] - counted[1]), else_=0)


_member = and_(chat_members.c.chat_id == chats.c.id, chat_members.c.left_at.is_(None))
MEMBERSHIPS = chat_members.join(chats, _member)
"""Who is in which chat."""
PEER_ID = case((chats.c.direct_low == chat_members.c.user_id, chats.c.direct_high), else_=chats.c.direct_low)
_muted = and_(chat_members.c.muted_until.is_not(None), chat_members.c.muted_until > bindparam("now", type_=Instant))

COUNTS = (
    select(
        chats.c.id, unread_count(chat_members, chats), chat_members.c.read_up_to_seq, chat_members.c.muted_until,
        chats.c.rev, chat_members.c.rev, chat_members.c.read_rev,
    )
    .select_from(MEMBERSHIPS)
    .where(chat_members.c.user_id == bindparam("user_id"))
)  # fmt: skip
TOTAL = (
    select(func.coalesce(func.sum(unread_count(chat_members, chats)), 0))
    .select_from(MEMBERSHIPS)
    .where(chat_members.c.user_id == bindparam("user_id"), ~func.coalesce(_muted, False))
)
MEMBERSHIP = (
    select(
        chats.c.kind, chat_members.c.role, chats.c.last_seq, chats.c.title, PEER_ID,
        exists(select(1).select_from(user).where(user.c.id == PEER_ID, user.c.deleted_at.is_not(None))),
        blocked(chat_members.c.user_id, PEER_ID),
    )
    .select_from(MEMBERSHIPS)
    .where(chats.c.id == bindparam("chat_id"), chat_members.c.user_id == bindparam("user_id"))
)  # fmt: skip
_member_columns = (*USER_COLUMNS, chat_members.c.role, chat_members.c.joined_at)
MEMBERS = (
    select(*_member_columns)
    .select_from(chat_members.join(user, user.c.id == chat_members.c.user_id))
    .where(chat_members.c.chat_id == bindparam("chat_id"), chat_members.c.left_at.is_(None))
    .order_by(chat_members.c.joined_at, user.c.id)
)
MEMBER = MEMBERS.where(user.c.id == bindparam("user_id"))
MEMBERS_SINCE_COLUMNS = select(*_member_columns, chat_members.c.left_at).select_from(
    chat_members.join(user, user.c.id == chat_members.c.user_id)
)
MEMBERS_SINCE = MEMBERS_SINCE_COLUMNS.where(
    chat_members.c.chat_id == bindparam("chat_id"), chat_members.c.rev > bindparam("rev")
).order_by(chat_members.c.rev)
MEMBER_IDS = select(chat_members.c.user_id).where(
    chat_members.c.chat_id == bindparam("chat_id"), chat_members.c.left_at.is_(None)
)
MEMBER_COUNT = select(func.count()).select_from(chat_members).where(
    chat_members.c.chat_id == bindparam("chat_id"), chat_members.c.left_at.is_(None)
)  # fmt: skip
HEIR = (
    select(chat_members.c.user_id)
    .where(chat_members.c.chat_id == bindparam("chat_id"), chat_members.c.left_at.is_(None),
           chat_members.c.role != "owner")
    .order_by(case((chat_members.c.role == "admin", 0), else_=1), chat_members.c.joined_at, chat_members.c.user_id)
    .limit(1)
)  # fmt: skip
DIRECT = select(chats.c.id).where(chats.c.direct_low == bindparam("low"), chats.c.direct_high == bindparam("high"))
WILLING = select(user.c.id).where(
    user.c.id.in_(ids_in("ids")),
    user.c.deleted_at.is_(None),
    ~exists(select(1).where(blocks.c.owner_id == user.c.id, blocks.c.blocked_id == bindparam("by"))),
)
NEW_CHAT = new(chats, "kind", "title", "created_at", "rev", "direct_low", "direct_high").returning(chats.c.id)
NEW_MEMBER = new(
    chat_members, "chat_id", "user_id", "role", "joined_at", "joined_seq", "rev", "read_up_to_seq", "read_rev"
)
_one = (chat_members.c.chat_id == bindparam("chat"), chat_members.c.user_id == bindparam("member"))
JOIN_AGAIN = (
    update(chat_members)
    .where(*_one)
    .values(
        role=bindparam("role"), joined_at=bindparam("joined_at", type_=Instant), joined_seq=bindparam("joined_seq"),
        rev=bindparam("rev"), read_rev=bindparam("rev"), left_at=None, muted_until=None,
        # The watermark only rises.
        read_up_to_seq=case(
            (chat_members.c.read_up_to_seq > bindparam("joined_seq"), chat_members.c.read_up_to_seq),
            else_=bindparam("joined_seq"),
        ),
    )
    .returning(chat_members.c.user_id)
)  # fmt: skip
LEAVE = update(chat_members).where(*_one).values(left_at=bindparam("at", type_=Instant), rev=bindparam("rev"))
SET_ROLE = update(chat_members).where(*_one).values(role=bindparam("role"), rev=bindparam("rev"))
MUTE = update(chat_members).where(*_one).values(muted_until=bindparam("until", type_=Instant))
TOUCH_MEMBER = (
    update(chat_members)
    .where(chat_members.c.user_id == bindparam("member"), chat_members.c.left_at.is_(None))
    .values(rev=bindparam("rev"))
    .returning(chat_members.c.chat_id)
)
TOUCH_CHATS = update(chats).where(chats.c.id.in_(ids_in("ids"))).values(rev=bindparam("rev"))
SET_TITLE = update(chats).where(chats.c.id == bindparam("chat")).values(title=bindparam("title"), rev=bindparam("rev"))
SET_REV = update(chats).where(chats.c.id == bindparam("chat")).values(rev=bindparam("rev"))


def may_write(kind: str, role: str, *, cut_off: bool) -> bool:
    """Who may post: in a channel its owner and admins, in a direct chat unless `cut_off` by a block or a peer gone."""
    if kind == "channel":
        return role in ("owner", "admin")
    return kind != "direct" or not cut_off


class Membership(NamedTuple):
    """What a member may do in a chat."""

    kind: str
    role: str
    last_seq: int
    title: str | None
    peer_id: int | None
    peer_gone: bool
    blocked: bool

    @property
    def runs_it(self) -> bool:
        """Whether the member is an owner or admin."""
        return self.role in ("owner", "admin")

    @property
    def may_write(self) -> bool:
        """Whether the member may post."""
        return may_write(self.kind, self.role, cut_off=self.blocked or self.peer_gone)


def membership(tx: Tx, chat_id: int, user_id: int) -> Membership | None:
    """What this person is in this chat; None when they are no member, or there is no such chat."""
    row = tx.first(MEMBERSHIP, chat_id=chat_id, user_id=user_id)
    return None if row is None else Membership(*row)


def member_of(row: Any) -> Member:
    """A `Member` out of a row of MEMBERS."""
    return Member(user_id=row[0], user=user_of(row), role=row[3], joined_at=row[4])


def list_members(tx: Tx, chat_id: int) -> list[Member]:
    """The members of a chat, by the time they joined."""
    return [member_of(row) for row in tx.run(MEMBERS, chat_id=chat_id)]


def get_member(tx: Tx, chat_id: int, user_id: int) -> Member | None:
    """One member."""
    row = tx.first(MEMBER, chat_id=chat_id, user_id=user_id)
    return None if row is None else member_of(row)


def member_ids(tx: Tx, chat_id: int) -> list[int]:
    """Who is in a chat."""
    return [row[0] for row in tx.run(MEMBER_IDS, chat_id=chat_id)]


def willing(tx: Tx, ids: list[int], by: int) -> set[int]:
    """Which of these people exist and do not block the one who asks."""
    return {row[0] for row in tx.run(WILLING, ids=ids, by=by)}


def join(tx: Tx, chat_id: int, user_id: int, role: str, last_seq: int, rev: int) -> None:
    """Make someone a member, with the mark at the newest message."""
    if tx.first(JOIN_AGAIN, chat=chat_id, member=user_id, role=role, joined_at=tx.now, joined_seq=last_seq, rev=rev):
        return
    tx.run(
        NEW_MEMBER, chat_id=chat_id, user_id=user_id, role=role, joined_at=tx.now, joined_seq=last_seq, rev=rev,
        read_up_to_seq=last_seq, read_rev=rev,
    )  # fmt: skip


def renamed(tx: Tx, user_id: int, rev: int) -> None:
    """A person has a new name: whoever catches up with a chat of theirs gets them among its members."""
    touched = [row[0] for row in tx.run(TOUCH_MEMBER, member=user_id, rev=rev)]
    tx.run(TOUCH_CHATS, ids=touched, rev=rev)


def total_unread(tx: Tx, user_id: int) -> int:
    """A person's unread messages in all chats that are not muted."""
    return int(tx.value(TOTAL, user_id=user_id, now=tx.now))


def is_muted(muted_until: datetime | None, now: datetime) -> bool:
    """Whether a chat is muted now."""
    return muted_until is not None and muted_until.astimezone(UTC) > now
