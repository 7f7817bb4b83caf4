"""A demo from its start to its end: accounts, server, people."""

from collections.abc import Callable
from random import Random
from typing import NamedTuple

import structlog

from ryadom import app, process
from ryadom.clock import Clock
from ryadom.config import Settings
from ryadom.web.texts import Language, text

from .cast import GUEST, cast
from .home import open_accounts, password_of
from .stage import Stage
from .tempo import Tempo

log = structlog.get_logger("ryadom.demo")


class Play(NamedTuple):
    """What a demo is like: how many people, the number that its chance begins with, how many times faster."""

    people: int
    seed: int
    speed: float


async def run(settings: Settings, play: Play, language: Language, say: Callable[[str], None]) -> None:
    """Serve with people in it until SIGINT or SIGTERM. `say` prints a line, in this language where it is ours."""
    people = cast(play.people)
    password = password_of(settings.data)
    await open_accounts(settings, [person for half in people.values() for person in half], password)
    tempo = Tempo(Clock(), play.speed, Random(play.seed))  # noqa: S311  # who says what is no secret

    async def on_start(_: app.Server, url: str) -> None:
        names = ", ".join(person.name for half in people.values() for person in half)
        say(text("cli_demo_open", language, url=url))
        say(text("cli_demo_sign_in", language, username=GUEST, password=password))
        say(text("cli_demo_people", language, names=names))
        try:
            await Stage(url, password, people, tempo, say).play()
        except Exception:  # the server goes on without them, and says so
            log.exception("the people of the demo have stopped")

    await process.serve(settings, on_start)
