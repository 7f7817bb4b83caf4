"""Three people with three devices each, on a server that is called by its own functions: no HTTP, no frames.

Everything that somebody does goes to the server and into the log of the reference model.
"""

import asyncio
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select, update

from presence.presence_model import Entry, Log, active, moments, proof, status
from presence.wires import Wire
from ryadom import app
from ryadom.auth.actions import Origin, ProfileChange
from ryadom.auth.passwords import Passwords
from ryadom.auth.sessions import Principal
from ryadom.contacts.actions import Contacts
from ryadom.db.tables import Instant, user_sessions
from ryadom.db.tx import Tx
from ryadom.presence import store
from virtual_clock import START
from world import PASSWORD, World

WRITE_BEHIND = 100
"""Seconds that a server may lose of the last proof of presence when it is killed: a minute, and a heartbeat."""
ORIGIN = Origin("203.0.113.5", "")
AGE = (
    update(user_sessions)
    .where(user_sessions.c.id == bindparam("session_id"))
    .values(created_at=bindparam("born", type_=Instant))
)
WRITTEN = select(user_sessions.c.last_activity).where(user_sessions.c.id == bindparam("session_id"))


class QuietServer(app.Server):
    """A server without its REST application, which takes long to build."""

    def _rest(self) -> Any:
        return None


class Street(World):
    """The server, restarted in a millisecond."""

    def __init__(self, data: Path, passwords: Passwords, copy_of: str) -> None:
        super().__init__(data, mirrors=False, stranger=False, copy_of=copy_of)
        self._passwords = passwords

    async def start(self) -> None:
        """Start the server on what is in the data folder."""
        self.server = QuietServer(self.settings, self.clock, self._passwords)
        await self.server.start()

    async def stop(self) -> None:
        """End it as a signal does; the next start finds everything written."""
        await self.settle()
        for task in self.server._tasks:
            task.cancel()
        await asyncio.gather(*self.server._tasks, return_exceptions=True)
        await self.server.activity.finish()
        await self.server.db.close()


class Seen(NamedTuple):
    """What others see of a person."""

    status: str
    last_seen: float


class Gadget:
    """One session."""

    def __init__(self, actor: "Actor", token: str, principal: Principal, number: int) -> None:
        self.actor = actor
        self.street = actor.street
        self.token = token
        self.principal = principal
        self.wants_away = number % 2 == 1
        self.wires: list[Wire] = []
        self.log: Log = []

    @property
    def open_wires(self) -> list[Wire]:
        """The sockets whose client is still there."""
        return [wire for wire in self.wires if not (wire.over or wire.vanished)]

    def note(self, what: str) -> None:
        """Into the log, and look what others see by that."""
        self.log.append(Entry(self.street.clock.now(), what))
        self.actor.look()

    def killed(self) -> None:
        """The server is gone: nobody tells of the sockets any more."""
        for wire in self.wires:
            wire.over = True
        self.wires.clear()
        self.log.append(Entry(self.street.clock.now(), "crash"))

    async def found(self) -> None:
        """The server is back, with what it had written about this session a while ago."""
        killed = self.actor.crashed
        known, truth = await self.street.server.db.read(written, self.principal.session_id), active(self.log, killed)
        assert min(active(self.log, truth - 60), active(self.log, killed - WRITE_BEHIND)) <= known <= truth
        self.log.append(Entry(self.street.clock.now(), "start", known))

    async def ask(self, *, parting: bool = False) -> None:
        """What the server does with every request before its route."""
        settling = self.street.server.entry.touch(self.principal, parting)
        if settling is not None:
            await settling

    def open(self) -> Wire:
        """Open a socket."""
        self.note("open")
        wire = Wire(self.street.server, self.token, f"{self.principal.session_id}.{len(self.log)}", self.note)
        self.wires.append(wire)
        return wire


class Actor:
    """One person."""

    def __init__(self, street: Street, user_id: int, username: str) -> None:
        self.street = street
        self.id = user_id
        self.username = username
        self.gadgets: dict[int, Gadget] = {}
        self.past: list[Log] = []
        self.hidden = False
        self.path = [Seen("offline", START)]
        """What others saw of this person since the step began."""
        self.looked = self.crashed = street.clock.now()

    def look(self) -> None:
        """Follow what others see, up to now."""
        now = self.street.clock.now()
        for moment in moments(self.logs, self.looked, now) if now > self.looked else [now]:
            before, last_seen = self.path[-1]
            after = status(self.logs, moment, hidden=self.hidden)
            if after != before:
                if "offline" in (before, after):
                    last_seen = max([last_seen, *(proof(log, moment) for log in self.logs)])
                self.path.append(Seen(after, last_seen))
        self.looked = now

    async def remember(self) -> None:
        """A server that was killed knows of what was before only what it had written: a last_seen may be older."""
        before, now = self.path[0].last_seen, self.path[-1].last_seen
        if before < now <= self.crashed:
            person = await self.street.server.db.read(store.one, self.id)
            assert person is not None
            assert person.last_seen is not None
            known = person.last_seen.timestamp()
            assert max(before, now - WRITE_BEHIND) <= known <= now
            self.path = [seen._replace(last_seen=known) if seen.last_seen == now else seen for seen in self.path]

    @property
    def logs(self) -> list[Log]:
        """The logs of every session that there ever was."""
        return [*self.past, *(gadget.log for gadget in self.gadgets.values())]

    async def login(self, number: int) -> None:
        """Sign in."""
        signed_in = await self.street.server.auth.login(self.username, PASSWORD, "device", None, ORIGIN)
        self.gadgets[number] = Gadget(self, signed_in.token, signed_in.principal, number)
        self.gadgets[number].note("request")

    def forget(self, *numbers: int) -> None:
        """These sessions are over."""
        for number in numbers:
            gadget = self.gadgets.pop(number)
            gadget.log.append(Entry(self.street.clock.now(), "end"))
            self.past.append(gadget.log)
        self.look()

    async def end(self, how: str, number: int) -> None:
        """End sessions in one of the ways there are; `number` is the session that asks, or that expires."""
        auth, gadget = self.street.server.auth, self.gadgets[number]
        me = gadget.principal
        others = [one for one in self.gadgets if one != number]
        if how == "logout":
            gadget.note("heard")
            await gadget.ask(parting=True)
            await auth.end(self.id, [me.session_id], "logout")
            return self.forget(number)
        if how == "expire":
            await self.street.server.db.write(lambda tx: age(tx, me.session_id))
            await auth.expire()
            return self.forget(number)
        gadget.note("request")
        await gadget.ask()
        if how == "password":
            await auth.change_password(me, PASSWORD, PASSWORD)
        elif how == "revoke_all":
            await auth.revoke_others(me)
        elif others:
            others = others[:1]
            await auth.revoke(me, self.gadgets[others[0]].principal.session_id)
        self.forget(*others)
        return None

    async def hide(self, number: int, hidden: bool) -> None:
        """Appear offline, or as one is."""
        await self.street.server.auth.change_profile(
            self.gadgets[number].principal, ProfileChange(appear_offline=hidden)
        )
        self.hidden = hidden
        self.look()

    async def relate(self, how: str, other: "Actor") -> None:
        """Change one's entry for another person."""
        await getattr(Contacts(self.street.server.db), how)(self.id, other.id, *([None] if how == "add" else []))


def written(tx: Tx, session_id: int) -> float:
    """The last activity of a session, as the database has it."""
    return float(tx.value(WRITTEN, session_id=session_id).timestamp())


def age(tx: Tx, session_id: int) -> None:
    """Make a session as old as none may become."""
    tx.run(AGE, session_id=session_id, born=tx.now.replace(year=tx.now.year - 2))
