"""The README's quickstart, line by line, by bash, curl and the `websockets` command."""

import asyncio
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from process.real_server import RealServer

ROOT = Path(__file__).parents[2]
ADDRESS = "127.0.0.1:8080"


def quickstart(readme: str) -> str:
    """All lines of the marked blocks."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    blocks = re.findall(r"^<!-- quickstart -->\n```bash\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return "\n".join(blocks)


def commands(script: str) -> list[str]:
    return [line for line in script.splitlines() if line and not line.startswith("#")]


def run(script: str, server: RealServer) -> str:
    """What the script prints, here, when the server is where this one is."""
    script = script.replace(ADDRESS, f"127.0.0.1:{server.port}").replace(
        ".venv/bin/", f"{Path(sys.executable).parent}/"
    )
    bash = shutil.which("bash")
    assert bash
    done = subprocess.run(
        [bash, "-eu", "-o", "pipefail", "-c", script],
        capture_output=True,
        encoding="utf-8",
        timeout=30,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, (done.stdout, done.stderr)
    assert done.stderr == ""
    return done.stdout


async def test_the_quickstart_does_what_it_says(own_server: RealServer) -> None:
    script = quickstart("README.md")
    assert ADDRESS in script

    printed = await asyncio.to_thread(run, script, own_server)

    objects = [json.loads(line) for line in re.findall(r"^[\[{].*", printed, re.MULTILINE)]
    alice, bob, hello_bob, bobs_chats = objects
    assert (alice["username"], bob["username"]) == ("alice", "bob")
    assert hello_bob["text"] == "Hello, Bob!"
    assert [(chat["unread_count"], chat["peer"]["username"]) for chat in bobs_chats] == [(1, "alice")]
    events = [json.loads(line) for line in re.findall(r"< (\{.*\})", printed)]
    assert [event["type"] for event in events] == ["hello", "new_message", "unread_message"]
    assert events[1]["message"]["text"] == "Do you see this?"
    assert "Connection closed: 1000" in printed


@pytest.mark.parametrize("readme", ["README.ru.md"])
def test_the_other_language_has_the_same_commands(readme: str) -> None:
    assert commands(quickstart(readme)) == commands(quickstart("README.md"))
