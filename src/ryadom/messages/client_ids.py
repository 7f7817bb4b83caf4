"""Which messages client_ids have become: what is sent again is the message that is there.

Where several servers write, a message enters the table of client_ids with its commit. Where this one alone writes, the
newest are remembered here and enter it many at a time: each has its place there beside those of its sender, so that
nearly every message would cost a page of the journal for it, more than all else of a message but its place in the chat.

Retries are rare: a set of messages looks names up when it has met one, by running again.
"""

from ryadom.chats.store import message_of
from ryadom.db.tx import LATEST_CLIENT_IDS, Tx
from ryadom.protocol.schemas import Message

from . import store
from .store import LATEST_AT_MOST

Name = tuple[int, str]
"""A sender and their client_id."""


def look_up(tx: Tx, names: list[Name]) -> dict[Name, Message] | None:
    """The messages that these have become before; None when there is no reason yet to look."""
    if not tx.again and not (tx.writes_alone and not _latest(tx).keys().isdisjoint(names)):
        return None
    if not names:
        return {}
    found = tx.run(store.NAMED, items=names)
    if tx.writes_alone:
        latest = _latest(tx)
        ids = [latest[name] for name in names if name in latest]
        found += tx.run(store.BY_ID, ids=ids) if ids else []
    return {(message.sender_id, message.client_id or ""): message for message in map(message_of, found)}


def remember(tx: Tx, added: dict[Name, int], last_id: int) -> None:
    """These messages were appended, in the order of their ids, with others up to the last id.

    Raises when one is in the table that has not been looked up. What is remembered changes last, so that it is as
    before when something fails.
    """
    if not tx.writes_alone:
        tx.run_rows(store.ADD_CLIENT_IDS, store.ENTRY, [(*name, id_) for name, id_ in added.items()])
        return
    latest = _latest(tx)
    tx.run_rows(store.FAIL_IF_THERE, ("sender", "name"), list(added))
    first = next(iter(latest.values()), None) or next(iter(added.values()), last_id)
    if last_id - first >= LATEST_AT_MOST - 1:
        tx.run(store.ENTER, first=first, last=last_id)
        latest.clear()
    else:
        latest.update(added)


def _latest(tx: Tx) -> dict[Name, int]:
    """What is not in the table, in the order of the ids."""
    if LATEST_CLIENT_IDS not in tx.memory:
        found = tx.run(store.NOT_ENTERED)
        tx.memory[LATEST_CLIENT_IDS] = {(sender_id, client_id): id_ for sender_id, client_id, id_ in found}
    return tx.memory[LATEST_CLIENT_IDS]
