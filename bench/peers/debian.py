"""Peers that come as Debian packages: they are started by us alone, never as services."""

import os
import shutil
import subprocess
from pathlib import Path

from .parts import output

DENIES = Path("/usr/sbin/policy-rc.d")


def install(*packages: str) -> None:
    """By apt-get, as root. The services that come with them are neither started nor left running."""
    if all(version(package) for package in packages):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SystemExit(f"Install these Debian packages and run this again: {' '.join(packages)}")
    ours = not DENIES.exists()
    if ours:
        DENIES.write_text("#!/bin/sh\nexit 101\n", encoding="utf-8")
        DENIES.chmod(0o755)
    try:
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for words in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
            subprocess.run(["apt-get", "-q", *words], check=True, env=environment, stdout=subprocess.DEVNULL)
    finally:
        if ours:
            DENIES.unlink()


def version(package: str) -> str:
    """Debian's, or nothing when it is not installed."""
    found = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", package],
        check=False, capture_output=True, text=True,
    ).stdout.split()  # fmt: skip
    return found[1] if len(found) == 2 and found[0] == "installed" else ""


def upstream(package: str) -> str:
    """The program's own version."""
    return output("dpkg-query", "-W", "-f", "${source:Upstream-Version}", package).partition("+")[0]
