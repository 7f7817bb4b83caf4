"""Presence as a pure function of (devices, now)."""

from collections.abc import Iterable

from ryadom.live.registry import IDLE_AFTER, Device
from ryadom.protocol.schemas import Status


def status(devices: Iterable[Device], now: float, *, hidden: bool = False) -> Status:
    """What others may see of a person with these devices."""
    present = [device for device in devices if device.present(now)]
    if hidden or not present:
        return "offline"
    return "online" if any(now - device.active < IDLE_AFTER for device in present) else "away"


def shown(state: Status, *, wants_away: bool) -> Status:
    """A status as a reader gets it: who does not ask for `away` sees `online`."""
    return "online" if state == "away" and not wants_away else state
