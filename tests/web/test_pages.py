"""The pages need nothing from elsewhere and run under a strict Content-Security-Policy."""

import json
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from ryadom.web.pages import STATIC, docs_page, home, unbuilt
from ryadom.web.texts import Language, script_texts

PAGES: dict[str, Callable[[Language], str]] = {
    "home": home,
    "unbuilt": unbuilt,
    "rest": lambda locale: docs_page("rest", locale),
    "socket": lambda locale: docs_page("socket", locale),
}


class Reader(HTMLParser):
    """Collects the elements of a page, and the text within each kind of element."""

    VOID = frozenset({"meta", "link", "img", "input", "wbr"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember the element; a void one does not stay open."""
        self.elements.append((tag, {key: value or "" for key, value in attrs}))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the element, which must be the innermost."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Remember the text with the element that it stands in."""
        self.texts.append((self.open[-1] if self.open else "", data))


@pytest.fixture(params=[(name, locale) for name in PAGES for locale in ("ru", "en")], ids=lambda pair: "-".join(pair))
def page(request: pytest.FixtureRequest) -> str:
    """Each page in each language."""
    name, locale = request.param
    return PAGES[name](locale)


def test_elements_are_closed_and_ids_are_unique(page: str) -> None:
    reader = Reader(page)
    ids = [attributes["id"] for _, attributes in reader.elements if "id" in attributes]
    assert reader.open == []
    assert len(ids) == len(set(ids))


def test_nothing_is_inline(page: str) -> None:
    for tag, attributes in Reader(page).elements:
        assert tag != "style"
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
        if tag == "script":
            assert "src" in attributes or attributes["type"] == "application/json"


def test_every_address_is_on_this_server_and_every_file_is_served(page: str) -> None:
    addresses = [
        attributes[name] for _, attributes in Reader(page).elements for name in ("src", "href") if name in attributes
    ]
    for address in addresses:
        assert address.startswith(("/", "#"))
        assert not address.startswith("//")
        if address.startswith("/static/"):
            assert address.removeprefix("/static/") in STATIC


def test_no_place_of_a_template_is_left_open(page: str) -> None:
    assert "${" not in page


def test_what_labels_or_is_pointed_at_exists(page: str) -> None:
    elements = Reader(page).elements
    ids = {attributes["id"] for _, attributes in elements if "id" in attributes}
    for _, attributes in elements:
        for name in ("aria-labelledby", "aria-describedby"):
            assert set(attributes.get(name, "").split()) <= ids
        if attributes.get("href", "").startswith("#"):
            assert attributes["href"][1:] in ids


@pytest.mark.parametrize("locale", ["ru", "en"])
def test_the_page_says_its_language_and_speaks_it(locale: Language) -> None:
    for make in PAGES.values():
        elements = Reader(make(locale)).elements
        assert dict(elements)["html"]["lang"] == locale
    assert ("Регистрация" in home(locale)) is (locale == "ru")


def test_a_page_without_the_client_says_how_to_build_it() -> None:
    assert "make setup" in unbuilt("en")
    assert 'href="/static/home.css"' in unbuilt("en")
    assert "не собран" in unbuilt("ru")


def test_every_page_leads_back_to_the_first_and_that_to_the_messenger(page: str) -> None:
    brand = next(attributes for _, attributes in Reader(page).elements if attributes.get("class") == "brand")
    assert brand["href"] == "/docs"
    assert '<a href="/">' in home("en")


def test_home_shows_the_api_pages_and_how_to_sign_up() -> None:
    made = home("en")
    for address in ("/docs/rest", "/docs/socket", "/openapi.json", "/asyncapi.json"):
        assert f'href="{address}"' in made
    assert "curl" in made
    assert "/register" in made


@pytest.mark.parametrize(("kind", "source"), [("rest", "/openapi.json"), ("socket", "/asyncapi.json")])
def test_an_api_page_names_its_description_and_itself(kind: str, source: str) -> None:
    elements = Reader(PAGES[kind]("en")).elements
    place = next(attributes for _, attributes in elements if attributes.get("id") == "docs")
    assert (place["data-kind"], place["data-source"]) == (kind, source)
    current = [attributes["href"] for _, attributes in elements if "aria-current" in attributes]
    assert current == [f"/docs/{kind}"]


def test_the_scripts_texts_travel_in_the_page() -> None:
    blocks = [data for tag, data in Reader(docs_page("rest", "ru")).texts if tag == "script"]
    assert [json.loads(block) for block in blocks if block.strip()] == [script_texts("ru")]
