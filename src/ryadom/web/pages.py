"""The server's own pages: what this is, and the API descriptions to read. They load nothing from anywhere else."""

import html
import json
from collections.abc import Iterator, Mapping
from string import Template
from typing import Literal

from .assets import STATIC, template
from .texts import Language, script_texts, text

__all__ = ["PAGE_HEADERS", "STATIC", "docs_page", "home", "unbuilt"]

SOURCES = {"rest": "/openapi.json", "socket": "/asyncapi.json"}
"""Kind of API page → the description that it renders."""

PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    ),
    "Cache-Control": "no-cache",
    "Vary": "Accept-Language",
}
"""What these pages are served with."""

_CURRENT = ' aria-current="page"'


def home(locale: Language) -> str:
    """The page at `/docs` as HTML: what Ryadom is, where the API pages are, how to sign up."""
    return _page(locale, "home", text("home_title", locale))


def unbuilt(locale: Language) -> str:
    """The page at `/` while the browser client is not built, as HTML: how to build it."""
    return _page(locale, "unbuilt", text("unbuilt_title", locale), sheet="home")


def docs_page(kind: Literal["rest", "socket"], locale: Language) -> str:
    """The page that renders `/openapi.json` (`rest`) or `/asyncapi.json` (`socket`), as HTML."""
    title = text("docs_rest_title" if kind == "rest" else "docs_socket_title", locale)
    words = json.dumps(script_texts(locale), ensure_ascii=False).replace("<", "\\u003c")
    return _page(locale, "docs", title, kind=kind, source=SOURCES[kind], words=words)


def _page(locale: Language, name: str, title: str, **values: str) -> str:
    values |= {"title": html.escape(title), "locale": locale, "style": values.get("sheet", name)}
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
