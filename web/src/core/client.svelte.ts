/** Wires everything that the client is made of, and is what the views speak to. */

import * as rest from '../api/rest'
import type { ServerEvent, ServerInfo } from '../api/shapes'
import { watchActivity } from './activity'
import { Cache } from './cache'
import { startClock } from './clock.svelte'
import { History } from './history'
import { Keeper } from './keeper'
import { Link } from './link'
import { Marks } from './marks'
import { dismissAll } from './notices.svelte'
import { Outbox } from './outbox'
import { followPreferences } from './preferences.svelte'
import { dropTyping } from './reducers'
import { namelessSenders } from './select'
import type { Connection } from './socket'
import { DROP_TYPING_AFTER, byId, named, type State } from './state'
import { Store } from './store.svelte'
import { Tabs, type Ended, type TabMessage } from './tabs'
import { Typing } from './typing'

export type Phase = 'starting' | 'out' | 'in'
/** What the quiet line says: all is well, a socket or the snapshot is on its way, there is no network. */
export type Standing = 'ready' | 'connecting' | 'offline'

/** Milliseconds within which the end of a session is taken for one's own signing out. */
const LEAVING = 10_000

/** Milliseconds until the server is asked again who did not answer. */
const ASK_AGAIN = 3_000

export class Client {
  #phase = $state<Phase>('starting')
  #ended = $state<Ended | null>(null)
  #server = $state.raw<ServerInfo | null>(null)
  #standing = $state<Standing>('connecting')
  readonly #store = new Store()
  readonly #cache = new Cache()
  readonly #tabs = new Tabs()
  readonly #link: Link
  readonly #keeper: Keeper
  #askAgain: ReturnType<typeof setTimeout> | undefined
  #stopLeading = () => undefined as void
  /** Somebody has said here or in another tab that they sign out. */
  #isLeaving = false
  readonly #listeners = new Set<(event: ServerEvent) => void>()
  readonly history: History
  readonly outbox: Outbox
  readonly marks: Marks
  readonly typing: Typing

  constructor() {
    const send: Link['send'] = (command) => this.#link.send(command)
    const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`
    this.#link = new Link(url, this.#store, {
      greeted: (userId) => this.#greeted(userId),
      ready: () => this.#ready(),
      event: (event) => this.#hear(event),
      connection: (state) => this.#connection(state),
      over: () => void this.end('revoked'),
    })
    this.#keeper = new Keeper(this.#store, this.#cache)
    this.history = new History(this.#store, this.#cache)
    this.outbox = new Outbox(this.#store, this.#cache, send, () => this.#tabs.tell({ type: 'outbox' }))
    this.marks = new Marks(this.#store, this.#cache, send)
    this.typing = new Typing(send)
  }

  get phase(): Phase {
    return this.#phase
  }

  /** Why one is signed out; null when one has not been signed in here. */
  get ended(): Ended | null {
    return this.#ended
  }

  /** What the start page must know; null until the server has said. */
  get server(): ServerInfo | null {
    return this.#server
  }

  get standing(): Standing {
    return this.#standing
  }

  /** What the views show; null while signed out. */
  get state(): State | null {
    return this.#store.shown
  }

  /** The newest state, for decisions. */
  get current(): State | null {
    return this.#store.current
  }

  get cache(): Cache {
    return this.#cache
  }

  change(step: (state: State) => State): void {
    this.#store.change(step)
  }

  /** Calls back with every event after it has been folded; returns how to stop. */
  listen(listener: (event: ServerEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** From the cache at once, if there is one; else what the server says. */
  async start(): Promise<void> {
    startClock()
    followPreferences()
    rest.whenSignedOut(() => void this.end('revoked'))
    this.#tabs.listen((message) => this.#agree(message))
    addEventListener('online', () => {
      this.#look()
      this.#link.hurry(true)
    })
    addEventListener('offline', () => this.#look())
    document.addEventListener('visibilitychange', () => document.hidden || this.#link.hurry())
    watchActivity(() => this.#standing === 'ready' && void rest.stayOnline().catch(() => undefined))
    const [kept] = await Promise.all([this.#cache.load(), this.marks.load()])
    if (kept) this.#enter(kept)
    else await this.ask()
  }

  /** Who one is and whether one may register; repeats until the server answers, or one is signed in. */
  async ask(): Promise<void> {
    clearTimeout(this.#askAgain)
    const server = await rest.server().catch(() => null)
    if (this.#phase === 'in') return
    this.#standing = server ? 'connecting' : 'offline'
    if (!server) {
      this.#askAgain = setTimeout(() => void this.ask(), ASK_AGAIN)
      return
    }
    this.#server = server
    if (server.user) this.#enter(null)
    else this.#phase = 'out'
  }

  /** Rejects with CallFailed. */
  async signIn(username: string, password: string): Promise<void> {
    await rest.login(username, password)
    this.#tabs.tell({ type: 'signed-in' })
    this.#enter(null)
  }

  /** Rejects with CallFailed. */
  async register(username: string, password: string, displayName: string): Promise<void> {
    await rest.register(username, password, displayName || undefined)
    await this.signIn(username, password)
  }

  /** Ends this session; rejects with CallFailed when the server cannot be told. */
  async signOut(): Promise<void> {
    this.#tabs.tell({ type: 'leaving' })
    this.#leave()
    this.#link.stop()
    try {
      await rest.logout()
    } catch (error) {
      if (!(error instanceof rest.CallFailed && error.status === 401)) {
        this.#link.start()
        throw error
      }
    }
    await this.end('signed-out')
  }

  #leave(): void {
    this.#isLeaving = true
    setTimeout(() => (this.#isLeaving = false), LEAVING)
  }

  /** The session is over: forget everything and return to the sign-in page, in every tab. */
  async end(reason: Ended, told = false): Promise<void> {
    if (this.#phase === 'out') return
    this.#phase = 'out'
    this.#ended = this.#isLeaving ? 'signed-out' : reason
    this.#link.stop()
    this.#keeper.stop()
    this.marks.clear()
    this.#store.replace(null)
    dismissAll()
    if (!told) this.#tabs.tell({ type: 'ended', reason })
    await this.#cache.wipe()
    await this.ask()
  }

  #enter(kept: State | null): void {
    clearTimeout(this.#askAgain)
    this.#phase = 'in'
    this.#ended = null
    this.#cache.open()
    this.#store.replace(kept)
    this.#keeper.start()
    this.#link.start()
  }

  /** The cookie may be somebody else's by now: then nothing that was kept is for their eyes, or to be sent as theirs. */
  #greeted(userId: number): void {
    if (!this.current || this.current.me.id === userId) return
    this.#store.replace(null)
    this.marks.clear()
    void this.#cache.wipe()
    this.#cache.open()
    this.#keeper.start()
  }

  #ready(): void {
    this.#standing = 'ready'
    setTimeout(() => this.#forgetTyping(), DROP_TYPING_AFTER)
    // The tab that sends must be one that can.
    this.#stopLeading()
    this.outbox.closed()
    this.#stopLeading = this.#tabs.lead('outbox', () => void this.outbox.lead())
    this.marks.opened()
    void this.#learnNames()
    if (this.current?.sessions) void this.readSessions().catch(() => undefined)
    this.#keeper.ready()
  }

  #connection(state: Connection): void {
    if (state === 'open') return
    this.#stopLeading()
    this.outbox.closed()
    this.marks.closed()
    this.typing.sent()
    this.#look()
  }

  #look(): void {
    this.#standing = !navigator.onLine ? 'offline' : this.#link.isWhole ? 'ready' : 'connecting'
  }

  #hear(event: ServerEvent): void {
    this.outbox.hear(event)
    if (event.type === 'typing_start') setTimeout(() => this.#forgetTyping(), DROP_TYPING_AFTER)
    if (event.type === 'new_message' && !this.current?.people.has(event.message.sender_id)) void this.#learnNames()
    for (const listener of this.#listeners) this.#tell(listener, event)
  }

  /** A mistake in who only listens must not keep anything from being folded. */
  #tell(listener: (event: ServerEvent) => void, event: ServerEvent): void {
    try {
      listener(event)
    } catch (error) {
      reportError(error)
    }
  }

  #forgetTyping(): void {
    this.#store.change((state) => dropTyping(state, Date.now() - DROP_TYPING_AFTER))
  }

  /** Rejects with CallFailed. */
  async readSessions(): Promise<void> {
    const sessions = await rest.sessions()
    this.#store.change((state) => ({ ...state, sessions: byId(sessions, (session) => session.id) }))
  }

  async #learnNames(): Promise<void> {
    const nameless = this.current ? namelessSenders(this.current).slice(0, 100) : []
    if (nameless.length === 0) return
    const users = await rest.knownUsers(nameless).catch(() => [])
    this.#store.change((state) => ({ ...state, people: named(state.people, users) }))
  }

  #agree(message: TabMessage): void {
    if (message.type === 'outbox') void this.outbox.reread()
    else if (message.type === 'leaving') this.#leave()
    else if (message.type === 'ended') void this.end(message.reason, true)
    // Whoever has signed in, the cookie is theirs now: begin again as they.
    else location.reload()
  }
}

export const client = new Client()
