"""The server's own pages: what this is, and the API descriptions to read. They load nothing from anywhere else."""

import html
import json
from collections.abc import Iterator, Mapping
from string import Template
from typing import Literal

from .assets import STATIC, template
from .texts import Language, script_texts, text

__all__ = ["STATIC", "docs_page", "home"]

SOURCES = {"rest": "/openapi.json", "socket": "/asyncapi.json"}
"""Kind of API page → the description that it renders."""


_CURRENT = ' aria-current="page"'


def home(locale: Language) -> str:
    """The page at `/` as HTML: what Ryadom is, where the API pages are, how to sign up."""
    return _page(locale, "home", text("home_title", locale))


def docs_page(kind: Literal["rest", "socket"], locale: Language) -> str:
    """The page that renders `/openapi.json` (`rest`) or `/asyncapi.json` (`socket`), as HTML."""
    title = text("docs_rest_title" if kind == "rest" else "docs_socket_title", locale)
    words = json.dumps(script_texts(locale), ensure_ascii=False).replace("<", "\\u003c")
    return _page(locale, "docs", title, kind=kind, source=SOURCES[kind], words=words)


def _page(locale: Language, name: str, title: str, **values: str) -> str:
    values |= {"title": html.escape(title), "locale": locale, "style": name}
    values |= {f"{kind}_mark": _CURRENT if kind == values.get("kind") else "" for kind in SOURCES}
    body = Template(template(f"{name}.html")).substitute(_Words(locale, values))
    return Template(template("page.html")).substitute(_Words(locale, values | {"body": body}))


class _Words(Mapping[str, str]):
    """What a template may name: the values given, and every text of the catalogue, escaped."""

    def __init__(self, locale: Language, values: Mapping[str, str]) -> None:
        self._locale = locale
        self._values = values

    def __getitem__(self, key: str) -> str:
        return self._values[key] if key in self._values else html.escape(text(key, self._locale))

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)
