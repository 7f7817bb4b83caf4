"""What someone of the demo answers. Pure: the same words and chance give the same answer."""

import re
from random import Random

from ryadom.web.texts import Language

from . import lines_en, lines_ru
from .cast import Manner

MANNERS: dict[Language, Manner] = {"en": lines_en.MANNER, "ru": lines_ru.MANNER}

_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
_LATIN = re.compile("[a-z]", re.IGNORECASE)
_WORD = re.compile(r"[\w’']+|\?")


def language_of(text: str, otherwise: Language) -> Language:
    """The language that a text is written in."""
    if _CYRILLIC.search(text):
        return "ru"
    return "en" if _LATIN.search(text) else otherwise


def answer(text: str, otherwise: Language, chance: Random) -> str:
    """An answer in the language of `text`."""
    said = {word.lower().replace("’", "'") for word in _WORD.findall(text)}
    for words, answers in MANNERS[language_of(text, otherwise)].replies:
        if not words or said & set(words.split()):
            return chance.choice(answers)
    raise AssertionError("the last reply fits all")
