"""A small town that the law is tried in: people with several devices, contacts of every kind, chats of every kind."""

from typing import Any

from world import Device, Person, World

Json = Any


class Town:
    """Alice and Bob are mutual contacts, and so are Alice and Carol; Dave has Alice, who does not have him.

    Alice, Bob and Carol are in `group` and `channel`, which Alice owns; Alice and Bob are in `direct`. There is
    something unread everywhere.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.alice: Person
        self.bob: Person
        self.carol: Person
        self.dave: Person
        self.direct: Json
        self.group: Json
        self.channel: Json
        self.private: Json
        """A group of Alice's alone, where a test makes one."""
        self.oldest: Json
        self.newest: Json

    @property
    def laptop(self) -> Device:
        """Alice's."""
        return self.alice.devices["laptop"]

    @property
    def phone(self) -> Device:
        """Alice's too."""
        return self.alice.devices["phone"]

    async def settle_in(self) -> "Town":
        """Let them all arrive."""
        world = self.world
        self.alice = await world.person("alice", devices=("laptop", "phone"))
        self.bob = await world.person("bob", devices=("web", "tablet"))
        self.carol = await world.person("carol")
        self.dave = await world.person("dave")
        for one, other in (("alice", "bob"), ("bob", "alice"), ("alice", "carol"), ("carol", "alice"),
                           ("dave", "alice")):  # fmt: skip
            await world.people[one].web.post("/contacts", {"username": other})
        self.direct = await world.direct(self.alice, self.bob)
        self.group = await world.group(self.alice, self.bob, self.carol)
        self.channel = await world.group(self.alice, self.bob, self.carol, kind="channel", title="News")
        for chat in (self.direct, self.group, self.channel):
            await self.alice.web.write(chat, "Good morning")
        await self.bob.web.write(self.direct, "Доброе утро")
        await self.carol.web.write(self.group, "Hello")
        await world.advance(1)
        world.forget()
        return self

    async def last(self, chat: Json) -> Json:
        """The last message of one of Alice's chats."""
        return (await self.laptop.get(f"/chats/{chat['id']}"))["last_message"]
