"""Who may see what, by a few lines of its own: what clients get is held against this, and against nothing of ours."""

import re
from collections import defaultdict
from typing import Any

Json = Any
MARK = re.compile(rb"secret-of-chat-(\d+)-")
"""Stands in every title and every message: whoever gets it is in that chat."""


def mark(chat: int) -> str:
    """The mark of a chat's secrets."""
    return f"secret-of-chat-{chat}-"


class Truth:
    """Chats, entries and blocks as people have made them."""

    def __init__(self) -> None:
        self.members: defaultdict[int, set[int]] = defaultdict(set)
        self.entries: set[tuple[int, int]] = set()
        self.blocks: set[tuple[int, int]] = set()
        self.hidden: set[int] = set()
        self._before = self

    def step(self) -> None:
        """Somebody is about to do something: what was so before still explains what comes of it."""
        before = Truth()
        before.members = defaultdict(set, {chat: set(members) for chat, members in self.members.items()})
        before.entries, before.blocks = set(self.entries), set(self.blocks)
        self._before = before

    def mutual(self, one: int, other: int) -> bool:
        """Whether two people have each other as contacts, and neither has blocked the other."""
        pair, back = (one, other), (other, one)
        return {pair, back} <= self.entries and not {pair, back} & self.blocks

    def sees(self, who: int, other: int) -> bool:
        """Whether somebody may learn of another's presence, typing and reading, now or until a moment ago."""
        return self.mutual(who, other) or self._before.mutual(who, other)

    def reads(self, who: int, chat: int) -> bool:
        """Whether somebody may read what is in a chat, now or until a moment ago."""
        return who in self.members[chat] or who in self._before.members[chat]


def wrong(truth: Truth, who: int, event: Json, raw: bytes) -> str:
    """Why this person should not have got this, or nothing."""
    for chat in map(int, MARK.findall(raw)):
        if not truth.reads(who, chat):
            return f"a secret of chat {chat}"
    kind = event["type"]
    for other in _whose_presence(kind, event):
        if not truth.sees(who, other):
            return f"{kind} of {other}"
    for chat in _which_chats(kind, event):
        if not truth.reads(who, chat):
            return f"{kind} of chat {chat}"
    if kind == "messages_read" and who == event["user_id"]:
        return "one's own receipt"
    return ""


def wrong_body(truth: Truth, who: int, path: str, body: Json, raw: bytes) -> str:
    """The same of an answer of REST."""
    for chat in map(int, MARK.findall(raw)):
        if not truth.reads(who, chat):
            return f"a secret of chat {chat}"
    for status in _statuses_within(body):
        if status != who and not truth.sees(who, status):
            return f"the status of {status}"
    return ""


def _whose_presence(kind: str, event: Json) -> list[int]:
    if kind in ("status_change", "user_online", "user_offline", "typing_start", "typing_stop", "messages_read"):
        return [event["user_id"]]
    if kind == "pong":
        return [int(id_) for id_ in event["contacts_status"]]
    return []


def _which_chats(kind: str, event: Json) -> list[int]:
    if "message" in event:
        return [event["message"]["chat_id"]]
    return [event["chat_id"]] if "chat_id" in event else []


def _statuses_within(body: Json) -> list[int]:
    """Whoever is told to be online, and when they were last seen, and up to where they have read, anywhere in it."""
    found: list[int] = []
    match body:
        case dict():
            if "last_seen" in body and "user_id" in body:
                found.append(body["user_id"])
            found += [int(id_) for id_ in body.get("peers_read_up_to_seq") or ()]
            for value in body.values():
                found += _statuses_within(value)
        case list():
            for value in body:
                found += _statuses_within(value)
    return found
