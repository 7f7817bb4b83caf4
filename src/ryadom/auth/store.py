"""SQL of people and their device sessions. The only writer of `user` (but its presence) and `user_sessions`."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, String, and_, bindparam, case, func, or_, select, union, update

from ryadom.db.query import casefolded, ids_in, new
from ryadom.db.tables import (
    Instant,
    blocks,
    chat_members,
    contacts,
    user,
    user_sessions,
    user_statuses,
)  # fmt: skip
from ryadom.db.tx import Tx
from ryadom.live.device import Standing
from ryadom.nodes import store as nodes
from ryadom.nodes.store import Known
from ryadom.protocol.schemas import Me, User, UserSession

from .devices import Device

IDLE_FOR = timedelta(days=90)
"""A session that nobody uses for so long is over."""
AT_MOST = timedelta(days=365)
"""No session lives longer."""
ABSENT_STILL = ("request", "gone")
"""What does not end the absence of a session that said `offline`."""
SESSIONS_PER_PERSON = 50
FOUND_AT_MOST = 50
KNOWN_AT_MOST = 100

USER_COLUMNS = (user.c.id, user.c.username, user.c.display_name)
_me_columns = (*USER_COLUMNS, user.c.settings, user.c.locale, user.c.created_at, user.c.rev)
_session_columns = (
    user_sessions.c.id, user_sessions.c.device_type, user_sessions.c.device_name, user_sessions.c.ip_address,
    user_sessions.c.user_agent, user_sessions.c.created_at, user_sessions.c.last_activity,
)  # fmt: skip
_here = and_(user.c.disabled_at.is_(None), user.c.deleted_at.is_(None))
_live = and_(
    user_sessions.c.ended_at.is_(None),
    user_sessions.c.last_seen > bindparam("unused_since", type_=Instant),
    user_sessions.c.created_at > bindparam("born_since", type_=Instant),
)

ANYBODY = select(user.c.id).limit(1)
BY_NAME = select(user.c.id, user.c.password_hash).where(user.c.username == bindparam("username"), _here)
ANY_BY_NAME = select(user.c.id).where(user.c.username == bindparam("username"))
HASH = select(user.c.password_hash).where(user.c.id == bindparam("user_id"), _here)
USER = select(*USER_COLUMNS).where(user.c.id == bindparam("user_id"), user.c.deleted_at.is_(None))
ME = (
    select(*_me_columns, func.coalesce(user_statuses.c.appear_offline, False).label("appear_offline"))
    .select_from(user.outerjoin(user_statuses))
    .where(user.c.id == bindparam("user_id"))
)
FIND = (
    select(*USER_COLUMNS)
    .where(
        _here,
        or_(
            user.c.username.like(bindparam("prefix"), escape="\\"),
            casefolded(user.c.display_name).like(bindparam("part"), escape="\\"),
        ),
    )
    .order_by(user.c.username)
    .limit(FOUND_AT_MOST)
)
_theirs, _mine = chat_members.alias("theirs"), chat_members.alias("mine")
OWN_REV = select(user.c.rev).where(user.c.id == bindparam("user_id"))
KNOWN = select(*USER_COLUMNS).where(
    user.c.id.in_(ids_in("ids")),
    or_(
        user.c.id.in_(
            select(_theirs.c.user_id)
            .join(_mine, _mine.c.chat_id == _theirs.c.chat_id)
            .where(_theirs.c.user_id.in_(ids_in("ids")), _mine.c.user_id == bindparam("me"), _mine.c.left_at.is_(None))
        ),
        user.c.id == bindparam("me"),
    ),
)
NEW_USER = new(user, "username", "display_name", "password_hash", "created_at", "rev").returning(user.c.id)
SET_NAME = update(user).where(user.c.id == bindparam("user_id")).values(display_name=bindparam("display_name"))
SET_SETTINGS = (
    update(user)
    .where(user.c.id == bindparam("user_id"))
    .values(settings=bindparam("settings", type_=user.c.settings.type), locale=bindparam("locale"))
)
SET_HASH = update(user).where(user.c.id == bindparam("user_id")).values(password_hash=bindparam("hash"))
REHASH = SET_HASH.where(user.c.password_hash == bindparam("before"))
DISABLE = update(user).where(user.c.id == bindparam("user_id")).values(disabled_at=bindparam("at", type_=Instant))
BUMP = update(user).where(user.c.id.in_(ids_in("ids"))).values(rev=bindparam("rev"))
SET_APPEAR = (
    update(user_statuses)
    .where(user_statuses.c.user_id == bindparam("id"))
    .values(appear_offline=bindparam("hidden"), updated_at=bindparam("at", type_=Instant))
    .returning(user_statuses.c.user_id)
)
NEW_APPEAR = new(user_statuses, "user_id", "appear_offline", "updated_at")
HIDDEN = select(user_statuses.c.user_id).where(user_statuses.c.appear_offline)

NEW_SESSION = new(
    user_sessions, "user_id", "token_hash", "device_type", "device_name", "ip_address", "user_agent", "created_at",
    "last_activity", "last_seen", "standing",
).returning(user_sessions.c.id)  # fmt: skip
BY_TOKEN = (
    select(user_sessions.c.id, user_sessions.c.user_id, user_sessions.c.created_at, user_sessions.c.last_seen)
    .select_from(user_sessions.join(user, user.c.id == user_sessions.c.user_id))
    .where(user_sessions.c.token_hash == bindparam("token_hash"), user_sessions.c.ended_at.is_(None), _here)
)
SESSIONS = (
    select(*_session_columns)
    .where(user_sessions.c.user_id == bindparam("user_id"), _live)
    .order_by(user_sessions.c.last_activity.desc(), user_sessions.c.id.desc())
)
OWN_SESSION = select(user_sessions.c.id).where(
    user_sessions.c.id == bindparam("session_id"), user_sessions.c.user_id == bindparam("user_id"), _live
)
END = (
    update(user_sessions)
    .where(user_sessions.c.id.in_(ids_in("ids")), user_sessions.c.ended_at.is_(None))
    .values(ended_at=bindparam("at", type_=Instant), end_reason=bindparam("reason"), ended_rev=bindparam("rev"))
    .returning(user_sessions.c.id, user_sessions.c.user_id)
)
ENDED_SINCE = select(user_sessions.c.id, user_sessions.c.user_id, user_sessions.c.ended_rev).where(
    user_sessions.c.ended_rev > bindparam("rev")
)
LAST_ENDED = select(func.coalesce(func.max(user_sessions.c.ended_rev), 0))
EXPIRED = select(user_sessions.c.id).where(
    user_sessions.c.ended_at.is_(None),
    or_(
        user_sessions.c.last_seen <= bindparam("unused_since", type_=Instant),
        user_sessions.c.created_at <= bindparam("born_since", type_=Instant),
    ),
)
OLDEST = select(func.min(user_sessions.c.created_at), func.min(user_sessions.c.last_seen)).where(
    user_sessions.c.ended_at.is_(None)
)
_active, _seen = bindparam("active", type_=Instant), bindparam("seen", type_=Instant)
_how = bindparam("how", type_=String)
SAVE_ACTIVITY = (
    update(user_sessions)
    .where(user_sessions.c.id == bindparam("session_id"))
    .values(last_activity=_active, last_seen=_seen, standing=_how)
)
# Of several nodes, each knows a part: no time goes back, and whoever said `offline` is absent until they come anew.
SAVE_ACTIVITY_HERE = (
    update(user_sessions)
    .where(user_sessions.c.id == bindparam("session_id"))
    .values(
        last_activity=case((user_sessions.c.last_activity > _active, user_sessions.c.last_activity), else_=_active),
        last_seen=case((user_sessions.c.last_seen > _seen, user_sessions.c.last_seen), else_=_seen),
        standing=case(
            (
                and_(user_sessions.c.standing == "absent", or_(*(_how == kind for kind in ABSENT_STILL))),
                user_sessions.c.standing,
            ),
            else_=_how,
        ),
    )
)
DECLARE = update(user_sessions).where(user_sessions.c.id == bindparam("session_id")).values(standing=_how)
ABSENT = select(user_sessions.c.id, user_sessions.c.user_id).where(
    user_sessions.c.id.in_(ids_in("ids")), user_sessions.c.standing == "absent"
)
KNOWN_USERS = select(user.c.id).where(user.c.id.in_(ids_in("ids")), user.c.deleted_at.is_(None))

_me: BindParameter[int] = bindparam("user_id")
_mine, _mates = chat_members.alias(), chat_members.alias()
ACQUAINTED = union(
    select(user.c.id).where(user.c.id == _me),
    select(_mates.c.user_id)
    .select_from(_mine.join(_mates, _mates.c.chat_id == _mine.c.chat_id))
    .where(_mine.c.user_id == _me, _mine.c.left_at.is_(None), _mates.c.left_at.is_(None)),
    select(contacts.c.owner_id).where(contacts.c.contact_id == _me, contacts.c.removed_at.is_(None)),
    select(blocks.c.owner_id).where(blocks.c.blocked_id == _me),
)


class Activity(NamedTuple):
    """The last activity and the last proof of presence of a session, and how presence sees it."""

    session_id: int
    active: datetime
    seen: datetime
    how: Standing
    user_id: int = 0
    node: str = ""
    """The node that says so, where there are several."""
    idle: bool = False
    until: float = 0.0
    """Requests on other nodes before this moment count no more: it has a socket here, or the grace of one has ended."""


def limits(now: datetime) -> dict[str, datetime]:
    """The parameters of queries that leave out expired sessions."""
    return {"unused_since": now - IDLE_FOR, "born_since": now - AT_MOST}


def expires_at(created_at: datetime, last_seen: datetime) -> datetime:
    """When a session ends by itself, if it is not used."""
    return min(created_at + AT_MOST, last_seen + IDLE_FOR)


def next_expiry(tx: Tx) -> datetime | None:
    """When the next session ends by itself, if nobody uses it until then; None when there is none."""
    born, used = tx.first(OLDEST)
    return None if born is None else min(born + AT_MOST, used + IDLE_FOR)


def user_of(row: Any) -> User:
    """A `User` out of USER_COLUMNS."""
    return User(id=row[0], username=row[1], display_name=row[2])


def get_user(tx: Tx, user_id: int) -> User | None:
    """A person, unless they are gone."""
    row = tx.first(USER, user_id=user_id)
    return None if row is None else user_of(row)


def get_me(tx: Tx, user_id: int) -> Me:
    """One's own profile."""
    id_, username, display_name, settings, locale, created_at, rev, hidden = tx.first(ME, user_id=user_id)
    return Me(
        id=id_, username=username, display_name=display_name, appear_offline=hidden,
        add_contacts=settings.get("add_contacts", True), locale=locale, created_at=created_at, rev=rev,
    )  # fmt: skip


def own_rev(tx: Tx, user_id: int) -> int:
    """The rev of one's own profile and of what others have changed about one."""
    return tx.value(OWN_REV, user_id=user_id) or 0


def find_users(tx: Tx, query: str) -> list[User]:
    """People whose username begins with the query, or whose display name has it in it."""
    if "\x00" in query:
        # PostgreSQL takes no text with this character, and nobody's name has it.
        return []
    escaped = query.casefold().replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return [user_of(row) for row in tx.run(FIND, prefix=escaped + "%", part=f"%{escaped}%")]


def known_users(tx: Tx, me: int, ids: list[int]) -> list[User]:
    """Those of these people who are or once were in a chat that the reader is in: the senders of its messages."""
    return [user_of(row) for row in tx.run(KNOWN, me=me, ids=ids)]


def login_of(tx: Tx, username: str) -> Any:
    """(id, password hash) of who may sign in by this name; None for nobody."""
    # As in `find_users`.
    return None if "\x00" in username else tx.first(BY_NAME, username=username)


def create_user(tx: Tx, username: str, display_name: str, password_hash: str) -> int | None:
    """The id of a new account; None when the name is taken."""
    if tx.first(ANY_BY_NAME, username=username) is not None:
        return None
    return int(
        tx.value(
            NEW_USER, username=username, display_name=display_name, password_hash=password_hash, created_at=tx.now,
            rev=tx.next_rev(),
        )
    )  # fmt: skip


def bump(tx: Tx, *user_ids: int) -> int:
    """A new rev for these people's own things."""
    rev = tx.next_rev()
    tx.run(BUMP, ids=list(user_ids), rev=rev)
    return rev


def set_profile(tx: Tx, me: Me) -> None:
    """Write a person's name and settings."""
    tx.run(SET_NAME, user_id=me.id, display_name=me.display_name)
    tx.run(SET_SETTINGS, user_id=me.id, settings={"add_contacts": me.add_contacts}, locale=me.locale)


def set_hidden(tx: Tx, user_id: int, hidden: bool) -> None:
    """Choose to appear offline, or not."""
    if tx.first(SET_APPEAR, id=user_id, hidden=hidden, at=tx.now) is None:
        tx.run(NEW_APPEAR, user_id=user_id, appear_offline=hidden, updated_at=tx.now)


def create_session(tx: Tx, user_id: int, token_hash: str, device: Device, address: str, user_agent: str) -> int:
    """The id of a new session."""
    return int(
        tx.value(
            NEW_SESSION, user_id=user_id, token_hash=token_hash, device_type=device.device_type,
            device_name=device.device_name, ip_address=address, user_agent=user_agent, created_at=tx.now,
            last_activity=tx.now, last_seen=tx.now, standing="request",
        )
    )  # fmt: skip


def list_sessions(tx: Tx, user_id: int, current: int | None, node: str = "") -> list[UserSession]:
    """The live sessions of a person, the current one first, then by last activity; with their sockets elsewhere."""
    elsewhere = nodes.connected_elsewhere(tx, node, user_id) if node else {}
    found = [
        session_of(row, current, elsewhere.get(row[0], 0))
        for row in tx.run(SESSIONS, user_id=user_id, **limits(tx.now))
    ]
    return sorted(found, key=lambda session: not session.is_current)


def session_of(row: Any, current: int | None, connections: int = 0) -> UserSession:
    """A `UserSession` out of a row of SESSIONS; its open sockets here are for whoever knows them to add."""
    return UserSession(
        id=row[0], device_type=row[1], device_name=row[2], ip_address=row[3], user_agent=row[4], created_at=row[5],
        last_activity=row[6], is_current=row[0] == current, connections=connections,
    )  # fmt: skip


def save_activity(tx: Tx, items: list[Activity]) -> list[None]:
    """Write what many sessions have lately done; of one session, the latest counts."""
    latest = {item.session_id: item for item in items}
    given = [
        {"session_id": item.session_id, "active": item.active, "seen": item.seen, "how": item.how}
        for item in latest.values()
    ]  # fmt: skip
    if items[0].node:
        tx.run_many(SAVE_ACTIVITY_HERE, given)
        nodes.know(
            tx,
            [
                Known(one.session_id, one.node, one.user_id, one.how, one.active, one.seen, one.idle)
                for one in latest.values()
            ],
        )
    else:
        tx.run_many(SAVE_ACTIVITY, given)
    return [None] * len(items)


def is_alive(tx: Tx, session_id: int, user_id: int) -> bool:
    """Whether this is a session of theirs that has not ended."""
    return tx.first(OWN_SESSION, session_id=session_id, user_id=user_id, **limits(tx.now)) is not None


def declare(tx: Tx, session_id: int, *, absent: bool) -> None:
    """Keep that a session said that it does not count, or that it does again."""
    tx.run(DECLARE, session_id=session_id, how="absent" if absent else "request")


def come_back(tx: Tx, session_ids: list[int]) -> list[tuple[int, int]]:
    """(session, person) of those of these sessions that had said `offline`."""
    return [(row[0], row[1]) for row in tx.run(ABSENT, ids=session_ids)] if session_ids else []


def acquaintances(tx: Tx, user_id: int) -> list[int]:
    """Everybody who sees this person's name: themselves, who shares a chat, who has a contact entry or block."""
    return [row[0] for row in tx.run(ACQUAINTED, user_id=user_id)]
