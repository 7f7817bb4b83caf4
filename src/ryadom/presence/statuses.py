"""Reading statuses: what one person may see of others, put together from what was published and what is alive."""

from msgspec import structs

from ryadom.clock import Clock, utc
from ryadom.db.database import Database
from ryadom.db.tx import Tx
from ryadom.live.registry import Registry
from ryadom.live.typing import TypingBoard
from ryadom.nodes.attendance import Attendance
from ryadom.nodes.store import who_is_away
from ryadom.protocol.errors import Refusal
from ryadom.protocol.schemas import ContactStatus, OnlineStatus, Status, UserStatus

from . import rules, store
from .store import Kept, Published

MAX_MADE = 50_000
"""Statuses that are kept at most: some ten megabytes."""


class Statuses:
    """Statuses as their readers get them."""

    def __init__(
        self, db: Database, clock: Clock, live: Registry, board: TypingBoard, attendance: Attendance,
        *, together: bool = False,
    ) -> None:  # fmt: skip
        """`together`: other nodes know of other devices."""
        self._together = together
        self._db = db
        self._clock = clock
        self._live = live
        self._board = board
        self._attendance = attendance
        self._made: dict[Kept, UserStatus] = {}

    async def me(self, user_id: int, *, away: bool) -> UserStatus:
        """One's own status, as others see it; `last_seen` is one's own last proof of presence."""
        published, away_ids = await self._db.read(lambda tx: (store.one(tx, user_id), self._away_among(tx, [user_id])))
        if self._together:
            is_online = published is not None and published.is_online
            state: Status = "offline" if not is_online else "away" if away_ids else "online"
        else:
            state = rules.status(self._live.devices(user_id), self._clock.now(), hidden=user_id in self._live.hidden)
        seen = self._live.last_proof(user_id)
        last_seen = utc(seen) if seen is not None else published and published.last_seen
        chats = self._board.chats(user_id)
        return UserStatus(
            user_id=user_id, status=rules.shown(state, wants_away=away), last_seen=last_seen or None,
            is_typing_in_chat=chats[0] if chats else None,
        )  # fmt: skip

    async def of_contacts(self, reader: int, *, away: bool) -> list[UserStatus]:
        """Every mutual contact."""
        if self._together and not self._attendance.connected(reader):
            # Whoever only asks now and then: who types elsewhere in their chats is heard of until the next sweep.
            await self._attendance.attend(reader, await self._db.read(store.chats_of, reader))
        return await self._db.read(self.read_contacts, reader, away)

    def read_contacts(self, tx: Tx, reader: int, away: bool) -> list[UserStatus]:
        """The same within a transaction."""
        made = self._made
        found = [made.get(row) or self._make(row) for row in store.contacts_of(tx, reader)]
        typing = self._typing_in(tx, reader, [one.user_id for one in found]) if len(self._board) else {}
        if not typing and not away:
            return found
        away_ids = self._away_among(tx, [one.user_id for one in found]) if away else set()
        return [self._as_now(one, one.user_id in away_ids, typing.get(one.user_id)) for one in found]

    def _away_among(self, tx: Tx, ids: list[int]) -> set[int]:
        """Those of these people of whom it was told that they are away."""
        if self._together:
            return who_is_away(tx, ids)
        return {one for one in ids if self._live.published.get(one) == "away"}

    def _as_now(self, one: UserStatus, away: bool, chat_id: int | None) -> UserStatus:
        is_away = away and one.status == "online"
        if not is_away and chat_id is None:
            return one
        return structs.replace(one, status="away" if is_away else one.status, is_typing_in_chat=chat_id)

    def _make(self, row: Kept) -> UserStatus:
        """The status of a person of whom the database keeps this: made once, since most stay as they are."""
        if len(self._made) >= MAX_MADE:
            self._made.clear()
        one = store.published(row)
        status = self._made[row] = UserStatus(
            user_id=one.user_id,
            status="online" if one.is_online else "offline",
            last_seen=one.last_seen,
            is_typing_in_chat=None,
        )
        return status

    async def for_pong(self, reader: int, *, away: bool) -> dict[str, ContactStatus]:
        """Every mutual contact, by id, as `pong` tells it."""
        return {
            str(one.user_id): ContactStatus(status=one.status, typing=one.is_typing_in_chat)
            for one in await self.of_contacts(reader, away=away)
        }

    async def one(self, reader: int, user_id: int, *, away: bool) -> OnlineStatus:
        """Oneself or a mutual contact. Refuses `not_found` for anyone else, whether or not they exist."""
        if reader == user_id:
            me = await self.me(user_id, away=away)
            return OnlineStatus(
                user_id=user_id, is_online=me.status != "offline", status=me.status, last_seen=me.last_seen
            )
        found, away_ids = await self._db.read(
            lambda tx: (store.contact(tx, reader, user_id), self._away_among(tx, [user_id]))
        )
        if found is None:
            raise Refusal("not_found")
        return self._online(found, away_ids, away)

    async def of_chat_mates(self, reader: int, *, away: bool) -> list[OnlineStatus]:
        """The mutual contacts with whom the reader shares a chat, online or not."""

        def read(tx: Tx) -> tuple[list[Published], set[int]]:
            mates = store.chat_mates(tx, reader)
            return mates, self._away_among(tx, [one.user_id for one in mates])

        mates, away_ids = await self._db.read(read)
        return [self._online(one, away_ids, away) for one in mates]

    def _online(self, one: Published, away_ids: set[int], away: bool) -> OnlineStatus:
        state: Status = "offline"
        if one.is_online:
            state = rules.shown("away" if one.user_id in away_ids else "online", wants_away=away)
        return OnlineStatus(user_id=one.user_id, is_online=one.is_online, status=state, last_seen=one.last_seen)

    def _typing_in(self, tx: Tx, reader: int, ids: list[int]) -> dict[int, int]:
        """Where each of these people types, of the chats that the reader is in too."""
        typing = {one: chats for one in ids if (chats := self._board.chats(one))}
        if not typing:
            return {}
        mine = store.chats_of(tx, reader)
        shared = {user_id: next((chat for chat in chats if chat in mine), None) for user_id, chats in typing.items()}
        return {user_id: chat for user_id, chat in shared.items() if chat is not None}
