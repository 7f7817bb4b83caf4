import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { daysBefore } from './calendar'
import type { Language } from './catalogue'
import * as moments from './moments'

// A zone with a day of 23 hours: 29 March 2026.
beforeAll(() => void vi.stubEnv('TZ', 'Europe/Berlin'))
afterAll(() => void vi.unstubAllEnvs())

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

const at = (year: number, month: number, day: number, hour = 0, minute = 0, second = 0): number =>
  new Date(year, month - 1, day, hour, minute, second).getTime()
const iso = (...parts: Parameters<typeof at>): string => new Date(at(...parts)).toISOString()
const plain = (text: string): string => text.replace(/\s/g, ' ')
const both = (write: (language: Language) => string): string[] => [plain(write('en')), plain(write('ru'))]

const seen = (now: () => number, moment: () => string | null): string[] =>
  both((language) => moments.lastSeen(moment(), now(), language))

describe('last seen', () => {
  const ago = (ms: number): string[] => {
    const now = at(2026, 5, 6, 14, 30)
    return seen(() => now, () => new Date(now - ms).toISOString())
  }

  test('within a minute, or ahead by a skewed clock: just now', () => {
    const now = ['last seen just now', 'был(а) только что']
    for (const ms of [0, 59_999, -5000, -3 * 24 * HOUR]) expect(ago(ms)).toEqual(now)
  })

  test('within an hour: minutes', () => {
    expect(ago(MINUTE)).toEqual(['last seen 1 minute ago', 'был(а) 1 минуту назад'])
    expect(ago(5 * MINUTE)).toEqual(['last seen 5 minutes ago', 'был(а) 5 минут назад'])
    expect(ago(HOUR - 1)).toEqual(['last seen 59 minutes ago', 'был(а) 59 минут назад'])
  })

  test.each([
    [() => iso(2026, 5, 6, 13, 30), 'last seen today at 13:30', 'был(а) сегодня в 13:30'],
    [() => iso(2026, 5, 6, 0, 0), 'last seen today at 0:00', 'был(а) сегодня в 0:00'],
    [() => iso(2026, 5, 5, 23, 59), 'last seen yesterday at 23:59', 'был(а) вчера в 23:59'],
    [() => iso(2026, 5, 5, 9, 30), 'last seen yesterday at 9:30', 'был(а) вчера в 9:30'],
    [() => iso(2026, 5, 3, 9, 30), 'last seen on 3 May', 'был(а) 3 мая'],
    [() => iso(2024, 5, 3), 'last seen on 3 May 2024', 'был(а) 3 мая 2024 г.'],
    [() => null, 'offline', 'не в сети'],
  ])('by the clock and the calendar: %#', (moment, en, ru) => {
    expect(seen(() => at(2026, 5, 6, 14, 30), moment)).toEqual([en, ru])
  })

  test('minutes count across midnight', () => {
    expect(seen(() => at(2026, 5, 6, 0, 10), () => iso(2026, 5, 5, 23, 50))[0]).toBe('last seen 20 minutes ago')
  })

  test('a day of 23 hours is one day', () => {
    expect(daysBefore(at(2026, 3, 28, 12), at(2026, 3, 30, 0))).toBe(2)
    expect(at(2026, 3, 30) - at(2026, 3, 29)).toBe(23 * HOUR)
    expect(seen(() => at(2026, 3, 30, 12), () => iso(2026, 3, 29, 0, 30))[0]).toBe('last seen yesterday at 0:30')
  })
})

describe('times', () => {
  const now = (): number => at(2026, 5, 6, 14, 30)

  test.each([
    [() => iso(2026, 5, 6, 9, 5), '9:05', '9:05'],
    [() => iso(2026, 5, 7, 9, 5), '9:05', '9:05'],
    [() => iso(2026, 5, 5, 23, 59), 'Tue', 'вт'],
    [() => iso(2026, 4, 30), 'Thu', 'чт'],
    [() => iso(2026, 4, 29, 23, 59), '29 Apr', '29 апр.'],
    [() => iso(2024, 5, 3), '03/05/24', '03.05.24'],
  ])('a row of the list: %#', (moment, en, ru) => {
    expect(both((language) => moments.listTime(moment(), now(), language))).toEqual([en, ru])
  })

  test('the last days of another year have their weekday', () => {
    expect(moments.listTime(iso(2025, 12, 31), at(2026, 1, 2), 'en')).toBe('Wed')
  })

  test('clock time and the full moment', () => {
    const moment = iso(2026, 5, 3, 14, 5, 9)
    expect(both((language) => moments.clockTime(moment, language))).toEqual(['14:05', '14:05'])
    const full = both((language) => moments.fullMoment(moment, language))
    expect(full).toEqual(['3 May 2026, 14:05:09', '3 мая 2026 г., 14:05:09'])
  })

  test.each([
    [() => iso(2026, 5, 6), 'Today', 'Сегодня'],
    [() => iso(2026, 5, 7), 'Today', 'Сегодня'],
    [() => iso(2026, 5, 5, 23), 'Yesterday', 'Вчера'],
    [() => iso(2026, 5, 4), '4 May', '4 мая'],
    [() => iso(2025, 5, 4), '4 May 2025', '4 мая 2025 г.'],
  ])('the title of a day: %#', (moment, en, ru) => {
    expect(both((language) => moments.dayTitle(moment(), now(), language))).toEqual([en, ru])
  })

  test('the key of a day is local', () => {
    expect(moments.dayKey(iso(2026, 5, 3, 23, 59, 59))).toBe('2026-05-03')
    expect(moments.dayKey('2026-05-03T22:30:00Z')).toBe('2026-05-04')
  })
})

describe('devices', () => {
  const now = (): number => at(2026, 5, 6, 14, 30)

  test.each([
    [() => iso(2026, 5, 6, 14, 28, 1), 'active now', 'активно сейчас'],
    [() => iso(2026, 5, 6, 14, 28), 'active 2 min ago', 'активно 2 мин назад'],
    [() => iso(2026, 5, 6, 12, 15), 'active 2 h ago', 'активно 2 ч назад'],
    [() => iso(2026, 5, 5, 14, 31), 'active 23 h ago', 'активно 23 ч назад'],
    [() => iso(2026, 5, 3), 'active on 3 May', 'активно 3 мая'],
  ])('active: %#', (moment, en, ru) => {
    expect(both((language) => moments.activeAgo(moment(), now(), language))).toEqual([en, ru])
  })

  test('who is connected is active now, whatever the time', () => {
    expect(moments.activeAgo(iso(2026, 5, 3), now(), 'en', true)).toBe('active now')
  })

  test.each([
    [() => iso(2026, 5, 6, 14, 5), 'signed in today at 14:05', 'вход сегодня в 14:05'],
    [() => iso(2026, 5, 5, 9, 30), 'signed in yesterday at 9:30', 'вход вчера в 9:30'],
    [() => iso(2026, 5, 3), 'signed in 3 May', 'вход 3 мая'],
    [() => iso(2024, 5, 3), 'signed in 3 May 2024', 'вход 3 мая 2024 г.'],
  ])('signed in: %#', (moment, en, ru) => {
    expect(both((language) => moments.signedIn(moment(), now(), language))).toEqual([en, ru])
  })
})

describe('the next change', () => {
  const now = (): number => at(2026, 5, 6, 14, 30)
  const after = (age: number, from = now()): number => moments.nextChange(new Date(from - age).toISOString(), from)

  test('by the minute within an hour, by the hour later, at midnight in any case', () => {
    expect(after(0)).toBe(MINUTE)
    expect(after(45 * SECOND)).toBe(15 * SECOND)
    expect(after(5 * MINUTE + 20 * SECOND)).toBe(40 * SECOND)
    expect(after(90 * MINUTE)).toBe(30 * MINUTE)
    expect(after(90 * MINUTE, at(2026, 5, 6, 23, 50))).toBe(10 * MINUTE)
  })

  test('at least a second, and a time ahead waits until it is a minute old', () => {
    expect(after(MINUTE - 1)).toBe(SECOND)
    expect(after(-5 * SECOND)).toBe(65 * SECOND)
  })

  test('the words stand still until then', () => {
    for (const age of [0, 61 * SECOND, 59 * MINUTE + 30 * SECOND, 3 * HOUR, 20 * HOUR, 50 * HOUR]) {
      const moment = new Date(now() - age).toISOString()
      const words = (when: number): string[] => [
        moments.lastSeen(moment, when, 'en'),
        moments.listTime(moment, when, 'en'),
        moments.signedIn(moment, when, 'en'),
      ]
      expect(words(now() + after(age) - 1)).toEqual(words(now()))
    }
  })
})
