import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { ERROR_TEXTS, errorText } from './errors'
import { language, setLanguage } from './words.svelte'

const source = readFileSync(new URL('../../../src/ryadom/protocol/errors.py', import.meta.url), 'utf8')
const words = [...source.matchAll(/^ {4}"(\w+)": Word\(/gm)].map((found) => found[1]!)
// Only a mistake of the client itself can bring these; a person can but tell someone the word.
const ownMistakes = [
  'bad_frame',
  'different_chats',
  'head_too_large',
  'method_not_allowed',
  'unknown_event',
  'unsupported_media_type',
]
const before = language()
afterEach(() => setLanguage(before))

describe('errors', () => {
  test('every error word of the server has a text', () => {
    expect(words.length).toBeGreaterThan(20)
    expect(words.filter((word) => !ERROR_TEXTS.has(word)).sort()).toEqual(ownMistakes)
  })

  test('no text is for a word that nobody says', () => {
    const own = ['no_connection', 'timeout']
    expect([...ERROR_TEXTS.keys()].filter((word) => !words.includes(word)).sort()).toEqual(own)
  })

  test('a text says what happened in the language that is shown', () => {
    setLanguage('en')
    expect(errorText('username_taken')).toBe('This username is taken. Choose another.')
    setLanguage('ru')
    expect(errorText('wrong_password')).toBe('Текущий пароль неверен.')
  })

  test('too many tries: the wait is told in whole seconds, never zero', () => {
    setLanguage('en')
    expect(errorText('too_many', 1.2)).toBe('Too many tries. Try again in 2 seconds.')
    expect(errorText('too_many', 0)).toBe('Too many tries. Try again in 1 second.')
    expect(errorText('too_many')).toBe('Too many tries. Wait a little and try again.')
    setLanguage('ru')
    expect(errorText('too_many', 3)).toBe('Слишком много попыток. Повторите через 3 секунды.')
  })

  test('a word that is not known is named', () => {
    setLanguage('en')
    for (const code of ['of_a_later_server', 'constructor']) expect(errorText(code)).toContain(`(${code})`)
  })
})
