"""Who is in the demo and what they say: `ryadom.demo.cast`, `.lines_en`, `.lines_ru`, `.answers`."""

import re
from random import Random

import pytest

from ryadom.demo.answers import MANNERS, answer, language_of
from ryadom.demo.cast import ENGLISH, MOST, RUSSIAN, Scene, cast, place
from ryadom.demo.lines_en import SCENES as SCENES_EN
from ryadom.demo.lines_ru import SCENES as SCENES_RU

SCENES = (*SCENES_EN, *SCENES_RU)


def test_everybody_has_a_username_and_a_name_of_their_own() -> None:
    people = (*ENGLISH, *RUSSIAN)
    assert len({person.username for person in people}) == len({person.name for person in people}) == MOST == 24
    assert all(re.fullmatch("[a-z]{3,}", person.username) for person in people)


@pytest.mark.parametrize(("count", "english", "russian"), [(2, 1, 1), (5, 3, 2), (12, 6, 6), (24, 12, 12)])
def test_half_of_the_people_speak_each_language(count: int, english: int, russian: int) -> None:
    people = cast(count)
    assert (len(people["en"]), len(people["ru"])) == (english, russian)


@pytest.mark.parametrize("count", range(1, 13))
def test_in_a_small_cast_others_take_over_and_women_stay_women(count: int) -> None:
    for speaker in range(6):
        taken = place(speaker, count)
        assert taken < count
        assert count == 1 or taken % 2 == speaker % 2


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.title)
def test_a_scene_is_in_its_language_and_fits_a_chat(scene: Scene) -> None:
    assert len(scene.title) <= 128
    for speaker, text in scene.lines:
        assert 0 <= speaker < 6
        assert 0 < len(text) <= 4096
        assert bool(re.search("[а-яё]", text.lower())) == (scene.language == "ru"), text


def test_there_is_much_to_say_in_both_languages() -> None:
    for scenes, language in ((SCENES_EN, "en"), (SCENES_RU, "ru")):
        manner = MANNERS["en" if language == "en" else "ru"]
        replies = sum(len(answers) for _, answers in manner.replies)
        assert sum(len(scene.lines) for scene in scenes) + replies + len(manner.greetings) >= 80


@pytest.mark.parametrize(
    ("text", "otherwise", "spoken"),
    [
        ("Hello", "ru", "en"),
        ("Привет", "en", "ru"),
        ("ok, да", "en", "ru"),
        ("👍", "ru", "ru"),
        ("42", "en", "en"),
    ],
)
def test_the_guest_is_answered_in_the_language_they_write(text: str, otherwise: str, spoken: str) -> None:
    assert language_of(text, "ru" if otherwise == "ru" else "en") == spoken


@pytest.mark.parametrize(
    ("text", "words"),
    [("Hi there", "hello hi hey morning evening"), ("Is it raining?", "?"), ("Thanks!", "thanks thank cheers"),
     ("The train was late.", ""), ("Спасибо большое", "спасибо благодарю"), ("Правда?", "?"), ("👍", "")],
)  # fmt: skip
def test_an_answer_fits_what_was_said(text: str, words: str) -> None:
    replies = dict(MANNERS[language_of(text, "en")].replies)
    assert {answer(text, "en", Random(seed)) for seed in range(50)} == set(replies[words])


def test_the_same_chance_gives_the_same_answer() -> None:
    assert answer("hello", "en", Random(3)) == answer("hello", "en", Random(3))
