"""What is published about people: the transactions of `presence.actions`, of one node and of several.

One node decides by what it knows, and publishes that. Where there are several, each tells what it knows, and it is
decided in the transaction from that and what the others have noted.
"""

from datetime import datetime
from typing import NamedTuple

from ryadom.auth.store import declare
from ryadom.clock import utc
from ryadom.contacts.store import are_mutual, mutual_ids
from ryadom.db.tx import Tx
from ryadom.live.device import IDLE_AFTER
from ryadom.nodes import store as nodes
from ryadom.protocol.audience import Users
from ryadom.protocol.events import Event, MessagesRead, StatusChange, UserOffline, UserOnline
from ryadom.protocol.facts import NodeGone, SessionDeclared, StatusPublished
from ryadom.protocol.schemas import Status

from . import rules, store


class Step(NamedTuple):
    """A person's status goes from one to another."""

    user_id: int
    before: Status
    after: Status
    seen: float | None


class Here(NamedTuple):
    """A person as one of several nodes sees them."""

    user_id: int
    devices: dict[int, bool]
    """Session → whether it is idle, of the devices here that count."""
    seen: float | None
    """The last proof of presence here."""
    status: Status
    """What would be told if there were no other nodes."""


class Together(NamedTuple):
    """What one of several nodes would have published."""

    node: str
    here: list[Here]
    pairs: list[tuple[int, int]]
    """People who may see each other from now on."""
    moved: list[int]
    """Sessions that it knew, and that are on another node now."""


class Publication(NamedTuple):
    """What one transaction publishes."""

    crossing: list[Step]
    """To offline, or from there."""
    idling: list[Step]
    """Between online and away."""
    pairs: list[tuple[int, int]]
    """People who may see each other from now on."""
    statuses: dict[int, Status]
    """Of everybody who is named above."""


def declare_all(tx: Tx, items: list[SessionDeclared]) -> list[None]:
    """Keep what sessions have said of themselves, and let all nodes hear of it."""
    for said in items:
        declare(tx, said.session_id, absent=not said.online)
        tx.tell(said)
    return [None] * len(items)


def take_over(tx: Tx, node: str, here: str, own: frozenset[int]) -> list[nodes.Known]:
    """What a node that is gone knew is known `here` now, but for sessions that are connected here already (`own`)."""
    now = tx.now.timestamp()
    known = [
        one._replace(node=here, idle=now - one.active.timestamp() >= IDLE_AFTER)
        for one in nodes.take(tx, node)
        if one.session_id not in own
    ]
    nodes.know(tx, known)
    tx.tell(NodeGone(rev=0, node=node))
    return known


def publish_together(tx: Tx, items: list[Together]) -> list[dict[int, Status]]:
    """Decide, of all that nodes know, and publish. For each item: person → status."""
    return [_decide(tx, *item) for item in items]


def _decide(tx: Tx, node: str, here: list[Here], pairs: list[tuple[int, int]], moved: list[int]) -> dict[int, Status]:
    """Publish what is to be told of these people, of all that nodes know. The status of each."""
    nodes.forget(tx, node, moved)
    mine = {one.user_id: one for one in here}
    paired = [one for pair in pairs for one in pair]
    known, absent = nodes.people(tx, node, list(dict.fromkeys([*mine, *paired])))
    statuses, steps = {}, []
    for person in known:
        user_id = person.user_id
        statuses[user_id] = person.shown
        if user_id in mine:
            idle = [idle for session_id, idle in mine[user_id].devices.items() if session_id not in absent]
            after = rules.of_devices([*person.idle, *idle], hidden=person.hidden)
            if after != person.shown:
                steps.append(Step(user_id, person.shown, after, mine[user_id].seen))
                statuses[user_id] = after
    proofs = nodes.last_proofs(tx, [step.user_id for step in steps if step.after == "offline"])
    steps = [_with_proof(step, proofs.get(step.user_id)) for step in steps]
    for step in steps:
        nodes.note_away(tx, step.user_id, step.before, step.after)
        tx.tell(StatusPublished(rev=0, user_id=step.user_id, status=step.after))
    crossing = [step for step in steps if "offline" in (step.before, step.after)]
    idling = [step for step in steps if "offline" not in (step.before, step.after)]
    if steps or pairs:
        _publish(tx, crossing, idling, pairs, statuses)
    return statuses


def _with_proof(step: Step, elsewhere: datetime | None) -> Step:
    """The last proof of presence counts, wherever it was."""
    if elsewhere is None or (step.seen is not None and step.seen >= elsewhere.timestamp()):
        return step
    return step._replace(seen=elsewhere.timestamp())


def publish_all(tx: Tx, items: list[Publication]) -> list[None]:
    """A set, though one comes at a time: it is short, and changes nothing that other sets remember."""
    for item in items:
        _publish(tx, *item)
    return [None] * len(items)


def _publish(
    tx: Tx, crossing: list[Step], idling: list[Step], pairs: list[tuple[int, int]], statuses: dict[int, Status]
) -> None:
    readers = mutual_ids(tx, [step.user_id for step in (*crossing, *idling)])
    for step in crossing:
        online = step.after != "offline"
        seen = None if step.seen is None else utc(step.seen)
        last_seen = store.publish(tx, step.user_id, online, seen)
        _tell_status(tx, step.user_id, step.after, last_seen, readers[step.user_id])
        mark = (UserOnline if online else UserOffline)(timestamp=tx.now, user_id=step.user_id, last_seen=last_seen)
        tx.emit(mark, Users(readers[step.user_id]))
    for step in idling:
        person = store.one(tx, step.user_id)
        if person is not None:
            idle = _status_change(tx, step.user_id, step.after, person.last_seen)
            tx.emit(idle, Users(readers[step.user_id], away=True))
    told = {step.user_id for step in crossing}
    for one, other in dict.fromkeys(pairs):
        if are_mutual(tx, one, other):
            for person_id, reader in ((one, other), (other, one)):
                _introduce(tx, person_id, reader, None if person_id in told else statuses[person_id])


def _introduce(tx: Tx, user_id: int, reader: int, status: Status | None) -> None:
    """Someone may see a person from now on: their status, and what they have read of the reader's messages.

    `status` is None when the reader has just been told it.
    """
    person = store.one(tx, user_id)
    if person is None:
        return
    if status is not None:
        _tell_status(tx, user_id, status if person.is_online else "offline", person.last_seen, [reader])
    for chat_id, up_to_seq, rev in tx.run(store.READ_BY, reader=user_id, author=reader):
        read: Event = MessagesRead(
            timestamp=tx.now, rev=rev, chat_id=chat_id, user_id=user_id, up_to_seq=up_to_seq, message_ids=[]
        )
        tx.emit(read, Users([reader]))


def _tell_status(tx: Tx, user_id: int, status: Status, last_seen: datetime | None, to: list[int]) -> None:
    """`away` to those who ask for it, `online` to the others."""
    if status != "away":
        tx.emit(_status_change(tx, user_id, status, last_seen), Users(to))
        return
    for wants_away in (True, False):
        shown = rules.shown(status, wants_away=wants_away)
        tx.emit(_status_change(tx, user_id, shown, last_seen), Users(to, away=wants_away))


def _status_change(tx: Tx, user_id: int, status: Status, last_seen: datetime | None) -> StatusChange:
    return StatusChange(timestamp=tx.now, user_id=user_id, status=status, last_seen=last_seen)
