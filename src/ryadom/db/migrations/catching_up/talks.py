"""Chats, messages, members and their marks, moved; contacts, made out of who wrote to whom."""

from alembic import op


def fill() -> None:
    """Fill the tables of chats and messages, `contacts` and `revision`."""
    op.execute(_PAIRS)
    op.execute(_CHATS)
    op.execute(_MESSAGES)
    op.create_index("was_order", "messages", ["chat_id", "id"])
    op.execute(_COUNTS)
    op.execute(_READS)
    op.execute(_MEMBERS)
    op.execute(_CONTACTS)
    op.execute(_REVISION)
    op.drop_index("was_order", "messages")
    op.drop_table("was_pairs")


# `turn` is null for a direct chat that is not between two people, and above 1 for a second chat of the same two.
_PAIRS = """
CREATE TABLE was_pairs AS
SELECT p.chat_id, p.low, p.high,
       CASE WHEN p.people = 2
            THEN row_number() OVER (PARTITION BY p.people, p.low, p.high ORDER BY p.chat_id) END AS turn
FROM (SELECT c.id AS chat_id, min(m.user_id) AS low, max(m.user_id) AS high, count(*) AS people
      FROM was_chats c
      JOIN was_chat_members m ON m.chat_id = c.id
      WHERE c.kind = 'direct'
      GROUP BY c.id) AS p
"""

# A direct chat that cannot have the pair to itself becomes a group with the names of its people.
_CHATS = """
INSERT INTO chats (id, kind, title, created_at, rev, direct_low, direct_high)
SELECT c.id,
       CASE WHEN c.kind = 'direct' AND coalesce(p.turn, 0) <> 1 THEN 'group' ELSE c.kind END,
       CASE WHEN c.kind <> 'direct' OR coalesce(p.turn, 0) = 1 OR a.id IS NULL THEN c.title
            WHEN a.id = b.id THEN a.display_name
            ELSE substr(a.display_name || ', ' || b.display_name, 1, 128) END,
       c.created_at,
       1,
       CASE WHEN p.turn = 1 THEN p.low END,
       CASE WHEN p.turn = 1 THEN p.high END
FROM was_chats c
LEFT JOIN was_pairs p ON p.chat_id = c.id
LEFT JOIN "user" a ON a.id = p.low
LEFT JOIN "user" b ON b.id = p.high
ORDER BY c.id
"""

_MESSAGES = """
INSERT INTO messages (id, chat_id, seq, rev, sender_id, text, created_at)
SELECT m.id, m.chat_id,
       row_number() OVER (PARTITION BY m.chat_id ORDER BY m.id),
       1 + row_number() OVER (ORDER BY m.id),
       m.sender_id, m.text, m.created_at
FROM was_messages m
JOIN chats c ON c.id = m.chat_id
ORDER BY m.id
"""

_COUNTS = """
UPDATE chats
SET last_seq = (SELECT m.seq FROM messages m WHERE m.chat_id = chats.id ORDER BY m.id DESC LIMIT 1),
    rev = (SELECT m.rev FROM messages m WHERE m.chat_id = chats.id ORDER BY m.id DESC LIMIT 1)
WHERE EXISTS (SELECT 1 FROM messages m WHERE m.chat_id = chats.id)
"""

# What was read at one moment is one move: the highest comes first, and the rest raises nothing.
_READS = """
INSERT INTO message_read_statuses (id, chat_id, user_id, up_to_seq, read_at)
SELECT t.id, t.chat_id, t.user_id, t.seq, t.read_at
FROM (SELECT r.id, r.chat_id, r.user_id, r.read_at, m.seq,
             max(m.seq) OVER (PARTITION BY r.chat_id, r.user_id ORDER BY r.read_at, m.seq DESC, r.id
                              ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
      FROM was_message_read_statuses r
      JOIN messages m ON m.id = r.message_id AND m.chat_id = r.chat_id
      JOIN "user" u ON u.id = r.user_id) AS t
WHERE t.reached IS NULL OR t.seq > t.reached
ORDER BY t.id
"""

# `heir` is 1 for the earliest member of a chat that has no owner.
# The mark is the message it named, or the nearest before it; or what the log of reads shows, when that is higher.
_MEMBERS = """
INSERT INTO chat_members (chat_id, user_id, role, joined_at, rev, read_up_to_seq, read_rev)
SELECT t.chat_id, t.user_id, t.role, t.joined_at, 1,
       CASE WHEN t.logged > t.marked THEN t.logged ELSE t.marked END,
       CASE WHEN t.logged > 0 OR t.marked > 0 THEN 1 ELSE 0 END
FROM (SELECT m.chat_id, m.user_id, m.joined_at,
             CASE WHEN c.kind = 'direct' THEN 'member'
                  WHEN m.heir = 1 THEN 'owner'
                  WHEN m.role IN ('owner', 'admin') THEN m.role
                  ELSE 'member' END AS role,
             coalesce((SELECT n.seq FROM messages n
                       WHERE n.chat_id = m.chat_id AND n.id <= m.last_read_message_id
                       ORDER BY n.id DESC LIMIT 1), 0) AS marked,
             coalesce(r.seq, 0) AS logged
      FROM (SELECT w.chat_id, w.user_id, w.role, w.joined_at, w.last_read_message_id,
                   CASE WHEN max(CASE WHEN w.role = 'owner' THEN 1 ELSE 0 END) OVER (PARTITION BY w.chat_id) = 0
                        THEN row_number() OVER (PARTITION BY w.chat_id ORDER BY w.joined_at, w.user_id) END AS heir
            FROM was_chat_members w) AS m
      JOIN chats c ON c.id = m.chat_id
      LEFT JOIN (SELECT chat_id, user_id, max(up_to_seq) AS seq
                 FROM message_read_statuses GROUP BY chat_id, user_id) AS r
             ON r.chat_id = m.chat_id AND r.user_id = m.user_id) AS t
"""

# Who wrote to somebody has them as a contact; where both wrote, the two are mutual.
_CONTACTS = """
INSERT INTO contacts (owner_id, contact_id, added_at)
SELECT t.owner_id, t.contact_id, min(t.at)
FROM (SELECT p.low AS owner_id, p.high AS contact_id, p.chat_id, f.created_at AS at
      FROM was_pairs p JOIN messages f ON f.chat_id = p.chat_id AND f.seq = 1 WHERE p.turn IS NOT NULL
      UNION ALL
      SELECT p.high, p.low, p.chat_id, f.created_at
      FROM was_pairs p JOIN messages f ON f.chat_id = p.chat_id AND f.seq = 1 WHERE p.turn IS NOT NULL) AS t
WHERE EXISTS (SELECT 1 FROM messages m WHERE m.chat_id = t.chat_id AND m.sender_id = t.owner_id)
GROUP BY t.owner_id, t.contact_id
"""

_REVISION = """
INSERT INTO revision (id, value)
SELECT 1, coalesce(max(t.rev), 0)
FROM (SELECT max(rev) AS rev FROM messages
      UNION ALL SELECT max(rev) FROM chats
      UNION ALL SELECT max(rev) FROM "user") AS t
"""
