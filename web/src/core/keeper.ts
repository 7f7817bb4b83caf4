/** Writes what changes into the cache, a while later and all at once; at the latest when the page is left. */

import type { Cache } from './cache'
import { isAtEnd } from './rooms'
import type { Room, State } from './state'
import type { Store } from './store.svelte'

const LATER = 2_000
const SOON = 300

export class Keeper {
  readonly #store: Store
  readonly #cache: Cache
  #keptState: State | null = null
  #keptRooms: State['rooms'] = new Map()
  #timer: ReturnType<typeof setTimeout> | undefined
  #working = false

  constructor(store: Store, cache: Cache) {
    this.#store = store
    this.#cache = cache
    store.listen((state, before) => {
      if (state && before && state.chats !== before.chats) this.#forget(state, before)
      this.#later()
    })
    document.addEventListener('visibilitychange', () => document.hidden && this.#keep())
    addEventListener('pagehide', () => this.#keep())
  }

  start(): void {
    this.#working = true
    this.#keptState = this.#store.current
    this.#keptRooms = this.#store.current?.rooms ?? new Map()
  }

  stop(): void {
    this.#working = false
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** The first whole state is worth keeping soon, but not in the frame that shows it. */
  ready(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#keep(), SOON)
  }

  #later(): void {
    if (this.#working) this.#timer ??= setTimeout(() => this.#keep(), LATER)
  }

  /** Nothing stays of a chat that one is no member of any more. */
  #forget(state: State, before: State): void {
    const gone = [...before.chats.keys()].filter((chat) => !state.chats.has(chat))
    if (this.#working && gone.length > 0) void this.#cache.forgetChats(gone)
  }

  #keep(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const state = this.#store.current
    if (!this.#working || !state) return
    void this.#cache.keep(state, this.#keptState)
    const rooms = changed(state, this.#keptRooms)
    if (rooms.length > 0) void this.#cache.keepRooms(rooms)
    this.#keptState = state
    this.#keptRooms = state.rooms
  }
}

/** Rooms that are other than those kept, if they hold the last messages. */
function changed(state: State, kept: State['rooms']): [number, Room][] {
  return [...state.rooms].filter(([id, room]) => {
    const chat = state.chats.get(id)
    return chat !== undefined && kept.get(id) !== room && isAtEnd(room, chat)
  })
}
