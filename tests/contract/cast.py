"""The people of the authorization matrix: everything that one may be to another, made once and copied for each test."""

import shutil
from pathlib import Path
from typing import Any

import servers
from world import Device, Person, World

ACTORS = (
    "anonymous", "ended", "stranger", "one_way", "entered", "mutual", "blocked", "blocker", "ex_member", "member",
    "channel_member", "admin", "owner",
)  # fmt: skip
"""Who asks. `owner` owns what is asked about, and is the person asked about. To her, `one_way` entered her and
`entered` was entered by her; `blocked` and `blocker` are contacts both ways, one of whom blocks the other."""

NOBODY = {"chat_id": 10**15, "user_id": 10**15, "message_id": 10**15, "session_id": 10**15}
"""Ids that do not exist."""

OWNER_SAYS = "for members only"


class Cast:
    """A finished database, and what signs its people in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = servers.new_database() if servers.ON_POSTGRES else ""
        self.logins: dict[str, Any] = {}
        self.users: dict[str, Any] = {}
        self.places: dict[str, dict[str, int]] = {}
        """Kind of chat → the ids that a path or frame asks about there."""

    async def make(self) -> None:
        """Let everybody sign up, meet, fall out and leave."""
        world = World(self.folder, mirrors=False, stranger=False, database_url=self.database)
        await world.start()
        for name in (*ACTORS[2:], "extra", "newcomer"):
            person = await world.person(name, connect=False)
            self.users[name] = {"id": person.id, "username": name}
            self.logins[name] = _login(person.web)
        people = world.people
        owner = people["owner"]
        over = await owner.device("over", connect=False)
        self.logins["ended"] = _login(over)
        await owner.web.call("DELETE", f"/sessions/{over.session_id}")
        second = await owner.device("second", connect=False)
        self.users["watching"] = self.users["owner"]
        self.logins["watching"] = _login(await owner.device("watching", connect=False))
        await _acquaint(owner, people)
        group = await world.group(owner, *(people[name] for name in ("admin", "member", "ex_member", "extra")))
        channel = await world.group(owner, people["channel_member"], people["extra"], kind="channel")
        await owner.web.call("PATCH", f"/chats/{group['id']}/members/{people['admin'].id}", {"role": "admin"})
        for kind, chat in (("group", group), ("channel", channel)):
            said = await owner.web.write(chat, OWNER_SAYS)
            self.places[kind] = {
                "chat_id": chat["id"], "message_id": said["id"], "user_id": owner.id, "session_id": second.session_id,
                "member_id": people["extra"].id, "newcomer_id": people["newcomer"].id,
            }  # fmt: skip
        (await owner.web.call("DELETE", f"/chats/{group['id']}/members/{people['ex_member'].id}")).ok()
        await world.close()

    async def enter(self, folder: Path) -> World:
        """A server on a copy of the database."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder, folder)
        world = World(folder, mirrors=False, stranger=False, copy_of=self.database)
        await world.start()
        return world

    def device(self, world: World, name: str) -> Device | None:
        """What this actor asks with; None for the anonymous."""
        if name not in self.logins:
            return None
        person = Person(world, self.users.get(name, {"id": 0, "username": name}))
        return Device(world, person, "web", self.logins[name])

    def place(self, actor: str) -> dict[str, int]:
        """The ids that this actor asks about."""
        return self.places["channel" if actor == "channel_member" else "group"]


def _login(device: Device) -> Any:
    return {"access_token": device.token, "session": {"id": device.session_id}}


async def _acquaint(owner: Person, people: dict[str, Person]) -> None:
    for name in ("one_way", "mutual", "blocked", "blocker"):
        await people[name].web.post("/contacts", {"user_id": owner.id})
    for name in ("entered", "mutual", "blocked", "blocker"):
        await owner.web.post("/contacts", {"user_id": people[name].id})
    (await owner.web.call("PUT", f"/contacts/{people['blocked'].id}/block")).ok()
    (await people["blocker"].web.call("PUT", f"/contacts/{owner.id}/block")).ok()
