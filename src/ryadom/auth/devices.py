"""What signed in, and from where: the device from what it declares or its User-Agent, the address from the peer.

Nothing here is proof: a client may declare what it likes. The address alone cannot be chosen by the client.
"""

import ipaddress
import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple, cast, get_args

import ua_parser

from ryadom.config import Network
from ryadom.protocol.schemas import DeviceType

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

MAX_USER_AGENT = 512
"""Characters of a User-Agent that are looked at."""
MAX_NAME = 64
MAX_HOPS = 200
"""Entries of X-Forwarded-For that are looked at, from the right."""


class Device(NamedTuple):
    """A device as its owner sees it in the list of sessions. The name is never empty, 64 characters at most."""

    device_type: DeviceType
    device_name: str


def device_of(user_agent: str, declared_type: str | None, declared_name: str | None) -> Device:
    """The device that signs in: what it declares, else what its User-Agent tells."""
    told = _told_by(user_agent[:MAX_USER_AGENT])
    known = declared_type in get_args(DeviceType)
    device_type = cast("DeviceType", declared_type) if known else told.device_type
    return Device(device_type, _clean(declared_name or "") or told.device_name)


def warm() -> None:
    """Load the User-Agent tables now (0.1 s, once) and not at the first sign-in."""
    _told_by("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36")


@lru_cache(maxsize=1024)
def _told_by(user_agent: str) -> Device:
    return Device(_type_told_by(user_agent), _clean(_name_told_by(user_agent)) or "Unknown device")


# The first rule that fits decides, in the order of `_type_told_by`.
_STACKS = re.compile(r"\b(okhttp|Dart|Dalvik)/|\bCFNetwork/.*\bDarwin/")
_TOOL = re.compile(r"(curl|Wget)/", re.IGNORECASE)
_BROWSER = re.compile(r"(Mozilla|Opera)/")
_ELSEWHERE = re.compile(r"\bCrOS\b|TV\b|\bTV|\bWeb0S\b|\bBRAVIA\b|\bAFT[A-Z]|\bPlayStation\b|\bXbox\b|\bNintendo\b")
_PHONE = re.compile(r"\b(iPhone|iPod|Windows Phone)\b")
_DESKTOP = re.compile(
    r"\bWindows (NT|\d)|\b(Macintosh|Mac OS X|macOS|X11|Ubuntu|Fedora|(Free|Open|Net)BSD)\b"
    r"|\bLinux (x86_64|i[36]86|amd64|aarch64|arm64|armv)"
)


def _type_told_by(user_agent: str) -> DeviceType:
    browser = _BROWSER.match(user_agent)
    if _STACKS.search(user_agent):
        return "phone"
    if _TOOL.match(user_agent):
        return "other"
    if browser and _ELSEWHERE.search(user_agent):
        return "web"
    if "iPad" in user_agent:
        return "tablet"
    if _PHONE.search(user_agent):
        return "phone"
    if "Android" in user_agent:
        return "tablet" if browser and not re.search(r"\bMobi", user_agent) else "phone"
    if _DESKTOP.search(user_agent):
        return "pc"
    return "web" if browser else "other"


_SYSTEMS = {"Mac OS X": "macOS", "Chrome OS": "ChromeOS"}
_FORM = re.compile(r" ?\b(Mobile|iOS|WebView|UI/WKWebView|Tablet)\b ?")


def _name_told_by(user_agent: str) -> str:
    """ "Chrome, Windows", "Safari, iPhone", "Android app", "curl": whatever of it is known, or nothing."""
    stack = _STACKS.search(user_agent)
    if stack:
        return {"okhttp": "Android app", "Dalvik": "Android app", "Dart": "Phone app"}.get(stack[1], "iPhone app")
    system = _system(user_agent)
    if not _BROWSER.match(user_agent):
        product = re.match(r"[^\s/();,]+", user_agent)
        return ", ".join(filter(None, (product and product[0], system)))
    parsed = ua_parser.parse_user_agent(user_agent)
    browser = _FORM.sub(" ", parsed.family).strip() if parsed else ""
    return ", ".join(filter(None, (browser or "Browser", system)))


def _system(user_agent: str) -> str:
    for device in ("iPhone", "iPad", "iPod"):
        if device in user_agent:
            return device
    parsed = ua_parser.parse_os(user_agent)
    return _SYSTEMS.get(parsed.family, parsed.family) if parsed else ""


_REORDERING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that turn the direction of text: with them a name could rewrite the line that it stands in."""


def _clean(name: str) -> str:
    """One line of at most 64 characters, or an empty string when nothing of it can be seen."""
    one_line = " ".join(name[:MAX_USER_AGENT].split())
    kept = "".join(
        char for char in one_line if unicodedata.category(char) not in ("Cc", "Cs", "Cn") and char not in _REORDERING
    )[:MAX_NAME].strip()
    return kept if any(unicodedata.category(char)[0] not in "CZ" for char in kept) else ""


def client_ip(peer: str, forwarded_for: list[str], trusted: tuple[Network, ...]) -> str:
    """The address of whoever asks: the peer's own, unless the peer is a trusted proxy.

    Then the rightmost entry of X-Forwarded-For (values in the order of arrival) that is no trusted proxy itself:
    what stands left of it was written by the client. An entry that is no address ends the walk, with the last proxy
    before it; so does the 200th.
    """
    address = _address(peer.partition("%")[0])
    if address is None:
        return peer[:MAX_NAME]
    for entry in _from_right(forwarded_for):
        if not _is_in(address, trusted):
            break
        before = _address(_without_port(entry))
        if before is None:
            break
        address = before
    return str(address)


def forwarded_proto(peer: str, forwarded: list[str], trusted: tuple[Network, ...]) -> str:
    """ "https" when a trusted peer says in X-Forwarded-Proto that it was asked so, else "http"."""
    if not forwarded:
        return "http"
    address = _address(peer.partition("%")[0])
    if address is None or not _is_in(address, trusted):
        return "http"
    last = next(iter(_from_right(forwarded)), "")
    return "https" if last.lower() == "https" else "http"


def _from_right(values: list[str]) -> list[str]:
    """The last entries of a header that is a list, and may be there several times; the last one first."""
    entries: list[str] = []
    for value in reversed(values):
        parts = value.rsplit(",", MAX_HOPS)[-MAX_HOPS:]
        entries.extend(part.strip() for part in reversed(parts))
        if len(entries) >= MAX_HOPS:
            break
    return entries[:MAX_HOPS]


def _without_port(entry: str) -> str:
    """Some proxies add the port: 192.0.2.1:4711, [2001:db8::1]:4711."""
    match = re.fullmatch(r"\[([0-9A-Fa-f:.]{2,45})\](?::\d{1,5})?|([0-9.]{7,15}):\d{1,5}", entry)
    return (match[1] or match[2]) if match else entry


def _address(text: str) -> Address | None:
    """An address without a zone, IPv4 in its own form; None for anything else."""
    if len(text) > 45 or "%" in text:
        return None
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_in(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks)
