"""What nodes write down for each other, on either database (`ryadom.nodes.store`, `ryadom.db.commit_log`)."""

from datetime import timedelta
from typing import Any

from sqlalchemy import update

from db.conftest import Store
from ryadom.auth import store as auth
from ryadom.auth.devices import Device
from ryadom.db import commit_log
from ryadom.db.tables import user, user_sessions
from ryadom.db.tx import Tx
from ryadom.nodes import store as nodes
from ryadom.nodes.store import Known
from ryadom.protocol.facts import NodeGone

FACT = (NodeGone(rev=0, node="x"), None)


def people(tx: Tx, count: int = 2) -> list[tuple[int, int]]:
    """New people with a session each: (person, session)."""
    made = []
    for number in range(count):
        user_id = auth.create_user(tx, f"person{number}", "Person", "")
        assert user_id is not None
        made.append((user_id, auth.create_session(tx, user_id, f"{number}", Device("pc", "x"), "127.0.0.1", "x")))
    return made


def known(tx: Tx, node: str, person: tuple[int, int], standing: Any = "socket") -> Known:
    return Known(person[1], node, person[0], standing, tx.now, tx.now)


async def test_each_node_sees_what_the_others_know(store: Store) -> None:
    def work(tx: Tx) -> Any:
        one, two = people(tx)
        nodes.know(tx, [known(tx, "a", one), known(tx, "b", one), known(tx, "b", two)])
        seen = {node: {p.user_id: len(p.idle) for p in nodes.people(tx, node, [one[0], two[0]])[0]} for node in "abc"}
        nodes.know(tx, [known(tx, "b", one, "gone"), known(tx, "a", one, "request")])
        left = {p.user_id: len(p.idle) for p in nodes.people(tx, "c", [one[0], two[0]])[0]}
        return seen, left, one[0], two[0]

    seen, left, one, two = await store.db.write(work)
    assert seen == {"a": {one: 1, two: 1}, "b": {one: 1, two: 0}, "c": {one: 2, two: 1}}
    assert left == {one: 1, two: 1}


async def test_who_said_offline_or_is_over_does_not_count(store: Store) -> None:
    def work(tx: Tx) -> Any:
        one, two = people(tx)
        nodes.know(tx, [known(tx, "a", one), known(tx, "a", two)])
        auth.declare(tx, one[1], absent=True)
        tx.run(update(user_sessions).where(user_sessions.c.id == two[1]).values(ended_at=tx.now))
        found, absent = nodes.people(tx, "b", [one[0], two[0]])
        return [p.idle for p in found], absent == {one[1]}, auth.come_back(tx, [one[1], two[1]]) == [one[::1][::-1]]

    assert await store.db.write(work) == ([[], []], True, True)


async def test_a_later_word_ends_what_others_know_of_requests(store: Store) -> None:
    def work(tx: Tx) -> Any:
        one, two = people(tx)
        nodes.know(tx, [known(tx, "a", one, "request"), known(tx, "b", one), known(tx, "a", two, "request")])
        now = tx.now.timestamp()
        early = nodes.supersede(tx, "c", {one[1]: now}, set())
        told = nodes.supersede(tx, "c", {one[1]: now + 1}, set())
        left = {p.user_id: len(p.idle) for p in nodes.people(tx, "c", [one[0], two[0]])[0]}
        again = nodes.supersede(tx, "c", {one[1]: now + 1}, {one[1]})
        return early, told == again == [(one[1], one[0])], left[one[0]], left[two[0]]

    assert await store.db.write(work) == ([], True, 1, 1)


async def test_what_a_node_knew_is_taken_over_once(store: Store) -> None:
    def work(tx: Tx) -> Any:
        one, two = people(tx)
        nodes.note_alive(tx, "a")
        nodes.note_alive(tx, "b")
        tx.run(nodes.SEE_FIRST, node="without devices", seen_at=tx.now - timedelta(seconds=5))
        nodes.know(tx, [known(tx, "a", one), known(tx, "gone", two)])
        doubtful = sorted(nodes.doubtful(tx, 4.0))
        taken = nodes.take(tx, "gone")
        return (
            doubtful,
            [(item.session_id, item.standing) for item in taken] == [(two[1], "socket")],
            nodes.take(tx, "gone"),
            nodes.take(tx, "without devices"),
            nodes.doubtful(tx, 4.0),
        )

    assert await store.db.write(work) == (["gone", "without devices"], True, [], [], [])


async def test_what_one_node_alone_has_left_is_known_when_several_begin(store: Store) -> None:
    def work(tx: Tx) -> Any:
        _, two = people(tx)
        tx.run(update(user_sessions).where(user_sessions.c.id == two[1]).values(standing="gone"))
        tx.run(update(user).values(is_online=True))
        return nodes.join(tx) == [two[0]], nodes.join(tx) == [two[0]], nodes.doubtful(tx, 4.0)

    assert await store.db.write(work) == (True, True, ["one"])


async def test_who_is_away_is_kept(store: Store) -> None:
    def work(tx: Tx) -> Any:
        (one, _), (two, _) = people(tx)
        nodes.note_away(tx, one, "online", "away")
        before = nodes.who_is_away(tx, [one, two])
        nodes.note_away(tx, one, "away", "offline")
        return before == {one}, nodes.who_is_away(tx, [one, two])

    assert await store.db.write(work) == (True, set())


async def test_the_log_has_what_was_emitted_for_some_minutes(store: Store) -> None:
    def work(tx: Tx) -> Any:
        commit_log.append(tx, 3, "a", [FACT])
        commit_log.append(tx, 5, "b", [FACT, FACT])
        tx.run(commit_log.HEAD)
        tx.now += commit_log.KEPT_FOR - timedelta(seconds=1)
        commit_log.purge(tx)
        kept = tx.run(commit_log.SINCE, after=3, up_to=9)
        tx.now += timedelta(seconds=2)
        commit_log.purge(tx)
        return [row[0] for row in kept], tx.run(commit_log.SINCE, after=0, up_to=9)

    assert await store.db.write(work) == ([5], [])
