"""`bench.profile`: which part of the program a sample belongs to."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from bench.profile import FRAME, part  # noqa: E402  # bench/ is no part of the package

KERNEL = "([kernel.kallsyms])"


@pytest.mark.parametrize(
    ("stack", "expected"),
    [
        ([("tcp_v4_rcv", KERNEL), ("tcp_sendmsg", KERNEL), ("write", "/lib/libc.so.6")], "sockets: writing"),
        ([("schedule", KERNEL), ("do_fsync", KERNEL)], "disk: fdatasync and writing the journal"),
        ([("schedule", KERNEL), ("do_futex", KERNEL)], "threads: handing over"),
        ([("clear_page", KERNEL)], "kernel, other"),
        ([("sqlite3VdbeExec", "/usr/lib/libsqlite3.so.0")], "SQLite and its driver"),
        ([("write", "/opt/lib/python3.11/site-packages/uvloop/loop.cpython-311.so")], "uvloop"),
        ([("_PyEval_EvalFrameDefault", "/usr/bin/python3.11")], "interpreter"),
        ([("_PyEval_EvalFrameDefault", "/opt/lib/libpython3.11.so.1.0")], "interpreter"),
        ([("whatever", "/opt/lib/other.so")], "other"),
    ],
)
def test_a_sample_belongs_to_one_part(stack: list[tuple[str, str]], expected: str) -> None:
    assert part(stack) == expected


def test_a_line_of_perf_is_a_function_and_where_it_is() -> None:
    found = FRAME.match("            7f3b2c4a1b2c sqlite3_step+0x1f (/usr/lib/libsqlite3.so.0)")
    assert found is not None
    assert found.groups() == ("sqlite3_step", "/usr/lib/libsqlite3.so.0")
    assert FRAME.match("python ") is None
