"""How a client catches up that was away: `GET /sync`, and of each chat what changed since the rev that it holds."""

import json
from dataclasses import dataclass

from world import Device

from .state import Json, State, begin

Room = tuple[list[Json], list[Json]]
"""Members and messages of a chat."""


@dataclass
class CatchUp:
    """One return. It asks over HTTP, as a client does."""

    device: Device
    held: State
    pages: int = 0
    """How many answers of `changes` it took."""
    whole: bool = False
    """Whether one answer on the socket had everything."""

    async def state(self) -> State:
        """What the client holds afterwards."""
        seen = await self.device.get("/sync")
        devices = await self.device.get("/sessions")
        rooms = {chat["id"]: await self._room(chat) for chat in seen["chats"]}
        return begin(self.held.reader, seen, devices, rooms)

    async def _room(self, chat: Json) -> Room:
        known = self.held.chats.get(chat["id"])
        if known is None:
            return await self._whole(chat["id"])
        members, messages = dict(self.held.members[chat["id"]]), dict(self.held.messages[chat["id"]])
        rev, more = known["rev"], chat["rev"] > known["rev"]
        while more:
            changes = await self.device.get(f"/chats/{chat['id']}/changes?after_rev={rev}")
            assert changes["rev"] > rev, "a page that does not get ahead"
            members |= {member["user_id"]: member for member in changes["members"]}
            members = {user: member for user, member in members.items() if user not in changes["left"]}
            messages |= {message["id"]: message for message in changes["messages"]}
            rev, more = changes["rev"], changes["more"]
            self.pages += 1
        return list(members.values()), list(messages.values())

    async def _whole(self, chat_id: int) -> Room:
        """A chat that one has never seen: its members, and its messages from the first on."""
        members = await self.device.get(f"/chats/{chat_id}/members")
        messages: list[Json] = []
        while page := await self.device.get(
            f"/chats/{chat_id}/messages?limit=200&after={messages[-1]['seq'] if messages else 0}"
        ):
            messages += page
        return members, messages


@dataclass
class CatchUpBySocket(CatchUp):
    """One return that asks `catch_up` on the socket, and for the whole only when it is told to."""

    async def state(self) -> State:
        """What the client holds afterwards."""
        self.device.socket.wire.send_text(json.dumps({"type": "catch_up", "after_rev": self.held.rev}))
        await self.device.person.world.settle()
        answer = self.device.socket.last("caught_up")
        if not answer["whole"]:
            return await super().state()
        self.whole = True
        rooms = await self._rooms(answer)
        return begin(self.held.reader, self._seen(answer), await self.device.get("/sessions"), rooms)

    def _seen(self, answer: Json) -> Json:
        """What `GET /sync` would have said."""
        fresh = {change["chat"]["id"]: change["chat"] for change in answer["chats"]}
        chats = {id_: chat for id_, chat in (self.held.chats | fresh).items() if id_ not in answer["gone"]}
        return {
            "rev": answer["rev"], "server_time": answer["timestamp"], "me": self.held.me,
            "chats": list(chats.values()), "statuses": answer["statuses"],
            "contacts": list(self.held.contacts.values()), "total_unread": answer["total_unread"],
        }  # fmt: skip

    async def _rooms(self, answer: Json) -> dict[int, Room]:
        changed = {change["chat"]["id"]: change for change in answer["chats"]}
        known = (set(self.held.chats) | set(changed)) - set(answer["gone"])
        return {
            id_: self._folded(id_, changed.get(id_)) if id_ in self.held.chats else await self._whole(id_)
            for id_ in known
        }  # fmt: skip

    def _folded(self, chat_id: int, changes: Json) -> Room:
        members, messages = dict(self.held.members.get(chat_id, {})), dict(self.held.messages.get(chat_id, {}))
        if changes is not None:
            members |= {member["user_id"]: member for member in changes["members"]}
            members = {user: member for user, member in members.items() if user not in changes["left"]}
            messages |= {message["id"]: message for message in changes["messages"]}
        return list(members.values()), list(messages.values())
