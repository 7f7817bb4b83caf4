/** When to connect again: full jitter, so that a server that comes back is not met by everybody at once. */

const FIRST = 1_000
const LONGEST = 30_000

/**
 * Milliseconds to wait before an attempt, the first being 0. `random` is within [0, 1).
 * `patient`: the server has asked for slowness, so the longest wait counts from the first attempt.
 */
export function delay(attempt: number, random: number, patient = false): number {
  const longest = patient ? LONGEST : Math.min(LONGEST, FIRST * 2 ** attempt)
  return Math.round(random * longest)
}
