-- What the bare programs store. bench.peers fills it before a program starts.
CREATE TABLE users (id INTEGER PRIMARY KEY, token TEXT NOT NULL UNIQUE, online INTEGER NOT NULL DEFAULT 0);
CREATE TABLE contacts (user_id INTEGER NOT NULL, contact_id INTEGER NOT NULL, PRIMARY KEY (user_id, contact_id)) WITHOUT ROWID;
CREATE TABLE chats (id INTEGER PRIMARY KEY, last_seq INTEGER NOT NULL DEFAULT 0);
CREATE TABLE members (
    chat_id INTEGER NOT NULL, user_id INTEGER NOT NULL, read_up_to INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (chat_id, user_id)
) WITHOUT ROWID;
CREATE TABLE messages (
    id INTEGER PRIMARY KEY, chat_id INTEGER NOT NULL, seq INTEGER NOT NULL, sender_id INTEGER NOT NULL,
    client_id TEXT NOT NULL, text TEXT NOT NULL, created_at TEXT NOT NULL, UNIQUE (chat_id, seq)
);
