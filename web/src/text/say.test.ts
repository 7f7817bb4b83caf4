import { describe, expect, expectTypeOf, test } from 'vitest'
import { fill, say } from './say'

describe('say', () => {
  test.each([
    [0, '0 members', '0 участников'],
    [1, '1 member', '1 участник'],
    [2, '2 members', '2 участника'],
    [5, '5 members', '5 участников'],
    [11, '11 members', '11 участников'],
    [21, '21 members', '21 участник'],
    [112, '112 members', '112 участников'],
    [1.5, '1.5 members', '1,5 участника'],
  ])('%d takes its plural form', (count, en, ru) => {
    expect(say('en', 'memberCount', { count })).toBe(en)
    expect(say('ru', 'memberCount', { count })).toBe(ru)
  })

  test('numbers are grouped as the language groups them', () => {
    expect(say('en', 'memberCount', { count: 12345 })).toBe('12,345 members')
    expect(say('ru', 'memberCount', { count: 12345 })).toBe('12\u00a0345 участников')
  })

  test('a value is plain text: its places, markup and $ stay as they are', () => {
    expect(say('en', 'someoneWrote', { name: '{text}', text: '<b>$& $1</b>' })).toBe('{text}: <b>$& $1</b>')
  })

  test('a name from right to left keeps to its place', () => {
    expect(say('en', 'nameTypes', { name: 'דנה' })).toBe('\u2068דנה\u2069 is typing…')
    expect(say('en', 'nameTypes', { name: 'a\u202eb' })).toBe('\u2068a\u202eb\u2069 is typing…')
    expect(say('ru', 'nameTypes', { name: 'Аня 🌿' })).toBe('Аня 🌿 печатает…')
  })

  test('a place without a value stays to be seen, and nothing inherited fills it', () => {
    expect(fill('{constructor} {name}', { name: 'x' }, 'en')).toBe('{constructor} x')
  })

  test('the places of a key are known to the compiler', () => {
    expectTypeOf(say<'send'>).parameters.toEqualTypeOf<['en' | 'ru', 'send']>()
    expectTypeOf(say<'membersOnline'>)
      .parameter(2)
      .toEqualTypeOf<Record<'count' | 'online', string | number>>()
    // @ts-expect-error There is no such key.
    expect(() => say('en', 'noSuchKey')).toThrow()
    // @ts-expect-error The place is called name.
    expect(say('en', 'nameTypes', { title: 'x' })).toContain('{name}')
  })
})
