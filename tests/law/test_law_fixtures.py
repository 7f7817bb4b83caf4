"""The events written out for other clients are current, and are folded by our own reducers to what they say."""

import json

import pytest

from law.fixtures import FOLDER, SCENES, play, state_of
from law.reducers import open_chat, reduce
from law.state import Reader, differences, normal, seconds


def test_there_is_a_file_for_every_scene() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == SCENES.keys()


@pytest.mark.parametrize("name", SCENES)
async def test_a_file_is_what_the_server_says_today(name: str) -> None:
    kept = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    assert kept == json.loads(json.dumps(await play(SCENES[name]))), "run `python -m law.fixtures` in tests/"


@pytest.mark.parametrize("name", SCENES)
def test_the_events_of_a_file_lead_from_before_to_after(name: str) -> None:
    kept = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    reader = Reader(**kept["reader"])
    state, after = state_of(kept["before"], reader), state_of(kept["after"], reader)
    assert kept["events"]
    for event in kept["events"]:
        state = reduce(state, event)
        if "chat" in event.get("chat", {}):
            room = kept["after"]["rooms"][str(event["chat"]["id"])]
            state = open_chat(state, event["chat"]["id"], room["members"], room["messages"])
    now = seconds(kept["after"]["sync"]["server_time"])
    assert list(differences(normal(state, now), normal(after, now))) == []
