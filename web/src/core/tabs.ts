/** What the tabs of one browser tell each other, and which of them sends what waits. */

export type TabMessage =
  /** What waits to be sent has changed. */
  | { type: 'outbox' }
  /** The session is over; everything that was kept is forgotten. */
  | { type: 'ended'; reason: Ended }
  /** One of them is about to sign out: the end that comes is no surprise. */
  | { type: 'leaving' }
  /** Somebody has signed in. */
  | { type: 'signed-in' }

export type Ended = 'revoked' | 'signed-out'

export class Tabs {
  readonly #channel = new BroadcastChannel('ryadom')

  tell(message: TabMessage): void {
    this.#channel.postMessage(message)
  }

  listen(listener: (message: TabMessage) => void): void {
    this.#channel.onmessage = (event: MessageEvent<TabMessage>) => listener(event.data)
  }

  /**
   * Calls back when this tab is the one that does a thing. Returns how to leave it to another. Without a secure context
   * there are no locks, and every tab is: two that send the same message still send it once, by its `client_id`.
   */
  lead(thing: string, callback: () => void): () => void {
    if (!('locks' in navigator)) {
      callback()
      return () => undefined
    }
    const waiting = new AbortController()
    let leave = (): void => undefined
    const left = new Promise<void>((resolve) => (leave = resolve))
    const held = navigator.locks.request(`ryadom-${thing}`, { signal: waiting.signal }, () => {
      callback()
      return left
    })
    // Left before it was this tab's turn.
    held.catch(() => undefined)
    return () => {
      waiting.abort()
      leave()
    }
  }
}
