"""Accounts and device sessions: register, sign in, change, end."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType, structs

from ryadom.clock import Clock, utc
from ryadom.db.database import Database
from ryadom.db.tx import Tx
from ryadom.limits import Limiter, address_key
from ryadom.live.registry import Registry
from ryadom.protocol.audience import Users
from ryadom.protocol.errors import Refusal
from ryadom.protocol.events import SessionCreated, SessionRevoked, UserChanged
from ryadom.protocol.facts import HidingChosen, SessionEnded
from ryadom.protocol.schemas import DisplayName, Locale, Me, User, UserSession

from . import store
from .activity import ActivityWriter
from .devices import Device, device_of
from .passwords import Passwords
from .sessions import Principal, Sessions
from .tokens import hash_token, new_token

Renamed = Callable[[Tx, int, int], None]
"""What else a person's new name changes, within the transaction: (tx, user id, rev)."""
EndReason = Literal["logout", "revoked", "password", "disabled", "expired", "room", "command"]


class Origin(msgspec.Struct, frozen=True):
    """Where a request comes from."""

    address: str
    user_agent: str


class SignedIn(msgspec.Struct, frozen=True):
    """A fresh session: the only moment at which its token is known."""

    token: str
    principal: Principal
    user: User
    session: UserSession


class ProfileChange(msgspec.Struct, frozen=True, omit_defaults=True):
    """What to change of one's own profile; what is absent stays."""

    display_name: DisplayName | UnsetType = UNSET
    appear_offline: bool | UnsetType = UNSET
    add_contacts: bool | UnsetType = UNSET
    locale: Locale | None | UnsetType = UNSET


class Auth:
    """What people do with accounts and sessions."""

    def __init__(
        self, db: Database, clock: Clock, limiter: Limiter, passwords: Passwords, sessions: Sessions, live: Registry,
        activity: ActivityWriter, renamed: Renamed, *, registration: bool,
    ) -> None:  # fmt: skip
        self._db = db
        self._clock = clock
        self._limiter = limiter
        self._passwords = passwords
        self._sessions = sessions
        self._live = live
        self._activity = activity
        self._renamed = renamed
        self._registration = registration

    async def register(self, username: str, password: str, display_name: str | None, origin: Origin) -> User:
        """Create an account. Refuses `username_taken`, `registration_closed`, `invalid`, `too_many`."""
        self._limiter.check("register_address", address_key(origin.address))
        _check_password(password)
        if not self._registration and await self._db.read(lambda tx: tx.first(store.ANYBODY)) is not None:
            raise Refusal("registration_closed")
        username = username.lower()
        name = (display_name or username).strip()
        hashed = await self._passwords.hash(password)
        user_id = await self._db.write(lambda tx: store.create_user(tx, username, name, hashed))
        if user_id is None:
            raise Refusal("username_taken")
        return User(id=user_id, username=username, display_name=name)

    async def login(
        self, username: str, password: str, device_name: str | None, device_type: str | None, origin: Origin
    ) -> SignedIn:
        """Open exactly one session. Refuses `wrong_credentials` (the same work for everybody) and `too_many`."""
        username = username.lower()
        self._limiter.check("sign_in_address", address_key(origin.address))
        self._limiter.check("sign_in_account", username)
        device = device_of(origin.user_agent, device_type, device_name)
        # Once more where another hash was set meanwhile: by a new password, or by another sign-in that hashed anew.
        opened = await self._open(username, password, device, origin)
        opened = opened or await self._open(username, password, device, origin)
        if opened is None:
            raise Refusal("wrong_credentials")
        token, user, session = opened
        device_here = self._live.requested(session.id, user.id, self._clock.now())
        self._activity.opened(device_here)
        principal = Principal(user.id, session.id, session.created_at, session.created_at)
        return SignedIn(token, principal, user, session)

    async def _open(
        self, username: str, password: str, device: Device, origin: Origin
    ) -> tuple[str, User, UserSession] | None:
        """Compare the password, and open a session: its token, person and itself. None when another hash is set now."""
        row = await self._db.read(store.login_of, username)
        if not await self._passwords.verify(row and row[1], password) or row is None:
            raise Refusal("wrong_credentials")
        user_id: int = row[0]
        verified: str = row[1]
        if self._passwords.needs_rehash(verified):
            hashed, before = await self._passwords.hash(password), verified
            await self._db.write(lambda tx: tx.run(store.REHASH, user_id=user_id, hash=hashed, before=before))
            verified = hashed
        token = new_token()
        active = {one.session_id: one.active for one in self._live.devices(user_id)}
        opened = await self._db.write(
            partial(
                _open_session, user_id=user_id, verified=verified, token=token, device=device, origin=origin,
                active=active,
            )
        )  # fmt: skip
        return None if opened is None else (token, *opened)

    async def end(self, user_id: int, session_ids: Sequence[int], reason: EndReason) -> int:
        """End these sessions of one person, at once and everywhere. How many were alive."""
        return await self._db.write(partial(end_sessions, session_ids=list(session_ids), reason=reason))

    async def list_sessions(self, principal: Principal) -> list[UserSession]:
        """The live sessions of a person; their last activity and sockets are what we know now, not what was written."""
        user_id, node = principal.user_id, self._activity.node
        listed = await self._db.read(store.list_sessions, user_id, principal.session_id, node)
        fresh = [self._freshened(session) for session in listed]
        return sorted(fresh, key=lambda session: (not session.is_current, -session.last_activity.timestamp()))

    def _freshened(self, session: UserSession) -> UserSession:
        device = self._live.device(session.id)
        if device is None:
            return session
        active = max(session.last_activity, utc(device.active))
        connections = session.connections + device.sockets
        return msgspec.structs.replace(session, last_activity=active, connections=connections)

    async def revoke(self, principal: Principal, session_id: int) -> None:
        """End one session of one's own. Refuses `not_found`."""
        if not await self._db.read(store.is_alive, session_id, principal.user_id):
            raise Refusal("not_found")
        await self.end(principal.user_id, [session_id], "revoked" if session_id != principal.session_id else "logout")

    async def revoke_others(self, principal: Principal, reason: EndReason = "revoked") -> int:
        """End all sessions but this one. How many."""
        return await self._db.write(
            partial(end_all, user_id=principal.user_id, except_session=principal.session_id, reason=reason)
        )

    async def change_password(self, principal: Principal, current: str, new: str) -> None:
        """Set a new password and end all other sessions.

        Refuses `wrong_password`, `invalid`, `too_many`; `not_signed_in` when this session ended meanwhile.
        """
        self._limiter.check("sign_in_account", principal.user_id)
        _check_password(new)
        stored = await self._db.read(lambda tx: tx.value(store.HASH, user_id=principal.user_id))
        if not await self._passwords.verify(stored, current):
            raise Refusal("wrong_password")
        hashed = await self._passwords.hash(new)

        def change(tx: Tx) -> None:
            # To compare and to make a hash takes long enough for another device to have done something.
            if not store.is_alive(tx, principal.session_id, principal.user_id):
                raise Refusal("not_signed_in")
            if tx.value(store.HASH, user_id=principal.user_id) != stored:
                raise Refusal("wrong_password")
            tx.run(store.SET_HASH, user_id=principal.user_id, hash=hashed)
            end_all(tx, principal.user_id, principal.session_id, "password")

        await self._db.write(change)

    async def change_profile(self, principal: Principal, change: ProfileChange) -> Me:
        """Change what is given."""
        me = await self._db.write(
            partial(_change_profile, user_id=principal.user_id, change=change, renamed=self._renamed)
        )
        if change.appear_offline is not UNSET:
            (self._live.hidden.add if me.appear_offline else self._live.hidden.discard)(me.id)
            self._live.mark(me.id)
        return me

    async def expire(self) -> float:
        """End the sessions that nobody used for too long, or that are too old. When the next may be due, epoch s."""

        def expire(tx: Tx) -> datetime | None:
            ids = [row[0] for row in tx.run(store.EXPIRED, **store.limits(tx.now))]
            if ids:
                end_sessions(tx, ids, "expired")
            return store.next_expiry(tx)

        due = await self._db.write(expire)
        return float("inf") if due is None else due.timestamp()

    async def heed(self, rev: int, here: Callable[[SessionEnded], None] | None = None) -> int:
        """Ask the database which sessions have ended after a rev, without our doing: by another process.

        Gives the highest rev seen. `here`: is told of them, where other nodes let everybody else hear of it.
        """
        rows = await self._db.read_first(lambda tx: tx.run(store.ENDED_SINCE, rev=rev))
        unknown = [row for row in rows if not self._sessions.ended(row[0])]
        if here is not None:
            for session_id, user_id, ended_rev in unknown:
                here(SessionEnded(rev=ended_rev, session_id=session_id, user_id=user_id))
        elif unknown:
            await self._db.write(partial(_announce_ended, ended=unknown))
        return max((row[2] for row in rows), default=rev)


def _check_password(password: str) -> None:
    if not 8 <= len(password.encode("utf-8", "surrogatepass")) <= 1024:
        raise Refusal("invalid", "A password has 8 to 1,024 bytes.")


def _open_session(
    tx: Tx, user_id: int, verified: str, token: str, device: Device, origin: Origin, active: dict[int, float]
) -> tuple[User, UserSession] | None:
    """Open a session; the one that was idle longest makes room. None when it may not be, by now.

    `verified`: the hash that the password was compared with; meanwhile another one may have been set.
    `active`: last activity where we know it better.
    """
    user = store.get_user(tx, user_id)
    if user is None or tx.value(store.HASH, user_id=user_id) != verified:
        return None
    alive = sorted(
        store.list_sessions(tx, user_id, None),
        key=lambda session: -max(session.last_activity.timestamp(), active.get(session.id, 0.0)),
    )
    if len(alive) >= store.SESSIONS_PER_PERSON:
        end_sessions(tx, [session.id for session in alive[store.SESSIONS_PER_PERSON - 1 :]], "room")
    id_ = store.create_session(tx, user_id, hash_token(token), device, origin.address, origin.user_agent[:512])
    rev = store.bump(tx, user_id)
    session = next(one for one in store.list_sessions(tx, user_id, id_) if one.id == id_)
    others = msgspec.structs.replace(session, is_current=False)
    tx.emit(SessionCreated(timestamp=tx.now, rev=rev, session=others), Users([user_id], except_session=id_))
    return user, session


def end_sessions(tx: Tx, session_ids: list[int], reason: EndReason) -> int:
    """End sessions that are alive; their sockets close and other devices hear of it. How many."""
    rev = tx.next_rev()
    ended = tx.run(store.END, ids=session_ids, at=tx.now, reason=reason, rev=rev)
    if ended:
        tx.run(store.BUMP, ids=[user_id for _, user_id in ended], rev=rev)
    _tell_ended(tx, [(session_id, user_id, rev) for session_id, user_id in ended])
    return len(ended)


def end_all(tx: Tx, user_id: int, except_session: int | None, reason: EndReason) -> int:
    """End all sessions of a person, but one. How many."""
    alive = [session.id for session in store.list_sessions(tx, user_id, None) if session.id != except_session]
    return end_sessions(tx, alive, reason) if alive else 0


def _announce_ended(tx: Tx, ended: list[tuple[int, int, int]]) -> None:
    _tell_ended(tx, ended)


def _tell_ended(tx: Tx, ended: list[tuple[int, int, int]]) -> None:
    """First everything that hangs on the sessions ends, then the people's other devices hear of it."""
    for session_id, user_id, rev in ended:
        tx.tell(SessionEnded(rev=rev, session_id=session_id, user_id=user_id))
    for session_id, user_id, rev in ended:
        tx.emit(
            SessionRevoked(timestamp=tx.now, rev=rev, session_id=session_id),
            Users([user_id], except_session=session_id),
        )


def _change_profile(tx: Tx, user_id: int, change: ProfileChange, renamed: Renamed) -> Me:
    before = store.get_me(tx, user_id)
    given = {name: value for name, value in structs.asdict(change).items() if value is not UNSET}
    if "display_name" in given:
        given["display_name"] = given["display_name"].strip()
    wanted = structs.replace(before, **given)
    if wanted == before:
        return before
    rev = store.bump(tx, user_id)
    me = structs.replace(wanted, rev=rev)
    store.set_profile(tx, me)
    if me.appear_offline is not before.appear_offline:
        store.set_hidden(tx, user_id, me.appear_offline)
        tx.tell(HidingChosen(rev=rev, user_id=user_id, hidden=me.appear_offline))
    user = User(id=user_id, username=me.username, display_name=me.display_name)
    tx.emit(UserChanged(timestamp=tx.now, rev=rev, user=user, me=me), Users([user_id]))
    if me.display_name != before.display_name:
        others = [one for one in store.acquaintances(tx, user_id) if one != user_id]
        tx.run(store.BUMP, ids=others, rev=rev)
        renamed(tx, user_id, rev)
        tx.emit(UserChanged(timestamp=tx.now, rev=rev, user=user), Users(others))
    return me
