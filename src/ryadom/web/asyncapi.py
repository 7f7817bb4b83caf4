"""The AsyncAPI 3.0 description of the socket, made from the protocol.

It describes the server: an operation whose action is `send` is an event that the server sends, `receive` a command.
"""

from typing import Any

import msgspec

from ryadom.auth.bearer import COOKIE
from ryadom.protocol import events
from ryadom.protocol.commands import COMMANDS, SendMessage

from . import descriptions
from .examples import example
from .field_docs import class_doc
from .shapes import schemas_of

Part = dict[str, Any]
Struct = type[msgspec.Struct]

CHANNEL = "socket"


def document(server_version: str) -> Part:
    """The whole description as a JSON-ready dict. `server_version` is what `hello` says too."""
    told = (*events.ANSWERS, *events.EVENTS)
    return {
        "asyncapi": "3.0.0",
        "info": _info(server_version),
        "defaultContentType": "application/json",
        "servers": {"here": _server()},
        "channels": {CHANNEL: _channel((*told, *COMMANDS))},
        "operations": _operations(told),
        "components": {
            "messages": {cls.__name__: _message(cls) for cls in (*told, *COMMANDS)},
            "schemas": schemas_of((*told, *COMMANDS)),
            "correlationIds": {"clientId": _correlation()},
            "securitySchemes": _security_schemes(),
        },
    }


def _info(server_version: str) -> Part:
    return {
        "title": "Ryadom, the socket",
        "version": server_version,
        "license": {"name": descriptions.LICENCE},
        "description": "What the server tells as it happens, and what a client may say on the same socket.",
    }


def _server() -> Part:
    return {
        "host": "{host}",
        "protocol": "wss",
        "description": "The server that this description came from; `ws` when it is reached by plain HTTP.",
        "variables": {"host": {"default": "localhost:8080", "description": "Host and port of the HTTP API."}},
        "security": [_ref("components/securitySchemes", name) for name in _security_schemes()],
    }


def _security_schemes() -> dict[str, Part]:
    return {
        "bearerAuth": {"type": "http", "scheme": "bearer", "description": descriptions.BEARER},
        "cookieAuth": {
            "type": "httpApiKey",
            "in": "cookie",
            "name": COOKIE,
            "description": descriptions.BY_COOKIE,
        },
        "firstFrame": {"type": "apiKey", "in": "password", "description": descriptions.FIRST_FRAME},
    }


def _channel(structs: tuple[Struct, ...]) -> Part:
    return {
        "address": "/ws",
        "title": "The socket",
        "summary": "Events to the client, commands from it.",
        "description": descriptions.SOCKET,
        "messages": {cls.__name__: _ref("components/messages", cls.__name__) for cls in structs},
        "bindings": {"ws": {"method": "GET", "bindingVersion": "0.1.0"}},
        "x-close-codes": descriptions.close_codes(),
    }


def _message(cls: Struct) -> Part:
    summary, rest = class_doc(cls)
    message: Part = {
        "name": _wire_name(cls),
        "title": _title(cls),
        "summary": summary,
        "contentType": "application/json",
        "payload": _ref("components/schemas", cls.__name__),
        "tags": [{"name": _group(cls)}],
        "examples": [{"name": _wire_name(cls), "payload": example(cls)}],
    }
    if issubclass(cls, events.Event):
        message["x-audience"] = descriptions.AUDIENCE[cls]
        rest = f"{rest}\n\nWho gets it: {descriptions.AUDIENCE[cls]}".strip()
    if cls in (SendMessage, events.MessageSent, events.Error):
        message["correlationId"] = _ref("components/correlationIds", "clientId")
    return message | ({"description": rest} if rest else {})


def _correlation() -> Part:
    return {
        "description": "What the client called the message: the answer names it again.",
        "location": "$message.payload#/client_id",
    }


def _operations(told: tuple[Struct, ...]) -> dict[str, Part]:
    sent = {_operation_id(cls): _operation(cls, "send") for cls in told}
    return sent | {_operation_id(cls): _receive(cls) for cls in COMMANDS}


def _receive(cls: Struct) -> Part:
    answers = descriptions.REPLIES.get(cls)
    if answers is None:
        return _operation(cls, "receive")
    reply = {"channel": _ref("channels", CHANNEL), "messages": [_on_channel(answer) for answer in answers]}
    return _operation(cls, "receive") | {"reply": reply}


def _operation(cls: Struct, action: str) -> Part:
    return {
        "action": action,
        "channel": _ref("channels", CHANNEL),
        "title": _title(cls),
        "summary": class_doc(cls)[0],
        "tags": [{"name": _group(cls)}],
        "messages": [_on_channel(cls)],
    }


def _group(cls: Struct) -> str:
    if not issubclass(cls, events.Event):
        return "commands"
    return "answers" if cls in events.ANSWERS else "events"


def _wire_name(cls: Struct) -> str:
    return str(cls.__struct_config__.tag)


def _title(cls: Struct) -> str:
    return _wire_name(cls).replace("_", " ").capitalize()


def _operation_id(cls: Struct) -> str:
    verb = "send" if issubclass(cls, events.Event) else "receive"
    return f"{verb}_{_wire_name(cls)}"


def _on_channel(cls: Struct) -> Part:
    return _ref(f"channels/{CHANNEL}/messages", cls.__name__)


def _ref(place: str, name: str) -> Part:
    return {"$ref": f"#/{place}/{name}"}
