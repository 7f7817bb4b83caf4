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
    expect((await inHistory(1, all[seq - 1]!.id, all.at(-1)!, ask))?.seq).toBe(seq)
    expect(ask.mock.calls.length).toBeLessThanOrEqual(2)
  })

  test('in a chat that was quiet for long, and then was not', async () => {
    const uneven = all.map((one) => ({ ...one, id: one.seq < 100 ? one.seq : one.seq ** 2 }))
    const count = vi.fn(async (_chat: number, limit: number, { after }: { after: number }) => uneven.slice(after, after + limit))
    for (const one of uneven.filter((_, at) => at % 501 === 0)) {
      count.mockClear()
      expect(await inHistory(1, one.id, uneven.at(-1)!, count)).toBe(one)
      expect(count.mock.calls.length).toBeLessThanOrEqual(16)
    }
  })

  test('what is not there is not found', async () => {
    expect(await inHistory(1, 5, all.at(-1)!, ask)).toBeNull()
    expect(await inHistory(1, 14, all.at(-1)!, ask)).toBeNull()
    expect(await inHistory(1, 1e9, all.at(-1)!, ask)).toBeNull()
    expect(await inHistory(1, 10, { id: 0, seq: 0 }, ask)).toBeNull()
  })
})
