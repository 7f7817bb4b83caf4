"""Open chats, change their members, roles and titles, mute them."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Literal

from msgspec import UNSET, UnsetType

from ryadom.auth.store import BUMP, bump, get_user
from ryadom.db.database import Database
from ryadom.db.tx import Tx
from ryadom.limits import Limiter
from ryadom.protocol.audience import Audience, Users
from ryadom.protocol.audience import Chat as Everyone
from ryadom.protocol.errors import Refusal
from ryadom.protocol.events import ChatChanged
from ryadom.protocol.facts import MemberJoined, MemberLeft, Muted
from ryadom.protocol.schemas import Chat, ChatChange, Member

from . import snapshot, store
from .store import Membership

MAX_MEMBERS = 20_000


class Chats:
    """What people do with chats."""

    def __init__(self, db: Database, limiter: Limiter) -> None:
        self._db = db
        self._limiter = limiter

    async def open_direct(self, user_id: int, peer_id: int) -> tuple[Chat, bool]:
        """The direct chat of two people, and whether it is new. Refuses `not_found`, `invalid`, `too_many`."""
        self._limiter.check("chat_user", user_id)
        return await self._db.write(partial(_open_direct, user_id=user_id, peer_id=peer_id))

    async def create(self, user_id: int, kind: str, title: str, member_ids: Sequence[int]) -> Chat:
        """A new group or channel, owned by its creator. Refuses `not_found` for a member who cannot be added."""
        self._limiter.check("chat_user", user_id)
        return await self._db.write(
            partial(_create, user_id=user_id, kind=kind, title=title.strip(), member_ids=list(member_ids))
        )

    async def add_member(self, chat_id: int, by: int, user_id: int) -> tuple[Member, bool]:
        """Add someone; harmless when they are in. Refuses `not_found`, `forbidden`, `chat_full`."""
        return await self._db.write(partial(_add_member, chat_id=chat_id, by=by, user_id=user_id))

    async def remove_member(self, chat_id: int, by: int, user_id: int) -> None:
        """Remove someone, or leave. Refuses `not_found`, `forbidden`."""
        await self._db.write(partial(_remove_member, chat_id=chat_id, by=by, user_id=user_id))

    async def set_role(self, chat_id: int, by: int, user_id: int, role: Literal["admin", "member", "owner"]) -> Member:
        """Make someone admin or member, or hand the chat over. Only its owner may. Refuses `not_found`, `forbidden`."""
        return await self._db.write(partial(_set_role, chat_id=chat_id, by=by, user_id=user_id, role=role))

    async def change(
        self, chat_id: int, user_id: int, title: str | UnsetType, muted_until: datetime | None | UnsetType
    ) -> Chat:
        """Set the title (owner and admins) or one's own mute. Refuses `not_found`, `forbidden`, `invalid`."""
        return await self._db.write(
            partial(_change, chat_id=chat_id, user_id=user_id, title=title, muted_until=muted_until)
        )


def membership(tx: Tx, chat_id: int, user_id: int) -> Membership:
    """What this person is in this chat. Refuses `not_found` to whoever is no member."""
    member = store.membership(tx, chat_id, user_id)
    if member is None:
        raise Refusal("not_found")
    return member


def view(tx: Tx, user_id: int, chat_id: int) -> Chat:
    """One chat as one member sees it. Refuses `not_found`."""
    found = snapshot.views(tx, user_id, chat_id)
    if not found:
        raise Refusal("not_found")
    return found[0]


def _announce(tx: Tx, change: ChatChange, to: Audience) -> None:
    tx.emit(ChatChanged(timestamp=tx.now, rev=change.rev, chat=change), to)


def _welcome(tx: Tx, chat_id: int, user_id: int, rev: int, mark: int) -> None:
    """Someone has joined: their connections learn the whole chat."""
    chat = view(tx, user_id, chat_id)
    _announce(tx, ChatChange(id=chat_id, rev=rev, chat=chat, role=chat.role), Users([user_id]))
    tx.tell(MemberJoined(rev=rev, chat_id=chat_id, user_id=user_id, up_to_seq=mark))


def _open_direct(tx: Tx, user_id: int, peer_id: int) -> tuple[Chat, bool]:
    if user_id == peer_id:
        raise Refusal("invalid", "A direct chat is with somebody else.")
    low, high = sorted((user_id, peer_id))
    known = tx.value(store.DIRECT, low=low, high=high)
    if known is not None:
        return view(tx, user_id, known), False
    if get_user(tx, peer_id) is None:
        raise Refusal("not_found")
    rev = tx.next_rev()
    chat_id = tx.value(
        store.NEW_CHAT, kind="direct", title=None, created_at=tx.now, rev=rev, direct_low=low, direct_high=high
    )
    for one in (user_id, peer_id):
        store.join(tx, chat_id, one, "member", 0, rev)
    for one in (user_id, peer_id):
        _welcome(tx, chat_id, one, rev, 0)
    return view(tx, user_id, chat_id), True


def _create(tx: Tx, user_id: int, kind: str, title: str, member_ids: list[int]) -> Chat:
    others = [one for one in dict.fromkeys(member_ids) if one != user_id]
    if set(others) - store.willing(tx, others, user_id):
        raise Refusal("not_found", "Somebody in member_ids is not there, or cannot be added by you.")
    if len(others) >= MAX_MEMBERS:
        raise Refusal("chat_full")
    rev = tx.next_rev()
    chat_id = tx.value(
        store.NEW_CHAT, kind=kind, title=title, created_at=tx.now, rev=rev, direct_low=None, direct_high=None
    )
    store.join(tx, chat_id, user_id, "owner", 0, rev)
    for one in others:
        store.join(tx, chat_id, one, "member", 0, rev)
    for one in (user_id, *others):
        _welcome(tx, chat_id, one, rev, 0)
    return view(tx, user_id, chat_id)


def _shared(tx: Tx, chat_id: int, by: int) -> Membership:
    """The asker's membership in a chat whose members can change."""
    member = membership(tx, chat_id, by)
    if member.kind == "direct":
        raise Refusal("forbidden", "A direct chat has its two people; open a group for more.")
    return member


def _add_member(tx: Tx, chat_id: int, by: int, user_id: int) -> tuple[Member, bool]:
    asker = _shared(tx, chat_id, by)
    if not asker.runs_it:
        raise Refusal("forbidden", "Only the owner and admins add members.")
    known = store.get_member(tx, chat_id, user_id)
    if known is not None:
        return known, False
    if user_id not in store.willing(tx, [user_id], by):
        raise Refusal("not_found")
    if tx.value(store.MEMBER_COUNT, chat_id=chat_id) >= MAX_MEMBERS:
        raise Refusal("chat_full")
    rev = tx.next_rev()
    store.join(tx, chat_id, user_id, "member", asker.last_seq, rev)
    tx.run(store.SET_REV, chat=chat_id, rev=rev)
    added = store.get_member(tx, chat_id, user_id)
    assert added is not None
    _announce(tx, ChatChange(id=chat_id, rev=rev, members=[added]), Everyone(chat_id))
    _welcome(tx, chat_id, user_id, rev, asker.last_seq)
    return added, True


def _remove_member(tx: Tx, chat_id: int, by: int, user_id: int) -> None:
    asker = _shared(tx, chat_id, by)
    target = asker if by == user_id else store.membership(tx, chat_id, user_id)
    if by != user_id and not asker.runs_it:
        raise Refusal("forbidden", "Only the owner and admins remove members.")
    if target is None:
        raise Refusal("not_found")
    if by != user_id and (target.role == "owner" or (target.role == "admin" and asker.role != "owner")):
        raise Refusal("forbidden", "An admin is removed by the owner only, and the owner by nobody.")
    rev = tx.next_rev()
    tx.run(store.LEAVE, chat=chat_id, member=user_id, at=tx.now, rev=rev)
    tx.run(store.SET_REV, chat=chat_id, rev=rev)
    tx.run(BUMP, ids=[user_id], rev=rev)
    tx.tell(MemberLeft(rev=rev, chat_id=chat_id, user_id=user_id))
    _announce(tx, ChatChange(id=chat_id, rev=rev, gone=True), Users([user_id]))
    _announce(tx, ChatChange(id=chat_id, rev=rev, left=[user_id]), Everyone(chat_id))
    if target.role == "owner":
        heir = tx.value(store.HEIR, chat_id=chat_id)
        if heir is not None:
            _give_role(tx, chat_id, heir, "owner", rev)


def _give_role(tx: Tx, chat_id: int, user_id: int, role: Literal["owner", "admin", "member"], rev: int) -> Member:
    tx.run(store.SET_ROLE, chat=chat_id, member=user_id, role=role, rev=rev)
    tx.run(store.SET_REV, chat=chat_id, rev=rev)
    member = store.get_member(tx, chat_id, user_id)
    if member is None:
        raise Refusal("not_found")
    _announce(tx, ChatChange(id=chat_id, rev=rev, members=[member]), Everyone(chat_id))
    _announce(tx, ChatChange(id=chat_id, rev=rev, role=role), Users([user_id]))
    return member


def _set_role(tx: Tx, chat_id: int, by: int, user_id: int, role: Literal["admin", "member", "owner"]) -> Member:
    asker = _shared(tx, chat_id, by)
    if asker.role != "owner":
        raise Refusal("forbidden", "Only the owner gives roles.")
    known = store.get_member(tx, chat_id, user_id)
    if known is None:
        raise Refusal("not_found")
    if user_id == by:
        raise Refusal("forbidden", "The owner stays owner until somebody else is.")
    if known.role == role:
        return known
    rev = tx.next_rev()
    if role == "owner":
        _give_role(tx, chat_id, by, "admin", rev)
    return _give_role(tx, chat_id, user_id, role, rev)


def _change(
    tx: Tx, chat_id: int, user_id: int, title: str | UnsetType, muted_until: datetime | None | UnsetType
) -> Chat:
    member = membership(tx, chat_id, user_id)
    if title is not UNSET:
        if member.kind == "direct":
            raise Refusal("forbidden", "A direct chat has its peer's name.")
        if not member.runs_it:
            raise Refusal("forbidden", "Only the owner and admins change the title.")
        title = title.strip()
        if title != member.title:
            rev = tx.next_rev()
            tx.run(store.SET_TITLE, chat=chat_id, title=title, rev=rev)
            _announce(tx, ChatChange(id=chat_id, rev=rev, title=title), Everyone(chat_id))
    if muted_until is not UNSET:
        rev = bump(tx, user_id)
        tx.run(store.MUTE, chat=chat_id, member=user_id, until=muted_until)
        tx.tell(Muted(rev=rev, chat_id=chat_id, user_id=user_id, until=muted_until.timestamp() if muted_until else 0.0))
        _announce(tx, ChatChange(id=chat_id, rev=rev, muted_until=muted_until), Users([user_id]))
    return view(tx, user_id, chat_id)
