"""docs/promises.md is what its parts say, and every promise has mistakes that were noticed."""

from pathlib import Path

import pytest

import mutants

ROOT = Path(__file__).parents[2]
PROMISES = mutants.promises()
ALL = [mutant for promise in PROMISES for mutant in promise.mutants]
FEWEST = 30


def test_the_page_is_made_of_its_parts() -> None:
    assert mutants.PAGE.read_text(encoding="utf-8") == mutants.page(mutants.read(mutants.LINES))


def test_every_promise_has_mistakes_and_all_were_noticed() -> None:
    assert len(PROMISES) >= 15
    assert all(len(promise.mutants) >= 2 for promise in PROMISES)
    assert len(ALL) >= FEWEST
    lines = mutants.read(mutants.LINES)
    assert [line["name"] for line in lines] == [mutant.name for mutant in ALL]
    assert [line["name"] for line in lines if line["noticed"] is None] == []


@pytest.mark.parametrize("mutant", ALL, ids=[mutant.name for mutant in ALL])
def test_a_mistake_can_be_planted(mutant: mutants.Mutant) -> None:
    source = (ROOT / "src" / "ryadom" / mutant.file).read_text(encoding="utf-8")
    assert source.count(mutant.old) == 1
    assert mutant.new != mutant.old
    for test in mutant.tests:
        path, _, name = test.partition("::")
        assert not name or f"def {name}(" in (ROOT / path).read_text(encoding="utf-8")
        assert (ROOT / path).exists()
