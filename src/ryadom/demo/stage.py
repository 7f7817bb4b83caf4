"""What happens in the demo: people come and go, talk in their groups, answer the guest."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import chain, zip_longest
from typing import Any

from ryadom.web.texts import Language

from . import lines_en, lines_ru, scenery
from .answers import MANNERS, answer
from .bot import TROUBLES, Bot
from .cast import Person, Scene
from .rest import Rest
from .scenery import Talk
from .tempo import Tempo

Json = Any
Report = Callable[[str], None]

SCENES: tuple[Scene, ...] = (*lines_en.SCENES, *lines_ru.SCENES)
AT_ONCE = 14
"""How many sign in at the start, so that the address keeps a few tries for the guest."""
SIGN_IN_EVERY = 16.0
"""Seconds between the others: what the server's limit gives back."""
AGAIN = 1.0
"""Seconds after which someone tries again whom the server has let down."""


class Stage:
    """All of the demo's people, on one server."""

    def __init__(
        self, url: str, password: str, cast: dict[Language, tuple[Person, ...]], tempo: Tempo, report: Report
    ) -> None:
        self._url = url
        self._password = password
        self._tempo = tempo
        self._report = report
        self._guest_id = 0
        self._welcomed = False
        self._answered: set[int] = set()
        self._direct: dict[Bot, int] = {}
        bots = {
            language: [Bot(person, password, url, tempo, self._told) for person in people]
            for language, people in cast.items()
        }
        # In turns, so that those who sign in at once are of both languages.
        self._bots = [bot for bot in chain(*zip_longest(*bots.values())) if bot is not None]
        self._talks = [Talk(scene, bots[scene.language]) for scene in SCENES if bots[scene.language]]

    async def play(self) -> None:
        """Prepare the chats and let everybody live, until cancelled."""
        try:
            await self._prepare()
            async with asyncio.TaskGroup() as group:
                for number, bot in enumerate(self._bots):
                    group.create_task(self._again(partial(self._live, number, bot)))
                for talk in self._talks:
                    group.create_task(self._again(partial(self._talk, talk)))
        finally:
            for bot in self._bots:
                bot.stop()

    async def _prepare(self) -> None:
        guest = Rest(self._url, self._tempo.clock)
        self._guest_id = await scenery.meet(guest, self._bots, self._password)
        for number, bot in enumerate(self._bots[:AT_ONCE]):
            await self._introduce(number, bot)
        for talk in self._talks:
            await scenery.open_talk(talk, self._guest_id)

    async def _introduce(self, number: int, bot: Bot) -> None:
        greetings = MANNERS[bot.person.language].greetings
        # The bots take turns by language, so number // 2 counts those of one language.
        greeting = greetings[number // 2 % len(greetings)]
        self._direct[bot] = await scenery.introduce(bot, self._guest_id, greeting)

    async def _again(self, act: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await act()
            except TROUBLES:
                await self._tempo.clock.sleep(AGAIN)

    # What they do by themselves.

    async def _live(self, number: int, bot: Bot) -> None:
        """Come online, stay a while, go away for a moment."""
        if bot not in self._direct:
            await self._tempo.clock.sleep(SIGN_IN_EVERY * (number - AT_ONCE + 1))
            await self._introduce(number, bot)
        await self._tempo.pause(0.0, 5.0)
        while True:
            await bot.arrive()
            await self._tempo.pause(60.0, 240.0)
            if await bot.leave():
                self._report(f"○ {bot.person.name}")
            await self._tempo.pause(15.0, 60.0)

    async def _talk(self, talk: Talk) -> None:
        """Say line after line, news at greater leisure; after the last one there is a pause."""
        slowness = 8.0 if talk.scene.kind == "channel" else 1.0
        while True:
            await self._tempo.pause(8.0 * slowness, 30.0 * slowness)
            bot, text = talk.line(talk.at)
            await bot.say(talk.chat_id, text)
            self._report(f"{talk.scene.title} · {bot.person.name}: {text}")
            if talk.go_on():
                await self._tempo.pause(120.0, 180.0)

    # What they do because of the guest.

    def _told(self, bot: Bot, event: Json) -> None:
        if event["type"] == "hello":
            self._report(f"● {bot.person.name}")
        elif event["type"] == "user_online" and event["user_id"] == self._guest_id:
            self._welcome()
        elif event["type"] == "new_message" and event["message"]["sender_id"] == self._guest_id:
            self._hear(bot, event["message"])

    def _welcome(self) -> None:
        """One of each language greets, once."""
        if self._welcomed:
            return
        self._welcomed = True
        for language, manner in MANNERS.items():
            here = [bot for bot in self._direct if bot.here and bot.person.language == language]
            if here:
                bot = self._tempo.chance.choice(here)
                bot.do(self._greet(bot, self._tempo.chance.choice(manner.welcomes)))

    async def _greet(self, bot: Bot, text: str) -> None:
        await self._tempo.pause(2.0, 5.0)
        await self._say_to_guest(bot, self._direct[bot], text)

    def _hear(self, bot: Bot, message: Json) -> None:
        """The guest has written: in a direct chat the other one answers, in a group one of those who are here."""
        if message["kind"] != "text" or message["deleted"] or message["id"] in self._answered:
            return
        self._answered.add(message["id"])
        talk = next((talk for talk in self._talks if talk.chat_id == message["chat_id"]), None)
        one = bot if talk is None else self._tempo.chance.choice([other for other in talk.bots if other.here] or [bot])
        one.do(self._answer(one, message))

    async def _answer(self, bot: Bot, message: Json) -> None:
        await self._tempo.pause(1.0, 3.0)
        await bot.read(message["chat_id"], message["id"])
        await self._tempo.pause(0.5, 2.0)
        text = answer(message["text"], bot.person.language, self._tempo.chance)
        await self._say_to_guest(bot, message["chat_id"], text)

    async def _say_to_guest(self, bot: Bot, chat_id: int, text: str) -> None:
        await bot.say(chat_id, text)
        self._report(f"{bot.person.name}: {text}")
