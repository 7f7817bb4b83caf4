"""People and their sessions, moved. Who they know follows in `talks`, from what they wrote."""

from alembic import op


def fill() -> None:
    """Fill `user` and `user_sessions`. `user_statuses` stays empty: nobody had chosen to appear offline yet."""
    op.execute(_PEOPLE)
    op.execute(_GONE)
    op.execute(_SESSIONS)


# Sign-in folds names to lower case, so names are stored folded, unless two people would then share one.
# rev is 1 for all that the upgrade itself changed: above the 0 of a client that holds nothing.
_PEOPLE = """
INSERT INTO "user" (id, username, display_name, password_hash, created_at, last_seen, rev)
SELECT u.id,
       CASE WHEN count(*) OVER (PARTITION BY lower(u.username)) = 1 THEN lower(u.username) ELSE u.username END,
       u.display_name, u.password_hash, u.created_at,
       CASE WHEN u.last_seen IS NULL OR s.last_seen > u.last_seen THEN s.last_seen ELSE u.last_seen END,
       1
FROM was_user u
LEFT JOIN was_user_statuses s ON s.user_id = u.id
ORDER BY u.id
"""

# SQLite did not watch over references: somebody may have been deleted whose words are still there.
_GONE = """
INSERT INTO "user" (id, username, display_name, password_hash, created_at, rev, deleted_at)
SELECT t.user_id, 'deleted_' || t.user_id, 'deleted_' || t.user_id, '', min(t.at), 1, max(t.at)
FROM (SELECT sender_id AS user_id, created_at AS at FROM was_messages
      UNION ALL SELECT user_id, joined_at FROM was_chat_members) AS t
WHERE t.user_id NOT IN (SELECT id FROM was_user)
GROUP BY t.user_id
"""

_SESSIONS = """
INSERT INTO user_sessions (id, user_id, token_hash, device_type, device_name, ip_address, user_agent,
                           created_at, last_activity, last_seen)
SELECT s.id, s.user_id, s.token_hash, s.device_type, s.device_name, s.ip_address, s.user_agent,
       s.created_at, s.last_activity, s.last_activity
FROM was_user_sessions s
JOIN "user" u ON u.id = s.user_id
ORDER BY s.id
"""
