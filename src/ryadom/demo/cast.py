"""Who lives in the demo, and where they talk. The names are made up; in each list women and men take turns."""

from typing import NamedTuple

from ryadom.web.texts import Language

GUEST = "guest"
"""The username of whoever tries the demo."""
GUEST_NAME = "Guest"


class Person(NamedTuple):
    """Someone of the demo."""

    username: str
    name: str
    language: Language


class Scene(NamedTuple):
    """A chat in which people talk: lines are (speaker, text), the speaker counted from 0 in the cast of a language."""

    kind: str
    title: str
    language: Language
    lines: tuple[tuple[int, str], ...]


class Manner(NamedTuple):
    """What the people of a language say to the guest."""

    greetings: tuple[str, ...]
    """First words in a direct chat, one per person."""
    welcomes: tuple[str, ...]
    """Said when the guest comes in."""
    replies: tuple[tuple[str, tuple[str, ...]], ...]
    """Words that a message has in it, parted by spaces → what may be answered. The last has no words: it fits all."""


ENGLISH = tuple(
    Person(name.lower(), name, "en")
    for name in ("Nora", "Felix", "Hazel", "Oscar", "Ivy", "Theo", "Maya", "Jonas", "Ruth", "Leo", "Clara", "Hugo")
)
RUSSIAN = tuple(
    Person(username, name, "ru")
    for username, name in (
        ("anya", "Аня"), ("misha", "Миша"), ("vera", "Вера"), ("gleb", "Глеб"), ("sonya", "Соня"), ("timur", "Тимур"),
        ("dasha", "Даша"), ("egor", "Егор"), ("liza", "Лиза"), ("kostya", "Костя"), ("yulya", "Юля"),
        ("pavel", "Павел"),
    )
)  # fmt: skip
MOST = len(ENGLISH) + len(RUSSIAN)
USUAL = 12


def cast(count: int) -> dict[Language, tuple[Person, ...]]:
    """So many people (2 to `MOST`), half of them of each language."""
    return {"en": ENGLISH[: (count + 1) // 2], "ru": RUSSIAN[: count // 2]}


def place(speaker: int, count: int) -> int:
    """Who of `count` people says a speaker's lines: in a small cast a man takes over a man's, a woman a woman's."""
    return speaker if speaker < count else speaker % min(2, count)
