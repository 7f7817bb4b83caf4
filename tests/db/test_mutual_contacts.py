"""From `lighter_messages` to `mutual_contacts`: each entry says what entries and blocks amount to."""

import sqlite3
from contextlib import closing
from itertools import permutations
from pathlib import Path
from random import Random

import pytest

from ryadom.db import migrate

PEOPLE = range(1, 9)
AT = "2025-01-01 00:00:00.000000"


@pytest.mark.parametrize("seed", range(3))
def test_entries_of_before_say_whether_they_are_mutual(tmp_path: Path, seed: int) -> None:
    random, file = Random(seed), tmp_path / "ryadom.db"
    migrate.upgrade(file, "lighter_messages")
    pairs = list(permutations(PEOPLE, 2))
    entries = {pair: random.choice([None, None, None, AT]) for pair in random.sample(pairs, 45)}
    blocks = set(random.sample(pairs, 8))
    with closing(sqlite3.connect(file)) as db, db:
        for person in PEOPLE:
            db.execute(
                "INSERT INTO user VALUES (?, ?, '', '', ?, NULL, 0, 1, NULL, '{}', NULL, NULL)",
                [person, f"p{person}", AT],
            )
        db.executemany("INSERT INTO contacts VALUES (?, ?, ?, ?)", [(*one, AT, gone) for one, gone in entries.items()])
        db.executemany("INSERT INTO blocks VALUES (?, ?, ?)", [(*pair, AT) for pair in blocks])
    migrate.upgrade(file)
    has = {pair for pair, gone in entries.items() if gone is None}
    with closing(sqlite3.connect(file)) as db:
        found = db.execute("SELECT owner_id, contact_id, added_at, removed_at, mutual FROM contacts").fetchall()
    assert {row[:2]: row[3] for row in found} == entries
    assert {row[2] for row in found} == {AT}
    mutual = {row[:2] for row in found if row[4]}
    assert mutual == {
        (one, other) for one, other in has if (other, one) in has and not {(one, other), (other, one)} & blocks
    }
    assert mutual
