"""Makes the pictures in docs/screenshots/ from the demo: `python scripts/screenshots.py [FOLDER]`.

List, chat and devices; on a phone and on a desktop; light and dark; in Russian and in English. Needs the built client
(`make web`) and Debian's Chromium. The demo's people are made up, and so is everything that they say.
"""

import itertools
import json
import re
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Locator, Page, sync_playwright

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "screenshots"
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--font-render-hinting=none"]
LIVED = 15_000
"""Milliseconds that the demo's people live before the first picture: at this speed some minutes of theirs."""
SPEED = "6"
THIS_DEVICE = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36"
OTHER_DEVICES = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 "
    "Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (iPad; CPU OS 17_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.7 "
    "Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
)


TALKS = {
    "Nora": (
        "Hi! I've just moved in next door",
        "The quickstart took me twenty seconds, and here you are, green dot and all",
        "Are you coming to the hike on Saturday?",
        "Here is the way: https://example.org/maps/lake-loop\nWe start at nine, at the bridge.",
        "Thanks!",
    ),
    "Аня": (
        "Привет! Я только что поселился по соседству",
        "Сервер поднялся за двадцать секунд, и вот уже видно, кто в сети",
        "Ты едешь в субботу на дачу?",
        "Вот дорога: https://example.org/maps/dacha\nСбор в девять у моста.",
        "Спасибо!",
    ),
}
"""Whom the guest talks to, and what they write; the answers are the demo's own."""
SPOKEN_WITH = {"en": "Nora", "ru": "Аня"}
ANSWERED = 4_000
"""Milliseconds within which the demo's people usually have answered."""


class Look(NamedTuple):
    """How one picture is taken."""

    size: str
    theme: str
    language: str


SIZES = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 800}}
LOOKS = [Look(*parts) for parts in itertools.product(SIZES, ("light", "dark"), ("en", "ru"))]


@contextmanager
def demo() -> Iterator[tuple[str, str]]:
    """A demo that lives; its address, and the password of its guest."""
    with tempfile.TemporaryDirectory(prefix="ryadom-screenshots-") as name:
        data = Path(name, "demo")
        process = subprocess.Popen(
            [sys.executable, "-m", "ryadom", "demo", "--data", str(data), "--speed", SPEED],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8",
        )  # fmt: skip
        assert process.stdout is not None
        try:
            url = next(found[0] for line in process.stdout if (found := re.search(r"http://[\d.]+:\d+", line)))
            yield url, json.loads((data / "demo.json").read_text())["password"]
        finally:
            process.terminate()
            process.wait(20)


def sign_in_elsewhere(url: str, password: str) -> None:
    """Other devices of the guest, for the list of devices."""
    body = json.dumps({"username": "guest", "password": password}).encode()
    for agent in OTHER_DEVICES:
        headers = {"User-Agent": agent, "Content-Type": "application/json"}
        urllib.request.urlopen(urllib.request.Request(f"{url}/login", body, headers), timeout=10).close()  # noqa: S310


def signed_in(browser: Browser, url: str, password: str, state: Path) -> None:
    """Sign in by the page, once; the cookie is kept for all pictures."""
    context = browser.new_context(locale="en-GB", user_agent=THIS_DEVICE)
    page = context.new_page()
    page.goto(url)
    page.get_by_test_id("username").fill("guest")
    page.get_by_test_id("password").fill(password)
    page.get_by_test_id("sign-in").click()
    page.get_by_test_id("chat-row").first.wait_for()
    page.wait_for_timeout(LIVED)
    for name, lines in TALKS.items():
        talk(page, name, lines)
    context.storage_state(path=state)
    context.close()


def afternoon() -> str:
    """The time zone in which it is between 14 and 15 o'clock now, so that the pictures show a day."""
    ahead = (14 - datetime.now(UTC).hour + 11) % 24 - 11
    return f"Etc/GMT{-ahead:+d}"


def talk(page: Page, name: str, lines: tuple[str, ...]) -> None:
    """Write to somebody, and let them answer."""
    row(page, name).click()
    for line in lines:
        page.get_by_test_id("composer").fill(line)
        page.get_by_test_id("send").click()
        page.wait_for_timeout(ANSWERED)


def row(page: Page, name: str) -> Locator:
    """The row of the direct chat with somebody."""
    return page.locator("[data-testid=chat-row]:has([data-testid=presence-dot])").filter(has_text=name).first


def take(browser: Browser, url: str, look: Look, state: Path, folder: Path) -> None:
    """The three pictures of one look."""
    phone = look.size == "phone"
    context = browser.new_context(
        viewport=SIZES[look.size], device_scale_factor=2 if phone else 1, has_touch=phone, is_mobile=phone,
        color_scheme=look.theme, locale={"en": "en-GB", "ru": "ru-RU"}[look.language], storage_state=state,
        timezone_id=afternoon(),
    )  # fmt: skip
    page = context.new_page()
    page.goto(url)
    page.get_by_test_id("chat-row").first.wait_for()
    page.locator("[data-testid=connection-state][data-state=ready]").wait_for(state="attached")
    save(page, folder, "list", look)
    row(page, SPOKEN_WITH[look.language]).click()
    page.get_by_test_id("message").first.wait_for()
    save(page, folder, "chat", look)
    page.goto(f"{url}/#panel=devices" if phone else f"{page.url}&panel=devices")
    page.get_by_test_id("device-row").first.wait_for()
    save(page, folder, "devices", look)
    context.close()


def save(page: Page, folder: Path, name: str, look: Look) -> None:
    """One picture, when nothing moves any more."""
    page.wait_for_timeout(700)
    page.screenshot(path=folder / f"{name}-{look.size}-{look.theme}-{look.language}.png", animations="disabled")


def main() -> None:
    """Make all pictures anew."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with demo() as (url, password), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        sign_in_elsewhere(url, password)
        state = folder / "state.json"
        signed_in(browser, url, password, state)
        for look in LOOKS:
            take(browser, url, look, state, folder)
        state.unlink()
        browser.close()


if __name__ == "__main__":
    main()
