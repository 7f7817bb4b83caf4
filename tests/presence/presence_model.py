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


class _State:
    """What matters of a session: open sockets, until when it counts without one, until when requests extend nothing."""

    __slots__ = ("absent", "before", "grace", "over", "sockets", "until")

    def __init__(self) -> None:
        self.sockets, self.until, self.grace, self.absent, self.over = 0, NEVER, NEVER, False, False
        self.before = (False, False)
        """When the server was killed: whether it counted, and whether by a socket."""


def counts(log: Log, now: float) -> bool:
    """Whether a session counts as present."""
    state = _State()
    for entry in log:
        if entry.at > now:
            break
        _step(state, entry.at, entry.what)
    return not (state.absent or state.over) and (state.sockets > 0 or now < state.until)


def _step(state: _State, at: float, what: str) -> None:
    if what == "open":
        state.sockets, state.absent = state.sockets + 1, False
    elif what == "request" and at >= state.grace:
        state.until = at + 60
    elif what in ("close", "break"):
        state.sockets -= 1
        if not state.sockets:
            state.until = state.grace = at + (5 if what == "close" else 15)
    elif what == "offline":
        state.absent = True
    elif what == "online" and state.absent:
        state.absent, state.until, state.grace = False, at + 60, at
    elif what in ("crash", "start", "end"):
        _server(state, at, what)


def _server(state: _State, at: float, what: str) -> None:
    if what == "end":
        state.over = True
    elif what == "crash":
        state.before = (state.sockets > 0 or at < state.until, state.sockets > 0 or at < state.grace)
        state.sockets = 0
    else:
        state.until = at + 15 if state.before[0] else NEVER
        state.grace = state.until if state.before[1] else NEVER


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
