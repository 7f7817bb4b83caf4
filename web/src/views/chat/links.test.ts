import { describe, expect, test } from 'vitest'
import { mayHaveLinks, piecesOf } from './links'

const links = (text: string): string[] => piecesOf(text).flatMap((piece) => (piece.href ? [piece.text] : []))
const addresses = (text: string): string[] => piecesOf(text).flatMap((piece) => piece.href ?? [])

describe('links', () => {
  test.each([
    ['see https://example.org/a?b=c#d', ['https://example.org/a?b=c#d']],
    ['http://a.example and www.b.example', ['http://a.example', 'www.b.example']],
    ['HTTPS://Example.Org/Path', ['HTTPS://Example.Org/Path']],
    ['http://localhost:8080/x http://127.0.0.1 http://[::1]:80/', ['http://localhost:8080/x', 'http://127.0.0.1', 'http://[::1]:80/']],
    ['(https://example.org)', ['https://example.org']],
    ['https://example.org/a_(b)', ['https://example.org/a_(b)']],
    ['(as in https://example.org/a_(b))', ['https://example.org/a_(b)']],
    ['“https://example.org”, he said', ['https://example.org']],
    ['What about https://example.org/?', ['https://example.org/']],
    ['https://example.org/a...', ['https://example.org/a']],
    ['https://example.org/a, https://example.org/b!', ['https://example.org/a', 'https://example.org/b']],
    ['смотри https://пример.рф/путь.', ['https://пример.рф/путь']],
    ['two\nhttps://example.org\nlines', ['https://example.org']],
  ])('%s', (text, found) => {
    expect(links(text)).toEqual(found)
  })

  test.each([
    'javascript:alert(1)',
    'javascript://www',
    'data:text/html,x',
    'ftp://example.org',
    'a.www.example',
    'me@www.example.org',
    'https://',
    'http://...',
    'www.',
    'xhttps://example.org',
    'https://nodots',
    'example.org',
  ])('no link: %s', (text) => {
    expect(links(text)).toEqual([])
  })

  test('the pieces are the text', () => {
    for (const text of ['', 'plain', 'a https://b.example. c', 'https://b.example', '<b>www.c.example</b>']) {
      expect(piecesOf(text).map((piece) => piece.text).join('')).toBe(text)
    }
  })

  test('where they lead', () => {
    expect(addresses('www.example.org/a')).toEqual(['https://www.example.org/a'])
    expect(addresses('https://пример.рф/')).toEqual(['https://xn--e1afmkfd.xn--p1ai/'])
    for (const address of addresses('https://a.example www.b.example http://c.example')) expect(address).toMatch(/^https?:/)
  })

  test('marks that turn the direction end a link', () => {
    expect(links('https://example.org/\u202egpj.exe')).toEqual(['https://example.org/'])
  })

  test('a long text without a link is quick', () => {
    const before = performance.now()
    piecesOf(`https://example.org/${'('.repeat(2000)}${')'.repeat(2000)}`)
    piecesOf('www.'.repeat(1000))
    piecesOf('http'.repeat(1000))
    expect(performance.now() - before).toBeLessThan(200)
  })

  test('most texts need not be looked at', () => {
    expect(['hello', 'https://a.example', 'WWW.a.example'].map(mayHaveLinks)).toEqual([false, true, true])
  })
})

test('thousands of closing brackets take no longer than other text', () => {
  const began = performance.now()
  for (let time = 0; time < 20; time += 1) piecesOf(`http://a.bc/${')'.repeat(4080)}`)
  const brackets = performance.now() - began
  expect(piecesOf(`http://a.bc/${')'.repeat(4080)}`)[0]?.text).toBe('http://a.bc/')
  // Counting them anew for each took 37 ms a time.
  expect(brackets / 20).toBeLessThan(10)
})
