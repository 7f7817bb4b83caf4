"""The chats of the demo, made by its people themselves. What is there already stays as it is."""

from collections.abc import Sequence
from typing import Any

from .bot import Bot
from .cast import GUEST, Scene, place
from .rest import Rest

Json = Any

SPEAKERS = 6
"""How many of a language talk in its scenes."""


class Talk:
    """A scene being played: its chat, who speaks, and the next line."""

    def __init__(self, scene: Scene, bots: Sequence[Bot]) -> None:
        self.scene = scene
        self.bots = bots[:SPEAKERS]
        self.chat_id = 0
        self.at = len(scene.lines) // 2
        """The next line. Those before it were said before the guest came."""

    def line(self, number: int) -> tuple[Bot, str]:
        """A line, and whose it is."""
        speaker, text = self.scene.lines[number]
        return self.bots[place(speaker, len(self.bots))], text

    def go_on(self) -> bool:
        """The line was said. Whether it was the last; then the first comes next."""
        self.at = (self.at + 1) % len(self.scene.lines)
        return self.at == 0


async def meet(guest: Rest, bots: Sequence[Bot], password: str) -> int:
    """Enter everybody into the guest's contacts. The guest's id."""
    user = await guest.sign_in(GUEST, password)
    for bot in bots:
        await guest.call("POST", "/contacts", {"username": bot.person.username})
    await guest.call("POST", "/logout")
    return int(user["id"])


async def introduce(bot: Bot, guest_id: int, greeting: str) -> int:
    """Let someone write to the guest for the first time, which makes the two see each other. The chat's id."""
    await bot.sign_in()
    chat = await bot.rest.call("POST", "/chats", {"kind": "direct", "user_id": guest_id})
    if chat["last_seq"] == 0:
        await bot.rest.call("POST", f"/chats/{chat['id']}/messages", {"text": greeting})
    return int(chat["id"])


async def open_talk(talk: Talk, guest_id: int) -> None:
    """Find the chat of a scene, or make it with what was said in it before the guest came."""
    owner, _ = talk.line(0)
    there = [chat for chat in await owner.rest.call("GET", "/chats") if chat["title"] == talk.scene.title]
    if there:
        talk.chat_id = there[0]["id"]
        return
    members = [bot.user_id for bot in talk.bots if bot is not owner]
    body = {"kind": talk.scene.kind, "title": talk.scene.title, "member_ids": [*members, guest_id]}
    talk.chat_id = (await owner.rest.call("POST", "/chats", body))["id"]
    for number in range(talk.at):
        bot, text = talk.line(number)
        await bot.rest.call("POST", f"/chats/{talk.chat_id}/messages", {"text": text})
