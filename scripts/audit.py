"""Asks the public lists of known holes about all that Ryadom depends on: the locks of Python and of the client.

    python scripts/audit.py

Exits 1 when a hole is known. A list that cannot be reached is said, and no failure: whoever is offline learns nothing.
"""

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
WITHIN = 60
"""Seconds for one list."""
UNREACHABLE = (
    "ConnectionError", "Max retries exceeded", "Failed to establish", "audit endpoint returned an error", "ENOTFOUND",
    "ServiceError", "EAI_AGAIN", "Not Found for url", "could not be audited",
)  # fmt: skip
"""What the programs say when they could not ask."""


class Asked(NamedTuple):
    """One program that asks."""

    about: str
    command: list[str]
    folder: Path


ASKED = [
    Asked(
        "requirements.lock",
        [sys.executable, "-m", "pip_audit", "--requirement", "requirements.lock", "--no-deps", "--disable-pip",
         "--progress-spinner", "off", "--timeout", "10"],
        ROOT,
    ),
    Asked(
        "web/package-lock.json",
        [sys.executable, "scripts/node.py", "npm", "audit", "--omit=dev", "--fetch-retries=0"],
        ROOT,
    ),
]  # fmt: skip


def main() -> int:
    """Ask about each; the exit status."""
    return max([ask(one) for one in ASKED])


def ask(one: Asked) -> int:
    """Ask about one lock."""
    try:
        ended = subprocess.run(one.command, cwd=one.folder, capture_output=True, text=True, check=False, timeout=WITHIN)
    except subprocess.TimeoutExpired:
        print(f"{one.about}: the list of known holes does not answer")
        return 0
    said = ended.stdout + ended.stderr
    if any(word in said for word in UNREACHABLE) and "Fix Versions" not in said:
        print(f"{one.about}: the list of known holes cannot be reached")
        return 0
    if not ended.returncode:
        print(f"{one.about}: no known hole")
        return 0
    print(f"{one.about}:\n{said}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
