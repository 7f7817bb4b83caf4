/** Holds the state. Logic reads and changes `current` at once; views read `shown`, which follows once per frame. */

import type { State } from './state'

/** Milliseconds between two showings in a tab that nobody sees. */
const UNSEEN = 250

type Listener = (state: State | null, before: State | null) => void

export class Store {
  #shown = $state.raw<State | null>(null)
  #current: State | null = null
  #scheduled = false
  readonly #listeners = new Set<Listener>()

  get shown(): State | null {
    return this.#shown
  }

  get current(): State | null {
    return this.#current
  }

  /** Another state altogether, shown at once. */
  replace(state: State | null): void {
    this.#set(state)
    this.#shown = state
  }

  /** The next state, if there is one. */
  change(step: (state: State) => State): void {
    if (!this.#current) return
    const next = step(this.#current)
    if (next === this.#current) return
    this.#set(next)
    this.#schedule()
  }

  /** Calls back after every change, at once; returns how to stop. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #set(state: State | null): void {
    const before = this.#current
    this.#current = state
    for (const listener of this.#listeners) listener(state, before)
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    const show = () => {
      if (!this.#scheduled) return
      this.#scheduled = false
      this.#shown = this.#current
    }
    // No frame comes in a hidden tab, and one that was asked for in a shown tab need not come after it is hidden.
    if (!document.hidden) requestAnimationFrame(show)
    setTimeout(show, UNSEEN)
  }
}
