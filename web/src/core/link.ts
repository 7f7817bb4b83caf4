/**
 * From a socket to a state that is whole: on every `hello` subscribe, make sure by a `pong` that this has been heard,
 * ask for the snapshot, and fold what was told meanwhile on top of it. A gap in the revs does the same again.
 */

import { CallFailed, sync } from '../api/rest'
import { EVENTS, type Command, type Events, type ServerEvent, type Snapshot } from '../api/shapes'
import { setServerTime } from './clock.svelte'
import { reduce } from './reducers'
import { Socket, type Connection } from './socket'
import { begin } from './state'
import type { Store } from './store.svelte'

export interface LinkEvents {
  /** Whose socket it is; the first thing that is told. */
  greeted(userId: number): void
  /** Whole again, after a `hello` or a gap. */
  ready(): void
  /** Every event, after it has been folded. */
  event(event: ServerEvent): void
  connection(state: Connection): void
  over(): void
}

/** Milliseconds that an event may come later than the heartbeat that counts it. */
const LATE = 2_000

export class Link {
  readonly #store: Store
  readonly #on: LinkEvents
  readonly #socket: Socket
  /** What is told while a snapshot is on its way; null when there is none. */
  #meanwhile: ServerEvent[] | null = null
  /** The socket that the current catching up belongs to. */
  #round = 0
  #asked = 0
  #gap: ReturnType<typeof setTimeout> | undefined
  /** Everything up to this rev has been asked for. */
  #known = 0

  constructor(url: string, store: Store, on: LinkEvents) {
    this.#store = store
    this.#on = on
    this.#socket = new Socket(url, {
      event: (event) => this.#hear(event),
      state: (state) => on.connection(state),
      over: () => on.over(),
    })
  }

  start(): void {
    this.#socket.start()
  }

  stop(): void {
    this.#round += 1
    clearTimeout(this.#gap)
    this.#socket.stop()
  }

  /** Whether everything that is told is folded as it comes. */
  get isWhole(): boolean {
    return this.#socket.state === 'open' && this.#meanwhile === null
  }

  hurry(doubt = false): void {
    this.#socket.hurry(doubt)
  }

  send(command: Command): boolean {
    return this.#socket.send(command)
  }

  #hear(event: ServerEvent): void {
    if (event.type === 'hello') return this.#greet(event)
    // Frames are taken in order: what comes after this is as `subscribe` asked, and the snapshot may be taken.
    if (event.type === 'pong' && this.#meanwhile && this.#asked !== this.#round) void this.#catchUp()
    if (event.type === 'heartbeat') this.#expect(event.rev)
    if (this.#meanwhile) this.#meanwhile.push(event)
    else this.#fold(event)
  }

  #greet(hello: Events['hello']): void {
    setServerTime(hello.server_time)
    this.#on.greeted(hello.user_id)
    this.#round += 1
    this.#meanwhile = []
    this.#socket.send({ type: 'subscribe', events: [...EVENTS] })
    this.#socket.send({ type: 'ping' })
  }

  async #catchUp(): Promise<void> {
    const round = (this.#asked = this.#round)
    const snapshot = await this.#snapshot(round)
    if (!snapshot || round !== this.#round) return
    const meanwhile = this.#meanwhile ?? []
    this.#meanwhile = null
    this.#store.replace(begin(snapshot, Date.now(), this.#store.current))
    for (const event of meanwhile) this.#fold(event)
    this.#socket.settled()
    this.#on.ready()
  }

  /** Null when it does not come; the socket then starts again, or is over. */
  async #snapshot(round: number): Promise<Snapshot | null> {
    try {
      return await sync()
    } catch (error) {
      const isOver = error instanceof CallFailed && error.status === 401
      if (round === this.#round && !isOver) this.#socket.again()
      return null
    }
  }

  #fold(event: ServerEvent): void {
    this.#store.change((state) => reduce(state, event, Date.now()))
    this.#on.event(event)
  }

  /** The server knows of something that we have not been told: ask for everything, if it does not come yet. */
  #expect(rev: number): void {
    clearTimeout(this.#gap)
    if (!this.#isMissing(rev)) return
    this.#gap = setTimeout(() => {
      if (this.#meanwhile || !this.#isMissing(rev)) return
      this.#known = rev
      this.#meanwhile = []
      this.#round += 1
      void this.#catchUp()
    }, LATE)
  }

  #isMissing(rev: number): boolean {
    return rev > Math.max(this.#store.current?.rev ?? 0, this.#known)
  }
}
