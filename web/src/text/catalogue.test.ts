import { describe, expect, test } from 'vitest'
import { AREAS, CATALOGUE, type Entry } from './catalogue'

const entries = Object.entries(CATALOGUE) as [string, Entry][]
const texts = (text: Entry['en'] | Entry['ru']): string[] => (typeof text === 'string' ? [text] : Object.values(text))
const places = (text: string): string[] => [...new Set(text.match(/\{\w*\}/g))].sort()

function integerCategories(language: string): string[] {
  const rules = new Intl.PluralRules(language)
  return [...new Set([...Array(200).keys()].map((count) => rules.select(count)))]
}

describe('the catalogue', () => {
  test('a key stands in one area only', () => {
    const keys = Object.values(AREAS).flatMap((area) => Object.keys(area))
    expect(keys).toHaveLength(new Set(keys).size)
    expect(keys.sort()).toEqual(Object.keys(CATALOGUE).sort())
  })

  test.each(entries)('%s is whole in both languages', (_key, { en, ru }) => {
    expect(typeof en).toBe(typeof ru)
    const [first, ...others] = [...texts(en), ...texts(ru)]
    for (const text of [first!, ...others]) {
      expect(text.trim()).toBe(text)
      expect(text).not.toBe('')
      expect(places(text)).toEqual(places(first!))
      expect(text.replace(/\{[a-z]+\}/g, '')).not.toMatch(/[{}]/)
    }
  })

  const counted = entries.filter(([, { en }]) => typeof en !== 'string')

  test.each(counted)('%s has every plural category', (_key, entry) => {
    expect(Object.keys(entry.en)).toEqual(expect.arrayContaining([...integerCategories('en'), 'other']))
    expect(Object.keys(entry.ru)).toEqual(expect.arrayContaining([...integerCategories('ru'), 'other']))
    for (const text of [...texts(entry.en), ...texts(entry.ru)]) expect(places(text)).toContain('{count}')
  })

  test('Russian integers take three forms, and the catalogue has texts with counts', () => {
    expect(counted.length).toBeGreaterThan(5)
    expect(integerCategories('ru').sort()).toEqual(['few', 'many', 'one'])
  })

  test('the Russian is Russian', () => {
    const same = new Set(['languageEnglish', 'apiRest', 'someoneWrote'])
    for (const [key, { ru }] of entries) {
      if (!same.has(key)) for (const text of texts(ru)) expect(text, key).toMatch(/[а-яё]/i)
    }
  })
})
