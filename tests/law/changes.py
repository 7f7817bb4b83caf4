"""What a test does at random in the town, and what the tables' revs have to do with it."""

from collections.abc import Awaitable, Callable
from typing import Any

from law.town import Json, Town
from world import Device, Person

Change = Callable[[Town, int], Awaitable[Any]]
"""What somebody does; the number picks the details."""


def actor(town: Town, pick: int) -> Device:
    """Somebody, on their first device."""
    everybody: list[Person] = [town.alice, town.bob, town.carol, town.dave]
    return everybody[pick % 4].web


def chat(town: Town, pick: int) -> int:
    """One of the chats."""
    id_: int = (town.direct, town.group, town.channel, town.group)[pick // 4 % 4]["id"]
    return id_


async def message(town: Town, pick: int) -> Json:
    """One of the newest messages of a chat that Alice is in."""
    answer = await town.laptop.call("GET", f"/chats/{chat(town, pick)}/messages?limit=6")
    messages = answer.json if answer.status == 200 else []
    return messages[pick // 16 % len(messages)] if messages else None


async def send(town: Town, pick: int) -> None:
    await actor(town, pick).call("POST", f"/chats/{chat(town, pick)}/messages", {"text": f"Text {pick}"})


async def send_many(town: Town, pick: int) -> None:
    for number in range(4):
        await send(town, pick + 4 * number)


async def read(town: Town, pick: int) -> None:
    one = await message(town, pick)
    if one is not None:
        await actor(town, pick // 3).call("POST", "/status/read", {"message_ids": [one["id"]]})


async def edit(town: Town, pick: int) -> None:
    one = await message(town, pick)
    if one is not None:
        await author(town, one).call("PATCH", f"/messages/{one['id']}", {"text": f"Edited {pick}"})


async def delete(town: Town, pick: int) -> None:
    one = await message(town, pick)
    if one is not None:
        await author(town, one).call("DELETE", f"/messages/{one['id']}")


def author(town: Town, one: Json) -> Device:
    return next(person.web for person in town.world.people.values() if person.id == one["sender_id"])


async def add(town: Town, pick: int) -> None:
    await town.laptop.call("POST", f"/chats/{chat(town, pick)}/members", {"user_id": actor(town, pick).person.id})


async def remove(town: Town, pick: int) -> None:
    whom = actor(town, pick).person
    by = whom.web if pick // 64 % 2 else town.laptop
    await by.call("DELETE", f"/chats/{chat(town, pick)}/members/{whom.id}")


async def promote(town: Town, pick: int) -> None:
    role = ("admin", "member")[pick // 64 % 2]
    await town.laptop.call(
        "PATCH", f"/chats/{chat(town, pick)}/members/{actor(town, pick).person.id}", {"role": role}
    )  # fmt: skip


async def retitle(town: Town, pick: int) -> None:
    await town.laptop.call("PATCH", f"/chats/{chat(town, pick)}", {"title": f"Title {pick}"})


async def rename(town: Town, pick: int) -> None:
    await actor(town, pick).call("PATCH", "/users/me", {"display_name": f"Name {pick}"})


async def mute(town: Town, pick: int) -> None:
    until = None if pick % 3 == 0 else "2030-01-01T00:00:00Z"
    await actor(town, pick).call("PATCH", f"/chats/{chat(town, pick)}", {"muted_until": until})


async def befriend(town: Town, pick: int) -> None:
    await actor(town, pick).call("POST", "/contacts", {"user_id": actor(town, pick // 4 + 1).person.id})


async def unfriend(town: Town, pick: int) -> None:
    await actor(town, pick).call("DELETE", f"/contacts/{actor(town, pick // 4 + 1).person.id}")


async def block(town: Town, pick: int) -> None:
    method = ("PUT", "DELETE")[pick // 64 % 2]
    await actor(town, pick).call(method, f"/contacts/{actor(town, pick // 4 + 1).person.id}/block")


async def open_chat(town: Town, pick: int) -> None:
    by, other = actor(town, pick), actor(town, pick // 4 + 1).person
    body = {"kind": "direct", "user_id": other.id} if pick % 2 else {
        "kind": "group", "title": f"Group {pick}", "member_ids": [other.id],
    }  # fmt: skip
    await by.call("POST", "/chats", body)


async def sign_in(town: Town, pick: int) -> None:
    await actor(town, pick).person.device(f"device {pick % 6}", connect=False)


async def sign_out_others(town: Town, pick: int) -> None:
    for name, device in list(actor(town, pick).person.devices.items()):
        if name.startswith("device "):
            await device.call("POST", "/logout")


CHANGES: tuple[Change, ...] = (
    send, send, send_many, read, read, edit, delete, add, remove, promote, retitle, rename, mute, befriend, unfriend,
    block, open_chat, sign_in, sign_out_others,
)  # fmt: skip

ROWS = {
    "messages": ("id", "rev", "text, edited_at, deleted_at"),
    "chats": ("id", "rev", "title, last_seq"),
    "chat_members": ("chat_id || '/' || user_id", "rev", "role, left_at, joined_at"),
    "chat_members as mark": ("chat_id || '/' || user_id", "read_rev", "read_up_to_seq"),
    '"user"': ("id", "rev", "display_name, settings, locale"),
}
"""Table → key, rev, and the columns whose change that rev must tell."""

Rows = dict[tuple[str, Any], tuple[int, tuple[Any, ...]]]
"""(table, key) → (rev, content)."""


async def read_rows(read: Callable[[str], Awaitable[list[Any]]]) -> tuple[int, Rows]:
    """The highest rev given out, and every row that has one. `read` gives what a statement finds."""
    rows: Rows = {}
    for table, (key, rev, content) in ROWS.items():
        for key_, rev_, *content_ in await read(f"SELECT {key}, {rev}, {content} FROM {table}"):
            rows[table, key_] = rev_, tuple(map(str, content_))
    [(highest,)] = await read("SELECT value FROM revision")
    return highest, rows


def check_revs(before: tuple[int, Rows], after: tuple[int, Rows]) -> None:
    """Whatever changed has a rev that is higher than all revs before; revs come from the one counter."""
    highest, known = before
    for place, (rev, content) in after[1].items():
        if known.get(place) == (rev, content):
            continue
        assert highest < rev <= after[0], f"{place} has changed to {content} with rev {rev}, not after {highest}"
    messages = [rev for (table, _), (rev, _) in after[1].items() if table == "messages"]
    assert len(messages) == len(set(messages))
