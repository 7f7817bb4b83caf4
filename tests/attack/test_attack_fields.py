"""The wrong thing in every field of every request; and text that would be more than text."""

import json
from typing import Any

from attack.victim import Victim, ask, request
from process.real_server import Client

Json = Any
WRONG: tuple[Json, ...] = (
    None, True, -1, 1.5, 2**70, "", "x" * 20_000, "\u0000", "\ud800", [], [[]], {}, {"$ne": None}, [None] * 5000,
    "' OR 1=1 --", "../../etc/passwd", "%00", "{{7*7}}",
)  # fmt: skip
TRICKS = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "javascript:alert(1)", "]]><svg onload=alert(1)>",
    "\u202egnp.exe", "a\u0300" * 40, "\u2066\u2069\u200f", "\u0085\u2028\u2029", "＜script＞", "&lt;b&gt;", "\"'`${1}",
)  # fmt: skip


def schema_of(description: Json, body: Json) -> Json:
    """The schema of a body, looked up."""
    while "$ref" in body:
        body = description["components"]["schemas"][body["$ref"].rpartition("/")[2]]
    return body


def sample(description: Json, schema: Json) -> Json:
    """Something that fits a schema."""
    schema = schema_of(description, schema)
    if "anyOf" in schema or "oneOf" in schema:
        return sample(description, (schema.get("anyOf") or schema["oneOf"])[0])
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "integer":
            return 1
        case "array":
            return []
        case "boolean":
            return False
        case "object":
            wanted = schema.get("required", [])
            return {name: sample(description, schema["properties"][name]) for name in wanted}
    return "text of some length"


async def test_no_field_of_any_request_takes_what_it_should_not(victim: Victim, mallory: Client) -> None:
    """Refused or harmless, but never a mistake of ours."""
    description = json.loads((await request(victim, "GET", "/openapi.json"))[2])
    tried = 0
    for path, methods in description["paths"].items():
        for method, route in methods.items():
            content = route.get("requestBody", {}).get("content", {}).get("application/json")
            if content is None or path == "/users/me/password":
                continue
            schema = schema_of(description, content["schema"])
            good = sample(description, schema)
            where = path.format(chat_id=1, user_id=mallory.id, message_id=1, session_id=1)
            for name in schema["properties"]:
                for wrong in WRONG:
                    body = json.dumps({**good, name: wrong}).encode()
                    status = await ask(victim, mallory, method.upper(), where, body)
                    assert status < 500, (method, path, name, wrong)
                    tried += 1
            for whole in WRONG:
                assert 400 <= await ask(victim, mallory, method.upper(), where, whole) < 500 or isinstance(whole, dict)
    assert tried > 400


async def test_no_command_of_a_socket_takes_what_it_should_not(victim: Victim, mallory: Client) -> None:
    description = json.loads((await request(victim, "GET", "/asyncapi.json"))[2])
    commands = {
        name: schema for name, schema in description["components"]["schemas"].items()
        if schema.get("properties", {}).get("type", {}).get("enum", [""])[0] in
        ("ping", "subscribe", "send_message", "mark_read", "typing_start", "typing_stop", "catch_up")
    }  # fmt: skip
    assert len(commands) >= 5
    socket = await mallory.socket()
    for schema in commands.values():
        word = schema["properties"]["type"]["enum"][0]
        for name in schema["properties"]:
            for wrong in WRONG:
                await socket.wire.send(json.dumps({"type": word, "chat_id": 1, "text": "x", name: wrong}))
    await socket.send(type="ping", id="last")
    await socket.until("pong")


async def test_text_stays_text(victim: Victim, mallory: Client) -> None:
    """What is written comes back as it was, as JSON that no browser takes for a page; browsers are tried elsewhere."""
    chat = (await mallory.ok("POST", "/chats", kind="group", title="Tricks", member_ids=[]))["id"]
    for text in TRICKS:
        answer = await mallory.call("POST", f"/chats/{chat}/messages", text=text)
        assert answer.status_code in (201, 400)
        if answer.status_code == 201:
            assert answer.json()["text"] == text
        assert answer.headers["content-type"] in ("application/json", "application/problem+json")
        assert answer.headers["x-content-type-options"] == "nosniff"
        for path, field in (("/users/me", "display_name"), (f"/chats/{chat}", "title")):
            answer = await mallory.call("PATCH", path, **{field: text})
            assert answer.status_code in (200, 400)
            assert b"<script" not in answer.content or answer.headers["content-type"].startswith("application/")
        where = await request(victim, "GET", f"/?x={text.encode().hex()}<script>")
        assert b"x=" not in where[2]
