// A messenger as bare as it can be on Socket.IO: direct chats, typing, read marks, presence.
// usage: node server.js DATABASE FULL|OFF [two]      it prints its port when it listens
// `two`: a change of status is told by two events, as Ryadom does.
// Modules are looked for where NODE_PATH says.
"use strict";

const http = require("node:http");
const Database = require("better-sqlite3");
const { Server } = require("socket.io");

const [path, synchronous, told] = process.argv.slice(2);
const db = new Database(path);
db.pragma("journal_mode = WAL");
db.pragma(`synchronous = ${synchronous}`);

const findUser = db.prepare("SELECT id FROM users WHERE token = ?").pluck();
const findContacts = db.prepare("SELECT contact_id FROM contacts WHERE user_id = ?").pluck();
const findPeers = db.prepare(
  "SELECT mine.chat_id, other.user_id FROM members mine JOIN members other" +
    " ON other.chat_id = mine.chat_id AND other.user_id <> mine.user_id WHERE mine.user_id = ?",
).raw();
const nextSeq = db.prepare("UPDATE chats SET last_seq = last_seq + 1 WHERE id = ? RETURNING last_seq").pluck();
const lastSeq = db.prepare("SELECT last_seq FROM chats WHERE id = ?").pluck();
const addMessage = db.prepare(
  "INSERT INTO messages (chat_id, seq, sender_id, client_id, text, created_at) VALUES (?, ?, ?, ?, ?, ?)",
);
const raiseMark = db.prepare(
  "UPDATE members SET read_up_to = @seq WHERE chat_id = @chat AND user_id = @user AND read_up_to < @seq",
);
const setOnline = db.prepare("UPDATE users SET online = ? WHERE id = ?");

// The rooms: `u1` is all sockets of person 1, `of1` is all who are told how person 1 stands.

const store = db.transaction((chat_id, sender_id, client_id, text, created_at) => {
  const seq = nextSeq.get(chat_id);
  const id = Number(addMessage.run(chat_id, seq, sender_id, client_id, text, created_at).lastInsertRowid);
  return { id, chat_id, seq, sender_id, text, client_id, created_at };
});

const mark = db.transaction((chat, user, seq) => {
  const last = lastSeq.get(chat);
  if (seq > last || raiseMark.run({ chat, user, seq }).changes === 0) return null;
  return last - seq;
});

const server = http.createServer();
const io = new Server(server, { transports: ["websocket"], serveClient: false });

io.use((socket, next) => {
  const user = findUser.get(String(socket.handshake.auth.token));
  if (user === undefined) return next(new Error("unauthorized"));
  socket.data.user = user;
  next();
});

function tell(user, online) {
  setOnline.run(online ? 1 : 0, user);
  const status = online ? "online" : "offline";
  const last_seen = new Date().toISOString();
  io.to(`of${user}`).emit("status_change", { user_id: user, status, last_seen });
  if (told === "two") io.to(`of${user}`).emit(`user_${status}`, { user_id: user, last_seen });
}

function here(user) {
  return io.of("/").adapter.rooms.has(`u${user}`);
}

io.on("connection", (socket) => {
  const user = socket.data.user;
  const peers = new Map(findPeers.all(user));
  const first = !here(user);
  socket.join([`u${user}`, ...findContacts.all(user).map((contact) => `of${contact}`)]);
  if (first) tell(user, true);

  socket.on("send_message", ({ chat_id, client_id, text }, answer) => {
    const peer = peers.get(chat_id);
    if (peer === undefined || typeof text !== "string" || text === "") return answer({ error: "refused" });
    const message = store(chat_id, user, String(client_id), text, new Date().toISOString());
    io.to(`u${peer}`).emit("new_message", message);
    answer({ accepted: message.id, seq: message.seq, client_id, created_at: message.created_at });
  });

  for (const word of ["typing_start", "typing_stop"]) {
    socket.on(word, ({ chat_id }) => {
      const peer = peers.get(chat_id);
      if (peer === undefined) return;
      io.to(`u${peer}`).emit(word, { chat_id, user_id: user, timestamp: new Date().toISOString() });
    });
  }

  socket.on("read", ({ chat_id, seq }) => {
    const peer = peers.get(chat_id);
    if (peer === undefined || !Number.isInteger(seq)) return;
    const unread = mark(chat_id, user, seq);
    if (unread === null) return;
    io.to(`u${peer}`).emit("messages_read", { chat_id, user_id: user, up_to_seq: seq });
    io.to(`u${user}`).emit("unread_changed", { chat_id, unread_count: unread, up_to_seq: seq });
  });

  socket.on("status", ({ online }, answer) => {
    tell(user, online === true);
    answer({ accepted: true });
  });

  socket.on("disconnect", () => {
    if (!here(user)) tell(user, false);
  });
});

server.listen({ port: 0, host: "127.0.0.1", backlog: 1024 }, () => console.log(`port ${server.address().port}`));
process.on("SIGTERM", () => process.exit(0));
