/**
 * Messages on their way out. Each is kept in the browser before it is sent, and leaves only when it has come back from
 * the server; so it goes out once, in order, also after a reload. One at a time in each chat: what is refused for a
 * while must not be overtaken.
 */

import type { Command, ServerEvent } from '../api/shapes'
import type { Cache } from './cache'
import type { Pending, State } from './state'
import type { Store } from './store.svelte'

export const MOST_PENDING = 500
/** Words of refusal that time heals. */
const PASSING = new Set(['too_many', 'busy', 'internal'])
const WAIT = 2_000

export class Outbox {
  readonly #store: Store
  readonly #cache: Cache
  readonly #send: (command: Command) => boolean
  readonly #changed: () => void
  /** Chat → the client_id that is on its way. */
  readonly #flying = new Map<number, string>()
  /** What the cache does not know, or knows as it was: it is being written, or could not be (a full disk). */
  readonly #unkept = new Set<string>()
  /** What has come back from the server, the latest of it: nothing that is read from the cache brings it back. */
  readonly #done = new Set<string>()
  #leads = false
  #isRereading = false

  /** `changed`: tells the other tabs. */
  constructor(store: Store, cache: Cache, send: (command: Command) => boolean, changed: () => void) {
    this.#store = store
    this.#cache = cache
    this.#send = send
    this.#changed = changed
    store.listen((state, before) => this.#forgetSettled(state, before))
  }

  /** This tab can send, and is the one that does: what others have left is its to send too. */
  async lead(): Promise<void> {
    this.#leads = true
    this.#flying.clear()
    await this.reread()
  }

  /** It cannot any more; another one may. */
  closed(): void {
    this.#leads = false
    this.#flying.clear()
  }

  /** False: too many wait already. */
  async add(chatId: number, text: string, replyTo: number | null): Promise<boolean> {
    const waiting = this.#store.current?.pending ?? []
    if (waiting.length >= MOST_PENDING) return false
    const createdAt = Math.max(Date.now(), (waiting.at(-1)?.createdAt ?? 0) + 1)
    const pending: Pending = { clientId: newClientId(), chatId, text, replyTo, createdAt, failed: null }
    this.#store.change((state) => ({ ...state, pending: [...state.pending, pending] }))
    await this.#keep(pending)
    return true
  }

  /** Try one again that was refused. */
  async retry(clientId: string): Promise<void> {
    await this.#replace(clientId, null)
  }

  async discard(clientId: string): Promise<void> {
    this.#store.change((state) => ({ ...state, pending: state.pending.filter((one) => one.clientId !== clientId) }))
    await this.#cache.dropPending([clientId])
    this.#changed()
  }

  /** Another tab has changed what waits. */
  async reread(): Promise<void> {
    const kept = await this.#cache.pending()
    if (kept) {
      this.#isRereading = true
      this.#store.change((state) => ({ ...state, pending: this.#joined(state, kept) }))
      this.#isRereading = false
    }
    this.#pump()
  }

  /** What the cache knows, but for what this tab knows better. */
  #joined(state: State, kept: readonly Pending[]): Pending[] {
    const own = state.pending.filter((one) => this.#unkept.has(one.clientId))
    const others = kept.filter((one) => !this.#unkept.has(one.clientId) && !this.#done.has(one.clientId) && !hasCome(state, one))
    return [...others, ...own].sort((one, other) => one.createdAt - other.createdAt)
  }

  hear(event: ServerEvent): void {
    if (event.type === 'error' && event.client_id) this.#refused(event.client_id, event.code, event.retry_after)
    else if (event.type === 'message_sent') this.#landed(event.message.chat_id, event.client_id)
  }

  #landed(chatId: number, clientId: string): void {
    if (this.#flying.get(chatId) === clientId) this.#flying.delete(chatId)
    this.#pump()
  }

  #refused(clientId: string, code: string, retryAfter: number | null | undefined): void {
    const chat = [...this.#flying].find(([, flying]) => flying === clientId)?.[0]
    if (chat === undefined) return
    if (!PASSING.has(code)) {
      this.#flying.delete(chat)
      void this.#replace(clientId, code)
      return
    }
    setTimeout(() => this.#landed(chat, clientId), retryAfter ? retryAfter * 1000 : WAIT)
  }

  async #replace(clientId: string, failed: string | null): Promise<void> {
    const pending = this.#store.current?.pending.find((one) => one.clientId === clientId)
    if (!pending) return
    const next = { ...pending, failed }
    this.#store.change((state) => ({ ...state, pending: state.pending.map((one) => (one.clientId === clientId ? next : one)) }))
    await this.#keep(next)
  }

  async #keep(pending: Pending): Promise<void> {
    this.#unkept.add(pending.clientId)
    if (await this.#cache.putPending(pending)) this.#unkept.delete(pending.clientId)
    this.#changed()
    this.#pump()
  }

  #pump(): void {
    if (!this.#leads) return
    for (const one of this.#store.current?.pending ?? []) {
      if (one.failed !== null || this.#flying.has(one.chatId)) continue
      const reply = one.replyTo === null ? {} : { reply_to: one.replyTo }
      if (!this.#send({ type: 'send_message', chat_id: one.chatId, text: one.text, client_id: one.clientId, ...reply })) return
      this.#flying.set(one.chatId, one.clientId)
    }
  }

  #forgetSettled(state: State | null, before: State | null): void {
    if (!state || !before || state.pending === before.pending) return
    // What another tab has dropped is not this one's to drop.
    if (this.#isRereading) return
    const left = new Set(state.pending.map((one) => one.clientId))
    const gone = before.pending.filter((one) => !left.has(one.clientId))
    if (gone.length === 0) return
    for (const { clientId } of gone) {
      this.#unkept.delete(clientId)
      this.#done.add(clientId)
    }
    for (const oldest of [...this.#done].slice(0, Math.max(0, this.#done.size - MOST_PENDING))) this.#done.delete(oldest)
    for (const one of gone) if (this.#flying.get(one.chatId) === one.clientId) this.#flying.delete(one.chatId)
    void this.#cache.dropPending(gone.map((one) => one.clientId))
    queueMicrotask(() => this.#pump())
  }
}

function hasCome(state: State, pending: Pending): boolean {
  const messages = state.rooms.get(pending.chatId)?.messages ?? []
  const last = state.chats.get(pending.chatId)?.last_message
  return last?.client_id === pending.clientId || messages.some((one) => one.client_id === pending.clientId)
}

function newClientId(): string {
  // Not crypto.randomUUID: it exists in secure contexts only, and a home server may well be plain http.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
