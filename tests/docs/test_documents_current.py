"""The documents say what is so: files and tests that they name exist, and their tables are complete."""

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
import typer

from ryadom.cli import app
from ryadom.config import Settings

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "ryadom"
READMES = ("README.md", "README.ru.md")
DOCUMENTS = (
    *READMES, "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md",
    *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md")),
)  # fmt: skip
PROMISES = {"README.md": "What it promises", "README.ru.md": "Что обещано"}
SETTINGS = {"README.md": "Settings", "README.ru.md": "Настройки"}
COMMANDS = {"README.md": "The command line", "README.ru.md": "Командная строка"}

FILE = re.compile(r"[\w.-]+(/[\w.-]+)*\.(py|md|toml|sh|lock|json|sql|html|css|js|yml|cfg|service|example)")
FOLDER = re.compile(r"[\w.-]+(/[\w.-]+)*/")
MADE_HERE = {"data/", "ryadom.toml", ".venv/"}
"""What appears only when somebody uses it."""


@cache
def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def section(name: str, title: str) -> str:
    """What stands under a heading of the second level."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", text(name), re.MULTILINE | re.DOTALL)
    assert found, f"{name} has no section {title}"
    return found[1]


def outside_fences(markdown: str) -> str:
    return re.sub(r"^```.*?^```$", "", markdown, flags=re.MULTILINE | re.DOTALL)


def code_in(markdown: str) -> list[str]:
    """Everything between backticks, but no fenced blocks."""
    return re.findall(r"`([^`\n]+)`", outside_fences(markdown))


def rows(markdown: str) -> list[list[str]]:
    """The cells of every table row, without the heads and the lines below them."""
    lines = [line.strip() for line in markdown.splitlines()]
    table = [line.startswith("|") for line in lines]
    body = [
        line for place, line in enumerate(lines)
        if table[place] and place > 0 and table[place - 1] and not re.fullmatch(r"[|\s:-]+", line)
    ]  # fmt: skip
    return [[cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in body]


def exists(name: str) -> bool:
    """Whether a path of a document is there, seen from the project's root or the package; a bare name, anywhere in it.

    A bare name, such as `routes.py`, stands for a kind of file.
    """
    if any((home / name).exists() for home in (ROOT, PACKAGE)):
        return True
    return "/" not in name and next(PACKAGE.rglob(name), None) is not None


def paths_in(markdown: str) -> list[str]:
    """The files and folders among what stands between backticks; a test's name after `::` is left out."""
    names = [code.partition("::")[0] for code in code_in(markdown)]
    return [name for name in names if (FILE.fullmatch(name) or FOLDER.fullmatch(name)) and name not in MADE_HERE]


@cache
def defined_in(file: str) -> frozenset[str]:
    """The names of the tests in a file, those of state machines (`TestX = X.TestCase`) too."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    assigned = {
        target.id for node in tree.body if isinstance(node, ast.Assign) for target in node.targets
        if isinstance(target, ast.Name)
    }  # fmt: skip
    return frozenset(name for name in functions | assigned if name.startswith(("test_", "Test")))


def named_tests(markdown: str) -> list[tuple[str, str]]:
    """Every (file, test) among what stands between backticks; the test is empty where a file is named alone."""
    named = [code.partition("::") for code in code_in(markdown)]
    return [(file, test) for file, _, test in named if re.fullmatch(r"tests/[\w/]*test_\w+\.py", file)]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_path_exists(name: str) -> None:
    markdown = text(name)
    if name == "docs/requirements.md":
        # The first column holds the words of the requirements, with names of files that were never ours.
        markdown = "\n".join(" ".join(row[1:]) for row in rows(markdown))
    missing = [path for path in paths_in(markdown) if not exists(path)]
    assert missing == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_test_exists(name: str) -> None:
    missing = [
        f"{file}::{test}" for file, test in named_tests(text(name))
        if not (ROOT / file).exists() or (test and test not in defined_in(file))
    ]  # fmt: skip
    assert missing == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_to_a_file_leads_somewhere(name: str) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", outside_fences(text(name)))
    here = (ROOT / name).parent
    assert [one for one in targets if "://" not in one and not (here / one).exists()] == []


@pytest.mark.parametrize("name", READMES)
def test_every_promise_names_a_test(name: str) -> None:
    promises = re.findall(r"^- (.*(?:\n  .*)*)", section(name, PROMISES[name]), re.MULTILINE)
    assert promises
    assert [promise for promise in promises if not named_tests(promise)] == []


def test_both_readmes_promise_the_same() -> None:
    english, russian = (named_tests(section(name, PROMISES[name])) for name in READMES)
    assert english == russian


def test_both_readmes_have_the_same_sections() -> None:
    def outline(name: str) -> list[int]:
        return [len(hashes) for hashes in re.findall(r"^(#+) ", outside_fences(text(name)), re.MULTILINE)]

    assert outline(READMES[0]) == outline(READMES[1])


@pytest.mark.parametrize("name", READMES)
def test_the_table_of_settings_is_complete_and_its_defaults_are_right(name: str) -> None:
    told = {row[0].strip("`"): row[1].strip("`") for row in rows(section(name, SETTINGS[name]))}
    fields = msgspec.structs.fields(Settings)
    assert told == {f"RYADOM_{field.name.upper()}": written(field.default) for field in fields}


def written(default: Any) -> str:
    """A default as the table writes it."""
    if isinstance(default, bool):
        return "on" if default else "off"
    return str(default) if default not in ("", ()) else "—"


def commands(command: Any, name: str) -> Iterator[str]:
    """Every command that does something, with the words that lead to it."""
    below = getattr(command, "commands", {})
    for word, one in below.items():
        yield from commands(one, f"{name} {word}")
    if not below:
        yield name


@pytest.mark.parametrize("name", READMES)
def test_the_table_of_commands_is_complete(name: str) -> None:
    told = [re.sub(r"( [A-Z]+)+$", "", row[0].strip("`")) for row in rows(section(name, COMMANDS[name]))]
    assert sorted(told) == sorted(commands(typer.main.get_command(app), "ryadom"))


@cache
def project() -> dict[str, Any]:
    return tomllib.loads(text("pyproject.toml"))


def package(requirement: str) -> str:
    found = re.match(r"[\w.-]+", requirement)
    assert found, requirement
    return found[0]


@pytest.mark.parametrize(("title", "group"), [("Needed to run", "run"), ("Needed to build and to develop", "develop")])
def test_the_list_of_dependencies_is_complete(title: str, group: str) -> None:
    groups = project()["dependency-groups"]
    wanted = project()["project"]["dependencies"] if group == "run" else [*groups["build"], *groups["dev"]]
    told = [row[0].strip("`") for row in rows(section("docs/dependencies.md", title))]
    assert sorted(told) == sorted(package(one) for one in wanted)


def test_the_list_of_the_clients_packages_is_complete() -> None:
    asked = json.loads(text("web/package.json"))
    told = [row[0].strip("`") for row in rows(section("docs/dependencies.md", "Needed to build the browser client"))]
    assert sorted(told) == sorted([*asked["devDependencies"], *asked.get("dependencies", {})])


def test_every_dependency_says_what_for_why_and_what_without_it() -> None:
    found = rows(text("docs/dependencies.md"))
    assert [row[0] for row in found if len(row) != 4 or not all(row)] == []


def test_the_order_of_imports_is_the_one_that_is_checked() -> None:
    contract = next(one for one in project()["tool"]["importlinter"]["contracts"] if one["type"] == "layers")
    order = [layer.replace("(", "").replace(")", "") for layer in contract["layers"]]
    told = re.search(r"^`(\w+ → .*)`$", text("ARCHITECTURE.md"), re.MULTILINE)
    assert told
    assert told[1].split(" → ") == order


def test_what_the_architecture_names_is_in_the_source() -> None:
    client = [path for path in (ROOT / "web" / "src").rglob("*") if path.suffix in (".ts", ".svelte")]
    source = "\n".join(path.read_text(encoding="utf-8") for path in [*PACKAGE.rglob("*.py"), *client])
    words = set(re.findall(r"\w+", source)) | set(re.findall(r"[\w-]+", text("pyproject.toml")))
    prose = outside_fences(text("ARCHITECTURE.md"))
    named = {
        word for code in code_in(prose) if not FILE.fullmatch(code) and "→" not in code
        for word in re.findall(r"[A-Za-z_]\w+", code)
    }  # fmt: skip
    assert named - words == set()


def test_the_map_names_every_module_of_the_package() -> None:
    drawn = re.search(r"## The map\n\n```\n(.*?)```", text("ARCHITECTURE.md"), re.DOTALL)
    assert drawn
    kernel = ("protocol", "db", "realtime", "live")
    files = [*PACKAGE.glob("*.py"), *(path for folder in kernel for path in (PACKAGE / folder).glob("*.py"))]
    folders = [f"{path.name}/" for path in PACKAGE.iterdir() if (path / "__init__.py").exists()]
    wanted = {path.name for path in files if path.name != "__init__.py"} | set(folders)
    told = set(re.findall(r"\w+\.py|\w+/", drawn[1]))
    assert wanted - told == set()


def requirements() -> list[list[str]]:
    return rows(text("docs/requirements.md"))


def test_every_requirement_says_where_it_lives_and_which_test_shows_it() -> None:
    found = requirements()
    assert found
    without_file = [row[0] for row in found if not paths_in(row[1])]
    without_test = [row[0] for row in found if not named_tests(row[2])]
    assert (without_file, without_test) == ([], [])


def test_a_requirement_names_the_test_and_not_only_its_file() -> None:
    assert [row[0] for row in requirements() if not all(test for _, test in named_tests(row[2]))] == []
