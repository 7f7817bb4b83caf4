"""What the commits of the last minutes have emitted, so that a node that has missed some finds them here.

A commit that emitted nothing has a number, and no row.
"""

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, delete, select

from ryadom.protocol.emissions import Emission, packed, unpacked

from .query import new
from .tables import Instant, commit_log, revision
from .tx import Tx

KEPT_FOR = timedelta(minutes=5)
PORTION = 500
"""Commits that are read at once."""

APPEND = new(commit_log, "number", "at", "node", "body")
HEAD = select(revision.c.commits)
SINCE = (
    select(commit_log.c.number, commit_log.c.node, commit_log.c.body)
    .where(commit_log.c.number > bindparam("after"), commit_log.c.number <= bindparam("up_to"))
    .order_by(commit_log.c.number)
)
PURGE = delete(commit_log).where(commit_log.c.at < bindparam("before", type_=Instant))


class Missed(NamedTuple):
    """What was committed after a number."""

    head: int
    """The number of the last commit."""
    up_to: int
    """The number of the last commit that was looked at."""
    found: dict[int, tuple[str, list[Emission]]]
    """Number → the node, and what it emitted."""


def append(tx: Tx, number: int, node: str, emissions: list[Emission]) -> None:
    """Keep what the commit of this transaction emits."""
    tx.run(APPEND, number=number, at=tx.now, node=node, body=packed(emissions))


def head(tx: Tx) -> int:
    """The number of the last commit."""
    return int(tx.value(HEAD))


def since(tx: Tx, after: int) -> Missed:
    """The commits after a number, a portion of them."""
    last = head(tx)
    up_to = min(last, after + PORTION)
    found = tx.run(SINCE, after=after, up_to=up_to)
    return Missed(last, up_to, {number: (node, unpacked(body)) for number, node, body in found})


def purge(tx: Tx) -> None:
    """Forget what nobody can be missing any more: who was away for so long begins anew."""
    tx.run(PURGE, before=tx.now - KEPT_FOR)
