"""Presence as a pure function of (devices, now)."""

from collections.abc import Collection, Iterable

from ryadom.live.device import Device
from ryadom.protocol.schemas import Status


def status(devices: Iterable[Device], now: float, *, hidden: bool = False) -> Status:
    """What others may see of a person with these devices."""
    return of_devices([device.idle(now) for device in devices if device.present(now)], hidden=hidden)


def of_devices(idle: Collection[bool], *, hidden: bool = False) -> Status:
    """The same, of whether each device that is present is idle."""
    if hidden or not idle:
        return "offline"
    return "away" if all(idle) else "online"


def shown(state: Status, *, wants_away: bool) -> Status:
    """A status as a reader gets it: who does not ask for `away` sees `online`."""
    return "online" if state == "away" and not wants_away else state
