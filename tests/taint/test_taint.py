"""A million frames, each held against who may see it: no secret of a chat, no presence, no receipt goes astray.

People in groups, channels and direct chats do anything at random; every title and message carries its chat's mark.
"""

import random
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from presence.wires import Wire
from report import tell
from taint.truth import Truth, mark, wrong, wrong_body
from torture import steps
from world import Device, World

FRAMES = steps(1_000_000)
PEOPLE = 60
GROUPS = 10
MEMBERS = 36
READS = ("/chats", "/status/contacts", "/api/online_users", "/sync", "/contacts", "/users/me", "/sessions")

Json = Any
_decode = msgspec.json.Decoder().decode


class Town:
    """People, what they do, and what comes of it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.truth = Truth()
        self.chance = random.Random(3)
        self.devices: dict[int, Device] = {}
        self.wires: dict[int, list[Wire]] = {}
        self.messages: dict[int, list[int]] = {}
        self.kinds: dict[int, str] = {}
        self.removed: set[tuple[int, int]] = set()
        self._read_already: dict[bytes, Json] = {}
        """One frame goes to many."""
        self.frames = self.bodies = 0
        self.seen: Counter[str] = Counter()
        self.deeds: Counter[str] = Counter()

    async def begin(self) -> None:
        """Make people, entries and chats; one knows nobody and is in no chat."""
        for number in range(PEOPLE):
            person = await self.world.person(f"person{number}", connect=False)
            self.devices[person.id] = person.web
            self.wires[person.id] = []
            await self.connect(person.id)
        ids = list(self.devices)[:-1]
        for one in ids:
            for other in self.chance.sample(ids, 25):
                await self.befriend(one, other)
        for number in range(GROUPS):
            owner, *others = self.chance.sample(ids, MEMBERS)
            kind = "channel" if number % 5 == 4 else "group"
            await self.open(owner, kind, others)
        for _ in range(30):
            one, other = self.chance.sample(ids, 2)
            await self.open(one, "direct", [other])
        self.look()

    # What people do.

    async def connect(self, who: int) -> None:
        """Open a socket; some ask for `away`."""
        wire = Wire(self.world.server, self.devices[who].token, f"{who}.{self.chance.random()}", lambda what: None)
        self.wires[who].append(wire)
        await self.world.settle()
        if who % 2:
            wire.say(type="subscribe", events=["away", "new_message", "status_change", "typing_start", "typing_stop",
                "messages_read", "unread_message", "unread_changed", "chat_changed", "message_edited",
                "message_deleted", "user_online", "user_offline", "contact_changed", "user_changed"])  # fmt: skip

    async def befriend(self, one: int, other: int) -> None:
        """An entry."""
        if one != other and (await self.devices[one].call("POST", "/contacts", {"user_id": other})).status < 300:
            self.truth.entries.add((one, other))
            self.removed.discard((one, other))

    async def open(self, owner: int, kind: str, others: list[int]) -> None:
        """A chat, with its mark for a title."""
        body: Json = {"kind": kind, "user_id": others[0]} if kind == "direct" else {
            "kind": kind, "title": "new", "member_ids": others,
        }  # fmt: skip
        answer = await self.devices[owner].call("POST", "/chats", body)
        if answer.status >= 300:
            return
        id_ = answer.json["id"]
        self.kinds[id_] = kind
        self.messages.setdefault(id_, [])
        listed = await self.devices[owner].get(f"/chats/{id_}/members")
        self.truth.members[id_] = {(one.get("user") or one)["id"] for one in listed}
        if kind != "direct":
            await self.devices[owner].call("PATCH", f"/chats/{id_}", {"title": mark(id_)})

    async def act(self) -> None:
        """Somebody does something."""
        deeds = {
            "write": 60, "type": 12, "read": 14, "come": 3, "go": 3, "entry": 3, "no_entry": 2, "block": 1,
            "unblock": 2, "join": 2, "leave": 2, "hide": 1, "edit": 3, "delete": 1, "rename": 1, "ping": 4, "wait": 3,
            "ask": 12,
        }  # fmt: skip
        [deed] = self.chance.choices(list(deeds), list(deeds.values()))
        self.deeds[deed] += 1
        self.truth.step()
        who = self.chance.choice(list(self.devices))
        mine = [chat for chat, members in self.truth.members.items() if who in members]
        await getattr(self, f"_{deed}")(who, self.chance.choice(mine) if mine else 0)
        await self.world.settle()
        self.look()

    async def _write(self, who: int, chat: int) -> None:
        if chat:
            body = {"text": f"{mark(chat)} {self.chance.random()}"}
            answer = await self.devices[who].call("POST", f"/chats/{chat}/messages", body)
            if answer.status == 201:
                self.messages[chat].append(answer.json["id"])
                self._acquainted_by_writing(who, chat)

    def _acquainted_by_writing(self, who: int, chat: int) -> None:
        """Whoever writes to somebody has them as a contact, unless they had removed them by hand."""
        for other in self.truth.members[chat] - {who} if self.kinds[chat] == "direct" else ():
            if (who, other) not in self.removed:
                self.truth.entries.add((who, other))

    async def _type(self, who: int, chat: int) -> None:
        self._say(who, type=self.chance.choice(("typing_start", "typing_stop")), chat_id=chat or 1)

    async def _read(self, who: int, chat: int) -> None:
        if self.messages.get(chat):
            self._say(who, type="read", chat_id=chat, message_id=self.messages[chat][-1])

    async def _ping(self, who: int, chat: int) -> None:
        self._say(who, type="ping")

    async def _come(self, who: int, chat: int) -> None:
        if len(self.wires[who]) < 3:
            await self.connect(who)

    async def _go(self, who: int, chat: int) -> None:
        if self.wires[who]:
            wire = self.wires[who].pop()
            self._judge(who, wire)
            self.chance.choice((wire.close_cleanly, wire.drop))()

    async def _entry(self, who: int, chat: int) -> None:
        await self.befriend(who, self._other())

    async def _no_entry(self, who: int, chat: int) -> None:
        other = self._other()
        if (await self.devices[who].call("DELETE", f"/contacts/{other}")).status < 300:
            self.truth.entries.discard((who, other))
            self.removed.add((who, other))

    async def _block(self, who: int, chat: int) -> None:
        other = self._other()
        if (await self.devices[who].call("PUT", f"/contacts/{other}/block")).status < 300:
            self.truth.blocks.add((who, other))

    async def _unblock(self, who: int, chat: int) -> None:
        for one, other in sorted(self.truth.blocks)[:2]:
            if (await self.devices[one].call("DELETE", f"/contacts/{other}/block")).status < 300:
                self.truth.blocks.discard((one, other))

    async def _join(self, who: int, chat: int) -> None:
        other = self._other()
        if self.kinds.get(chat) in ("group", "channel"):
            answer = await self.devices[who].call("POST", f"/chats/{chat}/members", {"user_id": other})
            if answer.status < 300:
                self.truth.members[chat].add(other)

    async def _leave(self, who: int, chat: int) -> None:
        if self.kinds.get(chat) not in ("group", "channel") or len(self.truth.members[chat]) <= MEMBERS - 10:
            return
        if (await self.devices[who].call("DELETE", f"/chats/{chat}/members/{who}")).status < 300:
            self.truth.members[chat].discard(who)

    async def _hide(self, who: int, chat: int) -> None:
        await self.devices[who].call("PATCH", "/users/me", {"appear_offline": self.chance.random() < 0.4})

    async def _edit(self, who: int, chat: int) -> None:
        if self.messages.get(chat):
            id_ = self.chance.choice(self.messages[chat][-5:])
            await self.devices[who].call("PATCH", f"/messages/{id_}", {"text": f"{mark(chat)} edited"})

    async def _delete(self, who: int, chat: int) -> None:
        if self.messages.get(chat):
            await self.devices[who].call("DELETE", f"/messages/{self.chance.choice(self.messages[chat][-5:])}")

    async def _rename(self, who: int, chat: int) -> None:
        await self.devices[who].call("PATCH", f"/chats/{chat}", {"title": f"{mark(chat)}{self.chance.random()}"})

    async def _wait(self, who: int, chat: int) -> None:
        await self.world.clock.advance(self.chance.choice((0.1, 3, 11, 16, 70)))

    async def _ask(self, who: int, chat: int) -> None:
        """By REST: of what is one's own, and of what may not be."""
        anywhere = self.chance.choice(list(self.truth.members))
        path = self.chance.choice(
            (*READS, f"/chats/{anywhere}", f"/chats/{anywhere}/messages", f"/chats/{anywhere}/members",
             f"/chats/{anywhere}/changes?after_rev=0", f"/api/user_status/{self._other()}")
        )  # fmt: skip
        answer = await self.devices[who].call("GET", path)
        if answer.status == 200:
            self.bodies += 1
            complaint = wrong_body(self.truth, who, path, answer.json, answer.body)
            assert not complaint, f"person {who} got {complaint} by {path}"

    def _other(self) -> int:
        return self.chance.choice(list(self.devices)[:-1])

    def _say(self, who: int, **frame: Json) -> None:
        if self.wires[who]:
            self.chance.choice(self.wires[who]).say(**frame)

    # What comes of it.

    def look(self) -> None:
        """Judge every frame that has come to anybody."""
        self._read_already.clear()
        for who, wires in self.wires.items():
            for wire in wires:
                self._judge(who, wire)
            self.wires[who] = [wire for wire in wires if not wire.over]

    def _judge(self, who: int, wire: Wire) -> None:
        for raw in wire.texts():
            event = self._read_already.get(raw)
            if event is None:
                event = self._read_already[raw] = _decode(raw)
            self.frames += 1
            self.seen[event["type"]] += 1
            complaint = wrong(self.truth, who, event, raw)
            assert not complaint, f"person {who} got {complaint}: {event}"


@pytest.mark.torture
async def test_a_million_frames_go_to_whom_they_may(data: Path) -> None:
    world = World(data, mirrors=False, stranger=False)
    await world.start()
    town = Town(world)
    await town.begin()
    while town.frames < FRAMES:
        await town.act()
    tell("what goes to whom", frames=town.frames, bodies=town.bodies, deeds=town.deeds.total(), astray=0)
    await world.close()
    assert {"status_change", "typing_start", "messages_read", "new_message", "pong", "chat_changed"} <= set(town.seen)
    assert min(town.deeds.values()) > 0
