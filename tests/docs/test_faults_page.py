"""docs/faults.md is what its lines say, and they are of as many runs as is promised."""

import faults


def test_the_page_is_made_of_the_lines() -> None:
    assert faults.PAGE.read_text(encoding="utf-8") == faults.page(faults.read(faults.LINES))


def test_every_fault_was_tried_often_and_no_promise_was_broken() -> None:
    lines = faults.read(faults.LINES)
    assert lines
    for line in lines:
        assert line["runs"] >= 20
        assert line["broken"] == 0
        assert line["at_most"] is None or line["worst"] <= line["at_most"]
