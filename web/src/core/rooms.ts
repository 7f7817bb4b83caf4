/** The inside of a chat: a window of its history without a gap, and its members. Pure. */

import type { Changes, Chat, Member, Message } from '../api/shapes'
import { byId, merged, named, settled, without, type Room, type State } from './state'

export function withRoom(state: State, chatId: number, room: Room): State {
  return { ...state, rooms: merged(state.rooms, [[chatId, room]]) }
}

/** Whether the window reaches the newest message. */
export function isAtEnd(room: Room, chat: Chat): boolean {
  return (room.messages.at(-1)?.seq ?? 0) === chat.last_seq
}

/** Whether nothing that has changed is missing in it. */
export function isComplete(room: Room, chat: Chat): boolean {
  return room.rev >= chat.rev
}

/** Where a seq stands in a window, or would stand. */
export function placeOf(messages: readonly Message[], seq: number): number {
  const first = messages[0]?.seq
  return first === undefined ? 0 : Math.min(Math.max(seq - first, 0), messages.length)
}

export function messageAt(room: Room | undefined, seq: number): Message | undefined {
  const found = room?.messages[placeOf(room.messages, seq)]
  return found?.seq === seq ? found : undefined
}

/** The window with one message in its newer form: in its place, or right after the end. */
export function place(messages: readonly Message[], message: Message): readonly Message[] {
  const first = messages[0]?.seq ?? message.seq
  const index = message.seq - first
  const held = messages[index]
  if (index < 0 || index > messages.length || (held && held.rev > message.rev)) return messages
  const next = messages.slice()
  next[index] = message
  return next
}

/** The window with a page of history: joined where they touch or overlap, else the page takes its place. */
export function joined(messages: readonly Message[], page: readonly Message[]): readonly Message[] {
  const [first, last] = [messages[0], messages.at(-1)]
  const [pageFirst, pageLast] = [page[0], page.at(-1)]
  if (!pageFirst || !pageLast) return messages
  if (!first || !last || pageFirst.seq > last.seq + 1 || pageLast.seq < first.seq - 1) return page
  const next = [...page.filter((one) => one.seq < first.seq), ...messages]
  return page.filter((one) => one.seq >= first.seq).reduce<readonly Message[]>(place, next)
}

/** The state with a page of a chat's history that holds everything up to a rev. */
export function withPage(state: State, chatId: number, page: readonly Message[], rev: number): State {
  const room = state.rooms.get(chatId)
  const messages = joined(room?.messages ?? [], page)
  return withRoom(settled(state, page), chatId, {
    members: room?.members ?? null,
    messages,
    rev: room && messages !== page ? Math.min(room.rev, rev) : rev,
  })
}

export function withMembers(state: State, chatId: number, members: readonly Member[]): State {
  const room = state.rooms.get(chatId) ?? { messages: [], rev: 0 }
  const people = named(state.people, members.map((member) => member.user))
  return withRoom({ ...state, people }, chatId, { ...room, members: byId(members, (one) => one.user_id) })
}

/** The state after `GET /chats/{id}/changes`. */
export function withChanges(state: State, changes: Changes): State {
  const room = state.rooms.get(changes.chat.id)
  const chat = state.chats.get(changes.chat.id)
  if (!room || !chat) return state
  const messages = inOrder(changes.messages).reduce(place, room.messages)
  const members = room.members && without(merged(room.members, changes.members.map((one) => [one.user_id, one])), ...changes.left)
  const next = withRoom(settled(state, changes.messages), chat.id, { members, messages, rev: changes.rev })
  const people = named(next.people, changes.members.map((member) => member.user))
  const newer = changes.chat.rev >= chat.rev ? changes.chat : chat
  return { ...next, people, chats: merged(next.chats, [[chat.id, newer]]) }
}

function inOrder(messages: readonly Message[]): Message[] {
  return messages.slice().sort((one, other) => one.seq - other.seq)
}

/** The last messages of a window alone, for what need not hold all of it. */
export function tail(room: Room, count: number): Room {
  return room.messages.length <= count ? room : { ...room, messages: room.messages.slice(-count) }
}
