"""What a server contains is listed, and the list is current (`scripts/sbom.py`); holes are asked about."""

import json

import audit
import pytest
from sbom import SBOM, document


def test_the_list_is_that_of_the_locks() -> None:
    assert SBOM.read_text(encoding="utf-8") == document(), "python scripts/sbom.py makes it anew"


def test_it_names_what_runs_on_both_sides() -> None:
    urls = [one["purl"] for one in json.loads(SBOM.read_text(encoding="utf-8"))["components"]]
    assert len(urls) == len(set(urls))
    for name in ("pkg:pypi/litestar@", "pkg:pypi/asyncpg@", "pkg:npm/svelte@", "pkg:npm/idb@"):
        assert any(url.startswith(name) for url in urls), name


@pytest.mark.parametrize(
    ("says", "status", "expected"),
    [
        ("found 0 vulnerabilities", 0, 0),
        ("Found 1 known vulnerability\nName Version ID Fix Versions\nx 1 PYSEC-1 2", 1, 1),
        ("npm error audit endpoint returned an error", 1, 0),
        ("Dependency not found on PyPI and could not be audited: x", 0, 0),
        ("something else", 2, 1),
    ],
)
def test_a_hole_is_a_failure_and_silence_is_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], says: str, status: int, expected: int
) -> None:
    ended = audit.subprocess.CompletedProcess([], status, says, "")
    monkeypatch.setattr(audit.subprocess, "run", lambda *_, **__: ended)
    assert audit.ask(audit.ASKED[0]) == expected
    assert ("no known hole" in capsys.readouterr().out) is (says.startswith("found 0"))
