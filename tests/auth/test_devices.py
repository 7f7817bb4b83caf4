"""Which device signs in, by what it declares or by its User-Agent."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ryadom.auth.devices import device_of, warm

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
CHROME = f"{WEBKIT} Chrome/120.0.0.0 Safari/537.36"
CHROME_MOBILE = f"{WEBKIT} Chrome/120.0.0.0 Mobile Safari/537.36"
IOS = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1"

TOLD = [
    # Desktop systems.
    (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME}", "pc", "Chrome, Windows"),
    (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Edg/120.0.0.0", "pc", "Edge, Windows"),
    (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/118.0.0.0 YaBrowser/23.11.0 Safari/537.36",
     "pc", "Yandex Browser, Windows"),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17 Safari/605.1",
     "pc", "Safari, macOS"),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0", "pc", "Firefox, Linux"),
    ("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0", "pc", "Firefox, Ubuntu"),
    ("Ryadom-Desktop/1.0 (Windows NT 10.0; x64)", "pc", "Ryadom-Desktop, Windows"),
    # Phones.
    (f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) {IOS}", "phone", "Safari, iPhone"),
    (f"Mozilla/5.0 (Linux; Android 13; Pixel 7) {CHROME_MOBILE}", "phone", "Chrome, Android"),
    ("Mozilla/5.0 (Android 13; Mobile; rv:109.0) Gecko/119.0 Firefox/119.0", "phone", "Firefox, Android"),
    ("okhttp/4.9.3", "phone", "Android app"),
    ("Dalvik/2.1.0 (Linux; U; Android 13; SM-X200 Build/TQ3A)", "phone", "Android app"),
    ("Dart/3.1 (dart:io)", "phone", "Phone app"),
    ("Ryadom/12 CFNetwork/1410.0.3 Darwin/22.6.0", "phone", "iPhone app"),
    ("Ryadom/1.0 (Android 13; Pixel)", "phone", "Ryadom, Android"),
    # Tablets.
    (f"Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) {IOS}", "tablet", "Safari, iPad"),
    (f"Mozilla/5.0 (Linux; Android 13; SM-X200) {CHROME}", "tablet", "Chrome, Android"),
    ("Mozilla/5.0 (Android 13; Tablet; rv:109.0) Gecko/119.0 Firefox/119.0", "tablet", "Firefox, Android"),
    # Browsers elsewhere.
    (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {CHROME}", "web", "Chrome, ChromeOS"),
    ("Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) 76.0/6.0 TV Safari/537.36",
     "web", "Safari, Tizen"),
    (f"Mozilla/5.0 (Linux; Android 9; BRAVIA 4K UR2) {CHROME}", "web", "Chrome, Android"),
    (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox One) {CHROME} Edg/120.0.0.0", "web", "Edge, Windows"),
    ("Mozilla/5.0", "web", "Browser"),
    # Anything else.
    ("curl/8.1.2", "other", "curl"),
    ("curl/7.19.7 (x86_64-unknown-linux-gnu) libcurl/7.19.7", "other", "curl, Linux"),
    ("python-requests/2.31.0", "other", "python-requests"),
    ("", "other", "Unknown device"),
    ("   ", "other", "Unknown device"),
    ("(((", "other", "Unknown device"),
]  # fmt: skip


@pytest.mark.parametrize(("user_agent", "device_type", "name"), TOLD)
def test_the_user_agent_tells(user_agent: str, device_type: str, name: str) -> None:
    assert device_of(user_agent, None, None) == (device_type, name)


def test_what_is_declared_wins() -> None:
    windows = TOLD[0][0]
    assert device_of(windows, "tablet", "Kitchen wall") == ("tablet", "Kitchen wall")
    assert device_of(windows, "phone", None) == ("phone", "Chrome, Windows")
    assert device_of(windows, None, "Работа") == ("pc", "Работа")


def test_a_declared_type_that_does_not_exist_does_not_count() -> None:
    assert device_of("okhttp/4.9", "toaster", None).device_type == "phone"


@pytest.mark.parametrize("name", ["", "  ", "\t\n", "\u200b\u200d", "\u202e", "\ud800"])
def test_a_declared_name_that_nobody_can_see_does_not_count(name: str) -> None:
    assert device_of("curl/8", None, name).device_name == "curl"


def test_a_declared_name_is_one_line_in_its_own_direction() -> None:
    assert device_of("", None, " My\r\n\x1b[31m \u202ephone\x00 ").device_name == "My [31m phone"
    assert device_of("", None, "👩‍💻 laptop").device_name == "👩‍💻 laptop"


def test_a_long_name_is_cut_at_64_characters() -> None:
    assert device_of("", None, "ы" * 500).device_name == "ы" * 64
    assert device_of("a" * 500 + "/1.0", None, None).device_name == "a" * 64
    assert device_of("", None, "a" * 63 + " b").device_name == "a" * 63


@given(st.text(max_size=700), st.none() | st.text(max_size=200))
def test_whatever_comes_the_name_can_be_shown(user_agent: str, declared: str | None) -> None:
    device = device_of(user_agent, None, declared)
    assert 1 <= len(device.device_name) <= 64
    assert device.device_name.strip() == device.device_name
    assert not any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in device.device_name)


@given(
    st.lists(
        st.sampled_from(["Mozilla/5.0 ", "(iPad; ", "Android ", "CrOS", " TV", "Mobile", "curl/", "X11;", "Dart/"])
    )
)
def test_every_user_agent_has_one_of_the_five_types(parts: list[str]) -> None:
    assert device_of("".join(parts), None, None).device_type in ("pc", "phone", "tablet", "web", "other")


def test_what_stands_after_512_characters_is_not_looked_at() -> None:
    assert device_of("x" * 512 + " iPhone", None, None).device_type == "other"
    assert device_of("x" * 505 + " iPhone", None, None).device_type == "phone"


def test_a_hostile_user_agent_takes_less_than_five_milliseconds() -> None:
    warm()
    pieces = [
        "CFNetwork/",
        "Mozilla/5.0 (Linux; Android 1",
        "; ",
        "a/1.",
        "Darwin",
        "(",
        "Build/",
        " ",
        "Windows NT 1.",
        "é",
    ]
    for piece in pieces:
        fastest = 1.0
        for salt in range(5):
            user_agent = f"{salt} {piece * 100_000}"
            began = time.perf_counter()
            device_of(user_agent, None, user_agent)
            fastest = min(fastest, time.perf_counter() - began)
        assert fastest < 0.005, piece
