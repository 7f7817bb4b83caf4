/**
 * (state, event) → state: what every event means, by §5 to §7 of the contract. Pure.
 *
 * A durable event that is older than what is held about the same thing is dropped; one of the same rev is taken, since
 * one change may be told by several events. Counts are set, never added. The server's own tests fold the same events:
 * tests/law/fixtures.
 */

import type { Chat, Events, Member, Message, ServerEvent } from '../api/shapes'
import { isAtEnd, place, withRoom } from './rooms'
import { merged, named, settled, without, type Presence, type State } from './state'

/** The state after an event that was heard at `now` (ms). One that is not known changes nothing. */
export function reduce(state: State, event: ServerEvent, now: number): State {
  const next = told(state, event, now)
  const rev = 'rev' in event && carriesOwnRev(event) ? event.rev : 0
  return rev > next.rev ? { ...next, rev } : next
}

/** `hello`, `pong` and `heartbeat` tell the highest rev that there is, not one that this client has seen. */
function carriesOwnRev(event: ServerEvent): boolean {
  return event.type !== 'hello' && event.type !== 'pong' && event.type !== 'heartbeat'
}

function told(state: State, event: ServerEvent, now: number): State {
  switch (event.type) {
    case 'status_change':
      return statusChange(state, event)
    case 'typing_start':
      return typingStart(state, event, now)
    case 'typing_stop':
      return typingStop(state, event.user_id, event.chat_id)
    case 'messages_read':
      return messagesRead(state, event)
    case 'new_message':
    case 'message_sent':
    case 'message_edited':
    case 'message_deleted':
      return withMessage(settled(state, [event.message]), event.message, event.rev)
    case 'unread_message':
      return withCount(state, event, {})
    case 'unread_changed':
      return withCount(state, event, { read_up_to_seq: event.up_to_seq })
    case 'chat_changed':
      return chatChanged(state, event)
    case 'user_changed':
      return userChanged(state, event)
    case 'session_created':
    case 'session_revoked':
      return sessionsChanged(state, event)
    case 'contact_changed':
      return contactChanged(state, event)
    default:
      return state
  }
}

function statusChange(state: State, event: Events['status_change']): State {
  if (!state.statuses.has(event.user_id)) return state
  const seen: Presence = { status: event.status, last_seen: event.last_seen }
  return { ...state, statuses: merged(state.statuses, [[event.user_id, seen]]) }
}

/** A repeat keeps its place among the chats that the person types in. */
function typingStart(state: State, event: Events['typing_start'], now: number): State {
  const chats = merged(state.typing.get(event.user_id) ?? new Map<number, number>(), [[event.chat_id, now]])
  return { ...state, typing: merged(state.typing, [[event.user_id, chats]]) }
}

function typingStop(state: State, userId: number, chatId: number): State {
  const chats = state.typing.get(userId)
  if (!chats?.has(chatId)) return state
  const left = without(chats, chatId)
  return { ...state, typing: left.size ? merged(state.typing, [[userId, left]]) : without(state.typing, userId) }
}

/** The state without typing that was last heard before a moment (ms). */
export function dropTyping(state: State, before: number): State {
  let next = state
  for (const [user, chats] of state.typing)
    for (const [chat, heard] of chats) if (heard <= before) next = typingStop(next, user, chat)
  return next
}

/** A chat with other fields and with the rev of the change, if that is newer; what was complete stays complete. */
function withChat(state: State, chatId: number, rev: number, fields: Partial<Chat>): State {
  const chat = state.chats.get(chatId)
  if (!chat) return state
  const next = { ...state, chats: merged(state.chats, [[chatId, { ...chat, ...fields, rev: Math.max(chat.rev, rev) }]]) }
  const room = state.rooms.get(chatId)
  return room && room.rev >= chat.rev && rev > room.rev ? withRoom(next, chatId, { ...room, rev }) : next
}

/** A mark only rises; it may come late, when its reader has become a mutual contact. */
function messagesRead(state: State, event: Events['messages_read']): State {
  const chat = state.chats.get(event.chat_id)
  if (!chat || !state.statuses.has(event.user_id)) return state
  const marks = chat.peers_read_up_to_seq
  const mark = Math.max(marks[event.user_id] ?? 0, event.up_to_seq)
  return withChat(state, chat.id, event.rev, { peers_read_up_to_seq: { ...marks, [event.user_id]: mark } })
}

/** A message that is new, or that has changed: the newer form wins, in the window and as the chat's last message. */
function withMessage(state: State, message: Message, rev: number): State {
  const chat = state.chats.get(message.chat_id)
  if (!chat) return state
  const room = state.rooms.get(chat.id)
  const isNext = room !== undefined && message.seq > chat.last_seq && isAtEnd(room, chat)
  const isHeld = room !== undefined && message.seq <= (room.messages.at(-1)?.seq ?? 0)
  const placed = room && (isNext || isHeld) ? withRoom(state, chat.id, { ...room, messages: place(room.messages, message) }) : state
  const isQuoted = state.quotes.has(message.id) && message.rev >= (state.quotes.get(message.id)?.rev ?? 0)
  const next = isQuoted ? { ...placed, quotes: merged(state.quotes, [[message.id, message]]) } : placed
  return withChat(next, chat.id, rev, {
    last_message: newerLast(chat.last_message, message),
    last_seq: Math.max(chat.last_seq, message.seq),
  })
}

function newerLast(last: Message | null, message: Message): Message {
  if (!last || message.seq > last.seq) return message
  return message.seq === last.seq && message.rev >= last.rev ? message : last
}

/** The total is about no chat: the latest that was told is right, and it changes alone when a mute ends. */
function withCount(state: State, event: Events['unread_message' | 'unread_changed'], fields: Partial<Chat>): State {
  const next = { ...state, totalUnread: event.total_unread }
  const chat = next.chats.get(event.chat_id)
  if (!chat || event.rev < chat.rev) return next
  return withChat(next, chat.id, event.rev, { unread_count: event.unread_count, ...fields })
}

/** A chat that one has joined, that is gone, or what is new about it. */
function chatChanged(state: State, event: Events['chat_changed']): State {
  const change = event.chat
  const chat = state.chats.get(change.id)
  if (chat && event.rev < chat.rev) return state
  if (change.gone) return forgetChat(state, change.id)
  if (change.chat) {
    const people = change.chat.peer ? named(state.people, [change.chat.peer]) : state.people
    return { ...state, people, chats: merged(state.chats, [[change.id, change.chat]]) }
  }
  if (!chat) return state
  const next = withChat(state, chat.id, event.rev, {
    ...(change.title !== undefined && { title: change.title }),
    ...(change.role !== undefined && { role: change.role }),
    ...(change.muted_until !== undefined && { muted_until: change.muted_until }),
  })
  return withMembers(next, chat.id, change.members ?? [], change.left ?? [], Date.parse(event.timestamp))
}

function forgetChat(state: State, chatId: number): State {
  const typing = [...state.typing].map(([user, chats]) => [user, without(chats, chatId)] as const)
  return {
    ...state,
    chats: without(state.chats, chatId),
    rooms: without(state.rooms, chatId),
    typing: new Map(typing.filter(([, chats]) => chats.size > 0)),
  }
}

/** Milliseconds: who joined so shortly before an event is a newcomer also where nobody knows the members. */
const JUST_NOW = 5_000

/** Who joins has the mark at the newest message (§5); who leaves has none. */
function withMembers(state: State, chatId: number, came: readonly Member[], left: readonly number[], now: number): State {
  const chat = state.chats.get(chatId)
  if (!chat || (came.length === 0 && left.length === 0)) return state
  const room = state.rooms.get(chatId)
  const known = room?.members
  const isNew = (one: Member) => (known ? !known.has(one.user_id) : now - Date.parse(one.joined_at) < JUST_NOW)
  const marks = { ...chat.peers_read_up_to_seq }
  for (const one of came) if (chat.last_seq && isNew(one) && state.statuses.has(one.user_id)) marks[one.user_id] = chat.last_seq
  for (const user of left) delete marks[user]
  const next = withChat(state, chatId, chat.rev, { peers_read_up_to_seq: marks })
  const people = named(next.people, came.map((member) => member.user))
  if (!known) return { ...next, people }
  const members = without(merged(known, came.map((one) => [one.user_id, one])), ...left)
  return withRoom({ ...next, people }, chatId, { ...(next.rooms.get(chatId) ?? room), members })
}

/** Someone has a new name: everywhere. */
function userChanged(state: State, event: Events['user_changed']): State {
  const { user } = event
  const chats = [...state.chats].filter(([, chat]) => chat.peer?.id === user.id)
  const rooms = [...state.rooms].filter(([, room]) => room.members?.has(user.id))
  const contact = state.contacts.get(user.id)
  return {
    ...state,
    me: event.me && event.rev >= state.me.rev ? event.me : state.me,
    people: named(state.people, [user]),
    chats: merged(state.chats, chats.map(([id, chat]) => [id, { ...chat, peer: user }])),
    contacts: contact ? merged(state.contacts, [[user.id, { ...contact, user }]]) : state.contacts,
    rooms: merged(state.rooms, rooms.map(([id, room]) => [id, { ...room, members: renamed(room.members!, user) }])),
  }
}

function renamed(members: ReadonlyMap<number, Member>, user: Member['user']): ReadonlyMap<number, Member> {
  return merged(members, [[user.id, { ...members.get(user.id)!, user }]])
}

/** Sessions, contacts and the profile share one rev, the profile's: it is that of a person's own things. */
function withOwnRev(state: State, rev: number): State {
  return { ...state, me: { ...state.me, rev } }
}

function sessionsChanged(state: State, event: Events['session_created' | 'session_revoked']): State {
  if (event.rev < state.me.rev) return state
  const next = withOwnRev(state, event.rev)
  if (!next.sessions) return next
  if (event.type === 'session_revoked') return { ...next, sessions: without(next.sessions, event.session_id) }
  return { ...next, sessions: merged(next.sessions, [[event.session.id, event.session]]) }
}

/** An entry as it is now. Of who is no mutual contact (any more) one knows neither presence nor read marks. */
function contactChanged(state: State, event: Events['contact_changed']): State {
  if (event.rev < state.me.rev) return state
  const { user_id: other, contact } = event
  const contacts = contact ? merged(state.contacts, [[other, contact]]) : without(state.contacts, other)
  const people = contact ? named(state.people, [contact.user]) : state.people
  const next = { ...withOwnRev(state, event.rev), contacts, people }
  if (event.mutual) {
    const known = next.statuses.get(other) ?? { status: 'offline', last_seen: null }
    return { ...next, statuses: merged(next.statuses, [[other, known]]) }
  }
  return {
    ...next,
    statuses: without(next.statuses, other),
    typing: without(next.typing, other),
    chats: merged(next.chats, [...next.chats].filter(([, chat]) => other in chat.peers_read_up_to_seq).map(([id, chat]) => [id, unmarked(chat, other)])),
  }
}

function unmarked(chat: Chat, user: number): Chat {
  const { [user]: _, ...marks } = chat.peers_read_up_to_seq
  return { ...chat, peers_read_up_to_seq: marks }
}
