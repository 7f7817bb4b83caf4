import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { state } from '../../tests/made'
import { installPage, page } from '../../tests/page'
import { Store } from './store.svelte'

let store: Store

beforeEach(() => {
  vi.useFakeTimers()
  installPage()
  store = new Store()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const total = (count: number) => (now: ReturnType<typeof state>) => ({ ...now, totalUnread: count })

test('logic sees a change at once, views with the next frame', () => {
  store.replace(state())
  store.change(total(1))
  store.change(total(2))
  expect([store.current?.totalUnread, store.shown?.totalUnread]).toEqual([2, 0])
  vi.advanceTimersByTime(16)
  expect(store.shown?.totalUnread).toBe(2)
})

test('a tab that nobody sees follows a little later', () => {
  page.hidden = true
  store.replace(state())
  store.change(total(1))
  vi.advanceTimersByTime(249)
  expect(store.shown?.totalUnread).toBe(0)
  vi.advanceTimersByTime(1)
  expect(store.shown?.totalUnread).toBe(1)
})

test('what changes nothing tells nobody', () => {
  let heard = 0
  store.replace(state())
  store.listen(() => (heard += 1))
  store.change((now) => now)
  expect(heard).toBe(0)
})

test('nothing changes while there is nothing', () => {
  store.change(total(1))
  expect(store.current).toBeNull()
})
