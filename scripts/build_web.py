"""Builds the browser client from web/ into src/ryadom/web/client/: `python scripts/build_web.py`.

Does nothing when it is built from the same sources already; installs npm packages only when their lock has changed.
"""

import fcntl
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import node

CLIENT = node.WEB.parent / "src" / "ryadom" / "web" / "client"
STAMP = CLIENT / ".built-from"
PACKAGES = node.WEB / "node_modules"
PACKAGES_STAMP = PACKAGES / ".installed-from"
NO_PART = ("node_modules", "tests")
"""Folders of web/ that the build does not read."""


class BuildFailedError(Exception):
    """The client could not be built. The message says what failed and how to go on."""


def build() -> bool:
    """Build the client if it is not built from what is there now; whether there was something to do.

    Raises `BuildFailedError` or `node.NodeMissingError`.
    """
    with (node.WEB / "package.json").open() as lock:
        # Two at once would write into one folder.
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = digest(sources(node.WEB))
        if built_from() == wanted:
            return False
        install()
        say("Building the browser client")
        npm("run", "build", "--silent", failed="The browser client does not build; see above.")
        STAMP.write_text(wanted, encoding="utf-8")
        return True


def install() -> None:
    """Install what web/package-lock.json says, unless it is installed."""
    wanted = digest([node.WEB / "package-lock.json"])
    if PACKAGES_STAMP.is_file() and PACKAGES_STAMP.read_text(encoding="utf-8") == wanted:
        return
    say("Installing what web/package-lock.json says")
    npm(
        "ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error",
        failed="npm could not install the packages of the browser client; see above. They come from the registry that "
        "npm is set to (`npm config get registry`, or the variable npm_config_registry).",
    )  # fmt: skip
    PACKAGES_STAMP.write_text(wanted, encoding="utf-8")


def sources(web: Path) -> Iterator[Path]:
    """Every file that the build depends on, in one order: tests are no part of it."""
    for path in sorted(web.iterdir()):
        if path.name in NO_PART or path.name.startswith("."):
            continue
        if path.is_dir():
            yield from sources(path)
        elif not path.name.endswith(".test.ts"):
            yield path


def digest(paths: Iterator[Path] | list[Path]) -> str:
    """A hash of the names and contents of files in web/."""
    found = hashlib.sha256()
    for path in paths:
        content = path.read_bytes()
        found.update(f"{path.relative_to(node.WEB).as_posix()} {len(content)}\n".encode() + content)
    return found.hexdigest()


def built_from() -> str:
    """The hash of what the client was built from; empty when it is not built."""
    there = STAMP.is_file() and (CLIENT / "index.html").is_file() and (CLIENT / "sw.js").is_file()
    return STAMP.read_text(encoding="utf-8") if there else ""


def npm(*arguments: str, failed: str) -> None:
    """Run npm in web/, silent unless it fails. Raises `BuildFailedError` with these words."""
    done = subprocess.run(
        node.command("npm", *arguments), cwd=node.WEB, env=node.environment(), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        say(done.stdout)
        raise BuildFailedError(failed)


def say(text: str) -> None:
    """Tell whoever waits."""
    sys.stderr.write(text.rstrip() + "\n")


def main() -> int:
    """Build; the exit status."""
    if "--again" in sys.argv:
        shutil.rmtree(CLIENT, ignore_errors=True)
    try:
        build()
    except (BuildFailedError, node.NodeMissingError) as error:
        say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
