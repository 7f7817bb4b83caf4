/**
 * The scrolled space of a chat. Every seq has its place in it, whether or not it is in memory: what is loaded later
 * moves nothing. Heights that turn out other than guessed are made up for by `shift`. Pure; lengths are pixels.
 */

import { Heights } from './heights'

export interface Slice {
  start: number
  end: number
}

/** What is to be loaded: pages next to what is in memory, or another window around a seq. */
export type Need = 'older' | 'newer' | { around: number }

/** Loaded above and below the view, in views. */
const AHEAD = 2.5
/** Further away from what is in memory than this, another window is loaded. */
const FAR = 250
/** Below the last message, as in the styles. */
const FOOT = 12

export class Space {
  readonly #heights = new Heights()
  /** What is in memory; what waits to be sent counts as such when the last message does. */
  #held: Slice = { start: 0, end: 0 }
  #seqs = 0
  shift = 0

  /** So many seqs, after them so many that wait, and which of the seqs are in memory. */
  follow(seqs: number, waiting: number, start: number, end: number): void {
    this.#seqs = seqs
    // What waits is in memory in any case: alone, where no message is.
    const isAlone = end <= start && waiting > 0
    this.#held = isAlone ? { start: seqs, end: seqs + waiting } : { start, end: end >= seqs ? seqs + waiting : end }
    this.#heights.resize(seqs + waiting)
  }

  holds(index: number): boolean {
    return index >= this.#held.start && index < this.#held.end
  }

  holdsAll({ start, end }: Slice): boolean {
    return start >= this.#held.start && end <= this.#held.end
  }

  get holdsEnd(): boolean {
    return this.#held.end >= this.#heights.count
  }

  top(index: number): number {
    return this.#heights.before(index) + this.shift
  }

  /** The height of all that comes after an index. */
  after(index: number): number {
    return this.#heights.total - this.#heights.before(index)
  }

  /** How far a view of this height can be scrolled. */
  bottom(height: number): number {
    return Math.max(0, this.#heights.total + this.shift + FOOT - height)
  }

  /** A row has been measured; what stands from the anchor on stays where it is. */
  measure(index: number, height: number, anchor: number): void {
    const grown = this.#heights.set(index, height)
    if (index < anchor) this.shift -= grown
  }

  /** Nothing is measured any more; the anchor stays where it is. */
  forget(anchor: number): void {
    const place = this.top(anchor)
    this.#heights.forget()
    this.shift = place - this.#heights.before(anchor)
  }

  /** The rows in memory that are in view, or at most so far beside it. */
  within(y: number, height: number, spare: number): Slice {
    const { start, end } = this.#held
    if (this.#heights.count === 0) return { start, end: start }
    const clamped = (index: number) => Math.min(Math.max(index, start), end)
    return { start: clamped(this.#at(y - spare)), end: clamped(this.#at(y + height + spare) + 1) }
  }

  /** The row that must not move: the first that is drawn and wholly in view, where there is one. */
  anchor(y: number, height: number, drawn: Slice): number {
    const index = this.#at(y)
    // Above what is drawn all is guessed.
    if (index < drawn.start && this.top(drawn.start) < y + height) return drawn.start
    const isCut = this.top(index) < y
    return isCut && index + 1 < this.#heights.count && this.top(index + 1) < y + height ? index + 1 : index
  }

  /** What is missing near the view; null when nothing is. */
  need(y: number, height: number): Need | null {
    if (this.#seqs === 0) return null
    const { start } = this.#held
    const end = Math.min(this.#held.end, this.#seqs)
    const [first, last] = [this.#at(y), this.#at(y + height)]
    if (end <= start || last < start - FAR || first > end + FAR) return { around: Math.floor((first + last) / 2) + 1 }
    if (start > 0 && this.#at(y - height * AHEAD) < start) return 'older'
    if (end < this.#seqs && this.#at(y + height * (1 + AHEAD)) >= end) return 'newer'
    return null
  }

  #at(y: number): number {
    return this.#heights.at(y - this.shift)
  }
}
