"""SQL of what several nodes know: which devices each has, who is away, and which nodes reach the database."""

from collections import defaultdict
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, and_, bindparam, column, delete, exists, extract, func, literal, or_, select, union

from ryadom.clock import utc
from ryadom.db.query import ids_in, new
from ryadom.db.tables import away, live_devices, nodes, user, user_sessions, user_statuses
from ryadom.db.tx import Tx
from ryadom.live.device import Standing
from ryadom.protocol.schemas import Status

ROUNDING = 1e-3
"""Seconds by which a time that was written may differ from what it was."""
ONE = "one"
"""The name of a node that was the only one."""

_alive = and_(user_sessions.c.id == live_devices.c.session_id, user_sessions.c.ended_at.is_(None))
ELSEWHERE = (
    select(live_devices.c.user_id, live_devices.c.idle)
    .select_from(live_devices.join(user_sessions, _alive))
    .where(
        live_devices.c.user_id.in_(ids_in("ids")), live_devices.c.node != bindparam("node"),
        user_sessions.c.standing != "absent",
    )
)  # fmt: skip
ABSENT = select(user_sessions.c.id).where(
    user_sessions.c.user_id.in_(ids_in("ids")), user_sessions.c.standing == "absent", user_sessions.c.ended_at.is_(None)
)
HIDDEN = select(user_statuses.c.user_id).where(
    user_statuses.c.user_id.in_(ids_in("ids")), user_statuses.c.appear_offline
)
PUBLISHED = select(
    user.c.id, user.c.is_online, exists(select(1).where(away.c.user_id == user.c.id))
).where(user.c.id.in_(ids_in("ids")))  # fmt: skip
LAST_PROOF = (
    select(user_sessions.c.user_id, func.max(user_sessions.c.last_seen))
    .where(user_sessions.c.user_id.in_(ids_in("ids")), user_sessions.c.standing != "absent")
    .group_by(user_sessions.c.user_id)
)
LAST_SEEN = select(user_sessions.c.id, user_sessions.c.last_seen).where(user_sessions.c.id.in_(ids_in("ids")))
AWAY = select(away.c.user_id).where(away.c.user_id.in_(ids_in("ids")))
SET_AWAY = new(away, "user_id")
CLEAR_AWAY = delete(away).where(away.c.user_id == bindparam("person"))

FORGET = delete(live_devices).where(
    live_devices.c.session_id == bindparam("one"), live_devices.c.node == bindparam("name")
)
KNOW = new(live_devices, *(column.name for column in live_devices.columns))
INSTALLATION = select(column("system_identifier", BigInteger), func.current_database()).select_from(
    func.pg_control_system().table_valued("system_identifier")
)
DATABASE_TIME = select(extract("epoch", func.clock_timestamp()))
_elsewhere = and_(live_devices.c.session_id.in_(ids_in("ids")), live_devices.c.node != bindparam("node"))
OF_SESSIONS = select(
    live_devices.c.session_id, live_devices.c.user_id, live_devices.c.node, live_devices.c.standing, live_devices.c.seen
).where(_elsewhere)
CONNECTED = (
    select(live_devices.c.session_id, func.count())
    .where(
        live_devices.c.user_id == bindparam("user_id"), live_devices.c.node != bindparam("node"),
        live_devices.c.standing == "socket",
    )
    .group_by(live_devices.c.session_id)
)  # fmt: skip
NODES = union(select(live_devices.c.node), select(nodes.c.node))
SEEN_LATELY = select(nodes.c.node).where(nodes.c.seen_at > bindparam("since", type_=nodes.c.seen_at.type))
SEE = nodes.update().where(nodes.c.node == bindparam("name")).values(seen_at=bindparam("now")).returning(nodes.c.node)
SEE_FIRST = new(nodes, "node", "seen_at")
FORGET_NODE = delete(nodes).where(nodes.c.node == bindparam("name"))
_of_session = live_devices.c.session_id == user_sessions.c.id
LEFT_BY_ONE = live_devices.insert().from_select(
    [column.name for column in live_devices.columns],
    select(
        user_sessions.c.id, literal(ONE), user_sessions.c.user_id, user_sessions.c.standing,
        user_sessions.c.last_activity, user_sessions.c.last_seen, literal(False),
    ).where(
        user_sessions.c.ended_at.is_(None),
        or_(user_sessions.c.standing == "socket", user_sessions.c.standing == "request"),
        ~exists(select(1).where(_of_session)),
    ),
)  # fmt: skip
ONLINE_NOWHERE = select(user.c.id).where(
    user.c.is_online, ~exists(select(1).where(live_devices.c.user_id == user.c.id))
)
TAKE = delete(live_devices).where(live_devices.c.node == bindparam("name")).returning(*live_devices.columns)


class Person(NamedTuple):
    """What the database says of a person, and what other nodes know of their devices."""

    user_id: int
    shown: Status
    """What others were last told."""
    hidden: bool
    idle: list[bool]
    """Of each device that counts on another node, whether it is idle."""


def installation(tx: Tx) -> str:
    """Which database this is, of which server, by whatever address it is reached."""
    return "-".join(map(str, tx.first(INSTALLATION)))


def people(tx: Tx, node: str, ids: list[int]) -> tuple[list[Person], set[int]]:
    """These people, and those of their sessions that said `offline` on whichever node."""
    hidden = {row[0] for row in tx.run(HIDDEN, ids=ids)}
    idle: dict[int, list[bool]] = defaultdict(list)
    for user_id, is_idle in tx.run(ELSEWHERE, ids=ids, node=node):
        idle[user_id].append(is_idle)
    found = [
        Person(
            user_id, "offline" if not is_online else "away" if is_away else "online", user_id in hidden, idle[user_id]
        )
        for user_id, is_online, is_away in tx.run(PUBLISHED, ids=ids)
    ]  # fmt: skip
    return found, {row[0] for row in tx.run(ABSENT, ids=ids)}


def supersede(tx: Tx, node: str, until: dict[int, float], coming: set[int]) -> list[tuple[int, int]]:
    """Of these sessions, requests on other nodes before a moment count no more. `coming` have a new socket here.

    Gives (session, person) of those of which another node must hear that.
    """
    forgotten, told = [], {}
    for session_id, user_id, other, standing, seen in tx.run(OF_SESSIONS, ids=list(until), node=node):
        void = standing == "request" and seen.timestamp() < until[session_id]
        if void:
            forgotten.append({"one": session_id, "name": other})
        if void or session_id in coming:
            told[session_id] = user_id
    if forgotten:
        tx.run_many(FORGET, forgotten)
    return list(told.items())


class Known(NamedTuple):
    """What a node knows of a session."""

    session_id: int
    node: str
    user_id: int
    standing: Standing
    active: datetime
    seen: datetime
    idle: bool = False


def know(tx: Tx, items: list[Known]) -> None:
    """What nodes know of sessions now, in place of what they knew; nothing, of one that does not count."""
    tx.run_many(FORGET, [{"one": item.session_id, "name": item.node} for item in items])
    known = [item._asdict() for item in items if item.standing in ("socket", "request")]
    if known:
        tx.run_many(KNOW, known)


def connected_elsewhere(tx: Tx, node: str, user_id: int) -> dict[int, int]:
    """Session → how many other nodes have sockets of it, of this person's sessions."""
    return dict(map(tuple, tx.run(CONNECTED, node=node, user_id=user_id)))


def forget(tx: Tx, node: str, session_ids: list[int]) -> None:
    """A node knows these sessions no more."""
    if session_ids:
        tx.run_many(FORGET, [{"one": session_id, "name": node} for session_id in session_ids])


def last_proofs(tx: Tx, ids: list[int]) -> dict[int, datetime]:
    """The last proof of presence of each of these people, on all nodes."""
    return dict(map(tuple, tx.run(LAST_PROOF, ids=ids)))


def seen_since(tx: Tx, seen: dict[int, float]) -> list[int]:
    """Of these sessions, with the last proof that a node knows of, those that have given one elsewhere since."""
    last = tx.run(LAST_SEEN, ids=list(seen))
    return [session_id for session_id, moment in last if moment.timestamp() > seen[session_id] + ROUNDING]


def note_away(tx: Tx, user_id: int, before: Status, after: Status) -> None:
    """Keep who is away."""
    if before == "away":
        tx.run(CLEAR_AWAY, person=user_id)
    if after == "away":
        tx.run(SET_AWAY, user_id=user_id)


def who_is_away(tx: Tx, ids: list[int]) -> set[int]:
    """Those of these people who are away."""
    return {row[0] for row in tx.run(AWAY, ids=ids)}


def note_alive(tx: Tx, node: str) -> None:
    """This node reaches the database."""
    if not tx.run(SEE, name=node, now=tx.now):
        tx.run(SEE_FIRST, node=node, seen_at=tx.now)


def doubtful(tx: Tx, lately: float) -> list[str]:
    """Nodes that have not reached the database for so many seconds, and have not said that they end."""
    seen = {row[0] for row in tx.run(SEEN_LATELY, since=utc(tx.now.timestamp() - lately))}
    return [row[0] for row in tx.run(NODES) if row[0] not in seen]


def join(tx: Tx) -> list[int]:
    """A node begins: what one node alone has left is known as that of a node that is gone.

    Gives the people who show as online, and of whom no node knows a device.
    """
    tx.run(LEFT_BY_ONE)
    return [row[0] for row in tx.run(ONLINE_NOWHERE)]


def take(tx: Tx, node: str) -> list[Known]:
    """Take from a node that is gone what it knew of devices."""
    tx.run(FORGET_NODE, name=node)
    return [Known(*row) for row in tx.run(TAKE, name=node)]
