import { expect, test } from 'vitest'
import { LONGEST, codePoints, left } from './length'

test('code points, as the server counts', () => {
  expect(['', 'abc', 'я', '😀', 'a😀b', '👍🏽', '\ud83d'].map(codePoints)).toEqual([0, 3, 1, 1, 3, 2, 1])
})

test('what is left is told near the end only', () => {
  expect(left('a'.repeat(LONGEST - 201))).toBeNull()
  expect(left('a'.repeat(LONGEST - 200))).toBe(200)
  expect(left('a'.repeat(LONGEST + 3))).toBe(-3)
  expect(left('😀'.repeat(LONGEST))).toBe(0)
  expect(left('😀'.repeat(LONGEST - 1000))).toBeNull()
})
