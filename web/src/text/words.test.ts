import { afterEach, describe, expect, test } from 'vitest'
import { language, setLanguage, systemLanguage, t } from './words.svelte'

const before = language()
afterEach(() => setLanguage(before))

describe('words', () => {
  test.each([
    [['ru-RU', 'en'], 'ru'],
    [['RU'], 'ru'],
    [['en-US', 'ru'], 'en'],
    [['de', 'ru', 'en'], 'ru'],
    [['run'], 'en'],
    [['de-DE'], 'en'],
    [[], 'en'],
  ] as const)('the browser asks for %j: %s', (asked, expected) => {
    expect(systemLanguage(asked)).toBe(expected)
  })

  test('a text is in the language that is chosen', () => {
    setLanguage('ru')
    expect(language()).toBe('ru')
    expect(t('send')).toBe('Отправить')
    expect(t('peopleType', { count: 2 })).toBe('печатают 2 человека…')
    setLanguage('en')
    expect(t('send')).toBe('Send')
    expect(t('peopleType', { count: 2 })).toBe('2 people are typing…')
  })
})
