"""What one person is told of another, in words that stories can compare."""

from world import Device, Person, Socket

PRESENCE = ("status_change", "user_online", "user_offline")
TYPING = ("typing_start", "typing_stop")
CAME = ["status_change online", "user_online"]
WENT = ["status_change offline", "user_offline"]


def told(socket: Socket) -> list[str]:
    """What a socket has been told of anybody's presence since the last call."""
    return [f"{one['type']} {one['status']}" if "status" in one else one["type"] for one in socket.received(*PRESENCE)]


def typing(socket: Socket) -> list[str]:
    """What a socket has been told of anybody's typing since the last call."""
    return [one["type"] for one in socket.received(*TYPING)]


async def shown(reader: Device, person: Person, query: str = "") -> str:
    """What REST shows the reader of a mutual contact; every list and call must say the same."""
    [listed] = [one for one in await reader.get(f"/status/contacts{query}") if one["user_id"] == person.id]
    one = await reader.get(f"/api/user_status/{person.id}{query}")
    assert one["is_online"] is (one["status"] != "offline")
    assert (one["status"], one["last_seen"]) == (listed["status"], listed["last_seen"])
    return str(one["status"])


async def seen_at(reader: Device, person: Person) -> str | None:
    """The last_seen that REST shows the reader of a mutual contact."""
    return (await reader.get(f"/api/user_status/{person.id}"))["last_seen"]  # type: ignore[no-any-return]


async def away_watcher(person: Person, name: str = "away") -> Socket:
    """One more device of a person, which asks for `away`, among all other events."""
    socket = (await person.device(name)).socket
    await socket.send(type="subscribe", events=["away"])
    socket.received()
    return socket
