"""Writes the types of the browser client from the API descriptions: `python scripts/client_types.py [FILE]`.

Needs web/node_modules, which `make web` installs. A test compares the committed file with what this writes.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import node

from ryadom.web.vocabulary import vocabulary

TYPES = node.WEB / "src" / "api" / "types.ts"
HEAD = "// Written by `make types` from the descriptions of the API. Do not edit.\n\n"
OPTIONS = ("--root-types", "--root-types-no-schema-prefix", "--root-types-keep-casing", "--default-non-nullable=false")


def write(target: Path) -> None:
    """Write the types of every schema, event and command. Raises `CalledProcessError` when the generator fails."""
    with tempfile.TemporaryDirectory(prefix="ryadom-types-") as folder:
        source, made = Path(folder, "shapes.json"), Path(folder, "types.ts")
        source.write_text(json.dumps(vocabulary(), ensure_ascii=False), encoding="utf-8")
        script = str(node.WEB / "node_modules" / "openapi-typescript" / "bin" / "cli.js")
        subprocess.run(
            node.command(script, str(source), "--output", str(made), *OPTIONS),
            cwd=node.WEB, env=node.environment(), check=True, capture_output=True, text=True,
        )  # fmt: skip
        text = made.read_text(encoding="utf-8")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(HEAD + text, encoding="utf-8")


def main() -> int:
    """Write the file that was named, or the client's own; the exit status."""
    try:
        write(Path(sys.argv[1]) if len(sys.argv) > 1 else TYPES)
    except subprocess.CalledProcessError as error:
        sys.stderr.write(f"{error.stdout}{error.stderr}\nNo types were written; run make web first.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
