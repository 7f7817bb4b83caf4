"""`ryadom.presence.rules`: presence as a pure function of devices and the time."""

import pytest

from ryadom.live.device import Device
from ryadom.presence.rules import shown, status

NOW = 10_000.0


def device(*, sockets: int = 0, offline_after: float = 0.0, active: float = NOW, absent: bool = False) -> Device:
    """A device in some state."""
    made = Device(1, 1, 0.0)
    made.sockets, made.offline_after, made.active, made.absent = sockets, offline_after, active, absent
    return made


HERE, LEAVING, GONE = device(sockets=1), device(offline_after=NOW + 0.1), device(offline_after=NOW)
ABSENT, IDLE = device(sockets=2, absent=True), device(sockets=1, active=NOW - 300)


@pytest.mark.parametrize(
    ("devices", "expected"),
    [
        ([], "offline"), ([HERE], "online"), ([LEAVING], "online"), ([GONE], "offline"), ([ABSENT], "offline"),
        ([IDLE], "away"), ([device(sockets=1, active=NOW - 299.9)], "online"), ([IDLE, LEAVING], "online"),
        ([IDLE, GONE], "away"), ([IDLE, ABSENT], "away"), ([GONE, ABSENT, HERE], "online"),
    ],
)  # fmt: skip
def test_what_others_may_see(devices: list[Device], expected: str) -> None:
    assert status(devices, NOW) == expected
    assert status(devices, NOW, hidden=True) == "offline"


@pytest.mark.parametrize("state", ["online", "offline"])
@pytest.mark.parametrize("wants_away", [True, False])
def test_only_away_depends_on_who_asks(state: str, wants_away: bool) -> None:
    assert shown(state, wants_away=wants_away) == state  # type: ignore[arg-type]


def test_away_is_online_to_who_does_not_ask() -> None:
    assert (shown("away", wants_away=True), shown("away", wants_away=False)) == ("away", "online")
