"""What the source must keep to, read from the source itself. Who may import whom is import-linter's part."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src" / "ryadom"
TESTS = ROOT / "tests"

FORBIDDEN_NAMES = {"utils", "helpers", "manager", "service"}

CLOCKS = {
    "time.time", "time.time_ns", "time.monotonic", "time.monotonic_ns", "time.perf_counter", "time.perf_counter_ns",
    "time.sleep", "asyncio.timeout", "asyncio.timeout_at", "asyncio.wait_for",
    "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today",
}  # fmt: skip
MEASURES = {"time.perf_counter", "time.perf_counter_ns"}
"""What metrics.py may use: it measures how long something took, and no rule depends on it."""

NEEDS_NO_TEST = {"ryadom", "ryadom.__main__"}
"""Modules that hold nothing to test; so do the __init__ files that hold no code."""


class Source(NamedTuple):
    """One file, read and parsed."""

    path: Path
    tree: ast.Module

    @property
    def name(self) -> str:
        """Where it is, as `auth/store.py`."""
        return self.path.relative_to(SRC).as_posix()

    @property
    def module(self) -> str:
        """Its dotted name."""
        parts = self.path.relative_to(SRC.parent).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def sources() -> tuple[Source, ...]:
    return tuple(Source(path, ast.parse(path.read_text(encoding="utf-8"))) for path in sorted(SRC.rglob("*.py")))


def imports(source: Source) -> Iterator[tuple[str, str]]:
    """Every import, as (name here, full dotted name)."""
    package = source.module.split(".") if source.path.name == "__init__.py" else source.module.split(".")[:-1]
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                # `import a.b` binds a; `import a.b as c` binds a.b.
                yield (alias.asname, alias.name) if alias.asname else (alias.name.partition(".")[0],) * 2
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                yield alias.asname or alias.name, f"{origin}.{alias.name}"


def dotted(node: ast.expr, known: dict[str, str]) -> str:
    """The full name that an expression such as `datetime.now` stands for, or an empty string."""
    if isinstance(node, ast.Name):
        return known.get(node.id, "")
    if isinstance(node, ast.Attribute):
        base = dotted(node.value, known)
        return f"{base}.{node.attr}" if base else ""
    return ""


def clocks_in(source: Source) -> Iterator[str]:
    """Every use of a clock or a timer that is not ours."""
    known = dict(imports(source))
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute | ast.Name):
            full = dotted(node, known)
            if full in CLOCKS:
                yield f"{source.name}:{node.lineno} {full}"
        if isinstance(node, ast.Attribute) and node.attr in ("call_later", "call_at"):
            yield f"{source.name}:{node.lineno} {node.attr}"
        if isinstance(node, ast.Call) and dotted(node.func, known) == "asyncio.sleep" and not yields_only(node):
            yield f"{source.name}:{node.lineno} asyncio.sleep"


def yields_only(call: ast.Call) -> bool:
    """Whether it is `sleep(0)`, which only lets others run."""
    return len(call.args) == 1 and isinstance(call.args[0], ast.Constant) and call.args[0].value == 0


def calls_of(source: Source, *methods: str) -> Iterator[tuple[ast.Attribute, int]]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in methods:
            yield node.func, node.lineno


def test_the_clock_is_the_only_door_for_time() -> None:
    found = [
        use for source in sources() if source.name != "clock.py" for use in clocks_in(source)
        if not (source.path.name == "metrics.py" and use.split()[-1] in MEASURES)
    ]  # fmt: skip
    assert found == []


EMITTING = ("actions.py", "publishing.py")
"""Actions, and the transactions of those of presence, which are a file of their own."""


def test_only_actions_emit() -> None:
    found = [
        f"{source.name}:{line}" for source in sources() if source.path.name not in EMITTING
        for _, line in calls_of(source, "emit")
    ]  # fmt: skip
    assert found == []


def test_sql_is_written_only_in_stores_snapshots_and_the_database() -> None:
    found = [
        source.name for source in sources()
        if not source.name.startswith("db/") and source.path.name not in ("store.py", "snapshot.py")
        and any(full.split(".")[0] in ("sqlalchemy", "sqlite3", "alembic") for _, full in imports(source))
    ]  # fmt: skip
    assert found == []


def test_routes_rules_sockets_and_pages_run_no_query() -> None:
    def may(source: Source) -> bool:
        top = source.name.split("/")[0]
        return source.path.name not in ("routes.py", "rules.py") and top not in ("live", "realtime", "web")

    found = [
        f"{source.name}:{line}" for source in sources() if not may(source)
        for function, line in calls_of(source, "run", "run_many", "first", "value")
        if isinstance(function.value, ast.Name) and function.value.id == "tx"
    ]  # fmt: skip
    assert found == []


def test_no_name_says_nothing() -> None:
    parts = {part for source in sources() for part in source.module.split(".")}
    assert parts & FORBIDDEN_NAMES == set()


def test_routes_ask_only_the_store_of_their_own_feature() -> None:
    found = [
        f"{source.name}: {full}" for source in sources() if source.path.name == "routes.py"
        for _, full in imports(source)
        if ".store" in full and not full.startswith(source.module.removesuffix("routes") + "store")
    ]  # fmt: skip
    assert found == []


def test_nobody_imports_what_another_module_keeps_for_itself() -> None:
    found = [
        f"{source.name}: {full}" for source in sources() for _, full in imports(source)
        if full.startswith("ryadom.") and full.rpartition(".")[2].startswith("_") and not full.endswith("__")
    ]  # fmt: skip
    assert found == []


@cache
def named_in_tests() -> frozenset[str]:
    """All dotted names of ours that the tests import or write out, and what stands above them."""
    names: list[str] = []
    for path in TESTS.rglob("*.py"):
        if path == Path(__file__):
            continue
        text = path.read_text(encoding="utf-8")
        names += [full for _, full in imports(Source(SRC / "tests.py", ast.parse(text)))]
        names += [word.strip("\"'`(),:;") for word in text.split() if "ryadom." in word]
    parts = [name.split(".") for name in names if name.startswith("ryadom")]
    return frozenset(".".join(part[:depth]) for part in parts for depth in range(1, len(part) + 1))


def holds_code(source: Source) -> bool:
    """Whether there is more in it than a docstring and imports."""
    return any(
        not isinstance(node, ast.Import | ast.ImportFrom)
        and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        for node in source.tree.body
    )


def needs_a_test(source: Source) -> bool:
    if source.module in NEEDS_NO_TEST or "migrations" in source.module.split("."):
        return False
    return source.path.name != "__init__.py" or holds_code(source)


@pytest.mark.parametrize("module", [source.module for source in sources() if needs_a_test(source)])
def test_every_source_file_is_named_by_a_test(module: str) -> None:
    untested = {module} - named_in_tests()
    assert not untested


def test_the_names_of_test_files_are_unique() -> None:
    names = [path.name for path in TESTS.rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import time\ntime.time()", ["time.time"]),
        ("import time as t\nt.monotonic()", ["time.monotonic"]),
        ("from time import perf_counter\nperf_counter()", ["time.perf_counter"]),
        ("from datetime import datetime\ndatetime.now()", ["datetime.datetime.now"]),
        ("import datetime as d\nd.datetime.utcnow()", ["datetime.datetime.utcnow"]),
        ("import asyncio\nasyncio.sleep(1)", ["asyncio.sleep"]),
        ("from asyncio import sleep\nsleep(delay)", ["asyncio.sleep"]),
        ("import asyncio.events\nasyncio.wait_for(x, 1)", ["asyncio.wait_for"]),
        ("loop.call_later(1, print)", ["call_later"]),
        ("import asyncio\nasyncio.sleep(0)", []),
        ("clock.utcnow()\nself._clock.now()\ntime = clock.now()", []),
    ],
)
def test_the_search_for_clocks_finds_them(text: str, found: list[str]) -> None:
    source = Source(SRC / "somewhere.py", ast.parse(text))
    assert [use.split()[-1] for use in clocks_in(source)] == found
