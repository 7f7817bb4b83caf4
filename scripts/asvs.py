"""Makes docs/asvs.md: what OWASP's ASVS asks, and the tests that hold it (tests/security/asvs.toml).

python scripts/asvs.py
"""

import tomllib
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
GIVEN = ROOT / "tests" / "security" / "asvs.toml"
PAGE = ROOT / "docs" / "asvs.md"
CHAPTERS = {
    3: "Web frontend", 4: "API and sockets", 6: "Signing in", 7: "Sessions", 8: "Who may do what",
}  # fmt: skip

HEAD = """# OWASP ASVS 5.0: what holds, and the test of it

The chapters of the [Application Security Verification Standard 5.0.0]\
(https://github.com/OWASP/ASVS/tree/v5.0.0_release/5.0/en) that a messenger with sessions is measured by. What each id
asks stands here in a few words of ours; the standard has the sentence. {held} hold, each with tests that fail when it
does not; {no} do not apply; {open} apply and do not hold, and say why.

`make test` runs all of these. This page is made of `tests/security/asvs.toml` by `scripts/asvs.py`.
"""


class Requirement(NamedTuple):
    """One id."""

    id: str
    asks: str
    tests: list[str]
    no: str
    open: str

    @property
    def chapter(self) -> int:
        """Its first number."""
        return int(self.id.partition(".")[0])


def requirements() -> list[Requirement]:
    """All, in their order."""
    given = tomllib.loads(GIVEN.read_text(encoding="utf-8"))
    return [
        Requirement(
            key.removeprefix("v").replace("-", "."), one["asks"], one.get("tests", []), one.get("no", ""),
            one.get("open", ""),
        )
        for key, one in given.items()
    ]  # fmt: skip


def page() -> str:
    """The page."""
    all_ = requirements()
    counts = {
        "held": sum(bool(one.tests) for one in all_), "no": sum(bool(one.no) for one in all_),
        "open": sum(bool(one.open) for one in all_),
    }  # fmt: skip
    parts = [HEAD.format(**counts)]
    for number, name in CHAPTERS.items():
        rows = "\n".join(f"| {one.id} | {one.asks} | {_held(one)} |" for one in all_ if one.chapter == number)
        parts.append(f"## V{number}. {name}\n\n| Id | Asks | Held by |\n| --- | --- | --- |\n{rows}\n")
    return "\n".join(parts)


def _held(one: Requirement) -> str:
    if one.open:
        return f"**Does not hold.** {one.open}"
    return f"Does not apply: {one.no}" if one.no else "<br>".join(f"`{test}`" for test in one.tests)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
