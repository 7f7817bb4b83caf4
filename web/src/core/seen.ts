/**
 * When a message has really been seen: the tab visible and focused, at least half of the message in view (or half of
 * the view full of it), for half a second.
 */

const DWELL = 500
const HALF = 0.5

export class SeenWatch {
  readonly #observer: IntersectionObserver
  readonly #seen: (element: Element) => void
  readonly #timers = new Map<Element, ReturnType<typeof setTimeout> | undefined>()
  readonly #look = () => this.#restart()

  /** `seen` is called once for each element that is watched. */
  constructor(root: Element, seen: (element: Element) => void) {
    this.#seen = seen
    const steps = Array.from({ length: 21 }, (_, step) => step / 20)
    this.#observer = new IntersectionObserver((entries) => entries.forEach((entry) => this.#moved(entry)), { root, threshold: steps })
    for (const event of ['focus', 'blur'] as const) window.addEventListener(event, this.#look)
    document.addEventListener('visibilitychange', this.#look)
  }

  watch(element: Element): void {
    this.#observer.observe(element)
  }

  forget(element: Element): void {
    this.#observer.unobserve(element)
    this.#leave(element)
  }

  stop(): void {
    this.#observer.disconnect()
    for (const element of [...this.#timers.keys()]) this.#leave(element)
    for (const event of ['focus', 'blur'] as const) window.removeEventListener(event, this.#look)
    document.removeEventListener('visibilitychange', this.#look)
  }

  #moved({ target, isIntersecting, intersectionRatio, intersectionRect, rootBounds }: IntersectionObserverEntry): void {
    const fills = rootBounds !== null && intersectionRect.height >= rootBounds.height * HALF
    if (!isIntersecting || (intersectionRatio < HALF && !fills)) this.#leave(target)
    else if (!this.#timers.has(target)) this.#timers.set(target, this.#start(target))
  }

  #leave(element: Element): void {
    clearTimeout(this.#timers.get(element))
    this.#timers.delete(element)
  }

  #start(element: Element): ReturnType<typeof setTimeout> | undefined {
    if (!isLookedAt()) return undefined
    return setTimeout(() => {
      this.forget(element)
      this.#seen(element)
    }, DWELL)
  }

  #restart(): void {
    for (const [element, timer] of this.#timers) {
      clearTimeout(timer)
      this.#timers.set(element, this.#start(element))
    }
  }
}

export function isLookedAt(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus()
}
