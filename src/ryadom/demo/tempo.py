"""How fast the people of the demo act."""

from random import Random

from ryadom.clock import Clock


class Tempo:
    """Pauses of theirs, shortened by `speed`. What the server asks them to wait for is not."""

    def __init__(self, clock: Clock, speed: float, chance: Random) -> None:
        self.clock = clock
        self.chance = chance
        self._speed = speed

    async def pause(self, least: float, most: float) -> None:
        """Let a time between `least` and `most` seconds go by."""
        await self.clock.sleep(self.chance.uniform(least, most) / self._speed)
