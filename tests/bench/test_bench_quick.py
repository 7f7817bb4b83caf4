"""Everything that is measured can be measured: the short form of each bench, whose figures are not judged here."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from bench.__main__ import ALL, summary  # noqa: E402  # bench/ is no part of the package

pytestmark = pytest.mark.skipif(
    shutil.which("gcc") is None or shutil.which("taskset") is None, reason="the load client needs gcc and taskset"
)


def quick(name: str) -> list[dict[str, Any]]:
    """The lines of one bench in its short form."""
    command = [sys.executable, "-m", f"bench.{name}", "--quick"]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("RYADOM_")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("name", ALL)
def test_a_bench_prints_what_it_has_measured(name: str) -> None:
    lines = quick(name)
    assert lines
    for line in lines:
        assert line["value"] > 0
        assert line["bench"] == name
        assert {"unit", "versions", "machine"} <= line.keys()
        # The load client must not be what is measured.
        assert line.get("client_cpu", 0) < 0.9
    print("\n" + "\n".join(summary(lines)))
