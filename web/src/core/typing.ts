/** Tells that one types: with the first key at once, then every 4 s; that one has stopped 5 s after the last key. */

import type { Command } from '../api/shapes'

const REPEAT = 4_000
const STOP_AFTER = 5_000

export class Typing {
  readonly #send: (command: Command) => boolean
  #chatId: number | null = null
  #told = 0
  #stop: ReturnType<typeof setTimeout> | undefined

  constructor(send: (command: Command) => boolean) {
    this.#send = send
  }

  /** A key was pressed in a chat's composer, which is not empty. */
  key(chatId: number): void {
    if (this.#chatId !== chatId) this.stop()
    const now = Date.now()
    if (this.#chatId === null || now - this.#told >= REPEAT) {
      this.#send({ type: 'typing_start', chat_id: chatId })
      this.#told = now
    }
    this.#chatId = chatId
    clearTimeout(this.#stop)
    this.#stop = setTimeout(() => this.stop(), STOP_AFTER)
  }

  /** The composer was left or emptied. */
  stop(): void {
    if (this.#chatId !== null) this.#send({ type: 'typing_stop', chat_id: this.#chatId })
    this.sent()
  }

  /** A message has gone out: that ends typing by itself. */
  sent(): void {
    clearTimeout(this.#stop)
    this.#chatId = null
    this.#told = 0
  }
}
