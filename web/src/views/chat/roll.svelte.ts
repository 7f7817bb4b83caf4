/**
 * Scrolls a chat: which messages are drawn, and what stays where it is. What is looked at never moves by itself; where
 * heights were guessed wrong above it, the difference is scrolled away when all is still.
 */

import { Space, type Need, type Slice } from './space'

/** What stays where: the end at the end, or one message `offset` pixels below the upper edge. */
type Hold = 'end' | { index: number; offset: number }

/** Drawn above and below the view, in views, and at least so many pixels. */
const SPARE = 0.8
const SPARE_LEAST = 400
const MOST_DRAWN = 160
/** Pixels drawn beside the view where all of it is new: that is enough for one frame, and the rest comes a little later. */
const SPARE_OF_NEW = 120
const LATER = 40
/** Milliseconds without scrolling after which it has come to rest. */
const STILL = 150
/** Milliseconds between two windows that are asked for while somebody scrolls far. */
const AGAIN = 250
/** Pixels from the end within which one is there, or nearly. */
const AT_END = 4
const NEAR_END = 120

export class Roll {
  drawn = $state.raw<Slice>({ start: 0, end: 0 })
  /** The newest message is in view, or nearly. */
  nearEnd = $state(true)
  /** Somebody has scrolled. */
  wasMoved = false
  readonly #space = new Space()
  readonly #need: (need: Need) => void
  readonly #observer = new ResizeObserver((entries) => this.#resized(entries))
  #scroller!: HTMLElement
  #above!: HTMLElement
  #below!: HTMLElement
  #hold: Hold | null = null
  /** Held as soon as it is in memory. */
  #wanted: Hold | null = null
  #anchor = 0
  /** Where it was scrolled to by us; −1 when by somebody. */
  #expected = -1
  #last = 0
  #width = 0
  #isPlaced = false
  /** When another window was asked for. */
  #jumped = 0
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
    this.#space.follow(seqs, waiting, start, end)
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
    this.#measureAll()
    this.#arrange()
    if (this.#draw()) return
    if (this.#hold !== null) this.#isPlaced = true
    if (this.#hold !== null && this.#hold !== 'end') this.#hold = this.#isWithin(AT_END) ? 'end' : null
    this.#lookAround()
    this.#ask()
  }

  scrolled(): void {
    this.#last = this.#scroller.scrollTop
    if (Math.abs(this.#last - this.#expected) > 1.5) {
      this.#expected = -1
      this.wasMoved = true
      this.#wanted = null
      this.#hold = this.#isWithin(AT_END) ? 'end' : null
    }
    this.#lookAround()
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

  #still(): void {
    this.#settle()
    this.#ask(true)
  }

  #lookAround(): void {
    const { scrollTop, clientHeight } = this.#scroller
    this.#anchor = this.#space.anchor(scrollTop, clientHeight, this.drawn)
    this.nearEnd = this.#isWithin(NEAR_END)
  }

  #resized(entries: readonly ResizeObserverEntry[]): void {
    const width = this.#scroller.clientWidth
    if (width !== this.#width) {
      this.#width = width
      this.#space.forget(this.#anchor)
      this.#measureAll()
      // Where all has become shorter, the browser has scrolled already.
      this.#settle(this.#last)
    }
    for (const { target } of entries) if (target !== this.#scroller) this.#measure(target as HTMLElement)
    this.#arrange()
    // New rows within an observer's turn would be told of in the next frame only, and as an error.
    requestAnimationFrame(() => this.#draw())
  }

  #measureAll(): void {
    for (const row of this.#scroller.querySelectorAll<HTMLElement>('[data-index]')) this.#measure(row)
  }

  #measure(row: HTMLElement): void {
    const { height } = row.getBoundingClientRect()
    if (height > 0) this.#space.measure(Number(row.dataset['index']), height, this.#anchor)
  }

  /** Makes the room above and below the drawn rows, and scrolls where something is held. */
  #arrange(): void {
    if (this.#hold !== null) {
      this.#space.shift = 0
      this.#makeRoom()
      this.#scrollTo(this.#y())
    } else if (this.drawn.start === 0 || this.#space.top(this.drawn.start) < 0) this.#settle()
    else this.#makeRoom()
  }

  #settle(y = this.#scroller.scrollTop): void {
    const by = this.#space.shift
    this.#space.shift = 0
    this.#makeRoom()
    if (by !== 0) this.#scrollTo(y - by)
  }

  #makeRoom(): void {
    this.#above.style.height = `${Math.max(0, this.#space.top(this.drawn.start))}px`
    this.#below.style.height = `${this.#space.after(this.drawn.end)}px`
  }

  #scrollTo(y: number): void {
    this.#scroller.scrollTop = y
    this.#last = this.#expected = this.#scroller.scrollTop
  }

  /** Decides which rows are drawn; true: others than before. */
  #draw(): boolean {
    this.#grantWish()
    const { start, end } = this.drawn
    const [y, height] = [this.#y(), this.#scroller.clientHeight]
    const view = this.#space.within(y, height, 0)
    if (view.end <= start || view.start >= end) this.#drawMoreLater()
    const spare = Math.max(SPARE_LEAST, height * SPARE)
    const least = this.#more === undefined ? this.#space.within(y, height, spare / 2) : view
    const isEnough = start <= least.start && end >= least.end && end - start <= MOST_DRAWN
    if (isEnough && this.#space.holdsAll(this.drawn)) return false
    const wide = this.#space.within(y, height, this.#more === undefined ? spare : SPARE_OF_NEW)
    if (wide.start === start && wide.end === end) return false
    this.drawn = wide
    return true
  }

  #grantWish(): void {
    if (this.#wanted === null) return
    if (this.#wanted === 'end' ? !this.#space.holdsEnd : !this.#space.holds(this.#wanted.index)) return
    this.#hold = this.#wanted
    this.#wanted = null
    this.#space.shift = 0
  }

  #drawMoreLater(): void {
    clearTimeout(this.#more)
    this.#more = setTimeout(() => {
      this.#more = undefined
      this.#draw()
    }, LATER)
  }

  /** Asks for what is missing near the view; for other windows now and then, until all is still. */
  #ask(isStill = false): void {
    if (!this.#isPlaced || this.#wanted !== null) return
    const need = this.#space.need(this.#y(), this.#scroller.clientHeight)
    if (need === null) return
    const now = performance.now()
    if (typeof need === 'object' && !isStill && now - this.#jumped < AGAIN) return
    if (typeof need === 'object') this.#jumped = now
    this.#need(need)
  }

  /** Where it is scrolled to, or will be. */
  #y(): number {
    if (this.#hold === null) return this.#scroller.scrollTop
    const bottom = this.#space.bottom(this.#scroller.clientHeight)
    return this.#hold === 'end' ? bottom : Math.min(Math.max(0, this.#space.top(this.#hold.index) - this.#hold.offset), bottom)
  }

  #isWithin(distance: number): boolean {
    return this.#space.holdsEnd && this.#scroller.scrollTop >= this.#space.bottom(this.#scroller.clientHeight) - distance
  }
}
