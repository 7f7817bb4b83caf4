/** What the client holds, as it is on the wire, in maps by id. Never changed in place: a reducer makes the next one. */

import type { Chat, Contact, Me, Member, Message, Snapshot, Status, User, UserSession, UserStatus } from '../api/shapes'

export interface Presence {
  status: Status
  last_seen: string | null
}

/** What is held of a chat's inside. */
export interface Room {
  /** User id → member; null until asked for. */
  members: ReadonlyMap<number, Member> | null
  /** A window of the history: ascending by seq, without a gap. */
  messages: readonly Message[]
  /** Everything that changed in the window and among the members up to this rev is in it. */
  rev: number
}

/** A message that waits to be sent, or could not be. */
export interface Pending {
  /** What makes sending it again harmless. */
  clientId: string
  chatId: number
  text: string
  replyTo: number | null
  /** ms of this machine: the order among those that wait. */
  createdAt: number
  /** The server's word of refusal; null while it may still go. */
  failed: string | null
}

export interface State {
  me: Me
  /** The highest rev seen. */
  rev: number
  chats: ReadonlyMap<number, Chat>
  rooms: ReadonlyMap<number, Room>
  contacts: ReadonlyMap<number, Contact>
  /** Of mutual contacts, and of nobody else. */
  statuses: ReadonlyMap<number, Presence>
  /** User → chat → when it was last heard (ms of this machine); in the order in which they began. */
  typing: ReadonlyMap<number, ReadonlyMap<number, number>>
  /** One's own devices; null until asked for. */
  sessions: ReadonlyMap<number, UserSession> | null
  /** Whoever has a name here. */
  people: ReadonlyMap<number, User>
  totalUnread: number
  /** Messages that others reply to and that are in no window, by id; null where there is none to be had. */
  quotes: ReadonlyMap<number, Message | null>
  /** One's own messages that the server has not confirmed, in order. */
  pending: readonly Pending[]
}

/** Milliseconds after the last start that a client saw (§6 of the contract). */
export const DROP_TYPING_AFTER = 12_000

/** The state after `GET /sync`. What the snapshot does not tell (rooms, devices, names) is kept from `before`. */
export function begin(snapshot: Snapshot, now: number, before: State | null): State {
  const kept = before?.me.id === snapshot.me.id ? before : null
  const chats = unlessSame(byId(snapshot.chats, (chat) => chat.id), kept?.chats)
  return {
    me: snapshot.me,
    rev: snapshot.rev,
    chats,
    rooms: new Map([...(kept?.rooms ?? [])].filter(([chat]) => chats.has(chat))),
    contacts: unlessSame(byId(snapshot.contacts, (entry) => entry.user.id), kept?.contacts),
    statuses: unlessSame(new Map(snapshot.statuses.map((one) => [one.user_id, presenceOf(one)])), kept?.statuses),
    typing: new Map(snapshot.statuses.filter(types).map((one) => [one.user_id, new Map([[one.is_typing_in_chat, now]])])),
    sessions: kept?.sessions ?? null,
    people: named(kept?.people ?? new Map(), [
      snapshot.me,
      ...snapshot.chats.flatMap((chat) => chat.peer ?? []),
      ...snapshot.contacts.map((entry) => entry.user),
    ]),
    totalUnread: snapshot.total_unread,
    // Asked for anew, since they may have been edited or deleted meanwhile.
    quotes: new Map(),
    pending: kept?.pending ?? [],
  }
}

/** What is held already where the snapshot says the same: then nothing is drawn or written again. */
function unlessSame<Value>(told: ReadonlyMap<number, Value>, held: ReadonlyMap<number, Value> | undefined): ReadonlyMap<number, Value> {
  const isSame = held?.size === told.size && JSON.stringify([...held]) === JSON.stringify([...told])
  return isSame ? held : told
}

function presenceOf(one: UserStatus): Presence {
  return { status: one.status, last_seen: one.last_seen }
}

function types(one: UserStatus): one is UserStatus & { is_typing_in_chat: number } {
  return one.is_typing_in_chat !== null
}

/** The state without what waits no more, since these messages have come from the server. */
export function settled(state: State, messages: readonly Message[]): State {
  if (state.pending.length === 0) return state
  const done = new Set(messages.filter((one) => one.sender_id === state.me.id).map((one) => one.client_id))
  const pending = state.pending.filter((one) => !done.has(one.clientId))
  return pending.length === state.pending.length ? state : { ...state, pending }
}

export function byId<Thing>(things: readonly Thing[], id: (thing: Thing) => number): Map<number, Thing> {
  return new Map(things.map((thing) => [id(thing), thing]))
}

/** The people with these names too. */
export function named(people: ReadonlyMap<number, User>, users: readonly User[]): ReadonlyMap<number, User> {
  const news = users.filter((user) => people.get(user.id)?.display_name !== user.display_name)
  return news.length === 0 ? people : merged(people, news.map((user) => [user.id, plainUser(user)]))
}

function plainUser({ id, username, display_name }: User): User {
  return { id, username, display_name }
}

export function merged<Key, Value>(map: ReadonlyMap<Key, Value>, more: Iterable<[Key, Value]>): Map<Key, Value> {
  const next = new Map(map)
  for (const [key, value] of more) next.set(key, value)
  return next
}

export function without<Key, Value>(map: ReadonlyMap<Key, Value>, ...keys: Key[]): ReadonlyMap<Key, Value> {
  if (!keys.some((key) => map.has(key))) return map
  const next = new Map(map)
  for (const key of keys) next.delete(key)
  return next
}
