import { expect, test } from 'vitest'
import { delay } from './backoff'

test('the first wait is within a second, and waits double up to thirty', () => {
  expect([0, 1, 2, 3, 4, 5, 6, 50].map((attempt) => delay(attempt, 1))).toEqual([1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000])
})

test('the whole span is used, so that nobody comes back together', () => {
  expect(delay(4, 0)).toBe(0)
  expect(delay(4, 0.5)).toBe(8000)
})

test('a server that asked for slowness is given the longest span at once', () => {
  expect(delay(0, 1, true)).toBe(30_000)
})
