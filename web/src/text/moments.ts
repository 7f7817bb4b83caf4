import { daysBefore, nextMidnight, sameYear } from './calendar'
import type { Language } from './catalogue'
import { LOCALES, say } from './say'

export { dayKey } from './calendar'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

const STYLES = {
  time: { hour: 'numeric', minute: '2-digit', hourCycle: 'h23' },
  weekday: { weekday: 'short' },
  day: { day: 'numeric', month: 'long' },
  dayOfYear: { day: 'numeric', month: 'long', year: 'numeric' },
  shortDay: { day: 'numeric', month: 'short' },
  digits: { day: '2-digit', month: '2-digit', year: '2-digit' },
  full: { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>

type Style = keyof typeof STYLES

const formats = new Map<string, Intl.DateTimeFormat>()

// Making a formatter takes far longer than using it, and a list asks for hundreds of times at once.
function written(at: number, style: Style, language: Language): string {
  const name = `${language} ${style}`
  let format = formats.get(name)
  if (!format) formats.set(name, (format = new Intl.DateTimeFormat(LOCALES[language], STYLES[style])))
  return format.format(at)
}

const relative = {
  en: new Intl.RelativeTimeFormat(LOCALES.en, { numeric: 'auto' }),
  ru: new Intl.RelativeTimeFormat(LOCALES.ru, { numeric: 'auto' }),
}

function date(at: number, now: number, language: Language): string {
  return written(at, sameYear(at, now) ? 'day' : 'dayOfYear', language)
}

/** "last seen …" in words; offline when there is no time. What seems to lie ahead, by a skewed clock, is just now. */
export function lastSeen(iso: string | null, now: number, language: Language): string {
  if (iso === null) return say(language, 'offline')
  const at = Date.parse(iso)
  const age = now - at
  if (age < MINUTE) return say(language, 'lastSeenNow')
  if (age < HOUR) {
    return say(language, 'lastSeenAgo', { ago: relative[language].format(-Math.floor(age / MINUTE), 'minute') })
  }
  const days = daysBefore(at, now)
  const time = written(at, 'time', language)
  if (days === 0) return say(language, 'lastSeenToday', { time })
  if (days === 1) return say(language, 'lastSeenYesterday', { time })
  return say(language, 'lastSeenOn', { date: date(at, now, language) })
}

/** The time in a row of the chat list: clock time, weekday, day, or a short date of another year. */
export function listTime(iso: string, now: number, language: Language): string {
  const at = Date.parse(iso)
  const days = daysBefore(at, now)
  if (days <= 0) return written(at, 'time', language)
  if (days <= 6) return written(at, 'weekday', language)
  return written(at, sameYear(at, now) ? 'shortDay' : 'digits', language)
}

/** "14:05" */
export function clockTime(iso: string, language: Language): string {
  return written(Date.parse(iso), 'time', language)
}

/** "Today", "Yesterday", "3 May", "3 May 2024": the title of a day in a chat. */
export function dayTitle(iso: string, now: number, language: Language): string {
  const at = Date.parse(iso)
  const days = Math.max(0, daysBefore(at, now))
  const title = days < 2 ? relative[language].format(-days, 'day') : date(at, now, language)
  return title.charAt(0).toLocaleUpperCase(LOCALES[language]) + title.slice(1)
}

/** Day, year and time to the second, for `title` and `<time>`. */
export function fullMoment(iso: string, language: Language): string {
  return written(Date.parse(iso), 'full', language)
}

/** When a device was last active. */
export function activeAgo(iso: string, now: number, language: Language, isOnline = false): string {
  const at = Date.parse(iso)
  const age = now - at
  if (isOnline || age < 2 * MINUTE) return say(language, 'activeNow')
  if (age < HOUR) return say(language, 'activeMinutes', { count: Math.floor(age / MINUTE) })
  if (age < 24 * HOUR) return say(language, 'activeHours', { count: Math.floor(age / HOUR) })
  return say(language, 'activeOn', { date: date(at, now, language) })
}

/** When a device signed in. */
export function signedIn(iso: string, now: number, language: Language): string {
  const at = Date.parse(iso)
  const days = daysBefore(at, now)
  const time = written(at, 'time', language)
  if (days <= 0) return say(language, 'signedInToday', { time })
  if (days === 1) return say(language, 'signedInYesterday', { time })
  return say(language, 'signedInOn', { date: date(at, now, language) })
}

/** The ms until the words about `iso` may change; at least a second, at most until midnight. */
export function nextChange(iso: string, now: number): number {
  const age = now - Date.parse(iso)
  const step = age < HOUR ? MINUTE : HOUR
  const wait = age < 0 ? MINUTE - age : step - (age % step)
  return Math.max(SECOND, Math.min(wait, nextMidnight(now) - now))
}
