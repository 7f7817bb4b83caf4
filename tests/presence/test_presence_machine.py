"""Three people on up to nine devices do what people do; the server and the reference model agree after every step.

Covers ryadom.presence.actions, ryadom.presence.publishing, ryadom.presence.statuses, ryadom.live.registry,
ryadom.sync.entry.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise, permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

import servers
from presence.street import Actor, Gadget, Seen, Street
from presence.wires import Wire
from report import tell
from ryadom import app
from ryadom.auth.passwords import Passwords
from torture import TORTURE, steps
from world import World

STEPS = 50_000
STEPS_A_PART = 5_000
STEPS_EACH = 200
NAMES = ("alice", "bob", "carol")
SECONDS = (0.5, 1, 2, 4.5, 5, 5, 5, 5.5, 9, 10, 14.5, 15, 15, 15, 15.5, 25, 35, 45, 50, 59.5, 60, 61, 290, 300)
DEEDS = {
    "connect": 8, "close": 3, "drop": 3, "vanish": 2, "request": 5, "command": 3, "ping": 1, "logout": 2, "revoke": 1,
    "revoke_all": 1, "expire": 1, "password": 1, "offline": 2, "online": 2, "hide": 1, "show": 2,
}  # fmt: skip
RELATIONS = {"add": 4, "remove": 2, "block": 2, "unblock": 4}
Step = tuple[str, int, float]


def all_steps() -> list[Step]:
    """Everything that may happen next, as often as its weight says."""
    found: list[Step] = [("wait", 0, seconds) for seconds in SECONDS for _ in range(9)]
    found += [("crash", 0, seconds) for seconds in (0, 1, 30) for _ in range(2)]
    for who in range(len(NAMES)):
        for deed, weight in DEEDS.items():
            found += [(deed, who, device) for device in range(3) for _ in range(weight)]
        for how, weight in RELATIONS.items():
            found += [(how, who, other) for other in range(3) if other != who for _ in range(weight)]
    return found


class PresenceMachine(RuleBasedStateMachine):
    """One server, three people who are mutual contacts at first."""

    template: Path
    database: str
    """The same in PostgreSQL, or nothing."""
    taken = 0

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(dir=self.template))
        if not self.database:
            shutil.copy(self.template / "ryadom.db", self.folder)
        self.loop = asyncio.new_event_loop()
        self.run(self.begin())

    def run(self, coroutine: Any) -> Any:
        """Run on this machine's loop."""
        return self.loop.run_until_complete(coroutine)

    async def begin(self) -> None:
        """Start the server that the people are registered on."""
        self.passwords = Passwords(memory_kib=8, passes=1)
        self.street = Street(self.folder, self.passwords, self.database)
        await self.street.start()
        self.actors = [Actor(self.street, number + 1, name) for number, name in enumerate(NAMES)]
        self.entries = set(permutations(range(3), 2))
        self.blocks: set[tuple[int, int]] = set()

    @rule(step=st.sampled_from(all_steps()))
    def step(self, step: Step) -> None:
        """Something happens."""
        type(self).taken += 1
        self.run(self.take(*step))

    async def take(self, what: str, who: int, which: float) -> None:
        """Do it, let it settle, compare."""
        before = self.mutual()
        wires = [wire for _, gadget in self.gadgets() for wire in gadget.open_wires]
        if what == "wait":
            await self.street.advance(which)
        elif what == "crash":
            await self.crash(which)
        elif what in RELATIONS:
            await self.relate(what, who, int(which))
        else:
            await self.do(what, self.actors[who], int(which))
        await self.street.settle()
        for actor in self.actors:
            actor.look()
            await actor.remember()
        await self.compare(before, wires)

    async def do(self, what: str, actor: Actor, number: int) -> None:
        """One device does something; one that is not signed in does that."""
        if number not in actor.gadgets:
            await actor.login(number)
            return
        gadget = actor.gadgets[number]
        wire = next(iter(gadget.open_wires), None)
        if what in ("logout", "revoke", "revoke_all", "expire", "password"):
            await actor.end(what, number)
        elif what in ("offline", "online"):
            await self.declare(gadget, online=what == "online")
        elif what == "connect" and len(gadget.open_wires) < 2:
            await self.connect(gadget)
        elif wire is not None and what in ("close", "drop", "vanish", "command", "ping"):
            self.use(what, gadget, wire)
        else:
            gadget.note("request")
            await gadget.ask()
            if what in ("hide", "show"):
                await actor.hide(number, what == "hide")

    async def declare(self, gadget: Gadget, *, online: bool) -> None:
        """`POST /status/online` or `/status/offline`."""
        if online:
            gadget.note("request")
        await gadget.ask(parting=not online)
        gadget.note("online" if online else "offline")
        me = gadget.principal
        await self.street.server.presence.declare(me.session_id, me.user_id, online=online)

    async def connect(self, gadget: Gadget) -> None:
        """Open a socket, which asks for `away` on some devices."""
        wire = gadget.open()
        await self.street.settle()
        if gadget.wants_away:
            wire.say(type="subscribe", events=["away"])

    def use(self, what: str, gadget: Gadget, wire: Wire) -> None:
        """Something happens on a socket."""
        match what:
            case "close":
                wire.close_cleanly()
            case "drop":
                wire.drop()
            case "vanish":
                wire.vanished = True
            case "ping":
                gadget.note("heard")
                wire.say(type="ping")
            case "command":
                gadget.note("command")
                wire.say(type="typing_stop", chat_id=1)

    async def relate(self, how: str, who: int, other: int) -> None:
        """Someone changes an entry for another person, from any device of theirs."""
        actor = self.actors[who]
        if not actor.gadgets:
            await actor.login(0)
        gadget = next(iter(actor.gadgets.values()))
        pair = (who, other)
        if how == "remove" and pair not in self.entries:
            how = "add"
        gadget.note("request")
        await gadget.ask()
        await actor.relate(how, self.actors[other])
        kept = self.entries if how in ("add", "remove") else self.blocks
        (kept.add if how in ("add", "block") else kept.discard)(pair)

    async def crash(self, seconds: float) -> None:
        """The server is killed and starts again some seconds later."""
        await self.street.stop()
        for actor in self.actors:
            actor.crashed = self.street.clock.now()
        for _, gadget in self.gadgets():
            gadget.killed()
        await self.street.jump(seconds)
        await self.street.start()
        for actor in self.actors:
            for gadget in actor.gadgets.values():
                await gadget.found()
            actor.looked = self.street.clock.now()

    def gadgets(self) -> Iterator[tuple[Actor, Gadget]]:
        """Every signed-in device."""
        for actor in self.actors:
            for gadget in actor.gadgets.values():
                yield actor, gadget

    def mutual(self) -> set[tuple[int, int]]:
        """Who are mutual contacts, as user ids, both ways."""
        return {
            (one + 1, other + 1)
            for one, other in permutations(range(3), 2)
            if {(one, other), (other, one)} <= self.entries and not {(one, other), (other, one)} & self.blocks
        }

    async def compare(self, before: set[tuple[int, int]], wires: list[Wire]) -> None:
        """REST, events and the model agree, and no event was sent for nothing."""
        after = self.mutual()
        for actor in self.actors:
            for away in (False, True):
                found = await self.street.server.db.read(self.street.server.statuses.read_contacts, actor.id, away)
                seen = {one.user_id: Seen(one.status, one.last_seen.timestamp()) for one in found}
                visible = [person for person in self.actors if (actor.id, person.id) in after]
                assert seen == {person.id: shown(person.path[-1], away) for person in visible}
        for actor, gadget in self.gadgets():
            for wire in gadget.open_wires:
                told = news(wire.received())
                for person in self.actors if wire in wires else ():
                    pair = (actor.id, person.id)
                    expected = expect(person.path, gadget.wants_away, pair in before, pair in after)
                    assert told.pop(person.id, []) == expected
                assert not told
        for actor in self.actors:
            del actor.path[:-1]

    def teardown(self) -> None:
        """Stop the server."""
        self.run(self.street.stop())
        self.passwords.close()
        self.loop.close()
        shutil.rmtree(self.folder, ignore_errors=True)


News = tuple[str, Seen]


def shown(seen: Seen, away: bool) -> Seen:
    """How it looks to someone who asks for `away`, or does not."""
    return Seen("online", seen.last_seen) if seen.status == "away" and not away else seen


def expect(path: list[Seen], away: bool, before: bool, after: bool) -> list[News]:
    """The events about a person on one socket; `before` and `after`: whether they were, and are, mutual contacts."""
    if not before:
        return [("status_change", shown(path[-1], away))] if after else []
    expected: list[News] = []
    for one, other in pairwise(shown(seen, away) for seen in path):
        if one.status != other.status:
            expected.append(("status_change", other))
            if "offline" in (one.status, other.status):
                expected.append(("user_offline" if other.status == "offline" else "user_online", shown(other, False)))
    return expected


def news(events: list[Any]) -> dict[int, list[News]]:
    """What a socket was told of presence, by person."""
    told: dict[int, list[News]] = {}
    for event in events:
        kind = event["type"]
        if kind in ("status_change", "user_online", "user_offline"):
            status = event["status"] if kind == "status_change" else kind.removeprefix("user_")
            last_seen = datetime.fromisoformat(event["last_seen"]).timestamp()
            told.setdefault(event["user_id"], []).append((kind, Seen(status, last_seen)))
    return told


@pytest.fixture
def template(data: Path) -> tuple[Path, str]:
    """A database with the three people, who have each other as contacts: its folder, and its URL in PostgreSQL."""
    database = servers.new_database() if servers.ON_POSTGRES else ""

    async def make() -> None:
        world = World(data, mirrors=False, stranger=False, database_url=database)
        await world.start()
        await world.friends(*NAMES, connect=False)
        for name in NAMES:
            await world.people[name].web.post("/logout")
        await world.close()

    asyncio.run(make())
    return data, database


@pytest.mark.torture
@pytest.mark.parametrize("part", range(steps(STEPS) // STEPS_A_PART))
def test_the_server_and_the_model_never_disagree(
    template: tuple[Path, str], monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    # The database needs no upgrade at each start, and no other process ends sessions here.
    monkeypatch.setattr(app.opening, "upgrade", lambda settings: None)
    monkeypatch.setattr(app, "HEED_EVERY", 1e9)
    monkeypatch.setattr(app, "EXPIRE_EVERY", (1e9, 1e9))
    # What fails is told before the run is ended for taking too long.
    monkeypatch.setattr("hypothesis.internal.conjecture.engine.MAX_SHRINKING_SECONDS", 40, raising=False)
    # Hypothesis derives what it makes from the name: each part is another.
    machine = type(
        f"PresenceMachine{part}", (PresenceMachine,), dict(zip(("template", "database"), template, strict=True))
    )
    while machine.taken < STEPS_A_PART:  # some runs are shorter than they may be
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=STEPS_A_PART // STEPS_EACH + 4, stateful_step_count=STEPS_EACH, deadline=None,
                database=None, derandomize=not TORTURE, phases=(Phase.generate, Phase.shrink),
                suppress_health_check=list(HealthCheck),
            ),
        )  # fmt: skip
    tell("presence against a model", steps=machine.taken, wrong=0)
