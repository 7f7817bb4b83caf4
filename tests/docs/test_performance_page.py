"""The page of what was measured, and its pictures, are what the generators make of the lines."""

import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from bench.__main__ import ALL  # noqa: E402

from bench import document, picture  # noqa: E402  # bench/ is no part of the package

FIGURES = document.lines(document.DOCS / "performance.jsonl")
measured = pytest.mark.skipif(not FIGURES, reason="nothing is measured yet")


@measured
def test_the_page_is_made_of_the_lines() -> None:
    assert (document.DOCS / "performance.md").read_text(encoding="utf-8") == document.made()


@measured
def test_the_pictures_are_made_of_the_lines() -> None:
    for name, svg in picture.made().items():
        assert (document.DOCS / name).read_text(encoding="utf-8") == svg


@measured
def test_every_bench_has_its_lines() -> None:
    assert {line["bench"] for line in FIGURES} == set(ALL)
    assert [line["name"] for line in FIGURES if line["runs"] < 5] == []


@measured
def test_the_load_client_is_not_what_was_measured() -> None:
    assert [line["name"] for line in FIGURES if line.get("client_cpu", 0) >= 0.9] == []


def figure(name: str, value: float) -> document.Line:
    machine = {"cores": 2, "cpu": "A & B", "kernel": "6"}
    return {
        "name": name, "value": value, "unit": "CPU µs", "target": 10, "reference": "C floor", "reference_value": 2.0,
        "ratio": value / 2, "bench": "typing", "runs": 5, "versions": {}, "machine": machine,
    }  # fmt: skip


def peer(name: str, value: float, cpu: str = "A & B", kernel: str = "6") -> document.Line:
    return {"name": "typing to one peer", "peer": name, "value": value, "machine": {"cpu": cpu, "kernel": kernel}}


def test_what_was_measured_on_another_processor_is_not_compared() -> None:
    figures = [figure("typing to one peer", 12.0)]
    page = document.page(figures, [peer("Here", 24.0), peer("Elsewhere", 6.0, "C")], "")
    assert "| typing to one peer | Here | 24 µs |  | 2 × |" in page
    assert "Elsewhere" not in page
    assert "Elsewhere" not in document.page(figures, [peer("Elsewhere", 6.0, kernel="7")], "")
    assert "Elsewhere" not in picture.draw(picture.THEMES["light"], figures, [peer("Elsewhere", 6.0, "C")])


def test_what_others_needed_on_another_processor_tells_what_this_one_does() -> None:
    peers = [peer("One", 20.0), peer("One", 10.0, "C"), peer("Two", 90.0), peer("Two", 30.0, "C"), peer("Three", 5.0)]
    page = document.page([figure("typing to one peer", 24.0)], peers, "")
    assert "| typing to one peer | 2 | 2–3 × | 2.5 × | 25 µs | 24 µs | yes |" in page
    assert "What the processor does" not in document.page([figure("typing to one peer", 24.0)], peers[::2], "")


def test_a_picture_is_well_formed_and_holds_every_bar() -> None:
    figures = [figure("typing to one peer", 12.0)]
    peers = [peer("Somebody <else>", 100.0)]
    for theme in picture.THEMES.values():
        root = ElementTree.fromstring(picture.draw(theme, figures, peers))
        words = ["".join(text.itertext()) for text in root.iter("{http://www.w3.org/2000/svg}text")]
        assert {"Ryadom", "the floor, in C", "Somebody <else>", "12 µstarget 10 µs"} <= set(words)


def test_a_target_that_was_missed_is_said_to_be() -> None:
    page = document.page([figure("quick", 9.0), figure("slow", 12.0)], [], "")
    assert "| quick | ≤ 10 µs | **9 µs** | 2 µs (C floor) | 4.5 × | yes |" in page
    assert "| slow | ≤ 10 µs | **12 µs** | 2 µs (C floor) | 6 × | no |" in page
