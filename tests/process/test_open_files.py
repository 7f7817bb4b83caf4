"""Every socket is an open file, and systems allow 1,024 unless asked for more."""

import resource
from pathlib import Path

from process.real_server import RealServer, running

FEW = 512


def test_the_server_asks_for_as_many_open_files_as_it_may_have(data: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (FEW, before[1]))
    try:
        for server in running(RealServer(data)):
            assert resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE) == (before[1], before[1])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
