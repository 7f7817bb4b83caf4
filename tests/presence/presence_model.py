"""What the contract says about presence, as pure functions over a log of what happened. Knows nothing of the server."""

from collections.abc import Iterable
from typing import NamedTuple

NEVER = float("-inf")


class Entry(NamedTuple):
    """Something that happened to a session.

    `what`: request, command, open, heard, close (by the client), break, offline, online, end, crash, start.
    For `start`: `active` is what the server found written about the session.
    """

    at: float
    what: str
    active: float = NEVER


Log = list[Entry]


def counts(log: Log, now: float) -> bool:
    """Whether a session counts as present."""
    sockets, until, grace, absent, before = 0, NEVER, NEVER, False, (False, False)
    for at, what, _ in log:
        if at > now:
            break
        if what == "open":
            sockets, absent = sockets + 1, False
        elif what == "request" and at >= grace:
            until = at + 60
        elif what in ("close", "break"):
            sockets -= 1
            until = grace = at + (5 if what == "close" else 15) if not sockets else until
        elif what == "offline":
            absent = True
        elif what == "online" and absent:
            absent, until, grace = False, at + 60, at
        elif what == "crash":
            before = (sockets > 0 or at < until, sockets > 0 or at < grace)
            sockets = 0
        elif what == "start":
            until, grace = (at + 15 if before[0] else NEVER), (at + 15 if before[0] and before[1] else NEVER)
        elif what == "end":
            return False
    return not absent and (sockets > 0 or now < until)


def active(log: Log, now: float) -> float:
    """The last command or request of a session."""
    last = NEVER
    for at, what, written in log:
        if at > now:
            break
        if what in ("request", "command", "open", "offline", "online"):
            last = at
        elif what == "start":
            last = written
    return last


def proof(log: Log, now: float) -> float:
    """The last proof of presence of a session: what it did while it was not absent by its own word."""
    last, absent = NEVER, False
    for at, what, _ in log:
        if at > now:
            break
        if what in ("open", "online"):
            absent = False
        if what not in ("break", "crash", "start", "end") and not absent:
            last = at
        if what == "offline":
            absent = True
    return last


def status(logs: Iterable[Log], now: float, *, hidden: bool) -> str:
    """What others see of a person with these sessions."""
    present = [log for log in logs if counts(log, now)]
    if hidden or not present:
        return "offline"
    return "online" if any(now - active(log, now) < 300 for log in present) else "away"


def moments(logs: Iterable[Log], after: float, until: float) -> list[float]:
    """When something may have changed: every entry, and where its seconds end."""
    steps = (0, 5, 15, 60, 300)
    bases = {base for log in logs for entry in log for base in (entry.at, entry.active)}
    return sorted({base + step for base in bases for step in steps if after < base + step < until} | {until})
