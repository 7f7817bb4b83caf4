"""How a client catches up that was away: `GET /sync`, and of each chat what changed since the rev that it holds."""

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
