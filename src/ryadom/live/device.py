"""One session as presence sees it: until when it counts, and how it stands."""

from typing import Literal

INFINITY = float("inf")
IDLE_AFTER = 300.0
"""Seconds without a command or request until a session is idle."""
Standing = Literal["socket", "request", "absent", "gone"]
"""Why a session counts: it has a socket (or the grace of one), or has asked lately; or why not: it said so, or left."""


class Device:
    """One session as presence sees it."""

    __slots__ = (
        "absent", "active", "grace_until", "offline_after", "saved", "saved_as", "saved_idle", "seen", "session_id",
        "sockets", "user_id", "watched",
    )  # fmt: skip

    def __init__(self, session_id: int, user_id: int, now: float) -> None:
        self.session_id = session_id
        self.user_id = user_id
        self.sockets = 0
        self.offline_after = now
        """Without a socket, it counts before this moment."""
        self.grace_until = now
        """Requests before this moment extend nothing."""
        self.seen = now
        """The last proof of presence."""
        self.active = now
        """The last command or request."""
        self.absent = False
        """It said `offline`: it does not count until it says `online` or connects anew."""
        self.saved = 0.0
        """When its times were last handed to the database, …"""
        self.saved_as: Standing = "gone"
        """… how it stood then, …"""
        self.saved_idle = False
        """… and whether it was idle."""
        self.watched = INFINITY
        """When the sweep looks at this device again."""

    def present(self, now: float) -> bool:
        """Whether this session counts."""
        return not self.absent and (self.sockets > 0 or now < self.offline_after)

    @property
    def had_grace(self) -> bool:
        """Whether it counts, or counted at last, by the grace of a socket that is gone."""
        return not self.sockets and self.offline_after == self.grace_until

    def standing(self, now: float) -> Standing:
        """What a server that starts must know of it."""
        if self.absent:
            return "absent"
        if self.sockets or now < self.grace_until:
            return "socket"
        return "request" if now < self.offline_after else "gone"

    def idle(self, now: float) -> bool:
        """Whether it has been without a command or request for long."""
        return now - self.active >= IDLE_AFTER
