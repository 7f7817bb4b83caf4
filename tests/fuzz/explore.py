"""Looks for bytes that break a target, guided by what code they reach (atheris, which is libFuzzer for Python).

    python tests/fuzz/explore.py NAME [--seconds 10] [--keep]

Begins with `corpus/NAME`. `--keep` adds what was found to lead somewhere new, as few and short inputs as that takes.
What breaks the target is printed and stays in the current folder as `crash-…`; it belongs into the corpus once it is
mended.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import atheris

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(__file__).with_name("corpus")
LONGEST = 2048
"""Bytes of an input."""


def main() -> None:
    """Look for as long as is asked; ends the process."""
    asked = argparse.ArgumentParser(description="Look for bytes that break a target.")
    asked.add_argument("name")
    asked.add_argument("--seconds", type=int, default=10)
    asked.add_argument("--keep", action="store_true")
    asked.add_argument("--merge", help=argparse.SUPPRESS)
    given = asked.parse_args()
    sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]
    with atheris.instrument_imports(include=["ryadom", "fuzz"]):
        from fuzz.targets import TARGETS  # noqa: PLC0415 - only what is imported here is watched

    corpus = CORPUS / given.name
    corpus.mkdir(parents=True, exist_ok=True)
    found = tempfile.mkdtemp(prefix="ryadom-fuzz-")
    where = [str(corpus)] if given.keep else [found, str(corpus)]
    options = [
        f"-max_total_time={given.seconds}",
        f"-max_len={LONGEST}",
        "-timeout=5",
        "-verbosity=1",
        "-reduce_inputs=1",
    ]
    atheris.Setup([sys.argv[0], *options, *where], TARGETS[given.name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
