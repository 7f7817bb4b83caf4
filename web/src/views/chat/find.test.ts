import { describe, expect, test, vi } from 'vitest'
import type { Message } from '../../api/shapes'
import { inHistory, inWindow } from './find'

// Ids are those of a whole server: they rise, with gaps.
const all = Array.from({ length: 5000 }, (_, at) => ({ id: at * 3 + 10, seq: at + 1 }) as Message)
const ask = vi.fn(async (_chat: number, limit: number, { after }: { after: number }) => all.slice(after, after + limit))

describe('finding a message', () => {
  test('in the window', () => {
    for (const one of [all[0]!, all[17]!, all[4999]!]) expect(inWindow(all, one.id)).toBe(one)
    expect([inWindow(all, 11), inWindow(all, 1e9), inWindow([], 10)]).toEqual([null, null, null])
  })

  test.each([1, 2, 19, 2500, 4321, 4999, 5000])('in the history: seq %i', async (seq) => {
    ask.mockClear()
    expect((await inHistory(1, all[seq - 1]!.id, 5000, ask))?.seq).toBe(seq)
    expect(ask.mock.calls.length).toBeLessThanOrEqual(9)
  })

  test('what is not there is not found', async () => {
    expect(await inHistory(1, 5, 5000, ask)).toBeNull()
    expect(await inHistory(1, 14, 5000, ask)).toBeNull()
    expect(await inHistory(1, 1e9, 5000, ask)).toBeNull()
    expect(await inHistory(1, 10, 0, ask)).toBeNull()
  })
})
