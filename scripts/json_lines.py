"""Files of JSON lines: what a long command has found, one line for each finding, for the page that is made of it."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Line = dict[str, Any]


def read(file: Path) -> list[Line]:
    """The lines; none, if there is no such file."""
    if not file.exists():
        return []
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def write(file: Path, lines: Iterable[Line]) -> None:
    """Put these lines in the place of what was there."""
    file.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
