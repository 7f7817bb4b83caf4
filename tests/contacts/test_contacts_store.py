"""Who are mutual contacts: each has the other and neither blocks the other; all sixteen cases."""

import random
from itertools import permutations, product

import pytest

from ryadom.contacts import store
from ryadom.db.tx import Tx
from world import World


@pytest.mark.parametrize(("has", "is_had", "blocks", "is_blocked"), list(product((False, True), repeat=4)))
async def test_mutual_is_both_entries_and_no_block(
    world: World, has: bool, is_had: bool, blocks: bool, is_blocked: bool
) -> None:
    one, other = [(await world.person(name, connect=False)).id for name in ("one", "other")]

    def arrange(tx: Tx) -> None:
        for wanted, owner, about in ((has, one, other), (is_had, other, one)):
            if wanted:
                assert [store.add(tx, owner, about, by_hand=True) for _ in range(2)] == [True, False]
        for wanted, owner, about in ((blocks, one, other), (is_blocked, other, one)):
            if wanted:
                assert [store.block(tx, owner, about) for _ in range(2)] == [True, False]

    await world.elsewhere(arrange)
    mutual = has and is_had and not blocks and not is_blocked
    read = world.server.db.read
    assert await read(store.are_mutual, one, other) is await read(store.are_mutual, other, one) is mutual
    assert await read(store.mutual_ids, [one, other]) == {
        one: [other] if mutual else [],
        other: [one] if mutual else [],
    }
    shown = {contact.user.id: contact for contact in await read(store.list_contacts, one)}
    assert (other in shown) is (has or blocks)
    if other in shown:
        assert (shown[other].mutual, shown[other].blocked) == (mutual, blocks)


async def test_what_entries_say_is_what_entries_and_blocks_amount_to(world: World) -> None:
    people = [(await world.person(name, connect=False)).id for name in ("one", "two", "three")]
    chance = random.Random(2)
    has: set[tuple[int, int]] = set()
    blocks: set[tuple[int, int]] = set()

    def change(tx: Tx) -> None:
        one, other = pair = tuple(chance.sample(people, 2))
        match chance.choice(["add", "add", "add", "remove", "block", "unblock", "unblock"]):
            case "add":
                store.add(tx, one, other, by_hand=True)
                has.add(pair)
            case "remove":
                store.remove(tx, one, other)
                has.discard(pair)
            case "block":
                store.block(tx, one, other)
                blocks.add(pair)
            case "unblock":
                store.unblock(tx, one, other)
                blocks.discard(pair)

    met = set()
    for _ in range(200):
        await world.elsewhere(change)
        expected = {
            (one, other)
            for one, other in permutations(people, 2)
            if {(one, other), (other, one)} <= has and not {(one, other), (other, one)} & blocks
        }
        found = await world.server.db.read(store.mutual_ids, people)
        assert {(owner, contact) for owner in found for contact in found[owner]} == expected
        met.add(len(expected))
    assert met >= {0, 2, 4}


async def test_an_entry_removed_by_hand_comes_back_by_hand_only(world: World) -> None:
    one, other = [(await world.person(name, connect=False)).id for name in ("one", "other")]

    def change(tx: Tx) -> list[bool]:
        return [
            store.add(tx, one, other, by_hand=False), store.remove(tx, one, other), store.remove(tx, one, other),
            store.add(tx, one, other, by_hand=False), store.add(tx, one, other, by_hand=True),
        ]  # fmt: skip

    assert await world.elsewhere(change) == [True, True, False, False, True]
