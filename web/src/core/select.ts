/** What the views ask of a state. Pure. */

import type { Chat, Message, User } from '../api/shapes'
import { DROP_TYPING_AFTER, type Presence, type State } from './state'

/** Chats as the list shows them: the latest message first, then the higher id (§5). */
export function inOrder(chats: ReadonlyMap<number, Chat>): Chat[] {
  return [...chats.values()].sort((one, other) => {
    const [left, right] = [sortTime(one), sortTime(other)]
    return left === right ? other.id - one.id : left < right ? 1 : -1
  })
}

// Times on the wire have one form in UTC, but the fraction of a second may be left out: "…00Z" sorts after "…00.5Z".
const times = new Map<string, number>()

function sortTime(chat: Chat): number {
  const moment = (chat.last_message ?? chat).created_at
  let time = times.get(moment)
  if (time === undefined) {
    if (times.size > 5000) times.clear()
    times.set(moment, (time = Date.parse(moment)))
  }
  return time
}

export function titleOf(chat: Chat): string {
  return chat.peer?.display_name ?? chat.title ?? ''
}

/** The dot of a direct chat; undefined where nothing may be known. */
export function presenceIn(state: State, chat: Chat): Presence | undefined {
  return chat.peer ? state.statuses.get(chat.peer.id) : undefined
}

/** The display name of someone who has one here. */
export function nameOf(state: State, userId: number): string {
  return state.people.get(userId)?.display_name ?? ''
}

/** Who types in a chat, in the order in which they began. */
export function typersIn(state: State, chatId: number, now: number): number[] {
  const here: [user: number, heard: number][] = []
  for (const [user, chats] of state.typing) {
    const heard = chats.get(chatId)
    // Someone types in one place: the one that they began last.
    if (heard !== undefined && now - heard < DROP_TYPING_AFTER && [...chats.keys()].at(-1) === chatId) here.push([user, heard])
  }
  return here.map(([user]) => user)
}

/** How far a message of one's own has come: on disk, or read by somebody whose marks one may know. */
export function ticksOf(chat: Chat, message: Message): 'sent' | 'read' {
  return Object.values(chat.peers_read_up_to_seq).some((mark) => mark >= message.seq) ? 'read' : 'sent'
}

export function isMuted(chat: Chat, now: number): boolean {
  return chat.muted_until !== null && Date.parse(chat.muted_until) > now
}

export function mayWrite(state: State, chat: Chat): boolean {
  if (chat.peer) return !(state.contacts.get(chat.peer.id)?.blocked ?? false)
  return chat.kind === 'group' || chat.role !== 'member'
}

export function mayManage(chat: Chat): boolean {
  return chat.kind !== 'direct' && chat.role !== 'member'
}

/** Senders of last messages whose names nobody has told. */
export function namelessSenders(state: State): number[] {
  const senders = [...state.chats.values()].flatMap((chat) => chat.last_message?.sender_id ?? [])
  const held = [...state.rooms.values()].flatMap((room) => room.messages.map((message) => message.sender_id))
  return [...new Set([...senders, ...held])].filter((user) => !state.people.has(user))
}

/** Contacts and peers, by name. */
export function byName(users: Iterable<User>, locale: string): User[] {
  const { compare } = new Intl.Collator(locale, { sensitivity: 'base', numeric: true })
  return [...users].sort((one, other) => compare(one.display_name, other.display_name) || one.id - other.id)
}
