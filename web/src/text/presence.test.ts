import { describe, expect, test } from 'vitest'
import { presenceWords, typingWords } from './presence'

const now = Date.parse('2026-05-06T12:00:00Z')

describe('presence in words', () => {
  test('online and away have their word, offline its time', () => {
    const last_seen = '2026-05-06T11:55:00Z'
    expect(presenceWords({ status: 'online', last_seen }, now, 'en')).toBe('online')
    expect(presenceWords({ status: 'away', last_seen }, now, 'ru')).toBe('нет на месте')
    expect(presenceWords({ status: 'offline', last_seen }, now, 'en')).toBe('last seen 5 minutes ago')
    expect(presenceWords({ status: 'offline', last_seen: null }, now, 'ru')).toBe('не в сети')
  })

  test('of who is no mutual contact nothing is said', () => {
    expect(presenceWords(undefined, now, 'en')).toBe('')
  })
})

describe('typing in words', () => {
  test.each([
    [[], false, '', ''],
    [[], true, '', ''],
    [['Mira'], true, 'typing…', 'печатает…'],
    [['Mira'], false, 'Mira is typing…', 'Mira печатает…'],
    [['Mira', 'Oleg'], false, '2 people are typing…', 'печатают 2 человека…'],
    [['A', 'B', 'C', 'D', 'E'], false, '5 people are typing…', 'печатают 5 человек…'],
  ])('%j, direct %s', (names, direct, en, ru) => {
    expect(typingWords(names, 'en', direct)).toBe(en)
    expect(typingWords(names, 'ru', direct)).toBe(ru)
  })
})
