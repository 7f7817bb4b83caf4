"""Building the browser client: when, from what, with which Node, and that wheels hold it."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import build_web
import node
import pytest
from hatch_build import ClientHook
from hatchling.builders.wheel import WheelBuilder

from web.small_client import small_client

ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with little in it, whose npm only notes what it was asked for."""
    web = tmp_path / "web"
    (web / "src").mkdir(parents=True)
    for name in ("package.json", "package-lock.json", "src/main.ts", "src/main.test.ts"):
        (web / name).write_text(name)
    client = tmp_path / "client"
    monkeypatch.setattr(node, "WEB", web)
    monkeypatch.setattr(build_web, "CLIENT", client)
    monkeypatch.setattr(build_web, "STAMP", client / ".built-from")
    monkeypatch.setattr(build_web, "PACKAGES_STAMP", web / "node_modules" / ".installed-from")
    return tmp_path


@pytest.fixture
def asked(home: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What npm was asked for."""
    words: list[str] = []

    def npm(*arguments: str, failed: str) -> None:
        words.append(arguments[0])
        (home / "web" / "node_modules").mkdir(exist_ok=True)
        if arguments[0] == "run":
            small_client(home / "client")

    monkeypatch.setattr(build_web, "npm", npm)
    return words


def test_what_is_built_already_is_left_alone(asked: list[str]) -> None:
    assert build_web.build() is True
    assert build_web.build() is False
    assert asked == ["ci", "run"]


@pytest.mark.parametrize("name", ["src/main.ts", "src/new.svelte", "vite.config.ts", "public/icon.svg"])
def test_a_changed_source_is_built_anew_without_installing(home: Path, asked: list[str], name: str) -> None:
    build_web.build()
    (home / "web" / name).parent.mkdir(exist_ok=True)
    (home / "web" / name).write_text("changed")
    assert build_web.build() is True
    assert asked == ["ci", "run", "run"]


def test_a_changed_lock_is_installed(home: Path, asked: list[str]) -> None:
    build_web.build()
    (home / "web" / "package-lock.json").write_text("changed")
    build_web.build()
    assert asked == ["ci", "run", "ci", "run"]


def test_tests_and_packages_are_no_part_of_the_client(home: Path, asked: list[str]) -> None:
    build_web.build()
    (home / "web" / "src" / "main.test.ts").write_text("changed")
    (home / "web" / "node_modules" / "some.js").write_text("changed")
    assert build_web.build() is False


def test_a_client_that_is_gone_is_built_again(home: Path, asked: list[str]) -> None:
    build_web.build()
    (home / "client" / "index.html").unlink()
    assert build_web.build() is True


def test_a_build_that_fails_says_so_and_counts_as_none(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node, "command", lambda *arguments: [sys.executable, "-c", "print('no such thing'); exit(3)"])
    with pytest.raises(build_web.BuildFailedError, match="npm could not install"):
        build_web.build()
    assert build_web.built_from() == ""


def test_node_is_the_one_of_the_package() -> None:
    found = subprocess.run(
        node.command("--version"), env=node.environment(), capture_output=True, text=True, check=True
    )
    assert int(found.stdout.removeprefix("v").split(".")[0]) >= 24
    assert Path(node.command("x")[0]).is_relative_to(sys.prefix)
    assert node.environment()["PATH"].split(os.pathsep)[0] == str(node.home() / "bin")


def test_settings_that_would_leave_packages_out_do_not_reach_npm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NODE_ENV", "production")
    monkeypatch.setenv("npm_config_omit", "dev")
    monkeypatch.setenv("npm_config_registry", "http://registry.example/")
    passed = node.environment()
    assert not {"NODE_ENV", "npm_config_omit"} & passed.keys()
    assert passed["npm_config_registry"] == "http://registry.example/"


def test_a_python_without_node_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(node.NodeMissingError, match="make setup"):
        node.home()


@pytest.mark.parametrize(("version", "built"), [("standard", 1), ("editable", 0)])
def test_a_wheel_builds_the_client_and_an_editable_install_does_not(
    monkeypatch: pytest.MonkeyPatch, version: str, built: int
) -> None:
    calls: list[Any] = []
    monkeypatch.setattr(build_web, "build", lambda: calls.append(1))
    hook = ClientHook(str(ROOT), {}, None, None, "", "wheel")  # type: ignore[arg-type]
    hook.initialize(version, {})
    assert len(calls) == built


def test_a_wheel_holds_the_built_client_and_nothing_of_its_sources(tmp_path: Path) -> None:
    for name in ("pyproject.toml", ".gitignore", "src/ryadom/__init__.py", "src/ryadom/web/pages.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    (tmp_path / "web" / "src").mkdir(parents=True)
    (tmp_path / "web" / "src" / "main.ts").write_text("")
    client = small_client(tmp_path / "src" / "ryadom" / "web" / "client")
    packed = {file.distribution_path for file in WheelBuilder(str(tmp_path)).recurse_included_files()}
    built = {path.relative_to(client).as_posix() for path in client.rglob("*") if path.is_file()} - {".built-from"}
    assert packed == {"ryadom/__init__.py", "ryadom/web/pages.py", *(f"ryadom/web/client/{name}" for name in built)}
