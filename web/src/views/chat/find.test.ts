import { expect, test } from 'vitest'
import type { Message } from '../../api/shapes'
import { inWindow } from './find'

// Ids are those of a whole server: they rise, with gaps.
const all = Array.from({ length: 5000 }, (_, at) => ({ id: at * 3 + 10, seq: at + 1 }) as Message)

test('a message of the window is found by its id, and no other', () => {
  for (const one of [all[0]!, all[17]!, all[4999]!]) expect(inWindow(all, one.id)).toBe(one)
  expect([inWindow(all, 11), inWindow(all, 1e9), inWindow([], 10)]).toEqual([null, null, null])
})
