/**
 * What outlives a reload: IndexedDB. The list and its statuses in a few parts, the last messages of each chat as one
 * each, what waits to be sent, how far one has read, and drafts. Where there is no IndexedDB, nothing is kept.
 */

import { openDB, type DBSchema, type IDBPDatabase } from 'idb'
import type { Chat, Contact, Me, Member, Message, User } from '../api/shapes'
import { byId, type Pending, type Presence, type Room, type State } from './state'

/** Raised when the form of what is kept changes: what is older is thrown away and asked for anew. */
const VERSION = 2
const NAME = 'ryadom'
const KEPT_MESSAGES = 60

/** The state, a part at a time: what changes often is small. */
interface Parts {
  own: { me: Me; rev: number; totalUnread: number }
  chats: Chat[]
  contacts: Contact[]
  statuses: [number, Presence][]
  people: User[]
}

type Part = keyof Parts
const PARTS = ['own', 'chats', 'contacts', 'statuses', 'people'] as const

interface KeptRoom {
  members: Member[] | null
  messages: readonly Message[]
  rev: number
}

/** How far one has read, as long as the server has not confirmed it. */
export interface Mark {
  messageId: number
  seq: number
}

interface Tables extends DBSchema {
  state: { key: Part; value: Parts[Part] }
  rooms: { key: number; value: KeptRoom }
  outbox: { key: string; value: Pending }
  marks: { key: number; value: Mark }
  drafts: { key: number; value: string }
}

type Database = IDBPDatabase<Tables>
const STORES = ['state', 'rooms', 'outbox', 'marks', 'drafts'] as const

export class Cache {
  #database: Promise<Database | null> | null = null
  /** Nothing is kept for who is signed out, also not by what was under way. */
  #isShut = false

  /** Somebody is signed in. */
  open(): void {
    this.#isShut = false
  }

  /** The state as it was last kept, with what waits to be sent; null when there is none. */
  async load(): Promise<State | null> {
    return this.#do(async (database) => {
      const reading = database.transaction(['state', 'outbox'])
      const parts = reading.objectStore('state')
      const [pending, ...kept] = await Promise.all([reading.objectStore('outbox').getAll(), ...PARTS.map((part) => parts.get(part))])
      return kept.includes(undefined) ? null : stateOf(Object.fromEntries(PARTS.map((part, place) => [part, kept[place]])) as unknown as Parts, ordered(pending))
    }, null)
  }

  /** Keeps what is other than in the state that was kept last; null: nothing was. */
  keep(state: State, last: State | null): Promise<void> {
    const news = PARTS.filter((part) => last === null || differs(part, state, last))
    if (news.length === 0) return Promise.resolve()
    return this.#do(async (database) => {
      const writing = database.transaction('state', 'readwrite')
      for (const part of news) void writing.store.put(partOf(part, state), part)
      await writing.done
    }, undefined)
  }

  room(chatId: number): Promise<Room | null> {
    return this.#do(async (database) => {
      const kept = await database.get('rooms', chatId)
      return kept ? { ...kept, members: kept.members && byId(kept.members, (one) => one.user_id) } : null
    }, null)
  }

  /** Keeps the last messages of these rooms. */
  keepRooms(rooms: Iterable<[number, Room]>): Promise<void> {
    return this.#do(async (database) => {
      const writing = database.transaction('rooms', 'readwrite')
      for (const [chat, room] of rooms) void writing.store.put(keptRoom(room), chat)
      await writing.done
    }, undefined)
  }

  /** What waits to be sent; null where nothing can be kept. */
  pending(): Promise<Pending[] | null> {
    return this.#do<Pending[] | null>(async (database) => ordered(await database.getAll('outbox')), null)
  }

  /** False: it is not kept. */
  putPending(pending: Pending): Promise<boolean> {
    return this.#do(async (database) => (await database.put('outbox', pending, pending.clientId)) !== '', false)
  }

  dropPending(clientIds: readonly string[]): Promise<void> {
    return this.#do(async (database) => {
      const writing = database.transaction('outbox', 'readwrite')
      for (const id of clientIds) void writing.store.delete(id)
      await writing.done
    }, undefined)
  }

  async marks(): Promise<Map<number, Mark>> {
    return this.#do(async (database) => {
      const reading = database.transaction('marks')
      const [chats, marks] = await Promise.all([reading.store.getAllKeys(), reading.store.getAll()])
      return new Map(chats.map((chat, place) => [chat, marks[place]!]))
    }, new Map<number, Mark>())
  }

  /** Null: it is confirmed. */
  keepMark(chatId: number, mark: Mark | null): Promise<void> {
    return this.#do(async (database) => void (await (mark ? database.put('marks', mark, chatId) : database.delete('marks', chatId))), undefined)
  }

  draft(chatId: number): Promise<string> {
    return this.#do(async (database) => (await database.get('drafts', chatId)) ?? '', '')
  }

  keepDraft(chatId: number, text: string): Promise<void> {
    return this.#do(async (database) => void (await (text ? database.put('drafts', text, chatId) : database.delete('drafts', chatId))), undefined)
  }

  /** Forgets what is kept of these chats. */
  forgetChats(chatIds: readonly number[]): Promise<void> {
    return this.#do(async (database) => {
      const stores = ['rooms', 'marks', 'drafts'] as const
      const writing = database.transaction(stores, 'readwrite')
      for (const store of stores) for (const chat of chatIds) void writing.objectStore(store).delete(chat)
      await writing.done
    }, undefined)
  }

  /** Forgets everything, and keeps nothing until it is opened again. */
  async wipe(): Promise<void> {
    const wiped = this.#do(async (database) => {
      const writing = database.transaction(STORES, 'readwrite')
      for (const store of STORES) void writing.objectStore(store).clear()
      await writing.done
    }, undefined)
    this.#isShut = true
    await wiped
  }

  async #do<Result>(work: (database: Database) => Promise<Result>, otherwise: Result): Promise<Result> {
    if (this.#isShut) return otherwise
    try {
      const database = await (this.#database ??= connect())
      return database ? await work(database) : otherwise
    } catch (error) {
      // A full disk or a closed database costs the cache, never a message: what waits is also in memory.
      console.warn('Nothing is kept in this browser:', error)
      this.#database = null
      return otherwise
    }
  }
}

async function connect(): Promise<Database | null> {
  if (typeof indexedDB === 'undefined') return null
  return openDB<Tables>(NAME, VERSION, {
    upgrade(database) {
      for (const name of [...database.objectStoreNames]) database.deleteObjectStore(name)
      for (const name of STORES) database.createObjectStore(name)
    },
    blocking: (_current, _next, event) => (event.target as IDBDatabase).close(),
  })
}

function ordered(pending: Pending[]): Pending[] {
  return pending.sort((one, other) => one.createdAt - other.createdAt)
}

function differs(part: Part, state: State, last: State): boolean {
  if (part === 'own') return state.me !== last.me || state.totalUnread !== last.totalUnread
  return state[part] !== last[part]
}

function partOf(part: Part, state: State): Parts[Part] {
  if (part === 'own') return { me: state.me, rev: state.rev, totalUnread: state.totalUnread }
  return part === 'statuses' ? [...state.statuses] : [...(state[part].values() as Iterable<Chat & Contact & User>)]
}

function stateOf({ own, chats, contacts, statuses, people }: Parts, pending: readonly Pending[]): State {
  return {
    ...own,
    chats: byId(chats, (chat) => chat.id),
    contacts: byId(contacts, (entry) => entry.user.id),
    statuses: new Map(statuses),
    people: byId(people, (user) => user.id),
    rooms: new Map(),
    typing: new Map(),
    sessions: null,
    quotes: new Map(),
    pending,
  }
}

function keptRoom(room: Room): KeptRoom {
  return { rev: room.rev, messages: room.messages.slice(-KEPT_MESSAGES), members: room.members && [...room.members.values()] }
}
