"""Reading statuses: what one person may see of others, put together from what was published and what is alive."""

from msgspec import structs

from ryadom.clock import Clock, utc
from ryadom.db.database import Database
from ryadom.db.tx import Tx
from ryadom.live.registry import Registry
from ryadom.live.typing import TypingBoard
from ryadom.protocol.errors import Refusal
from ryadom.protocol.schemas import ContactStatus, OnlineStatus, Status, UserStatus

from . import rules, store
from .store import Kept, Published

MAX_MADE = 50_000
"""Statuses that are kept at most: some ten megabytes."""


class Statuses:
    """Statuses as their readers get them."""

    def __init__(self, db: Database, clock: Clock, live: Registry, board: TypingBoard) -> None:
        self._db = db
        self._clock = clock
        self._live = live
        self._board = board
        self._made: dict[Kept, UserStatus] = {}

    async def me(self, user_id: int, *, away: bool) -> UserStatus:
        """One's own status, as others see it; `last_seen` is one's own last proof of presence."""
        published = await self._db.read(store.one, user_id)
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
        return await self._db.read(self.read_contacts, reader, away)

    def read_contacts(self, tx: Tx, reader: int, away: bool) -> list[UserStatus]:
        """The same within a transaction."""
        made = self._made
        found = [made.get(row) or self._make(row) for row in store.contacts_of(tx, reader)]
        typing = self._typing_in(tx, reader, [one.user_id for one in found]) if len(self._board) else {}
        if not typing and not away:
            return found
        return [self._as_now(one, away, typing.get(one.user_id)) for one in found]

    def _as_now(self, one: UserStatus, away: bool, chat_id: int | None) -> UserStatus:
        is_away = away and one.status == "online" and self._live.published.get(one.user_id) == "away"
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
        found = await self._db.read(store.contact, reader, user_id)
        if found is None:
            raise Refusal("not_found")
        return self._online(found, away)

    async def of_chat_mates(self, reader: int, *, away: bool) -> list[OnlineStatus]:
        """The mutual contacts with whom the reader shares a chat, online or not."""
        return [self._online(one, away) for one in await self._db.read(store.chat_mates, reader)]

    def _online(self, one: Published, away: bool) -> OnlineStatus:
        return OnlineStatus(
            user_id=one.user_id, is_online=one.is_online, status=self._shown(one, away), last_seen=one.last_seen
        )

    def _shown(self, one: Published, away: bool) -> Status:
        if not one.is_online:
            return "offline"
        return rules.shown("away" if self._live.published.get(one.user_id) == "away" else "online", wants_away=away)

    def _typing_in(self, tx: Tx, reader: int, ids: list[int]) -> dict[int, int]:
        """Where each of these people types, of the chats that the reader is in too."""
        typing = {one: chats for one in ids if (chats := self._board.chats(one))}
        if not typing:
            return {}
        mine = store.chats_of(tx, reader)
        shared = {user_id: next((chat for chat in chats if chat in mine), None) for user_id, chats in typing.items()}
        return {user_id: chat for user_id, chat in shared.items() if chat is not None}
