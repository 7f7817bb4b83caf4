"""Every route against its own description, with made-up requests: no 5xx, and no answer that is not described."""

import contextlib
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test
from schemathesis.specs.openapi.checks import positive_data_acceptance

from contract.live_server import LiveServer
from report import tell
from ryadom.clock import Clock
from ryadom.db import opening
from ryadom.db.tables import chat_members, messages
from ryadom.db.tx import Tx
from ryadom.web.documents import documents
from torture import TORTURE, examples

ENDING = {"/logout", "/sessions/{session_id}", "/sessions/revoke_all", "/users/me/password"}
"""What may end the session that asks: asked by somebody who signs in anew each time."""
HARD = {
    ("POST", "/login"), ("POST", "/users/me/password"), ("DELETE", "/sessions/{session_id}"),
    ("PATCH", "/chats/{chat_id}/members/{user_id}"),
}  # fmt: skip
"""Nobody guesses a password, or the id of one's session that is new each time; a role is given by the owner to another
member only, and which chats still have both depends on what was done before."""
REAL = 6
"""Small ids mostly exist: of two people, their chats, messages and sessions."""


answered: dict[tuple[str, str], set[int]] = {}
"""What each operation has answered in this run."""


def described() -> Any:
    """The description without its `default` answers, under which anything would be described."""
    document = documents()["openapi.json"]
    for methods in document["paths"].values():
        for operation in methods.values():
            del operation["responses"]["default"]
    schema = schemathesis.openapi.from_dict(document)
    # 413: a description does not say how long a body may be. 422: what fits each field may still not fit together.
    checks = schema.config.checks
    checks.positive_data_acceptance.expected_statuses += ["413", "422"]
    checks.negative_data_rejection.expected_statuses += ["413"]
    return schema


api = described()


def realistic(value: Any) -> Any:
    """Whole numbers as clients write them, without a point, and every other id small enough to exist."""
    if isinstance(value, dict):
        return {key: realistic(one) for key, one in value.items()}
    if isinstance(value, list):
        return [realistic(one) for one in value]
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and value > REAL and value % 2:
        return value % REAL + 1
    return value


@api.hook
def map_body(context: Any, body: Any) -> Any:
    """Schemathesis calls it with each body that it makes."""
    return realistic(body)


@api.hook
def map_path_parameters(context: Any, path_parameters: Any) -> Any:
    """Schemathesis calls it with the ids of each path that it makes. Every other one is about Bob and the group."""
    if isinstance(path_parameters, dict) and {"chat_id", "user_id"} <= path_parameters.keys():
        chat_id = path_parameters["chat_id"]
        if isinstance(chat_id, int) and chat_id % 2:
            return {"chat_id": 2, "user_id": 2}
    return realistic(path_parameters)


def validate(answer: Any, case: Any, **named: Any) -> None:
    """Hold an answer against the description. That ids are of one chat, no description can ask for."""
    apart = answer.status_code == 400 and b'"different_chats"' in answer.content
    excluded = [positive_data_acceptance] if apart else []
    case.validate_response(answer, excluded_checks=excluded, **named)


@pytest.fixture(scope="module")
def live() -> Iterator[LiveServer]:
    """A server with two people who have chats and messages."""
    shared = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="ryadom-live-", dir=shared if shared.is_dir() else None))
    server = LiveServer(folder)
    alice, bob = server.register("alice"), server.register("bob")
    signed_in = server.sign_in("alice")
    for body in (
        {"kind": "direct", "user_id": bob}, {"kind": "group", "title": "Ours", "member_ids": [bob]},
        {"kind": "channel", "title": "News"},
    ):  # fmt: skip
        chat = server.http.post("/chats", json=body, headers=signed_in).json()["id"]
        server.http.post(f"/chats/{chat}/messages", json={"text": "Hello"}, headers=signed_in)
    bobs = server.sign_in("bob")
    server.http.post("/contacts", json={"user_id": alice}, headers=bobs)
    server.http.post("/chats/1/messages", json={"text": "Hello yourself"}, headers=bobs)
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def signed_in(live: LiveServer) -> dict[str, str]:
    """The headers of who owns the chats."""
    return live.sign_in("alice")


@pytest.fixture
def repaired(live: LiveServer) -> None:
    """Before each operation: what an earlier one deleted or removed is there again."""

    def repair(tx: Tx) -> None:
        tx.run(messages.update().values(deleted_at=None, text="Hello again"))
        tx.run(chat_members.update().values(left_at=None))
        owned = chat_members.c.user_id == 1, chat_members.c.chat_id.between(2, 3)
        tx.run(chat_members.update().values(role="owner").where(*owned))

    opening.write_once(live.settings, Clock(), repair)


@pytest.mark.torture
@api.parametrize()
@settings(
    max_examples=examples(25), derandomize=True, deadline=None, suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
)  # fmt: skip
def test_every_answer_is_described(case: Any, live: LiveServer, signed_in: dict[str, str], repaired: None) -> None:
    headers = live.sign_in("bob") if case.path in ENDING else signed_in
    answer = case.call(live.url, headers=headers)
    validate(answer, case)
    answered.setdefault((case.method, case.path), set()).add(answer.status_code)


def test_made_up_requests_get_through() -> None:
    """Not all of them are refused: else nothing was learnt about the answers that matter."""
    refused = [operation for operation, statuses in answered.items() if not statuses & {200, 201, 204}]
    known = {(method.upper(), path) for path, methods in api.raw_schema["paths"].items() for method in methods}
    assert set(refused) & known <= HARD


@pytest.mark.torture
def test_chains_of_requests_are_answered_as_described(live: LiveServer, signed_in: dict[str, str]) -> None:
    """What one answer names, the next request asks about: a chat is made, read, renamed, left; and so on."""
    asked: Counter[str] = Counter()
    wrong: list[BaseException] = []

    class Chains(api.as_state_machine()):  # type: ignore[misc]
        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"base_url": live.url, "headers": live.sign_in("bob") if case.path in ENDING else signed_in}

        def validate_response(self, response: Any, case: Any, **named: Any) -> None:
            asked[f"{case.method} {case.path} {response.status_code // 100}xx"] += 1
            try:
                validate(response, case, transport_kwargs=named)
            except BaseException as error:
                wrong.append(error)
                raise

    wanted, rounds = examples(80) * 6, 0
    while asked.total() < wanted and not wrong:
        # The server remembers, so the same steps may find something else there, which Hypothesis takes for a fault of
        # the test: then it begins anew. What an answer had wrong is in `wrong`, whatever it is called here.
        rounds += 1
        with contextlib.suppress(Flaky):
            run_state_machine_as_test(
                type(f"Chains{rounds}", (Chains,), {}),
                settings=settings(
                    max_examples=20, stateful_step_count=12, deadline=None, database=None, derandomize=not TORTURE,
                    suppress_health_check=list(HealthCheck), phases=(Phase.generate,),
                ),
            )  # fmt: skip
    tell("chains of requests", requests=asked.total())
    assert wrong == []
    found = {operation for operation in asked if operation.endswith(" 2xx")}
    assert {"POST /chats 2xx", "GET /chats/{chat_id} 2xx", "POST /chats/{chat_id}/messages 2xx"} <= found
