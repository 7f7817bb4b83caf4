"""The catalogue is complete, used, and the right language is picked."""

import re
from collections.abc import Iterator
from importlib.resources import files
from string import Formatter

import pytest

from ryadom.web.assets import STATIC
from ryadom.web.texts import TEXTS, pick_locale, script_texts, text


def test_every_text_is_there_in_both_languages() -> None:
    for key, texts in TEXTS.items():
        assert texts.keys() == {"ru", "en"}, key
        assert all(words.strip() for words in texts.values()), key


def test_both_languages_have_the_same_places_to_fill() -> None:
    for key, texts in TEXTS.items():
        assert _places(texts["en"]) == _places(texts["ru"]), key


def test_every_text_is_used_and_every_used_text_exists() -> None:
    assert set(_used_keys()) == TEXTS.keys()


def test_places_are_filled_and_an_unknown_key_is_an_error() -> None:
    assert text("ui_found", "en", shown=1, all=2) == "Found: 1 of 2"
    with pytest.raises(KeyError):
        text("no_such_text", "en")


def test_the_scripts_get_their_texts_without_the_prefix() -> None:
    words = script_texts("ru")
    assert words["yes"] == "да"
    assert "title" not in words


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("", "en"),
        ("ru", "ru"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("en-US,en;q=0.9,ru;q=0.8", "en"),
        ("ru;q=0.5, en;q=0.7", "en"),
        ("en;q=0.2,RU;q=0.3", "ru"),
        ("de,fr;q=0.9", "en"),
        ("de, ru;q=0.1", "ru"),
        ("ru;q=0", "en"),
        ("*", "en"),
        ("ru, *;q=0.1", "ru"),
        ("en, ru", "en"),
        ("ru;q=x, en;q=0.1", "en"),
        ("ru;q=7", "en"),
        ("ru;level=1", "ru"),
        ("rue", "en"),
        (";;;,,,q=", "en"),
        ("ru;q=nan", "en"),
    ],
)
def test_the_preferred_language_is_picked(header: str, locale: str) -> None:
    assert pick_locale(header) == locale


def _used_keys() -> Iterator[str]:
    package = files("ryadom.web")
    for file in (package / "templates").iterdir():
        yield from re.findall(r"\$\{((?:page|home|docs|unbuilt)_\w+)\}", file.read_text(encoding="utf-8"))
    yield from re.findall(r'"((?:home|docs|unbuilt)_\w*title)"', (package / "pages.py").read_text(encoding="utf-8"))
    for folder in ("ryadom.cli", "ryadom.demo"):
        for file in files(folder).iterdir():
            if file.name.endswith(".py"):
                yield from re.findall(r'"(cli_\w+)"', file.read_text(encoding="utf-8"))
    for name, (content, _) in STATIC.items():
        if name.endswith(".js"):
            yield from (f"ui_{key}" for key in re.findall(r'\b(?:say|sayWith|counted)\("(\w+)"', content.decode()))


def _places(pattern: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(pattern) if name}
