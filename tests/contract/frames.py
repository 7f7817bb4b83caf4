"""Frames that nobody should send: made from the real commands, then bent, as texts, since JSON alone is too polite."""

import json
from typing import Any

from hypothesis import strategies as st
from msgspec import structs

from ryadom.protocol.commands import COMMANDS, Auth

RAW = (
    "NaN", "Infinity", "-Infinity", "1e400", "-1e400", "1E-400", "01", "-", "+1", "0x10", "1.", ".5", "-0", "nul",
    "'x'", '"\\ud800"', '"\\udc00\\ud800"', '"\\u0000"', '"\x01"', '"\\x41"', '"', "//", "tru", "undefined",
    str(2**53), str(2**53 - 1), str(2**63), str(2**64), str(-(2**63) - 1), "9" * 400, "1.0", "1e0", "1.5",
)  # fmt: skip
"""Tokens that are no JSON, or the edge of it."""

NAMES = sorted(
    {field.name for command in COMMANDS for field in structs.fields(command)} | {"type", "kind", "__class__"}
)
TYPES = [str(command.__struct_config__.tag) for command in COMMANDS]

_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
_unicode = st.sampled_from(["\u202e", "\ufeff", "‍", "a\u0301", "ﬀ", "İ", "\U0010ffff", "\u2028", "👩‍👩‍👧"])
_strings = st.one_of(_texts, _unicode, st.sampled_from(TYPES), st.integers(4090, 4100).map(lambda size: "x" * size))
_scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), _strings).map(json.dumps)
_leaves = st.one_of(_scalars, _strings.map(lambda text: json.dumps(text, ensure_ascii=False)), st.sampled_from(RAW))
_keys = st.one_of(st.sampled_from(NAMES), _texts).map(json.dumps)


def _objects(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(st.tuples(_keys, values), max_size=5).map(
        lambda pairs: "{" + ",".join(f"{key}:{value}" for key, value in pairs) + "}"
    )


_nested = st.builds(
    lambda depth, left, right: left * depth + right * depth,
    st.sampled_from([2, 100, 900, 1100, 12_000]), st.sampled_from(["[", '{"x":', '{"type":']),
    st.sampled_from(["]", "}", ""]),
)  # fmt: skip
junk = st.one_of(
    st.recursive(
        _leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=4).map(lambda all_: "[" + ",".join(all_) + "]"), _objects(inner)
        ),
        max_leaves=8,
    ),
    _nested,
)
"""Any value, as text; not always JSON."""


def whole(ids: dict[str, Any]) -> st.SearchStrategy[dict[str, str]]:
    """The fields of a command that is right: name → text. `ids`: real values by field name."""
    frames = [
        {"type": str(command.__struct_config__.tag)}
        | {field.name: ids.get(field.name, "x") for field in structs.fields(command) if field.required}
        for command in COMMANDS
        if command is not Auth
    ]
    return st.sampled_from(frames).map(lambda frame: {key: json.dumps(value) for key, value in frame.items()})


@st.composite
def bent(draw: Any, ids: dict[str, Any]) -> str:
    """A command with fields missing, wrong, doubled or too many; cut off or followed by something."""
    fields = draw(whole(ids))
    pairs = [(json.dumps(key), value) for key, value in fields.items()]
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(pairs)))
        match draw(st.sampled_from(["drop", "replace", "double", "add", "rename"])):
            case "drop":
                pairs = pairs[:place] + pairs[place + 1 :]
            case "replace" if place < len(pairs):
                pairs[place] = (pairs[place][0], draw(junk))
            case "double" if place < len(pairs):
                pairs.append((pairs[place][0], draw(junk)))
            case "rename" if place < len(pairs):
                pairs[place] = (draw(_keys), pairs[place][1])
            case _:
                pairs.insert(place, (draw(_keys), draw(junk)))
    text = "{" + ",".join(f"{key}: {value}" for key, value in pairs) + "}"
    before, after = draw(
        st.sampled_from([("", ""), ("", ""), ("", ""), ("\ufeff", ""), (" \n", "\t"), ("", "{}"), ("[", "]")])
    )
    text = f"{before}{text}{after}"
    if draw(st.integers(0, 9)) == 0:
        text = text[: draw(st.integers(0, len(text)))]
    return text


def frames(ids: dict[str, Any]) -> st.SearchStrategy[str]:
    """Mostly bent commands, sometimes anything; within 64 KiB, whatever the characters."""
    return st.one_of(bent(ids), bent(ids), bent(ids), junk, _texts).map(lambda text: text[:16_000])
