"""What a disk holds when the power goes: all that was synced, and any part of what was written since."""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from power.recording import Deed

WAYS = ("nothing", "some", "torn", "everything")
"""How much of what was not synced has reached the disk: none of it, some writes in any order, a first part with the
last write cut at a sector, all."""
SECTOR = 512


class Pending(NamedTuple):
    """A deed that was not synced yet."""

    place: int
    deed: Deed


class Disk:
    """The files as they are safe, and what was done to them since."""

    def __init__(self) -> None:
        self.safe: dict[str, bytearray] = {}
        self.pending: defaultdict[str, list[Pending]] = defaultdict(list)
        self._begun: dict[tuple[int, str], int] = {}

    def take(self, place: int, deed: Deed) -> None:
        """The next deed of the process."""
        if deed.kind in "WT":
            self.safe.setdefault(deed.file, bytearray())
            self.pending[deed.file].append(Pending(place, deed))
        elif deed.kind == "F":
            self._begun[deed.thread, deed.file] = place
        elif deed.kind == "S":
            # Only what was written before the sync began is sure to be in it.
            begun = self._begun.pop((deed.thread, deed.file))
            waiting = self.pending[deed.file]
            for one in waiting:
                if one.place < begun:
                    _apply(self.safe[deed.file], one.deed)
            self.pending[deed.file] = [one for one in waiting if one.place > begun]

    def image(self, way: str, chance: random.Random) -> dict[str, bytes]:
        """The files after a power cut now."""
        return {name: self._file(name, way, chance) for name in self.safe if not name.endswith("-shm")}

    def _file(self, name: str, way: str, chance: random.Random) -> bytes:
        file = bytearray(self.safe[name])
        for deed in _survivors([one.deed for one in self.pending[name]], way, chance):
            _apply(file, deed)
        return bytes(file)


def cuts(
    deeds: list[Deed], places: Iterable[int], chance: random.Random
) -> Iterator[tuple[int, str, dict[str, bytes]]]:
    """(place, way, files) of a power cut after each of these many deeds, in every way."""
    disk = Disk()
    done = 0
    for place in sorted(places):
        for number in range(done, place):
            disk.take(number, deeds[number])
        done = place
        for way in WAYS:
            yield place, way, disk.image(way, chance)


def _survivors(pending: list[Deed], way: str, chance: random.Random) -> list[Deed]:
    match way:
        case "nothing":
            return []
        case "some":
            return [deed for deed in pending if chance.random() < 0.5]
        case "torn":
            whole = chance.randrange(len(pending) + 1)
            return [*pending[:whole], *(_torn(deed, chance) for deed in pending[whole : whole + 1] if deed.kind == "W")]
    return pending


def _torn(deed: Deed, chance: random.Random) -> Deed:
    sectors = len(deed.data) // SECTOR
    return deed._replace(data=deed.data[: SECTOR * chance.randrange(sectors + 1)])


def _apply(file: bytearray, deed: Deed) -> None:
    if len(file) < deed.offset:
        file.extend(bytes(deed.offset - len(file)))
    if deed.kind == "T":
        del file[deed.offset :]
    else:
        file[deed.offset : deed.offset + len(deed.data)] = deed.data
