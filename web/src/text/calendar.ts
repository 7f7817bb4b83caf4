const DAY = 86_400_000

// Days are counted in UTC from local dates, so a day of 23 or 25 hours is one day too.
function dayNumber(at: number): number {
  const date = new Date(at)
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / DAY
}

/** How many local calendar days `at` lies before `now`; negative when after. Both in ms. */
export function daysBefore(at: number, now: number): number {
  return dayNumber(now) - dayNumber(at)
}

export function sameYear(at: number, now: number): boolean {
  return new Date(at).getFullYear() === new Date(now).getFullYear()
}

/** The next local midnight after `now`, in ms. */
export function nextMidnight(now: number): number {
  const date = new Date(now)
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime()
}

/** The local calendar day of `iso`, as `2026-05-03`. */
export function dayKey(iso: string): string {
  const date = new Date(iso)
  const two = (part: number): string => String(part).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}
