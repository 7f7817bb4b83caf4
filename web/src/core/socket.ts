/** One socket at a time, kept open: frames in and out, silence noticed, close codes obeyed. Knows no event but their form. */

import type { Command, ServerEvent } from '../api/shapes'
import { delay } from './backoff'

export type Connection = 'closed' | 'waiting' | 'connecting' | 'open'

export interface SocketEvents {
  /** Every frame from the server, in order. */
  event(event: ServerEvent): void
  state(state: Connection): void
  /** The session is over: never try again with it. */
  over(): void
}

const SESSION_OVER = 4401
const TOO_MANY = 4429
/** Milliseconds that a socket may take to open and to say hello. */
const OPEN_WITHIN = 15_000
/** Milliseconds in which a ping must be answered when one doubts that the socket lives. */
const PROOF_WITHIN = 5_000

export class Socket {
  readonly #url: string
  readonly #on: SocketEvents
  #socket: WebSocket | null = null
  #attempt = 0
  #state: Connection = 'closed'
  #retry: ReturnType<typeof setTimeout> | undefined
  #doubt: ReturnType<typeof setTimeout> | undefined
  #heartbeat = 20_000
  #heard = 0

  constructor(url: string, on: SocketEvents) {
    this.#url = url
    this.#on = on
  }

  get state(): Connection {
    return this.#state
  }

  /** Open, and stay open until `stop`. */
  start(): void {
    if (this.#state === 'closed') this.#connect()
  }

  stop(): void {
    clearTimeout(this.#retry)
    this.#drop()
    this.#become('closed')
  }

  /** What has been waiting need not wait: the network is back, or somebody looks. `doubt`: an open socket may be dead. */
  hurry(doubt = false): void {
    if (this.#state === 'waiting') this.#connect()
    else if (this.#state === 'open' && (doubt || Date.now() - this.#heard > this.#heartbeat)) this.#askForProof()
  }

  /** What came after `hello` went well too: the next loss is a first one. */
  settled(): void {
    this.#attempt = 0
  }

  /** Close and come back at once, as after a loss; for when what was told cannot be trusted. */
  again(): void {
    this.#lost(false)
  }

  /** False when there is no socket to send it by. */
  send(command: Command): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false
    this.#socket.send(JSON.stringify(command))
    return true
  }

  #connect(): void {
    clearTimeout(this.#retry)
    this.#drop()
    this.#become('connecting')
    const socket = new WebSocket(this.#url)
    this.#socket = socket
    this.#expectWithin(OPEN_WITHIN)
    socket.onmessage = (frame) => this.#hear(JSON.parse(frame.data as string) as ServerEvent)
    socket.onclose = (close) => this.#closed(close.code)
  }

  #hear(event: ServerEvent): void {
    this.#heard = Date.now()
    if (event.type === 'hello') {
      this.#heartbeat = event.heartbeat * 1000
      this.#become('open')
    }
    this.#expectWithin(this.#heartbeat * 2 + PROOF_WITHIN)
    this.#on.event(event)
  }

  #askForProof(): void {
    this.send({ type: 'ping' })
    this.#expectWithin(PROOF_WITHIN)
  }

  /** A socket that says nothing for so long is lost, even if nobody has told us. */
  #expectWithin(milliseconds: number): void {
    clearTimeout(this.#doubt)
    this.#doubt = setTimeout(() => this.#lost(false), milliseconds)
  }

  #closed(code: number): void {
    if (code === SESSION_OVER) {
      this.stop()
      this.#on.over()
    } else this.#lost(code === TOO_MANY)
  }

  #lost(patient: boolean): void {
    if (this.#state === 'closed') return
    this.#drop()
    this.#become('waiting')
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => this.#connect(), delay(this.#attempt, Math.random(), patient))
    this.#attempt += 1
  }

  #drop(): void {
    clearTimeout(this.#doubt)
    if (!this.#socket) return
    this.#socket.onmessage = this.#socket.onclose = null
    this.#socket.close()
    this.#socket = null
  }

  #become(state: Connection): void {
    if (this.#state === state) return
    this.#state = state
    this.#on.state(state)
  }
}
