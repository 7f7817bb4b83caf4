/** For how long a chat is muted. Pure. */

const HOUR = 3_600_000

/** The end of all times that the server knows. */
export const FOR_EVER = '9999-12-31T00:00:00Z'

/** `hours` from now, or for ever; as the server wants it. */
export function muteUntil(hours: number, now: number): string {
  return hours === Infinity ? FOR_EVER : new Date(now + hours * HOUR).toISOString()
}

/** So far ahead that no time need be told. */
export function isForEver(until: string, now: number): boolean {
  return Date.parse(until) - now > 24 * 366 * HOUR
}
