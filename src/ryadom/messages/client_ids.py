"""Which messages client_ids have become: what is sent again is the message that is there.

Where several servers write, a message enters the table of client_ids with its commit. Where this one alone writes, the
newest are remembered here and enter it many at a time: each has its place there beside those of its sender, so that
nearly every message would cost a page of the journal for it, more than all else of a message but its place in the chat.

Retries are rare: a set of messages looks names up when it has met one, by running again.
"""

from sqlalchemy import BigInteger, Text, and_, bindparam, exists, func, null, select, update

from ryadom.chats.store import MESSAGE_COLUMNS, message_of
from ryadom.db.query import ids_in, new, rows
from ryadom.db.tables import client_ids, messages
from ryadom.db.tx import LATEST_CLIENT_IDS, Tx
from ryadom.protocol.schemas import Message

Name = tuple[int, str]
"""A sender and their client_id."""

LATEST_AT_MOST = 2_000
"""Messages back from the last, of which some may not be in the table. To lower it would be to forget some of them."""

_named = rows("items", sender_id=BigInteger, client_id=Text)
NAMED = (
    select(*MESSAGE_COLUMNS)
    .select_from(
        _named.join(
            client_ids,
            and_(client_ids.c.sender_id == _named.c.sender_id, client_ids.c.client_id == _named.c.client_id),
        ).join(messages, messages.c.id == client_ids.c.message_id)
    )
)  # fmt: skip
BY_ID = select(*MESSAGE_COLUMNS).where(messages.c.id.in_(ids_in("ids")))
ADD = new(client_ids, "sender_id", "client_id", "message_id")
FAIL_IF_THERE = (
    # A message_id cannot be null; where there is no such row, nothing is done.
    update(client_ids)
    .where(client_ids.c.sender_id == bindparam("sender"), client_ids.c.client_id == bindparam("name"))
    .values(message_id=null())
)
_entry = (messages.c.sender_id, messages.c.client_id, messages.c.id)
LATEST = (
    select(*_entry)
    .where(
        messages.c.id > select(func.max(messages.c.id)).scalar_subquery() - LATEST_AT_MOST,
        messages.c.client_id.is_not(None),
        ~exists(
            select(1).where(
                client_ids.c.sender_id == messages.c.sender_id, client_ids.c.client_id == messages.c.client_id
            )
        ),
    )
    .order_by(messages.c.id)
)
ADD_LATEST = client_ids.insert().from_select(
    ("sender_id", "client_id", "message_id"),
    select(*_entry).where(
        messages.c.id >= bindparam("first"), messages.c.id <= bindparam("last"), messages.c.client_id.is_not(None)
    ),
)


class Known(Exception):
    """A client_id that was taken for new has become a message before."""


def look_up(tx: Tx, names: list[Name]) -> dict[Name, Message] | None:
    """The messages that these have become before; None when there is no reason yet to look."""
    if not tx.again and not (tx.writes_alone and not _latest(tx).keys().isdisjoint(names)):
        return None
    if not names:
        return {}
    found = tx.run(NAMED, items=names)
    if tx.writes_alone:
        latest = _latest(tx)
        ids = [latest[name] for name in names if name in latest]
        found += tx.run(BY_ID, ids=ids) if ids else []
    return {(message.sender_id, message.client_id or ""): message for message in map(message_of, found)}


def remember(tx: Tx, added: dict[Name, int], last_id: int) -> None:
    """These messages were appended, in the order of their ids, with others up to the last id.

    Raises when one was there before. What is remembered changes last, so that it is as before when something fails.
    """
    if not tx.writes_alone:
        tx.run_rows(ADD, ("sender_id", "client_id", "message_id"), [(*name, id_) for name, id_ in added.items()])
        return
    latest = _latest(tx)
    if not latest.keys().isdisjoint(added):
        raise Known
    tx.run_rows(FAIL_IF_THERE, ("sender", "name"), list(added))
    first = next(iter(latest.values()), None) or next(iter(added.values()), last_id)
    if last_id - first >= LATEST_AT_MOST - 1:
        tx.run(ADD_LATEST, first=first, last=last_id)
        latest.clear()
    else:
        latest.update(added)


def _latest(tx: Tx) -> dict[Name, int]:
    """What is not in the table, in the order of the ids."""
    if LATEST_CLIENT_IDS not in tx.memory:
        found = tx.run(LATEST)
        tx.memory[LATEST_CLIENT_IDS] = {(sender_id, client_id): id_ for sender_id, client_id, id_ in found}
    return tx.memory[LATEST_CLIENT_IDS]
