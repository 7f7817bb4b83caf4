import { expect, test } from 'vitest'
import { slice } from './window'

test('only rows near the view are drawn', () => {
  expect(slice(500, 64, 0, 640)).toEqual({ start: 0, end: 18 })
  expect(slice(500, 64, 6400, 640)).toEqual({ start: 92, end: 118 })
  expect(slice(500, 64, 500 * 64 - 640, 640)).toEqual({ start: 482, end: 500 })
})

test('a list that has become short is still drawn', () => {
  expect(slice(3, 64, 6400, 640)).toEqual({ start: 2, end: 3 })
  expect(slice(0, 64, 0, 640)).toEqual({ start: 0, end: 0 })
})
