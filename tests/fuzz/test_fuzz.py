"""What was found to break something, or to lead somewhere new, is tried with every run; and more is looked for."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from fuzz.targets import TARGETS
from report import tell
from torture import TORTURE

CORPUS = Path(__file__).with_name("corpus")
SECONDS = 520 if TORTURE else 10
"""For which each target is explored: an hour in all under `make torture`."""


def kept(name: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted((CORPUS / name).iterdir())]


@pytest.mark.parametrize("name", TARGETS)
def test_what_was_found_before_breaks_nothing(name: str) -> None:
    inputs = kept(name)
    assert len(inputs) > 2
    for data in inputs:
        TARGETS[name](data)
        for cut in range(0, len(data), 7):
            TARGETS[name](data[:cut])


def test_every_folder_of_the_corpus_is_a_target() -> None:
    assert {path.name for path in CORPUS.iterdir()} == set(TARGETS)


@pytest.mark.torture
@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris has no build for this Python")
@pytest.mark.parametrize("name", TARGETS)
def test_nothing_that_is_found_now_breaks_anything(name: str, tmp_path: Path) -> None:
    explorer = Path(__file__).with_name("explore.py")
    ended = subprocess.run(
        [sys.executable, explorer, name, "--seconds", str(SECONDS)],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=SECONDS + 60,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout[-2000:] + ended.stderr[-3000:]
    [runs] = re.findall(r"^Done (\d+) runs", ended.stderr + ended.stdout, re.MULTILINE)
    tell("bytes of any kind", targets=1, seconds=SECONDS, inputs=int(runs), broken=0)
