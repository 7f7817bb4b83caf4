/** Brings the inside of chats: from the cache at once, then what changed since, then pages as one scrolls. */

import * as rest from '../api/rest'
import type { Chat, Message } from '../api/shapes'
import type { Cache } from './cache'
import { isAtEnd, isComplete, messageAt, tail, withChanges, withMembers, withPage, withRoom } from './rooms'
import type { Store } from './store.svelte'
import { merged, without, type Room } from './state'

export const PAGE = 50
/** Messages shown above the first unread one. */
const ABOVE = 25
/** Further behind than this, a window is thrown away rather than brought up to date. */
const TOO_FAR = 300

/** Messages that stay in memory of a chat that is not open. */
const KEPT = 100

export class History {
  readonly #store: Store
  readonly #cache: Cache
  /** What is being asked for, so that nothing is asked twice at a time. */
  readonly #asking = new Map<string, Promise<void>>()

  constructor(store: Store, cache: Cache) {
    this.#store = store
    this.#cache = cache
  }

  /** The window around the place where one reads on, and the members. Rejects with CallFailed; the cache may be there. */
  async open(chatId: number): Promise<void> {
    await this.#fromCache(chatId)
    await this.catchUp(chatId)
    const chat = this.#store.current?.chats.get(chatId)
    if (!chat) return
    const needsMembers = chat.kind !== 'direct' && !this.#room(chatId)?.members
    await Promise.all([this.#place(chat), needsMembers && this.members(chatId)])
  }

  /** The window around the first unread message, or the latest one. */
  async #place(chat: Chat): Promise<void> {
    const room = this.#room(chat.id)
    const firstUnread = chat.read_up_to_seq + 1
    if (chat.last_seq === 0) this.#store.change((state) => withPage(state, chat.id, [], chat.rev))
    else if (chat.unread_count === 0 && room && isAtEnd(room, chat)) return
    else if (chat.unread_count > 0 && messageAt(room, firstUnread)) return
    else await (chat.unread_count > PAGE - ABOVE ? this.around(chat.id, firstUnread) : this.latest(chat.id))
  }

  /** What changed in a held room while nobody told. */
  catchUp(chatId: number): Promise<void> {
    return this.#once(`changes ${chatId}`, async () => {
      for (let more = true; more; ) {
        const room = this.#room(chatId)
        const chat = this.#store.current?.chats.get(chatId)
        if (!room || !chat || isComplete(room, chat)) return
        if (chat.last_seq - (room.messages.at(-1)?.seq ?? 0) > TOO_FAR) return this.#startOver(chatId, room)
        const changes = await rest.changes(chatId, room.rev)
        this.#store.change((state) => withChanges(state, changes))
        more = changes.more || (this.#room(chatId)?.rev ?? 0) > room.rev
      }
    })
  }

  /** The chat is left: what was scrolled through is let go. */
  close(chatId: number): void {
    this.#store.change((state) => {
      const [room, chat] = [state.rooms.get(chatId), state.chats.get(chatId)]
      if (!room || !chat) return state
      if (!isAtEnd(room, chat)) return { ...state, rooms: without(state.rooms, chatId) }
      return room.messages.length > KEPT ? withRoom(state, chatId, tail(room, KEPT)) : state
    })
  }

  latest(chatId: number): Promise<void> {
    return this.#page(chatId, `latest ${chatId}`, () => rest.history(chatId, PAGE), true)
  }

  around(chatId: number, seq: number): Promise<void> {
    return this.#page(chatId, `around ${chatId} ${seq}`, () => rest.history(chatId, PAGE * 2, { after: Math.max(0, seq - ABOVE - 1) }), true)
  }

  older(chatId: number): Promise<void> {
    const first = this.#room(chatId)?.messages[0]?.seq ?? 1
    if (first <= 1) return Promise.resolve()
    return this.#page(chatId, `older ${chatId}`, () => rest.history(chatId, PAGE * 2, { before: first }), false)
  }

  newer(chatId: number): Promise<void> {
    const last = this.#room(chatId)?.messages.at(-1)?.seq ?? 0
    const chat = this.#store.current?.chats.get(chatId)
    if (!chat || last >= chat.last_seq) return Promise.resolve()
    return this.#page(chatId, `newer ${chatId}`, () => rest.history(chatId, PAGE * 2, { after: last }), false)
  }

  /** A message that another replies to and that no window holds. */
  quote(messageId: number): Promise<void> {
    if (this.#store.current?.quotes.has(messageId)) return Promise.resolve()
    return this.#once(`quote ${messageId}`, async () => {
      const found = await rest.message(messageId).catch((error: rest.CallFailed) => (error.status === 404 ? null : undefined))
      if (found === undefined) return
      this.#store.change((state) => ({ ...state, quotes: merged(state.quotes, [[messageId, found]]) }))
    })
  }

  members(chatId: number): Promise<void> {
    return this.#once(`members ${chatId}`, async () => {
      const members = await rest.members(chatId)
      this.#store.change((state) => (state.chats.has(chatId) ? withMembers(state, chatId, members) : state))
    })
  }

  #page(chatId: number, name: string, ask: () => Promise<Message[]>, isNewWindow: boolean): Promise<void> {
    return this.#once(name, async () => {
      const asked = this.#room(chatId)?.messages
      const rev = this.#store.current?.chats.get(chatId)?.rev ?? 0
      const page = await ask()
      this.#store.change((state) => {
        // A window that has moved elsewhere since has no place for this page.
        const moved = !isNewWindow && !touches(state.rooms.get(chatId)?.messages ?? [], page)
        return !state.chats.has(chatId) || (moved && asked !== undefined) ? state : withPage(state, chatId, page, rev)
      })
      // Something may have happened between the question and the answer, and have been told for no message held.
      await this.catchUp(chatId)
    })
  }

  async #fromCache(chatId: number): Promise<void> {
    if (this.#room(chatId)) return
    const kept = await this.#cache.room(chatId)
    if (!kept) return
    this.#store.change((state) => {
      if (state.rooms.has(chatId) || !state.chats.has(chatId)) return state
      const people = [...(kept.members?.values() ?? [])].map((one) => [one.user_id, one.user] as [number, typeof one.user])
      return withRoom({ ...state, people: merged(merged(new Map(), people), state.people) }, chatId, kept)
    })
  }

  async #startOver(chatId: number, room: Room): Promise<void> {
    const { rev } = this.#store.current!.chats.get(chatId)!
    const [page, members] = await Promise.all([rest.history(chatId, PAGE), room.members ? rest.members(chatId) : null])
    this.#store.change((state) => {
      if (!state.chats.has(chatId)) return state
      const emptied = withRoom(state, chatId, { members: null, messages: [], rev })
      const paged = withPage(emptied, chatId, page, rev)
      return members ? withMembers(paged, chatId, members) : paged
    })
  }

  #room(chatId: number): Room | undefined {
    return this.#store.current?.rooms.get(chatId)
  }

  #once(name: string, work: () => Promise<void>): Promise<void> {
    const asking = this.#asking.get(name)
    if (asking) return asking
    const asked = work().finally(() => this.#asking.delete(name))
    this.#asking.set(name, asked)
    return asked
  }
}

function touches(messages: readonly Message[], page: readonly Message[]): boolean {
  const [first, last] = [messages[0], messages.at(-1)]
  const [pageFirst, pageLast] = [page[0], page.at(-1)]
  if (!first || !last || !pageFirst || !pageLast) return true
  return pageFirst.seq <= last.seq + 1 && pageLast.seq >= first.seq - 1
}
