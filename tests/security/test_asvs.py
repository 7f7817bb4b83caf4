"""The table of OWASP's ASVS names tests that exist, and leaves no id out."""

import ast
from pathlib import Path

import pytest
from asvs import PAGE, ROOT, Requirement, page, requirements

SECTIONS = {
    3: (1, 3, 5, 8, 8, 1, 5), 4: (5, 5, 2, 4), 6: (3, 12, 8, 6), 7: (3, 4, 2, 5, 3, 2), 8: (4, 4, 3, 2),
}  # fmt: skip
"""Chapter → how many ids each of its sections has in 5.0.0. 6.5 to 6.8 stand as one row each."""


def functions(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_no_id_is_left_out() -> None:
    wanted = [
        f"{chapter}.{section}.{number}"
        for chapter, sections in SECTIONS.items()
        for section, count in enumerate(sections, 1)
        for number in range(1, count + 1)
    ]
    wanted[wanted.index("7.1.1") : wanted.index("7.1.1")] = ["6.5.1", "6.6.1", "6.7.1", "6.8.1"]
    assert [one.id for one in requirements()] == wanted


@pytest.mark.parametrize("one", requirements(), ids=lambda one: one.id)
def test_each_is_held_by_tests_that_exist_or_says_why_not(one: Requirement) -> None:
    assert [bool(one.tests), bool(one.no), bool(one.open)].count(True) == 1
    for test in one.tests:
        file, _, name = test.partition("::")
        assert Path(ROOT / file).is_file()
        assert name in functions(file)


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()
