"""Add, remove, block: what changes who is a mutual contact, and so who sees whom."""

from collections.abc import Callable
from functools import partial

from ryadom.auth.store import bump
from ryadom.db.database import Database
from ryadom.db.tx import Tx
from ryadom.protocol.audience import Users
from ryadom.protocol.errors import Refusal
from ryadom.protocol.events import ContactChanged
from ryadom.protocol.facts import MutualFlipped
from ryadom.protocol.schemas import Contact

from . import store


class Contacts:
    """What people do with their contacts."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def add(self, owner_id: int, user_id: int | None, username: str | None) -> tuple[Contact, bool]:
        """Enter someone by id or name. The entry, and whether it is new. Refuses `not_found`, `invalid`."""
        return await self._db.write(partial(_add, owner_id=owner_id, user_id=user_id, username=username))

    async def remove(self, owner_id: int, user_id: int) -> None:
        """Remove an entry. Refuses `not_found` when there is none."""

        def remove(tx: Tx) -> None:
            if not changing(tx, owner_id, user_id, lambda: store.remove(tx, owner_id, user_id)):
                raise Refusal("not_found")

        await self._db.write(remove)

    async def block(self, owner_id: int, user_id: int) -> None:
        """Block someone; harmless when blocked already. Refuses `not_found`, `invalid`."""

        def block(tx: Tx) -> None:
            _somebody(tx, owner_id, user_id, None)
            changing(tx, owner_id, user_id, lambda: store.block(tx, owner_id, user_id))

        await self._db.write(block)

    async def unblock(self, owner_id: int, user_id: int) -> None:
        """Take a block back; harmless when there is none. Refuses `not_found`, `invalid`."""

        def unblock(tx: Tx) -> None:
            _somebody(tx, owner_id, user_id, None)
            changing(tx, owner_id, user_id, lambda: store.unblock(tx, owner_id, user_id))

        await self._db.write(unblock)


def changing(tx: Tx, owner_id: int, other_id: int, change: Callable[[], bool]) -> bool:
    """Make a change to an entry and tell who must know: the owner always, the other only when `mutual` flips."""
    before = store.are_mutual(tx, owner_id, other_id)
    if not change():
        return False
    mutual = store.are_mutual(tx, owner_id, other_id)
    told = (owner_id,) if mutual is before else (owner_id, other_id)
    rev = bump(tx, *told)
    if mutual is not before:
        tx.tell(MutualFlipped(rev=rev, first=owner_id, second=other_id, mutual=mutual))
        _tell(tx, rev, other_id, owner_id, mutual)
    _tell(tx, rev, owner_id, other_id, mutual)
    return True


def _tell(tx: Tx, rev: int, reader_id: int, user_id: int, mutual: bool) -> None:
    entry = store.get_contact(tx, reader_id, user_id)
    changed = ContactChanged(timestamp=tx.now, rev=rev, user_id=user_id, mutual=mutual, contact=entry)
    tx.emit(changed, Users([reader_id]))


def _add(tx: Tx, owner_id: int, user_id: int | None, username: str | None) -> tuple[Contact, bool]:
    other_id = _somebody(tx, owner_id, user_id, username)
    created = changing(tx, owner_id, other_id, lambda: store.add(tx, owner_id, other_id, by_hand=True))
    entry = store.get_contact(tx, owner_id, other_id)
    if entry is None:
        raise Refusal("not_found")
    return entry, created


def _somebody(tx: Tx, owner_id: int, user_id: int | None, username: str | None) -> int:
    row = tx.first(store.FIND, user_id=user_id, username=None if username is None else username.lower())
    if row is None:
        raise Refusal("not_found")
    if row[0] == owner_id:
        raise Refusal("invalid", "That is yourself.")
    return int(row[0])
