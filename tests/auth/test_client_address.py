"""Whose address it is: never the client's own choice."""

import ipaddress
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ryadom.auth.devices import client_ip, forwarded_proto
from ryadom.config import Network

TRUSTED: tuple[Network, ...] = tuple(ipaddress.ip_network(text) for text in ("10.0.0.0/8", "fd00::/8", "192.0.2.7/32"))
PROXY = "10.0.0.1"
CLIENT = "203.0.113.9"

proxies = st.one_of(
    st.ip_addresses(v=4, network="10.0.0.0/8").map(str),
    st.ip_addresses(v=6, network="fd00::/8").map(str),
    st.ip_addresses(v=4, network="10.0.0.0/8").map(lambda address: f"::ffff:{address}"),
)
strangers = st.ip_addresses().filter(
    lambda address: (
        not any((getattr(address, "ipv4_mapped", None) or address) in net for net in TRUSTED)
        and "%" not in str(address)
    )
)
garbage = st.one_of(
    st.text(max_size=60), proxies, strangers.map(str), st.lists(strangers.map(str)).map(",".join), st.just(",,,,")
)


def headers(entries: list[str], breaks: list[bool]) -> list[str]:
    """Entries as header values: some share a value, some have one of their own."""
    values: list[str] = []
    for i, entry in enumerate(entries):
        if values and not breaks[i % len(breaks)]:
            values[-1] += ", " + entry
        else:
            values.append(entry)
    return values


@given(
    client=strangers, forged=st.lists(garbage, max_size=8), chain=st.lists(proxies, min_size=1, max_size=6),
    breaks=st.lists(st.booleans(), min_size=1, max_size=5),
)  # fmt: skip
def test_behind_any_trusted_proxies_no_forged_entry_changes_the_address(
    client: ipaddress.IPv4Address | ipaddress.IPv6Address, forged: list[str], chain: list[str], breaks: list[bool]
) -> None:
    *between, peer = chain
    values = headers([*forged, str(client), *between], breaks)
    expected = str(getattr(client, "ipv4_mapped", None) or client)
    assert client_ip(peer, values, TRUSTED) == expected


@given(peer=strangers, forged=st.lists(garbage, max_size=8))
def test_who_is_no_trusted_proxy_cannot_choose_its_address(
    peer: ipaddress.IPv4Address | ipaddress.IPv6Address, forged: list[str]
) -> None:
    assert client_ip(str(peer), forged, TRUSTED) == client_ip(str(peer), [], TRUSTED)


@given(peer=st.text(max_size=80), values=st.lists(garbage, max_size=8))
def test_anything_has_an_answer_without_an_error(peer: str, values: list[str]) -> None:
    assert isinstance(client_ip(peer, values, TRUSTED), str)
    assert forwarded_proto(peer, values, TRUSTED) in ("http", "https")


@pytest.mark.parametrize(
    ("peer", "values", "expected"),
    [
        (CLIENT, [], CLIENT),
        (CLIENT, ["1.1.1.1"], CLIENT),
        (PROXY, [], PROXY),
        (PROXY, [CLIENT], CLIENT),
        (PROXY, [f"1.1.1.1, {CLIENT}"], CLIENT),
        (PROXY, ["1.1.1.1", CLIENT], CLIENT),
        (PROXY, [f"{CLIENT}, 10.9.9.9", "192.0.2.7"], CLIENT),
        (PROXY, ["192.0.2.8"], "192.0.2.8"),
        (PROXY, ["10.9.9.9"], "10.9.9.9"),
        # An entry that is no address ends the walk.
        (PROXY, [f"{CLIENT}, unknown"], PROXY),
        (PROXY, [f"{CLIENT}, nonsense, 10.9.9.9"], "10.9.9.9"),
        (PROXY, [f"{CLIENT},"], PROXY),
        (PROXY, ["fe80::1%<b>"], PROXY),
        # One spelling for one address.
        (f"::ffff:{CLIENT}", [], CLIENT),
        (f"::ffff:{PROXY}", [f"::ffff:{CLIENT}"], CLIENT),
        ("fe80::1%eth0", [], "fe80::1"),
        (PROXY, ["2001:DB8:0:0::1"], "2001:db8::1"),
        (PROXY, [f"{CLIENT}:4711"], CLIENT),
        (PROXY, ["[2001:db8::1]:4711"], "2001:db8::1"),
        ("", [CLIENT], ""),
    ],
)
def test_examples(peer: str, values: list[str], expected: str) -> None:
    assert client_ip(peer, values, TRUSTED) == expected


def test_without_trusted_proxies_the_peer_it_is() -> None:
    assert client_ip(PROXY, [CLIENT], ()) == PROXY


def test_at_most_200_entries_are_looked_at() -> None:
    hops = [f"10.1.0.{i}" for i in range(1, 200)]
    assert client_ip(PROXY, [", ".join([CLIENT, *hops])], TRUSTED) == CLIENT
    assert client_ip(PROXY, [", ".join([CLIENT, "10.2.2.2", *hops])], TRUSTED) == "10.2.2.2"
    assert client_ip(PROXY, [CLIENT, "10.2.2.2", *hops], TRUSTED) == "10.2.2.2"


def test_the_200_are_counted_over_all_values() -> None:
    halves = [", ".join(["10.1.1.1"] * 150), ", ".join(["10.1.2.2"] * 150)]
    assert client_ip(PROXY, [CLIENT, *halves], TRUSTED) == "10.1.1.1"
    assert client_ip(PROXY, ["10.3.3.3, 10.1.1.1", ", ".join(["10.1.2.2"] * 199)], TRUSTED) == "10.1.1.1"


def test_a_header_of_megabytes_is_no_burden() -> None:
    began = time.perf_counter()
    client_ip(PROXY, ["10.1.1.1," * 500_000 + "10.1.1.1"], TRUSTED)
    assert time.perf_counter() - began < 0.1


@pytest.mark.parametrize(
    ("peer", "values", "expected"),
    [
        (PROXY, ["https"], "https"),
        (PROXY, ["HTTPS"], "https"),
        (PROXY, ["http, https"], "https"),
        (PROXY, ["http", "https"], "https"),
        (PROXY, ["https, http"], "http"),
        (PROXY, ["https", "http"], "http"),
        (PROXY, ["wss"], "http"),
        (PROXY, [], "http"),
        (f"::ffff:{PROXY}", ["https"], "https"),
        (CLIENT, ["https"], "http"),
        ("", ["https"], "http"),
    ],
)
def test_https_is_believed_only_of_a_trusted_peer_and_only_of_its_own_entry(
    peer: str, values: list[str], expected: str
) -> None:
    assert forwarded_proto(peer, values, TRUSTED) == expected
