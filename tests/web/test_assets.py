"""The static files are complete, speak to nobody else, and put no data into markup."""

import re
from xml.etree import ElementTree as Xml

import pytest

from ryadom.web.assets import STATIC, template

SCRIPTS = {name: content.decode() for name, (content, _) in STATIC.items() if name.endswith(".js")}
IMPORT = re.compile(r'import \{([^}]+)\} from "\./([^"]+)"')
FORBIDDEN = (
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "document.write",
    "eval(",
    "new Function",
    'setAttribute("on',
)


def test_each_file_has_its_type() -> None:
    assert STATIC["docs.js"][1] == "text/javascript; charset=utf-8"
    assert STATIC["page.css"][1] == "text/css; charset=utf-8"
    assert STATIC["favicon.svg"][1] == "image/svg+xml"
    assert all(content for content, _ in STATIC.values())


def test_no_file_names_an_outside_address() -> None:
    for name, (content, _) in STATIC.items():
        addresses = re.findall(r"(?:https?:)?//[\w.-]+\.\w+[^\s\"']*", content.decode())
        assert [found for found in addresses if found != "http://www.w3.org/2000/svg"] == [], name


def test_styles_load_nothing() -> None:
    for name, (content, _) in STATIC.items():
        if name.endswith(".css"):
            assert "url(" not in content.decode()
            assert "@import" not in content.decode()


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_script_makes_markup_or_code_out_of_data(name: str) -> None:
    assert [word for word in FORBIDDEN if word in SCRIPTS[name]] == []


@pytest.mark.parametrize("name", SCRIPTS)
def test_what_a_script_imports_is_exported_there(name: str) -> None:
    for names, source in IMPORT.findall(SCRIPTS[name]):
        for wanted in names.split(","):
            assert f"export function {wanted.strip()}(" in SCRIPTS[source], (source, wanted)


def test_every_colour_is_defined_once_for_both_themes() -> None:
    theme = STATIC["theme.css"][0].decode()
    defined = set(re.findall(r"^\s*(--[\w-]+):", theme, re.MULTILINE))
    used = {
        found
        for name, (content, _) in STATIC.items()
        if name.endswith(".css")
        for found in re.findall(r"var\((--[\w-]+)\)", content.decode())
    }
    assert used == defined
    colours = re.findall(r":\s*light-dark\(#[0-9a-f]{6}, #[0-9a-f]{6}\);", theme)
    assert len(colours) == len(defined - {"--font", "--mono"})


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("colour", ["text", "second", "accent", "good", "bad"])
@pytest.mark.parametrize("ground", ["ground", "raised"])
def test_text_stands_out(theme: int, colour: str, ground: str) -> None:
    assert _contrast(_colour(colour, theme), _colour(ground, theme)) >= 4.5


def test_the_icon_is_a_picture() -> None:
    root = Xml.fromstring(STATIC["favicon.svg"][0])
    assert root.tag.endswith("svg")


def test_a_template_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        template("nowhere.html")


def _colour(name: str, theme: int) -> str:
    found = re.search(rf"--{name}: light-dark\(#(\w+), #(\w+)\)", STATIC["theme.css"][0].decode())
    assert found
    return found.groups()[theme]


def _contrast(first: str, second: str) -> float:
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
