import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { installPage, page } from '../../tests/page'
import { SeenWatch } from './seen'

type Entry = Partial<IntersectionObserverEntry>
let move: (entries: Entry[]) => void
let seen: string[]
let watch: SeenWatch

class FakeObserver {
  constructor(callback: (entries: Entry[]) => void) {
    move = callback
  }
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

beforeEach(() => {
  vi.useFakeTimers()
  installPage()
  vi.stubGlobal('IntersectionObserver', FakeObserver)
  seen = []
  watch = new SeenWatch({} as Element, (element) => seen.push(element as unknown as string))
})
afterEach(() => {
  watch.stop()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** A message of which so much is in view, in a view of 600 pixels. */
function show(target: string, ratio: number, height = 40): void {
  move([{
    target: target as unknown as Element, isIntersecting: ratio > 0, intersectionRatio: ratio,
    intersectionRect: { height: height * ratio } as DOMRect, rootBounds: { height: 600 } as DOMRect,
  }])
}

test('half of a message for half a second', () => {
  show('one', 0.5)
  vi.advanceTimersByTime(499)
  expect(seen).toEqual([])
  vi.advanceTimersByTime(1)
  expect(seen).toEqual(['one'])
})

test('less than half of it is not seen, unless it fills half of the view', () => {
  show('little', 0.49)
  show('huge', 0.1, 3000)
  vi.advanceTimersByTime(5_000)
  expect(seen).toEqual(['huge'])
})

test('what is scrolled by is not seen', () => {
  show('one', 1)
  vi.advanceTimersByTime(400)
  show('one', 0)
  vi.advanceTimersByTime(5_000)
  expect(seen).toEqual([])
})

test.each(['hidden', 'unfocused'])('nothing is seen in a page that is %s; the half second begins when one looks', (how) => {
  if (how === 'hidden') page.hidden = true
  else page.focused = false
  show('one', 1)
  vi.advanceTimersByTime(5_000)
  expect(seen).toEqual([])
  Object.assign(page, { hidden: false, focused: true })
  window.dispatchEvent(new Event('focus'))
  vi.advanceTimersByTime(499)
  expect(seen).toEqual([])
  vi.advanceTimersByTime(1)
  expect(seen).toEqual(['one'])
})

test('looking away stops the half second', () => {
  show('one', 1)
  vi.advanceTimersByTime(400)
  page.focused = false
  window.dispatchEvent(new Event('blur'))
  vi.advanceTimersByTime(5_000)
  expect(seen).toEqual([])
})
