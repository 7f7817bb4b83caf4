"""The page of `make torture` is made of its lines, and nothing on it broke."""

import torture_table as torture


def test_the_page_is_made_of_its_parts() -> None:
    lines = {line["name"]: line for line in torture.read(torture.LINES)}
    assert torture.PAGE.read_text(encoding="utf-8") == torture.page(lines)
    assert [name for name, line in lines.items() if line["broke"]] == []


def test_every_part_names_tests_that_exist() -> None:
    for part in torture.PARTS:
        for path in part.tests:
            assert (torture.ROOT / path).exists()
