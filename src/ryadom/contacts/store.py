"""SQL of contacts and blocks. `_NOTE` says here, and only here, who are mutual contacts.

Whatever changes an entry or a block notes it in both entries: that is read far more often than it changes.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, delete, exists, or_, select, update

from ryadom.auth.store import USER_COLUMNS, user_of
from ryadom.db.query import gathered, ids_in, new
from ryadom.db.tables import Instant, blocks, contacts, user
from ryadom.db.tx import Tx
from ryadom.protocol.schemas import Contact

_theirs = contacts.alias("theirs")


def blocked(one: ColumnElement[int], other: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether either of two people blocks the other."""
    either = or_(
        and_(blocks.c.owner_id == one, blocks.c.blocked_id == other),
        and_(blocks.c.owner_id == other, blocks.c.blocked_id == one),
    )
    return exists(select(1).select_from(blocks).where(either).correlate_except(blocks))


def mutual_pairs() -> Select[tuple[int, int]]:
    """(person, mutual contact). Narrow it by `contacts.c.owner_id`."""
    return select(contacts.c.owner_id, contacts.c.contact_id).where(contacts.c.mutual)


_returned = exists(
    select(1)
    .select_from(_theirs)
    .where(
        _theirs.c.owner_id == contacts.c.contact_id,
        _theirs.c.contact_id == contacts.c.owner_id,
        _theirs.c.removed_at.is_(None),
    )
    .correlate(contacts)
)
_NOTE = (
    update(contacts)
    .where(contacts.c.owner_id == bindparam("owner"), contacts.c.contact_id == bindparam("contact"))
    .values(
        mutual=and_(contacts.c.removed_at.is_(None), _returned, ~blocked(contacts.c.owner_id, contacts.c.contact_id))
    )
)
"""Each has the other and neither blocks the other."""
MUTUAL = (
    select(contacts.c.owner_id, gathered(contacts.c.contact_id))
    .where(contacts.c.mutual, contacts.c.owner_id.in_(ids_in("ids")))
    .group_by(contacts.c.owner_id)
)
ARE_MUTUAL = mutual_pairs().where(contacts.c.owner_id == bindparam("one"), contacts.c.contact_id == bindparam("other"))
_entered = select(contacts.c.contact_id).where(
    contacts.c.owner_id == bindparam("owner_id"), contacts.c.removed_at.is_(None)
)
_blocked = select(blocks.c.blocked_id).where(blocks.c.owner_id == bindparam("owner_id"))
ENTRIES = (
    select(*USER_COLUMNS, contacts.c.added_at, contacts.c.mutual, blocks.c.blocked_id.is_not(None))
    .select_from(
        user.outerjoin(
            contacts,
            and_(
                contacts.c.contact_id == user.c.id,
                contacts.c.owner_id == bindparam("owner_id"),
                contacts.c.removed_at.is_(None),
            ),
        ).outerjoin(blocks, and_(blocks.c.blocked_id == user.c.id, blocks.c.owner_id == bindparam("owner_id")))
    )
    .where(
        or_(
            user.c.id.in_(_entered.correlate(None)),
            user.c.id.in_(_blocked.correlate(None)),
        )
    )
    .order_by(user.c.display_name, user.c.id)
)  # fmt: skip
ONE_ENTRY = ENTRIES.where(user.c.id == bindparam("contact_id"))
ENTRY = select(contacts.c.added_at, contacts.c.removed_at).where(
    contacts.c.owner_id == bindparam("owner_id"), contacts.c.contact_id == bindparam("contact_id")
)
ADD = new(contacts, "owner_id", "contact_id", "added_at")
ADD_AGAIN = (
    update(contacts)
    .where(contacts.c.owner_id == bindparam("owner"), contacts.c.contact_id == bindparam("contact"))
    .values(added_at=bindparam("at", type_=Instant), removed_at=None)
)
REMOVE = (
    update(contacts)
    .where(
        contacts.c.owner_id == bindparam("owner"),
        contacts.c.contact_id == bindparam("contact"),
        contacts.c.removed_at.is_(None),
    )
    .values(removed_at=bindparam("at", type_=Instant))
    .returning(contacts.c.contact_id)
)
BLOCKED = select(blocks.c.blocked_id).where(
    blocks.c.owner_id == bindparam("owner_id"), blocks.c.blocked_id == bindparam("blocked_id")
)
BLOCK = new(blocks, "owner_id", "blocked_id", "created_at")
UNBLOCK = delete(blocks).where(
    blocks.c.owner_id == bindparam("owner_id"), blocks.c.blocked_id == bindparam("blocked_id")
)
FIND = select(*USER_COLUMNS).where(
    or_(user.c.id == bindparam("user_id"), user.c.username == bindparam("username")), user.c.deleted_at.is_(None)
)


def mutual_ids(tx: Tx, user_ids: Collection[int]) -> dict[int, list[int]]:
    """The mutual contacts of each of these people."""
    found: dict[int, list[int]] = {user_id: [] for user_id in user_ids}
    found.update(tx.run(MUTUAL, ids=list(user_ids)))
    return found


def are_mutual(tx: Tx, one: int, other: int) -> bool:
    """Whether two people are mutual contacts."""
    return tx.first(ARE_MUTUAL, one=one, other=other) is not None


def list_contacts(tx: Tx, owner_id: int) -> list[Contact]:
    """One's entries and blocks, by name."""
    return [_contact_of(row) for row in tx.run(ENTRIES, owner_id=owner_id)]


def get_contact(tx: Tx, owner_id: int, contact_id: int) -> Contact | None:
    """One's entry for a person, or block of them."""
    row = tx.first(ONE_ENTRY, owner_id=owner_id, contact_id=contact_id)
    return None if row is None else _contact_of(row)


def _contact_of(row: Any) -> Contact:
    return Contact(user=user_of(row), added_at=row[3], mutual=bool(row[4]), blocked=bool(row[5]))


def add(tx: Tx, owner_id: int, contact_id: int, *, by_hand: bool) -> bool:
    """Enter someone. Whether that was new. Not by hand: someone removed by hand is not added again."""
    row = tx.first(ENTRY, owner_id=owner_id, contact_id=contact_id)
    if row is None:
        tx.run(ADD, owner_id=owner_id, contact_id=contact_id, added_at=tx.now)
        _note(tx, owner_id, contact_id)
        return True
    if row[1] is not None and by_hand:
        tx.run(ADD_AGAIN, owner=owner_id, contact=contact_id, at=tx.now)
        _note(tx, owner_id, contact_id)
        return True
    return False


def remove(tx: Tx, owner_id: int, contact_id: int) -> bool:
    """Remove an entry. Whether there was one."""
    if not tx.run(REMOVE, owner=owner_id, contact=contact_id, at=tx.now):
        return False
    _note(tx, owner_id, contact_id)
    return True


def block(tx: Tx, owner_id: int, blocked_id: int) -> bool:
    """Block someone. Whether that was new."""
    if tx.first(BLOCKED, owner_id=owner_id, blocked_id=blocked_id) is not None:
        return False
    tx.run(BLOCK, owner_id=owner_id, blocked_id=blocked_id, created_at=tx.now)
    _note(tx, owner_id, blocked_id)
    return True


def unblock(tx: Tx, owner_id: int, blocked_id: int) -> bool:
    """Take a block back. Whether there was one."""
    if tx.first(BLOCKED, owner_id=owner_id, blocked_id=blocked_id) is None:
        return False
    tx.run(UNBLOCK, owner_id=owner_id, blocked_id=blocked_id)
    _note(tx, owner_id, blocked_id)
    return True


def _note(tx: Tx, one: int, other: int) -> None:
    """Something between two people has changed: both entries, as far as there are any, say whether they are mutual."""
    for owner_id, contact_id in ((one, other), (other, one)):
        tx.run(_NOTE, owner=owner_id, contact=contact_id)
