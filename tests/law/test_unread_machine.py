"""Unread counts are exact, always: random people, devices and chats against a recount after every step."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from law.bridge import Bridge
from law.recount import recount, total
from ryadom.chats.store import total_unread
from torture import TORTURE, steps
from world import Device, Person

Json = Any

PEOPLE = ("ann", "ben", "cid", "dee")
DEVICES = ("web", "phone")
CHATS = ("direct", "group", "channel")
STEPS_PER_RUN = 50
RUNS = 70

taken = 0
"""Steps that were taken and checked in this process."""

people = st.sampled_from(PEOPLE)
devices = st.sampled_from(DEVICES)
chats = st.sampled_from(CHATS)
either = st.booleans()
places = st.integers(0, 10_000)


class Unread(RuleBasedStateMachine):
    """Four people with two devices each, in a direct chat, a group and a channel."""

    def __init__(self) -> None:
        super().__init__()
        self.bridge = Bridge()
        self.world = self.bridge.world
        self.who: dict[str, Person] = {}
        self.chats: dict[str, Json] = {}
        self.messages: list[Json] = []
        """As they were when sent."""
        self.names = 0
        self.bridge.run(self.begin())

    async def begin(self) -> None:
        for name in PEOPLE:
            self.who[name] = await self.world.person(name, devices=DEVICES)
        ann, ben, cid, dee = self.who.values()
        self.chats["direct"] = await self.world.direct(ann, ben)
        self.chats["group"] = await self.world.group(ann, ben, cid)
        self.chats["channel"] = await self.world.group(ann, ben, cid, dee, kind="channel")

    def device(self, person: str, device: str) -> Device:
        return self.who[person].devices[device]

    def path(self, chat: str) -> str:
        return f"/chats/{self.chats[chat]['id']}"

    def ask(self, person: str, method: str, path: str, body: Json = None) -> Json:
        """A request that may be refused, but not go wrong."""
        answer = self.bridge.run(self.device(person, "web").call(method, path, body))
        assert answer.status in (200, 201, 204, 403, 404, 409), (answer.status, answer.body)
        return answer.json if answer.status in (200, 201) else None

    def frame(self, person: str, device: str, **frame: Json) -> None:
        """Send a frame and let nothing happen yet; nothing when that device is not connected."""
        socket = self.device(person, device).socket
        if socket.alive:
            socket.wire.send_text(json.dumps(frame))

    def settle(self) -> None:
        self.bridge.run(self.world.settle())

    def message(self, place: int) -> Json:
        return self.messages[-1 - place % min(len(self.messages), 12)] if self.messages else None

    def client_id(self, again: bool) -> str:
        self.names += not again
        return f"c-{self.names}"

    @rule(person=people, chat=chats, again=either)
    def send_by_rest(self, person: str, chat: str, again: bool) -> None:
        body = {"text": "Hello", "client_id": self.client_id(again)}
        message = self.ask(person, "POST", f"{self.path(chat)}/messages", body)
        if message is not None:
            self.messages.append(message)

    @rule(person=people, device=devices, chat=chats, again=either)
    def send_by_socket(self, person: str, device: str, chat: str, again: bool) -> None:
        self.frame(person, device, type="send_message", chat_id=self.chats[chat]["id"], text="Hello",
                   client_id=self.client_id(again))  # fmt: skip
        self.settle()
        self.note(person, device)

    def note(self, person: str, device: str) -> None:
        """Remember what a socket was told to have sent."""
        sent = self.device(person, device).socket.received("message_sent")
        self.messages += [event["message"] for event in sent]

    @rule(chat=chats, crowd=st.lists(st.tuples(people, devices, either), min_size=2, max_size=6), place=places)
    def all_at_once(self, chat: str, crowd: list[tuple[str, str, bool]], place: int) -> None:
        """Several write and read within one commit."""
        message = self.message(place)
        for person, device, writes in crowd:
            if writes or message is None:
                self.frame(person, device, type="send_message", chat_id=self.chats[chat]["id"], text="Now",
                           client_id=self.client_id(False))  # fmt: skip
            else:
                self.frame(person, device, type="read", chat_id=message["chat_id"], message_id=message["id"])
        self.settle()

    @rule(writer=people, chat=chats, comer=people, device=devices)
    def somebody_connects_while_another_writes(self, writer: str, chat: str, comer: str, device: str) -> None:
        self.frame(writer, "web", type="send_message", chat_id=self.chats[chat]["id"], text="Now",
                   client_id=self.client_id(False))  # fmt: skip
        self.bridge.run(self.device(comer, device).connect())

    @rule(place=places, delete=either)
    def change_a_message(self, place: int, delete: bool) -> None:
        message = self.message(place)
        if message is not None:
            author = next(name for name, person in self.who.items() if person.id == message["sender_id"])
            body = None if delete else {"text": f"Edited {place}"}
            self.ask(author, "DELETE" if delete else "PATCH", f"/messages/{message['id']}", body)

    @rule(person=people, device=devices, place=places, by_socket=either)
    def read(self, person: str, device: str, place: int, by_socket: bool) -> None:
        message = self.message(place)
        if message is None:
            return
        if by_socket:
            self.frame(person, device, type="read", chat_id=message["chat_id"], message_id=message["id"])
            self.settle()
        else:
            self.ask(person, "POST", "/status/read", {"chat_id": message["chat_id"], "message_id": message["id"]})

    @rule(place=places, person=people)
    def read_and_delete_at_once(self, place: int, person: str) -> None:
        message = self.message(place)
        if message is not None:
            author = next(one for one in self.who.values() if one.id == message["sender_id"])
            self.frame(person, "phone", type="read", chat_id=message["chat_id"], message_id=message["id"])
            self.bridge.run(self.both(author.devices["web"].call("DELETE", f"/messages/{message['id']}")))

    async def both(self, *calls: Any) -> None:
        await asyncio.gather(*calls)

    @rule(by=people, person=people, chat=chats, comes=either)
    def join_or_leave(self, by: str, person: str, chat: str, comes: bool) -> None:
        if comes:
            self.ask(by, "POST", f"{self.path(chat)}/members", {"user_id": self.who[person].id})
        else:
            self.ask(by, "DELETE", f"{self.path(chat)}/members/{self.who[person].id}")

    @rule(by=people, person=people, chat=chats, role=st.sampled_from(["admin", "member", "owner"]))
    def give_a_role(self, by: str, person: str, chat: str, role: str) -> None:
        self.ask(by, "PATCH", f"{self.path(chat)}/members/{self.who[person].id}", {"role": role})

    @rule(person=people, chat=chats, minutes=st.integers(-1, 3))
    def mute(self, person: str, chat: str, minutes: int) -> None:
        until = self.world.clock.utcnow() + timedelta(minutes=minutes)
        self.ask(person, "PATCH", self.path(chat), {"muted_until": until.isoformat() if minutes else None})

    @rule(person=people, other=people, what=st.sampled_from(["add", "remove", "block", "unblock"]))
    def change_a_contact(self, person: str, other: str, what: str) -> None:
        if person == other:
            return
        id_ = self.who[other].id
        if what == "add":
            self.ask(person, "POST", "/contacts", {"user_id": id_})
        elif what == "remove":
            self.ask(person, "DELETE", f"/contacts/{id_}")
        else:
            self.ask(person, "PUT" if what == "block" else "DELETE", f"/contacts/{id_}/block")

    @rule(person=people, device=devices, how=st.sampled_from(["close", "drop", "connect"]))
    def come_or_go(self, person: str, device: str, how: str) -> None:
        here = self.device(person, device)
        if how == "connect":
            self.bridge.run(here.connect())
        elif here.socket.alive:
            self.bridge.run(here.socket.close() if how == "close" else here.socket.drop())

    @rule(seconds=st.floats(0.001, 100))
    def time_goes_by(self, seconds: float) -> None:
        self.bridge.run(self.world.advance(seconds))

    @invariant()
    def every_count_is_a_recount(self) -> None:
        global taken  # noqa: PLW0603 - hypothesis makes the machines; this counts over all of them
        taken += 1
        self.bridge.run(self.compare())

    async def compare(self) -> None:
        world, server = self.world, self.world.server
        counted = recount(world.settings.sqlite_path, world.clock.utcnow())
        for person in self.who.values():
            expected = counted[person.id]
            told = {chat["id"]: chat["unread_count"] for chat in await person.web.get("/chats")}
            assert told == {id_: chat.unread for id_, chat in expected.items()}
            assert await server.db.read(total_unread, person.id) == total(expected)
            assert await server.counts.total(person.id) == total(expected)
            here = server.hub.people.get(person.id)
            if here is not None:
                held = {id_: (count.unread, count.mark) for id_, count in here.chats.items()}
                assert held == {id_: (chat.unread, chat.mark) for id_, chat in expected.items()}
        for socket in world.mirrored:
            if socket.mirror is not None:
                state = socket.mirror.state
                seen = {id_: (chat["unread_count"], chat["read_up_to_seq"]) for id_, chat in state.chats.items()}
                expected = counted[state.reader.user_id]
                assert seen == {id_: (chat.unread, chat.mark) for id_, chat in expected.items()}
                assert state.total_unread == total(expected)

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
        ),
    )  # fmt: skip
    assert taken - before >= steps(3000)
