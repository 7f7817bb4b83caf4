/** Which rows of a list of equal rows are worth drawing. Pure. */

export interface Slice {
  start: number
  end: number
}

const SPARE = 8

/** Rows [start, end) that are in view or near it; all lengths in pixels. */
export function slice(count: number, row: number, scrolled: number, height: number): Slice {
  const start = Math.max(0, Math.floor(scrolled / row) - SPARE)
  const end = Math.min(count, Math.ceil((scrolled + height) / row) + SPARE)
  return { start: Math.min(start, Math.max(0, count - 1)), end: Math.max(end, Math.min(count, SPARE)) }
}
