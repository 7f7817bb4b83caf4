"""Events for other clients to fold: tests/law/fixtures/*.json, one file per thing that happens.

    {"about": …, "reader": {"user_id", "session_id", "away"},
     "before": {"sync": GET /sync, "sessions": GET /sessions, "rooms": {chat id: {"members", "messages"}}},
     "events": […], "after": {the same as before}}

A client that begins from `before` and folds `events` must show what it would show when it began from `after`; what
counts as the same is said in `law.state.normal`. A client need not hold rooms that it has not opened. Time stands
still and ids are given in order, so the files are the same every time. Written by `python -m law.fixtures` in tests/.
"""

import asyncio
import json
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from law.state import Json, Reader, State, begin, opened, plain
from law.town import Town
from ryadom.auth.store import list_sessions
from ryadom.db.tx import Tx
from ryadom.sync.snapshot import snapshot
from world import Device, World

FOLDER = Path(__file__).with_name("fixtures")


class Scene(NamedTuple):
    """Something that happens, and whose device sees it."""

    about: str
    reader: Callable[[Town], Device]
    happens: Callable[[Town], Awaitable[Any]]


def phone(town: Town) -> Device:
    """Alice's, who does things on her laptop."""
    return town.phone


def tablet(town: Town) -> Device:
    """Bob's."""
    return town.bob.devices["tablet"]


async def newest(town: Town) -> Json:
    """The last message in the group."""
    return (await town.laptop.get(f"/chats/{town.group['id']}"))["last_message"]


async def write(town: Town) -> None:
    await town.bob.web.write(town.direct, "Ты где?")


async def write_here(town: Town) -> None:
    await town.phone.socket.send(type="send_message", chat_id=town.direct["id"], text="Here", client_id="f-1")


async def write_elsewhere(town: Town) -> None:
    await town.laptop.write(await town.world.direct(town.alice, town.carol), "From the other device", client_id="f-2")


async def edit(town: Town) -> None:
    message = await newest(town)
    await town.carol.web.call("PATCH", f"/messages/{message['id']}", {"text": "Hello, all"})


async def delete(town: Town) -> None:
    await town.carol.web.call("DELETE", f"/messages/{(await newest(town))['id']}")


async def read_elsewhere(town: Town) -> None:
    await town.laptop.read(await newest(town))


async def read_by_another(town: Town) -> None:
    await town.bob.web.read(await newest(town))


async def join(town: Town) -> None:
    await town.laptop.post(f"/chats/{town.group['id']}/members", {"user_id": town.dave.id})


async def remove(town: Town) -> None:
    await town.laptop.call("DELETE", f"/chats/{town.group['id']}/members/{town.bob.id}")


async def hand_over(town: Town) -> None:
    await town.laptop.call("PATCH", f"/chats/{town.group['id']}/members/{town.bob.id}", {"role": "owner"})


async def retitle(town: Town) -> None:
    await town.laptop.call("PATCH", f"/chats/{town.group['id']}", {"title": "Прогулка"})


async def mute(town: Town) -> None:
    await town.laptop.call("PATCH", f"/chats/{town.direct['id']}", {"muted_until": "2030-01-01T00:00:00Z"})


async def rename(town: Town) -> None:
    await town.bob.web.call("PATCH", "/users/me", {"display_name": "Боб"})


async def befriend(town: Town) -> None:
    await town.laptop.post("/contacts", {"username": "dave"})


async def unfriend(town: Town) -> None:
    await town.bob.web.call("DELETE", f"/contacts/{town.alice.id}")


async def go(town: Town) -> None:
    await town.carol.web.socket.close()
    await town.world.advance(5)


async def come(town: Town) -> None:
    await go(town)
    await town.carol.web.connect()


async def type_(town: Town) -> None:
    await town.bob.web.socket.send(type="typing_start", chat_id=town.direct["id"])


async def type_and_send(town: Town) -> None:
    await type_(town)
    await write(town)


async def sign_in_and_out(town: Town) -> None:
    tv = await town.alice.device("tv", connect=False)
    await town.alice.device("web", connect=False)
    await tv.post("/logout")


SCENES: dict[str, Scene] = {
    "message_from_another": Scene("Bob writes to Alice.", phone, write),
    "message_sent_here": Scene("Alice writes on this device.", phone, write_here),
    "message_sent_elsewhere": Scene("Alice opens a chat and writes on her other device.", phone, write_elsewhere),
    "message_edited": Scene("Carol edits the last message.", phone, edit),
    "message_deleted": Scene("Carol deletes a message that Alice has not read.", phone, delete),
    "read_elsewhere": Scene("Alice reads the group on her other device.", phone, read_elsewhere),
    "read_by_another": Scene("Bob reads what Alice wrote.", phone, read_by_another),
    "member_joined": Scene("Alice adds Dave to the group.", tablet, join),
    "joined": Scene("Dave is added to the group.", lambda town: town.dave.web, join),
    "removed": Scene("Alice removes Bob from the group.", tablet, remove),
    "became_owner": Scene("Alice hands the group over to Bob.", tablet, hand_over),
    "title_changed": Scene("Alice gives the group another title.", tablet, retitle),
    "muted_elsewhere": Scene("Alice mutes a chat on her other device.", phone, mute),
    "renamed": Scene("Bob takes another name.", phone, rename),
    "became_mutual": Scene("Alice adds Dave, who has her already.", phone, befriend),
    "no_more_mutual": Scene("Bob removes Alice from his contacts.", phone, unfriend),
    "went_offline": Scene("Carol closes her page.", phone, go),
    "came_online": Scene("Carol goes and comes back.", phone, come),
    "typing": Scene("Bob types.", phone, type_),
    "typed_and_sent": Scene("Bob types and sends.", phone, type_and_send),
    "devices": Scene("Alice signs in on two devices and out on one of them.", phone, sign_in_and_out),
}


def answers(tx: Tx, town: Town, reader: Reader) -> Json:
    """What a client gets that asks for everything."""
    seen = plain(snapshot(tx, reader.user_id, town.world.server.statuses, reader.away))
    rooms = {str(chat["id"]): dict(zip(("members", "messages"), opened(tx, chat["id"]), strict=True))
             for chat in seen["chats"]}  # fmt: skip
    return {"sync": seen, "sessions": plain(list_sessions(tx, reader.user_id, reader.session_id)), "rooms": rooms}


def state_of(told: Json, reader: Reader) -> State:
    """The state of a client that got these answers."""
    rooms = {int(chat): (room["members"], room["messages"]) for chat, room in told["rooms"].items()}
    return begin(reader, told["sync"], told["sessions"], rooms)


async def play(scene: Scene) -> Json:
    """One file's content."""
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), stranger=False)
        await world.start()
        town = await Town(world).settle_in()
        device = scene.reader(town)
        reader = Reader(device.person.id, device.session_id)
        read = world.server.db.read
        before = await read(answers, town, reader)
        device.socket.received()
        await scene.happens(town)
        events = device.socket.received()
        after = await read(answers, town, reader)
        await world.close()
    return {
        "about": scene.about, "reader": reader._asdict(), "before": before, "events": events, "after": after,
    }  # fmt: skip


def files() -> Iterator[tuple[Path, str]]:
    """Every file and its text."""
    for name, scene in SCENES.items():
        text = json.dumps(asyncio.run(play(scene)), ensure_ascii=False, indent=1)
        yield FOLDER / f"{name}.json", text + "\n"


def main() -> None:
    """Write all files, and remove those that nobody makes any more."""
    FOLDER.mkdir(exist_ok=True)
    written = dict(files())
    for path in FOLDER.glob("*.json"):
        if path not in written:
            path.unlink()
    for path, text in written.items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
