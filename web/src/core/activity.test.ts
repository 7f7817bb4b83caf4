import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { installPage } from '../../tests/page'
import { isInUse, watchActivity } from './activity'

let told: number
let stop: () => void

beforeEach(() => {
  vi.useFakeTimers()
  installPage()
  told = 0
  stop = watchActivity(() => (told += 1))
})
afterEach(() => {
  stop()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('told once a minute while somebody uses the page, and not when nobody does', () => {
  for (let second = 0; second < 180; second++) {
    vi.advanceTimersByTime(1_000)
    dispatchEvent(new Event(second % 2 ? 'wheel' : 'pointerdown'))
  }
  expect([told, isInUse()]).toEqual([3, true])
  vi.advanceTimersByTime(600_000)
  expect([told, isInUse()]).toEqual([3, false])
  dispatchEvent(new Event('keydown'))
  expect([told, isInUse()]).toEqual([4, true])
})
