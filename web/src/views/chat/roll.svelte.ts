/**
 * Which messages of a chat are drawn, and where they stand. Every seq has its place in the scrolled space, whether or
 * not it is in memory: what is loaded later moves nothing. Heights that turn out other than guessed are made up for by
 * `shift`, so that what is looked at stays where it is without scrolling; when all is still, the shift is scrolled away.
 */

import { Heights } from './heights'

export interface Slice {
  start: number
  end: number
}

/** What is to be loaded: pages next to the window, or another window around a seq. */
export type Need = 'older' | 'newer' | { around: number }

/** What stays where: the end at the end, or one message `offset` pixels below the upper edge. */
type Hold = 'end' | { index: number; offset: number }

/** Drawn above and below the view, in views, and at least so many pixels. */
const SPARE = 0.8
const SPARE_LEAST = 400
const MOST_DRAWN = 160
/** Pixels drawn beside the view where all of it is new: that is enough for one frame, and the rest comes a little later. */
const SPARE_OF_NEW = 120
const LATER = 40
/** Loaded above and below the view, in views. */
const AHEAD = 2.5
/** Further away from the window than this, another one is loaded. */
const FAR = 250
/** Pixels below the last message, as in the styles. */
const FOOT = 12
/** Milliseconds without scrolling after which it has come to rest. */
const STILL = 150
/** Pixels from the end within which one counts as being there. */
const NEAR_END = 120

export class Roll {
  drawn = $state.raw<Slice>({ start: 0, end: 0 })
  /** The newest message is in view, or nearly. */
  nearEnd = $state(true)
  /** Somebody has scrolled. */
  wasMoved = false
  readonly #heights = new Heights()
  readonly #need: (need: Need) => void
  readonly #observer = new ResizeObserver((entries) => this.#resized(entries))
  #scroller!: HTMLElement
  #above!: HTMLElement
  #below!: HTMLElement
  /** In memory. */
  #held: Slice = { start: 0, end: 0 }
  #seqs = 0
  #shift = 0
  #hold: Hold | null = null
  /** Held as soon as it is in memory. */
  #wanted: Hold | null = null
  #anchor = 0
  #expected = -1
  #last = 0
  #width = 0
  #isPlaced = false
  #rest: ReturnType<typeof setTimeout> | undefined
  #more: ReturnType<typeof setTimeout> | undefined

  constructor(need: (need: Need) => void) {
    this.#need = need
  }

  /** Returns how to stop. */
  mount(scroller: HTMLElement, above: HTMLElement, below: HTMLElement): () => void {
    this.#scroller = scroller
    this.#above = above
    this.#below = below
    this.#width = scroller.clientWidth
    this.#observer.observe(scroller)
    return () => {
      clearTimeout(this.#rest)
      clearTimeout(this.#more)
      this.#observer.disconnect()
    }
  }

  /** An attachment for each row that is drawn. */
  readonly watch = (row: Element): (() => void) => {
    this.#observer.observe(row)
    return () => this.#observer.unobserve(row)
  }

  /** Whether one stays at the end when something comes. */
  get staysAtEnd(): boolean {
    return this.#hold === 'end'
  }

  /** What there is: so many seqs, after them so many that wait, and which of the seqs are in memory. */
  follow(seqs: number, waiting: number, start: number, end: number): void {
    const holdsEnd = end >= seqs
    this.#seqs = seqs
    this.#held = { start, end: holdsEnd ? seqs + waiting : end }
    this.#heights.resize(seqs + waiting)
    if (this.#scroller) this.#draw()
  }

  /** Goes to the end, once it is in memory. */
  toEnd(): void {
    this.#go('end')
  }

  /** Goes to a message, once it is in memory; `part` is how far down in the view, 0 to 1. */
  to(index: number, part: number): void {
    this.#go({ index, offset: this.#scroller.clientHeight * part })
  }

  forgetWish(): void {
    this.#wanted = null
  }

  /** To be called when rows have been drawn. */
  laid(): void {
    if (!this.#scroller) return
    for (const row of this.#scroller.querySelectorAll<HTMLElement>('[data-index]')) this.#measure(row)
    this.#arrange()
    if (this.#draw()) return
    this.#settleHold()
    this.#ask()
  }

  scrolled(): void {
    const y = (this.#last = this.#scroller.scrollTop)
    if (Math.abs(y - this.#expected) > 1.5) {
      this.#expected = -1
      this.wasMoved = true
      this.#wanted = null
      this.#hold = this.#isAtEnd() ? 'end' : null
    }
    this.#anchor = this.#firstInView()
    this.nearEnd = this.#isNearEnd()
    if (!this.#draw()) this.#ask()
    clearTimeout(this.#rest)
    this.#rest = setTimeout(() => this.#still(), STILL)
  }

  /** Something may have to be loaded, or loaded again. */
  look(): void {
    if (this.#scroller) this.#ask()
  }

  #go(place: Hold): void {
    this.#wanted = place
    this.#draw()
    this.#arrange()
  }

  #settleHold(): void {
    if (this.#hold !== null) {
      this.#isPlaced = true
      if (this.#hold !== 'end') this.#hold = this.#isAtEnd() ? 'end' : null
    }
    this.#anchor = this.#firstInView()
    this.nearEnd = this.#isNearEnd()
  }

  #still(): void {
    this.#settle()
    this.#ask(true)
  }

  #resized(entries: readonly ResizeObserverEntry[]): void {
    const width = this.#scroller.clientWidth
    if (width !== this.#width) {
      this.#width = width
      const place = this.#top(this.#anchor)
      this.#heights.forget()
      this.#shift = place - this.#heights.before(this.#anchor)
      for (const row of this.#scroller.querySelectorAll<HTMLElement>('[data-index]')) this.#measure(row)
      // Where all has become shorter, the browser has scrolled already.
      this.#settle(this.#last)
    }
    for (const { target } of entries) if (target !== this.#scroller) this.#measure(target as HTMLElement)
    this.#arrange()
    // New rows within an observer's turn would be told of in the next frame only, and as an error.
    requestAnimationFrame(() => this.#draw())
  }

  #measure(row: HTMLElement): void {
    const index = Number(row.dataset['index'])
    const height = row.getBoundingClientRect().height
    if (height === 0 || !row.isConnected) return
    const grown = this.#heights.set(index, height)
    if (index < this.#anchor) this.#shift -= grown
  }

  /** Makes the room above and below the drawn rows, and scrolls where something is held. */
  #arrange(): void {
    if (this.#hold !== null) {
      this.#shift = 0
      this.#space()
      this.#scrollTo(this.#y())
    } else if (this.drawn.start === 0 || this.#top(this.drawn.start) < 0) this.#settle()
    else this.#space()
  }

  #settle(y = this.#scroller.scrollTop): void {
    const by = this.#shift
    this.#shift = 0
    this.#space()
    if (by !== 0) this.#scrollTo(y - by)
  }

  #space(): void {
    this.#above.style.height = `${Math.max(0, this.#top(this.drawn.start))}px`
    this.#below.style.height = `${this.#heights.total - this.#heights.before(this.drawn.end)}px`
  }

  #scrollTo(y: number): void {
    this.#scroller.scrollTop = y
    this.#last = this.#expected = this.#scroller.scrollTop
  }

  /** Decides which rows are drawn; true: others than before. */
  #draw(): boolean {
    if (this.#wanted !== null && this.#isHeld(this.#wanted)) {
      this.#hold = this.#wanted
      this.#wanted = null
      this.#shift = 0
    }
    const { start, end } = this.drawn
    const view = this.#within(0)
    if (view.end <= start || view.start >= end) this.#drawMoreLater()
    const spare = Math.max(SPARE_LEAST, this.#scroller.clientHeight * SPARE)
    const least = this.#more === undefined ? this.#within(spare / 2) : view
    const wide = this.#within(this.#more === undefined ? spare : SPARE_OF_NEW)
    const isEnough = start <= least.start && end >= least.end && end - start <= MOST_DRAWN
    const isHeld = start >= this.#held.start && end <= this.#held.end
    if ((isEnough && isHeld) || (wide.start === start && wide.end === end)) return false
    this.drawn = wide
    return true
  }

  #drawMoreLater(): void {
    clearTimeout(this.#more)
    this.#more = setTimeout(() => {
      this.#more = undefined
      this.#draw()
    }, LATER)
  }

  /** The rows in memory that are in view or at most so far beside it. */
  #within(spare: number): Slice {
    const y = this.#y() - this.#shift
    const { start, end } = this.#held
    const clamped = (index: number) => Math.min(Math.max(index, start), end)
    if (this.#heights.count === 0) return { start, end: start }
    return { start: clamped(this.#heights.at(y - spare)), end: clamped(this.#heights.at(y + this.#scroller.clientHeight + spare) + 1) }
  }

  /** Asks for what is missing near the view; for another window only when all is still. */
  #ask(isStill = false): void {
    if (!this.#isPlaced || this.#wanted !== null || this.#seqs === 0) return
    const height = this.#scroller.clientHeight
    const y = this.#y() - this.#shift
    const { start } = this.#held
    const end = Math.min(this.#held.end, this.#seqs)
    const first = this.#heights.at(y)
    const last = this.#heights.at(y + height)
    if (end <= start || last < start - FAR || first > end + FAR) {
      if (isStill) this.#need({ around: Math.floor((first + last) / 2) + 1 })
    } else if (start > 0 && this.#heights.at(y - height * AHEAD) < start) this.#need('older')
    else if (end < this.#seqs && this.#heights.at(y + height * (1 + AHEAD)) >= end) this.#need('newer')
  }

  #isHeld(place: Hold): boolean {
    if (place === 'end') return this.#held.end >= this.#heights.count
    return place.index >= this.#held.start && place.index < this.#held.end
  }

  #top(index: number): number {
    return this.#heights.before(index) + this.#shift
  }

  #bottom(): number {
    return Math.max(0, this.#heights.total + this.#shift + FOOT - this.#scroller.clientHeight)
  }

  /** Where it is scrolled to, or will be. */
  #y(): number {
    if (this.#hold === null) return this.#scroller.scrollTop
    if (this.#hold === 'end') return this.#bottom()
    return Math.min(Math.max(0, this.#top(this.#hold.index) - this.#hold.offset), this.#bottom())
  }

  #isAtEnd(): boolean {
    return this.#isHeld('end') && this.#scroller.scrollTop >= this.#bottom() - 4
  }

  #isNearEnd(): boolean {
    return this.#isHeld('end') && this.#scroller.scrollTop >= this.#bottom() - NEAR_END
  }

  #firstInView(): number {
    const y = this.#scroller.scrollTop
    const end = y + this.#scroller.clientHeight
    const index = this.#heights.at(y - this.#shift)
    // Above what is drawn all is guessed; what is drawn must not move.
    if (index < this.drawn.start && this.#top(this.drawn.start) < end) return this.drawn.start
    const isCut = this.#top(index) < y
    return isCut && index + 1 < this.#heights.count && this.#top(index + 1) < end ? index + 1 : index
  }
}
