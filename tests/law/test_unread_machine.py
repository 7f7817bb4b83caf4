"""Unread counts are exact, always: random people, devices and chats against a recount after every step."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from law.bridge import Bridge
from law.held import Held
from law.recount import Counted, Facts, read_facts, recount, total
from report import tell
from ryadom.app import Server
from ryadom.chats.store import total_unread
from torture import TORTURE, steps
from world import Device, Person

Json = Any

PEOPLE = ("ann", "ben", "cid", "dee")
DEVICES = ("web", "phone")
CHATS = ("direct", "group", "channel")
STEPS_PER_RUN = 50
RUNS = 72

taken = 0
"""Steps that were taken and checked in this process."""

people = st.sampled_from(PEOPLE)
devices = st.sampled_from(DEVICES)
chats = st.sampled_from(CHATS)
either = st.booleans()
seldom = st.integers(0, 7).map(lambda number: number == 7)
places = st.integers(0, 2**20)


class Unread(RuleBasedStateMachine):
    """Four people with two devices each, in a direct chat, a group and a channel."""

    def __init__(self) -> None:
        super().__init__()
        self.bridge = self.make()
        self.world = self.bridge.world
        self.who: dict[str, Person] = {}
        self.ids: dict[str, int] = {}
        self.names = 0
        self.bridge.run(self.begin())

    def make(self) -> Bridge:
        """The world that this happens in."""
        return Bridge()

    async def begin(self) -> None:
        ann, ben, cid, dee = [await self.world.person(name, devices=DEVICES) for name in PEOPLE]
        self.who = dict(self.world.people)
        chats = (
            await self.world.direct(ann, ben),
            await self.world.group(ann, ben, cid),
            await self.world.group(ann, ben, cid, dee, kind="channel"),
        )
        self.ids = {name: chat["id"] for name, chat in zip(CHATS, chats, strict=True)}
        for chat in chats:
            await ann.web.write(chat, "Good morning")
        for member in (ben, cid):
            await self.may_post(member)
        self.facts: Facts = await read_facts(self.world.rows)

    async def may_post(self, member: Person) -> None:
        """Most may write in the channel, or little would happen there."""
        path = f"/chats/{self.ids['channel']}/members/{member.id}"
        await self.who["ann"].web.call("PATCH", path, {"role": "admin"})

    # What the rules are made of

    def device(self, person: str, device: str) -> Device:
        return self.who[person].devices[device]

    def member(self, chat: str, place: int) -> str:
        """Somebody who is in this chat, as most who act are."""
        inside = [name for name in PEOPLE if self.who[name].id in self.facts.roles[self.ids[chat]]]
        return inside[place % len(inside)] if inside else PEOPLE[0]

    def head(self, chat: str) -> str:
        """Who runs it."""
        roles = self.facts.roles[self.ids[chat]]
        return next((name for name in PEOPLE if roles.get(self.who[name].id) == "owner"), PEOPLE[0])

    def message(self, chat: str, place: int) -> Json:
        """One of the last messages that are there, mostly a new one."""
        alive = self.facts.alive[self.ids[chat]][-8:]
        return alive[-1 - place % len(alive)] if alive else None

    def author(self, message: Json) -> str:
        return next(name for name in PEOPLE if self.who[name].id == message.sender_id)

    def ask(self, person: str, method: str, path: str, body: Json = None) -> None:
        """A request that may be refused, but not go wrong."""
        answer = self.bridge.run(self.device(person, "web").call(method, path, body))
        assert answer.status in (200, 201, 204, 403, 404, 409), (answer.status, answer.body)

    def frame(self, person: str, device: str, type_: str, chat: str, **fields: Json) -> None:
        """Send a frame and let nothing happen yet; nothing when that device is not connected."""
        socket = self.device(person, device).socket
        if socket.alive:
            socket.wire.send_text(json.dumps({"type": type_, "chat_id": self.ids[chat], **fields}))

    def writing(self, again: bool = False) -> Json:
        self.names += not again
        return {"text": "Hello", "client_id": f"c-{self.names}"}

    # Rules

    @rule(chat=chats, place=places, again=seldom)
    def send_by_rest(self, chat: str, place: int, again: bool) -> None:
        self.ask(self.member(chat, place), "POST", f"/chats/{self.ids[chat]}/messages", self.writing(again))

    @rule(chat=chats, place=places, device=devices, again=seldom)
    def send_by_socket(self, chat: str, place: int, device: str, again: bool) -> None:
        self.frame(self.member(chat, place), device, "send_message", chat, **self.writing(again))
        self.bridge.run(self.world.settle())

    @rule(person=people, chat=chats)
    def anybody_tries_to_send(self, person: str, chat: str) -> None:
        self.ask(person, "POST", f"/chats/{self.ids[chat]}/messages", self.writing())

    @rule(chat=chats, crowd=st.lists(st.tuples(people, devices, either, places), min_size=2, max_size=6))
    def all_at_once(self, chat: str, crowd: list[tuple[str, str, bool, int]]) -> None:
        """Several write and read within one commit."""
        for person, device, writes, place in crowd:
            message = self.message(chat, place)
            if writes or message is None:
                self.frame(person, device, "send_message", chat, **self.writing())
            else:
                self.frame(person, device, "read", chat, message_id=message.id)
        self.bridge.run(self.world.settle())

    @rule(chat=chats, place=places, deletes=either, comer=people, device=devices)
    def somebody_connects_between_a_commit_and_its_events(
        self, chat: str, place: int, deletes: bool, comer: str, device: str
    ) -> None:
        message = self.message(chat, place) if deletes else None
        actor = self.member(chat, place) if message is None else self.author(message)
        if actor != comer:
            self.bridge.run(self.connect_late(actor, chat, message, self.device(comer, device)))

    async def connect_late(self, actor: str, chat: str, message: Json, device: Device) -> None:
        for other in device.person.devices.values():
            for socket in other.sockets:
                if socket.alive:
                    await socket.close()
        web = self.device(actor, "web")
        act = web.call
        call = (
            act("POST", f"/chats/{self.ids[chat]}/messages", self.writing())
            if message is None
            else act("DELETE", f"/messages/{message.id}")
        )
        async with Held(web.world.server.db, device.world.server.db) as held:
            acting = asyncio.ensure_future(call)
            await held.look()
            socket = device.open()
            await held.look()
        await device.welcomed(socket)
        await acting

    @rule(chat=chats, place=places)
    def delete(self, chat: str, place: int) -> None:
        message = self.message(chat, place)
        if message is not None:
            self.ask(self.author(message), "DELETE", f"/messages/{message.id}")

    @rule(chat=chats, place=places)
    def edit(self, chat: str, place: int) -> None:
        message = self.message(chat, place)
        if message is not None:
            self.ask(self.author(message), "PATCH", f"/messages/{message.id}", {"text": f"Edited {place}"})

    @rule(chat=chats, place=places, which=places, device=devices, by_socket=either)
    def read(self, chat: str, place: int, which: int, device: str, by_socket: bool) -> None:
        message, person = self.message(chat, which), self.member(chat, place)
        if message is None:
            return
        if by_socket:
            self.frame(person, device, "read", chat, message_id=message.id)
            self.bridge.run(self.world.settle())
        else:
            self.ask(person, "POST", "/status/read", {"chat_id": self.ids[chat], "message_id": message.id})

    @rule(chat=chats, place=places, which=places)
    def read_delete_and_write_at_once(self, chat: str, place: int, which: int) -> None:
        message, person = self.message(chat, which), self.member(chat, place)
        if message is not None:
            author = self.device(self.author(message), "web")
            self.frame(person, "phone", "read", chat, message_id=message.id)
            self.frame(person, "web", "send_message", chat, **self.writing())
            self.bridge.run(self.together(author.call("DELETE", f"/messages/{message.id}")))

    async def together(self, *calls: Any) -> None:
        await asyncio.gather(*calls)

    @rule(chat=st.sampled_from(["group", "channel"]), person=people)
    def join(self, chat: str, person: str) -> None:
        self.ask(self.head(chat), "POST", f"/chats/{self.ids[chat]}/members", {"user_id": self.who[person].id})

    @rule(chat=chats, place=places, by_itself=either)
    def leave(self, chat: str, place: int, by_itself: bool) -> None:
        person = self.member(chat, place)
        by = person if by_itself else self.head(chat)
        self.ask(by, "DELETE", f"/chats/{self.ids[chat]}/members/{self.who[person].id}")

    @rule(person=people, role=st.sampled_from(["admin", "member", "owner"]))
    def give_a_role(self, person: str, role: str) -> None:
        path = f"/chats/{self.ids['channel']}/members/{self.who[person].id}"
        self.ask(self.head("channel"), "PATCH", path, {"role": role})

    @rule(chat=chats, place=places, minutes=st.integers(-1, 3))
    def mute(self, chat: str, place: int, minutes: int) -> None:
        until = self.world.clock.utcnow() + timedelta(minutes=minutes)
        body = {"muted_until": until.isoformat() if minutes else None}
        self.ask(self.member(chat, place), "PATCH", f"/chats/{self.ids[chat]}", body)

    @rule(person=people, other=people, method=st.sampled_from(["POST", "POST", "DELETE"]))
    def change_a_contact(self, person: str, other: str, method: str) -> None:
        if person != other:
            id_ = self.who[other].id
            adds = method == "POST"
            self.ask(person, method, "/contacts" if adds else f"/contacts/{id_}", {"user_id": id_} if adds else None)

    @rule(person=people, other=people, method=st.sampled_from(["PUT", "DELETE", "DELETE"]))
    def block(self, person: str, other: str, method: str) -> None:
        if person != other:
            self.ask(person, method, f"/contacts/{self.who[other].id}/block")

    @rule(person=people, device=devices)
    def connect(self, person: str, device: str) -> None:
        self.bridge.run(self.device(person, device).connect())

    @rule(person=people, device=devices, breaks=either)
    def disconnect(self, person: str, device: str, breaks: bool) -> None:
        here = [socket for socket in self.device(person, device).sockets if socket.alive]
        if here:
            self.bridge.run(here[0].drop() if breaks else here[0].close())

    @rule(seconds=st.floats(0.001, 100))
    def time_goes_by(self, seconds: float) -> None:
        self.bridge.run(self.world.advance(seconds))

    # What must hold

    @invariant()
    def every_count_is_a_recount(self) -> None:
        global taken  # noqa: PLW0603 - hypothesis makes the machines; this counts over all of them
        taken += 1
        self.facts = self.bridge.run(read_facts(self.world.rows))
        self.bridge.run(self.compare())

    async def compare(self) -> None:
        world = self.world
        counted = recount(self.facts, world.clock.utcnow())
        for person in self.who.values():
            expected = counted.get(person.id, {})
            shown = {chat["id"]: chat["unread_count"] for chat in await person.web.get("/chats")}
            assert shown == {id_: chat.unread for id_, chat in expected.items()}
            for server in world.servers:
                await self.compare_server(server, person.id, expected)
        for socket in world.mirrored:
            if socket.mirror is not None:
                state = socket.mirror.state
                told = {id_: (chat["unread_count"], chat["read_up_to_seq"]) for id_, chat in state.chats.items()}
                expected = counted.get(state.reader.user_id, {})
                assert told == {id_: (chat.unread, chat.mark) for id_, chat in expected.items()}
                assert state.total_unread == total(expected)

    async def compare_server(self, server: Server, user_id: int, expected: dict[int, Counted]) -> None:
        """What a server knows of a person's counts, in the database and in memory."""
        assert await server.db.read(total_unread, user_id) == total(expected)
        assert await server.counts.total(user_id) == total(expected)
        here = server.hub.people.get(user_id)
        if here is not None:
            held = {room.chat_id: (room.unread[place], room.marks[place]) for room, place in here.seats()}
            assert held == {id_: (chat.unread, chat.mark) for id_, chat in expected.items()}

    def teardown(self) -> None:
        self.bridge.close()


@pytest.mark.torture
def test_every_count_equals_a_recount_after_every_step() -> None:
    before = taken
    run_state_machine_as_test(
        Unread,
        settings=settings(
            max_examples=steps(RUNS), stateful_step_count=STEPS_PER_RUN, derandomize=not TORTURE, deadline=None,
            database=None, suppress_health_check=list(HealthCheck),
            # Shrinking takes longer than a hanging test may: the torture has the time.
            phases=[Phase.generate, Phase.shrink] if TORTURE else [Phase.generate],
        ),
    )  # fmt: skip
    tell("counts and folded states of every client", steps=taken - before, wrong=0)
    assert taken - before >= steps(3000)
