"""Presence as a pure function of (devices, now)."""

from collections.abc import Iterable

from ryadom.live.registry import IDLE_AFTER, Device
from ryadom.protocol.schemas import Status


def status(devices: Iterable[Device], now: float, *, hidden: bool = False) -> Status:
    """What others may see of a person with these devices."""
    return of_activity([device.active for device in devices if device.present(now)], now, hidden=hidden)


def of_activity(active: Iterable[float], now: float, *, hidden: bool = False) -> Status:
    """The same of the last activity of each device that is present."""
    times = list(active)
    if hidden or not times:
        return "offline"
    return "online" if now - max(times) < IDLE_AFTER else "away"


def shown(state: Status, *, wants_away: bool) -> Status:
    """A status as a reader gets it: who does not ask for `away` sees `online`."""
    return "online" if state == "away" and not wants_away else state
