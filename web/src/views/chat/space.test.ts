import { describe, expect, test } from 'vitest'
import { Space } from './space'

const ROW = 50

/** So many rows, all measured, and which of them are in memory. */
function space(count: number, start = 0, end = count, waiting = 0): Space {
  const made = new Space()
  made.follow(count, waiting, start, end)
  for (let index = 0; index < count + waiting; index += 1) made.measure(index, ROW, 0)
  return made
}

describe('where rows stand', () => {
  test('what is measured above the anchor does not move it', () => {
    const made = space(100)
    const before = made.top(40)
    made.measure(10, 400, 40)
    made.measure(39, 7, 40)
    expect(made.top(40)).toBe(before)
    expect(made.top(11) - made.top(10)).toBe(400)
  })

  test('what is measured from the anchor on moves what is below it only', () => {
    const made = space(100)
    made.measure(40, 90, 40)
    expect([made.top(40), made.top(41)]).toEqual([2000, 2090])
  })

  test('pages that are loaded move nothing', () => {
    const made = space(1000, 800, 1000)
    const before = made.top(820)
    made.follow(1000, 0, 600, 1000)
    expect(made.top(820)).toBe(before)
  })

  test('another width keeps the anchor', () => {
    const made = space(100)
    made.forget(40)
    expect(made.top(40)).toBe(2000)
  })

  test('the anchor is the first row that is drawn and wholly in view', () => {
    const made = space(100)
    const all = { start: 0, end: 100 }
    expect([made.anchor(500, 400, all), made.anchor(510, 400, all), made.anchor(500, 400, { start: 14, end: 40 })]).toEqual([10, 11, 14])
    // One that fills the view is all there is.
    made.measure(10, 5000, 0)
    expect(made.anchor(700, 400, all)).toBe(10)
  })
})

describe('what is drawn', () => {
  test('the rows in view and beside it, as far as they are in memory', () => {
    const made = space(1000, 100, 200)
    expect(made.within(6000, 500, 0)).toEqual({ start: 120, end: 131 })
    expect(made.within(6000, 500, 200)).toEqual({ start: 116, end: 135 })
    expect(made.within(9900, 500, 200)).toEqual({ start: 194, end: 200 })
    expect(made.within(40_000, 500, 200)).toEqual({ start: 200, end: 200 })
    expect(new Space().within(0, 500, 200)).toEqual({ start: 0, end: 0 })
  })

  test('what waits is in memory when the last message is', () => {
    expect([space(10, 0, 10, 2).holds(11), space(10, 0, 9, 2).holds(11)]).toEqual([true, false])
    expect([space(10, 0, 10, 2).holdsEnd, space(10, 0, 9, 2).holdsEnd]).toEqual([true, false])
  })
})

describe('what is needed', () => {
  const view = 500
  test.each([
    ['in the middle nothing', 1000, 400, 600, 500, null],
    ['above it', 1000, 400, 600, 420, 'older'],
    ['below it', 1000, 400, 600, 570, 'newer'],
    ['at the beginning nothing', 1000, 0, 200, 0, null],
    ['at the end nothing', 1000, 800, 1000, 990, null],
    ['a little outside, the next page', 1000, 400, 600, 300, 'older'],
    ['far outside, another window', 10_000, 400, 600, 5000, { around: 5006 }],
    ['with nothing in memory, a window', 1000, 0, 0, 500, { around: 506 }],
    ['in an empty chat nothing', 0, 0, 0, 0, null],
  ] as const)('%s', (_name, count, start, end, first, need) => {
    expect(space(count, start, end).need(first * ROW, view)).toEqual(need)
  })
})

test('what waits is in memory also where no message is', () => {
  const made = new Space()
  made.follow(40, 2, 0, 0)
  expect([made.holdsEnd, made.holds(39), made.holds(40), made.holds(41)]).toEqual([true, false, true, true])
  made.follow(40, 0, 0, 0)
  expect([made.holdsEnd, made.holds(40)]).toEqual([false, false])
})
