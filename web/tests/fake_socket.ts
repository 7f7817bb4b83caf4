/** A WebSocket that a test holds the other end of. */

import type { Command, ServerEvent } from '../src/api/shapes'

export class FakeSocket {
  static readonly OPEN = 1
  static all: FakeSocket[] = []

  static get last(): FakeSocket {
    return FakeSocket.all.at(-1)!
  }

  readyState = 0
  closed = false
  readonly sent: Command[] = []
  onmessage: ((frame: { data: string }) => void) | null = null
  onclose: ((close: { code: number }) => void) | null = null

  constructor(readonly url: string) {
    FakeSocket.all.push(this)
  }

  send(frame: string): void {
    this.sent.push(JSON.parse(frame) as Command)
  }

  close(): void {
    this.closed = true
    this.readyState = 3
  }

  /** The server says something. */
  tell(...events: ServerEvent[]): void {
    this.readyState = FakeSocket.OPEN
    for (const event of events) this.onmessage?.({ data: JSON.stringify(event) })
  }

  /** The other end closes. */
  drop(code: number): void {
    this.readyState = 3
    this.onclose?.({ code })
  }
}
