/** How far one has read, on its way to the server. What could not be told is kept and told later. */

import type { Command } from '../api/shapes'
import type { Cache, Mark } from './cache'
import type { State } from './state'
import type { Store } from './store.svelte'

export class Marks {
  readonly #store: Store
  readonly #cache: Cache
  readonly #send: (command: Command) => boolean
  #waiting = new Map<number, Mark>()
  #open = false

  constructor(store: Store, cache: Cache, send: (command: Command) => boolean) {
    this.#store = store
    this.#cache = cache
    this.#send = send
    store.listen((state, before) => this.#forgetConfirmed(state, before))
  }

  async load(): Promise<void> {
    this.#waiting = new Map([...(await this.#cache.marks()), ...this.#waiting])
  }

  /** This message and all before it in its chat have been seen. */
  seen(chatId: number, messageId: number, seq: number): void {
    const chat = this.#store.current?.chats.get(chatId)
    const known = Math.max(chat?.read_up_to_seq ?? 0, this.#waiting.get(chatId)?.seq ?? 0)
    if (!chat || seq <= known) return
    const mark = { messageId, seq }
    this.#waiting.set(chatId, mark)
    void this.#cache.keepMark(chatId, mark)
    if (this.#open) this.#tell(chatId, mark)
  }

  opened(): void {
    this.#open = true
    for (const [chat, mark] of this.#waiting) this.#tell(chat, mark)
  }

  closed(): void {
    this.#open = false
  }

  clear(): void {
    this.#waiting.clear()
  }

  #tell(chatId: number, mark: Mark): void {
    this.#send({ type: 'read', chat_id: chatId, message_id: mark.messageId })
  }

  #forgetConfirmed(state: State | null, before: State | null): void {
    if (!state || state.chats === before?.chats) return
    for (const [chat, mark] of this.#waiting) {
      if ((state.chats.get(chat)?.read_up_to_seq ?? Infinity) < mark.seq) continue
      this.#waiting.delete(chat)
      void this.#cache.keepMark(chat, null)
    }
  }
}
