import { describe, expect, test } from 'vitest'
import { Heights } from './heights'

function filled(count: number, measured: Record<number, number> = {}): Heights {
  const heights = new Heights()
  heights.resize(count)
  for (const [index, height] of Object.entries(measured)) heights.set(Number(index), height)
  return heights
}

describe('heights', () => {
  test('sums are those of a plain loop', () => {
    const heights = filled(1000)
    const plain = Array.from({ length: 1000 }, (_, index) => (index % 3 ? heights.of(index) : 20 + (index % 17)))
    plain.forEach((height, index) => heights.set(index, height))
    for (const index of [0, 1, 2, 63, 64, 65, 511, 999, 1000]) {
      expect(heights.before(index)).toBeCloseTo(plain.slice(0, index).reduce((sum, one) => sum + one, 0))
    }
    expect(heights.total).toBeCloseTo(heights.before(1000))
  })

  test('what stands at a place', () => {
    const heights = filled(4, { 0: 10, 1: 20, 2: 30, 3: 40 })
    const places = [-5, 0, 9.9, 10, 29, 30, 59, 60, 99, 100, 5000]
    expect(places.map((place) => heights.at(place))).toEqual([0, 0, 0, 1, 1, 2, 2, 3, 3, 3, 3])
    expect(new Heights().at(0)).toBe(0)
  })

  test('a change says by how much it has grown', () => {
    const heights = filled(3, { 1: 50 })
    expect(heights.set(1, 80)).toBe(30)
    expect(heights.set(1, 80)).toBe(0)
    expect(heights.before(2) - heights.before(1)).toBe(80)
  })

  test('it grows and shrinks at the end, and keeps what was measured', () => {
    const heights = filled(2, { 0: 10, 1: 20 })
    heights.resize(5000)
    expect([heights.before(2), heights.count]).toEqual([30, 5000])
    heights.resize(1)
    expect([heights.total, heights.at(1000)]).toEqual([10, 0])
  })

  test('forgotten, all are guesses again', () => {
    const heights = filled(3, { 0: 500 })
    heights.forget()
    expect(heights.of(0)).toBe(heights.of(2))
    expect(heights.total).toBe(heights.of(0) * 3)
  })

  test('a million messages are not taller than what a browser can show', () => {
    expect(filled(1_000_000).total).toBeLessThanOrEqual(12_000_001)
  })
})
